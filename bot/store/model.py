"""What goes into the store and comes out of it. Every time is aware and comes back in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

MAX_TURNS = 6
"""A dialogue keeps this many of its last questions."""

Role = Literal["owner", "admin"]
Verdict = Literal[1, -1]
Miss = Literal["refused", "disliked"]
"""How a question went wrong."""


@dataclass(frozen=True)
class Key:
    """Whose dialogue: Telegram's ids. ``topic_id`` is 0 outside topics; privately ``user_id == chat_id``."""

    chat_id: int
    topic_id: int
    user_id: int


@dataclass(frozen=True)
class Dialogue:
    """The last questions, oldest first; the language of the last one."""

    turns: tuple[str, ...] = ()
    spoken: str | None = None


@dataclass(frozen=True)
class Card:
    """An answer that was shown. ``message_id`` is the bot's message, known once sent; ``id`` 0 before ``add``."""

    key: Key
    question: str
    turns: tuple[str, ...]
    locale: str
    snapshot: str
    question_message_id: int | None = None
    message_id: int | None = None
    id: int = 0


@dataclass(frozen=True)
class Asked:
    """A line of the question log. Who asked what is gone once the user is forgotten: ids None, question empty."""

    asked_at: datetime
    user_id: int | None
    chat_id: int | None
    question: str
    locale: str
    status: str
    snapshot: str
    elapsed_ms: float
    card_id: int | None = None


@dataclass(frozen=True)
class Counts:
    """Questions by status, and the time to answer in milliseconds (nearest rank; None where none was asked)."""

    by_status: Mapping[str, int] = field(default_factory=dict)
    median_ms: float | None = None
    p95_ms: float | None = None

    @property
    def total(self) -> int:
        """All questions."""
        return sum(self.by_status.values())


@dataclass(frozen=True)
class Waiting:
    """A question whose asker wants to hear when it can be answered; ``id`` 0 before ``add``."""

    id: int
    key: Key
    question: str
    turns: tuple[str, ...]
    locale: str
    created_at: datetime


@dataclass(frozen=True)
class Share:
    """A citation that somebody passed on: ``quote`` is ``text[start:end]`` of the document in that snapshot."""

    document_id: str
    start: int
    end: int
    quote: str
    snapshot: str


@dataclass(frozen=True)
class Entry:
    """A line of the audit trail. ``actor`` None is the program itself; ``before``, ``after`` any JSON value."""

    at: datetime
    actor: int | None
    action: str
    target: str
    before: object = None
    after: object = None
