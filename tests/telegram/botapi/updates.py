"""The queue of updates and its one reader, with the semantics of ``getUpdates``."""

from __future__ import annotations

import asyncio
from typing import Any

from .refusal import conflict

Update = dict[str, Any]


class UpdateQueue:
    """Updates wait until a call with a higher offset confirms them; a newer reader ends the older one."""

    def __init__(self, changed: asyncio.Condition) -> None:
        self._changed = changed
        self.pending: list[Update] = []
        self.webhook = ""
        self.webhook_secret = ""
        self.webhook_certificate = b""
        self._next_id = 5_000_001
        self._reader: asyncio.Future[None] | None = None

    def push(self, update: Update) -> Update:
        """Number the update, queue it and wake the reader."""
        numbered = {"update_id": self._next_id} | update
        self._next_id = numbered["update_id"] + 1
        self.pending.append(numbered)
        self.wake()
        return numbered

    async def get(self, offset: int = 0, limit: int = 100, seconds: float = 0) -> list[Update]:
        """Return up to ``limit`` updates from ``offset`` on, waiting at most ``seconds`` for one.

        A negative offset keeps only the last so many. Raises Refusal (409) while a webhook is set and
        when another call takes this one's place.
        """
        if self.webhook:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self.refuse("terminated by other getUpdates request; make sure that only one bot instance is running")
        self._confirm(offset)
        reader = asyncio.get_running_loop().create_future()
        if self.pending or seconds <= 0:
            reader.set_result(None)
        self._reader = reader
        await self._notify()
        await self._wait(reader, seconds)
        return self.pending[: max(1, min(limit, 100))]

    def wake(self) -> None:
        """Let the waiting call return what there is."""
        if self._reader and not self._reader.done():
            self._reader.set_result(None)

    def refuse(self, what: str) -> None:
        """End the waiting call, if any, with a 409."""
        if self._reader and not self._reader.done():
            self._reader.set_exception(conflict(what))

    @property
    def has_reader(self) -> bool:
        """Whether a call is waiting for updates."""
        return self._reader is not None and not self._reader.done()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self.pending = self.pending[offset:]
        else:
            self.pending = [update for update in self.pending if update["update_id"] >= offset]

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _wait(self, reader: asyncio.Future[None], seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await reader
        except TimeoutError:
            pass
        finally:
            await self._notify()
