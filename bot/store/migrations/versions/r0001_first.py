"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """People and chats, then answers, then the running of the bot, then its administration."""
    _people()
    _dialogues()
    _answers()
    _running()
    _administration()


def _key() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in ("chat_id", "topic_id", "user_id")]


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), unique=unique)


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_users"),
    )
    op.create_table(
        "blocked",
        sa.Column("chat_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", name="pk_blocked"),
    )


def _dialogues() -> None:
    op.create_table(
        "dialogues",
        *_key(),
        sa.Column("turns", sa.Text, nullable=False),
        sa.Column("spoken", sa.Text),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "topic_id", "user_id", name="pk_dialogues"),
    )
    _index("dialogues", "user_id")
    _index("dialogues", "updated_at")


def _answers() -> None:
    op.create_table(
        "cards",
        sa.Column("id", BIG_ID, nullable=False),
        *_key(),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("turns", sa.Text, nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("question_message_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sqlite_autoincrement=True,
    )
    _index("cards", "chat_id", "message_id")
    _index("cards", "chat_id", "question_message_id")
    _index("cards", "user_id")
    _index("cards", "created_at")
    op.create_table(
        "feedback",
        sa.Column("card_id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("verdict", sa.Integer, nullable=False),
        sa.Column("given_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("card_id", "user_id", name="pk_feedback"),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name="fk_feedback_card_id", ondelete="CASCADE"),
        sa.CheckConstraint("verdict IN (1, -1)", name="ck_feedback_verdict"),
    )
    _index("feedback", "user_id")
    op.create_table(
        "questions",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("user_id", sa.BigInteger),
        sa.Column("chat_id", sa.BigInteger),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("elapsed_ms", sa.Float, nullable=False),
        sa.Column("card_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sqlite_autoincrement=True,
    )
    _index("questions", "asked_at")
    _index("questions", "user_id")
    _index("questions", "chat_id")
    op.create_table(
        "shares",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shares"),
    )


def _running() -> None:
    op.create_table(
        "waiting",
        sa.Column("id", BIG_ID, nullable=False),
        *_key(),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("turns", sa.Text, nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_waiting"),
        sqlite_autoincrement=True,
    )
    _index("waiting", "user_id", "digest", unique=True)
    op.create_table(
        "updates",
        sa.Column("update_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("run", sa.String(32), nullable=False),
        sa.Column("leased_until", TIME, nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("finished_at", TIME),
        sa.PrimaryKeyConstraint("update_id", name="pk_updates"),
    )
    _index("updates", "leased_until")


def _administration() -> None:
    op.create_table(
        "audit",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.BigInteger),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    _index("audit", "at")
    op.create_table(
        "roles",
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_roles"),
        sa.CheckConstraint("role IN ('owner', 'admin')", name="ck_roles_role"),
    )
    op.create_table(
        "ignored_gaps",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("question_key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_ignored_gaps"),
    )
