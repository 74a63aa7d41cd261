"""Made-up rows, of which a test names only what it is about."""

from __future__ import annotations

from typing import Any

from bot.store.model import Asked, Card, Key, Share, Waiting
from tests.store.conftest import START

ALICE = Key(chat_id=11, topic_id=0, user_id=11)
BOB = Key(chat_id=22, topic_id=0, user_id=22)
GROUP = -4001
SUPERGROUP = -1001234567890123
ALICE_IN_GROUP = Key(GROUP, 0, 11)
BOB_IN_GROUP = Key(GROUP, 7, 22)

SHARE = Share("gz-huangpu-2021-work-report", 10241, 10257, "地区生产总值增长10%左右", "s1")


def card(key: Key = ALICE, **values: Any) -> Card:
    """A card as it is before it is added."""
    defaults: dict[str, Any] = {
        "question": "黄埔2020年GDP",
        "turns": ("黄埔呢",),
        "locale": "zh-Hans",
        "snapshot": "s1",
    }
    return Card(key, **(defaults | values))


def asked(**values: Any) -> Asked:
    """A line of the question log."""
    defaults: dict[str, Any] = {
        "asked_at": START,
        "user_id": 11,
        "chat_id": 11,
        "question": "黄埔2020年GDP",
        "locale": "zh-Hans",
        "status": "answered",
        "snapshot": "s1",
        "elapsed_ms": 2.5,
        "card_id": None,
    }
    return Asked(**(defaults | values))


def wish(key: Key = ALICE, question: str = "2030年GDP", **values: Any) -> Waiting:
    """A question that waits."""
    return Waiting(0, key, question, **({"turns": ("黄埔",), "locale": "en", "created_at": START} | values))
