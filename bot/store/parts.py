"""What the parts of the store share: the database, the clock, digests of long text, and an order of locks.

Transactions that touch several tables do so in one order (dialogues, blocked, cards, feedback, waiting,
questions), and lock cards before they change them; otherwise two could wait for each other, and PostgreSQL
would end one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.tables import cards

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Part:
    """One part of the store. Every method is one short transaction and raises StoreError."""

    database: Database
    now: Clock


async def lock_cards(connection: AsyncConnection, which: ColumnElement[bool]) -> int:
    """Lock cards until the transaction ends (SQLite has one writer anyhow); how many there are."""
    return len((await connection.execute(select(cards.c.id).where(which).order_by(cards.c.id).with_for_update())).all())


def digest(words: str) -> str:
    """64 characters that stand for ``words`` in an index."""
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
