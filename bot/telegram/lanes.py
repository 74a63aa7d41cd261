"""Runs updates side by side, but those of one chat one after another and in their order.

So that a follow-up never overtakes its question. Waiting for one's turn does not occupy one of the
running places: a chat that floods the bot, or a group that Telegram has throttled, holds up only itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.observe.logs import about
from bot.observe.metrics import Metrics
from bot.telegram.hooks import Hooks
from bot.telegram.subjects import subject_of

RUNNING = 256
"""As many as the library has connections. Most of them wait for Telegram, answering has its own threads."""
WAITING = 4096


@dataclass
class _Lane:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class ChatLanes(BaseUpdateProcessor):
    """At most ``running`` updates at once, at most one of a chat. ``key`` hashes chats for the logs."""

    def __init__(self, metrics: Metrics, key: bytes, hooks: Hooks, running: int = RUNNING) -> None:
        super().__init__(max_concurrent_updates=WAITING)
        self._metrics = metrics
        self._key = key
        self._hooks = hooks
        self._running = asyncio.Semaphore(running)
        self._lanes: dict[int, _Lane] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the chat's turn and for a free place, then process."""
        async with self._place(_chat_of(update)):
            with about(subject_of(update, self._key)):
                await coroutine
                if isinstance(update, Update):
                    await self._hooks.done(update)

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to free."""

    @asynccontextmanager
    async def _place(self, chat_id: int) -> AsyncIterator[None]:
        lane = self._lanes.setdefault(chat_id, _Lane())
        lane.users += 1
        try:
            async with AsyncExitStack() as stack:
                with self._metrics.timed("queue"):
                    await stack.enter_async_context(lane.lock)  # first come, first served
                    await stack.enter_async_context(self._running)
                yield
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[chat_id]


def _chat_of(update: object) -> int:
    if not isinstance(update, Update):
        return 0
    party = update.effective_chat or update.effective_user  # inline queries come from no chat
    return party.id if party else 0
