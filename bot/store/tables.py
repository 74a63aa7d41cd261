"""The tables as the newest migration leaves them (a test holds the two together)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Utc(TypeDecorator[datetime]):
    """An aware time, kept and given back in UTC; a naive one is refused, since nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        # SQLite keeps no zone; what lies there is UTC, because everything was converted on its way in
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


class Words(TypeDecorator[str]):
    """Text that users wrote. NUL and lone surrogates, which no database keeps as text, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return value and _UNSTORABLE.sub("\ufffd", value)


class Json(TypeDecorator[object]):
    """A JSON value as ASCII text, which both databases give back exactly (``jsonb`` refuses NUL)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> object:
        return None if value is None else json.loads(value)


_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=_CONVENTION)


def _id() -> Column[int]:
    """A number that is never given twice: buttons under old messages still hold the ids of deleted rows."""
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def _key(*, primary_key: bool = False) -> list[Column[int]]:
    return [
        Column(name, BigInteger, primary_key=primary_key, nullable=False, autoincrement=False)
        for name in ("chat_id", "topic_id", "user_id")
    ]


users = Table(
    "users",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("locale", String(16), nullable=False),
)

blocked = Table(
    "blocked",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Utc, nullable=False),
)

dialogues = Table(
    "dialogues",
    metadata,
    *_key(primary_key=True),
    Column("turns", Json, nullable=False),
    Column("spoken", Words),
    Column("updated_at", Utc, nullable=False),
    Index(None, "user_id"),
    Index(None, "updated_at"),
)

cards = Table(
    "cards",
    metadata,
    _id(),
    *_key(),
    Column("question", Words, nullable=False),
    Column("turns", Json, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("question_message_id", BigInteger),
    Column("message_id", BigInteger),
    Column("created_at", Utc, nullable=False),
    Index(None, "chat_id", "message_id"),
    Index(None, "chat_id", "question_message_id"),
    Index(None, "user_id"),
    Index(None, "created_at"),
    sqlite_autoincrement=True,
)

feedback = Table(
    "feedback",
    metadata,
    Column("card_id", ForeignKey(cards.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("verdict", Integer, nullable=False),
    Column("given_at", Utc, nullable=False),
    CheckConstraint("verdict IN (1, -1)", name="verdict"),
    Index(None, "user_id"),
)

questions = Table(
    "questions",
    metadata,
    _id(),
    Column("asked_at", Utc, nullable=False),
    Column("user_id", BigInteger),
    Column("chat_id", BigInteger),
    Column("question", Words, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("status", String(32), nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("elapsed_ms", Float, nullable=False),
    Column("card_id", BigInteger),  # no foreign key: the log outlives its cards
    Index(None, "asked_at"),
    Index(None, "user_id"),
    Index(None, "chat_id"),
    sqlite_autoincrement=True,
)

waiting = Table(
    "waiting",
    metadata,
    _id(),
    *_key(),
    Column("question", Words, nullable=False),
    Column("digest", String(64), nullable=False),  # of the question: an index on long text has a limit
    Column("turns", Json, nullable=False),
    Column("locale", String(16), nullable=False),
    Column("created_at", Utc, nullable=False),
    Index(None, "user_id", "digest", unique=True),
    sqlite_autoincrement=True,
)

updates = Table(
    "updates",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", Text, nullable=False),
    Column("run", String(32), nullable=False),
    Column("leased_until", Utc, nullable=False),
    Column("payload", Json),  # what has to be done after a crash; emptied once it is done
    Column("finished_at", Utc),
    Index(None, "leased_until"),
)

paces = Table(
    "paces",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("times", Json, nullable=False),  # of the last events, in seconds since 1970, oldest first
    Column("until", Utc, nullable=False),  # when they count no more
    Index(None, "until"),
)

shares = Table(
    "shares",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("document_id", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("quote", Words, nullable=False),
    Column("snapshot", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    Column("at", Utc, nullable=False),
    Column("actor", BigInteger),
    Column("action", Text, nullable=False),
    Column("target", Words, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Index(None, "at"),
    sqlite_autoincrement=True,
)

roles = Table(
    "roles",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role", String(16), nullable=False),
    CheckConstraint("role IN ('owner', 'admin')", name="role"),
)

ignored_gaps = Table(
    "ignored_gaps",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the key: an index on long text has a limit
    Column("question_key", Words, nullable=False),
)
