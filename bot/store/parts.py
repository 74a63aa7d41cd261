"""What the parts of the store share: the database, the clock, and digests of long text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from bot.store.database import Database

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Part:
    """One part of the store. Every method is one short transaction and raises StoreError."""

    database: Database
    now: Clock


def digest(words: str) -> str:
    """64 characters that stand for ``words`` in an index."""
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
