"""Runs updates side by side, but those of one chat one after another and in their order.

So that a follow-up never overtakes its question. Waiting for one's turn does not occupy one of the
running places: a chat that floods the bot, or a group that Telegram has throttled, holds up only itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

RUNNING = 16
WAITING = 4096


@dataclass
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class ChatLanes(BaseUpdateProcessor):
    """At most ``running`` updates at once, at most one of a chat."""

    def __init__(self, running: int = RUNNING) -> None:
        super().__init__(max_concurrent_updates=WAITING)
        self._running = asyncio.Semaphore(running)
        self._lanes: dict[int, _Lane] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the chat's turn and for a free place, then process."""
        async with self._lane(_chat_of(update)), self._running:
            await coroutine

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to free."""

    @asynccontextmanager
    async def _lane(self, chat_id: int) -> AsyncIterator[None]:
        lane = self._lanes.setdefault(chat_id, _Lane())
        lane.users += 1
        try:
            async with lane.lock:  # first come, first served
                yield
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[chat_id]


def _chat_of(update: object) -> int:
    chat = update.effective_chat if isinstance(update, Update) else None
    return chat.id if chat else 0
