"""Throttles: at most so many calls in any stretch of so many seconds, as whoever is called counts them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.telegram.windows import Rate


class Throttle:
    """A semaphore whose places become free a while after they were left.

    A place is held from before a call until ``rate.seconds`` after its answer. So two calls that take the
    same place arrive at least that long after each other, however long each was on its way. Where others call too,
    ``turn`` tells how many seconds to wait for them.
    """

    def __init__(self, rate: Rate, turn: Callable[[], Awaitable[float]] | None = None) -> None:
        self._rate = rate
        self._turn = turn
        self._places = asyncio.Semaphore(rate.count)
        self._held = 0

    @property
    def at_rest(self) -> bool:
        """Whether all places are free."""
        return not self._held

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place while the block runs; first come, first served."""
        await self._places.acquire()
        self._held += 1
        try:
            if self._turn is not None:
                await asyncio.sleep(await self._turn())
            yield
        finally:
            asyncio.get_running_loop().call_later(self._rate.seconds, self._free)

    def _free(self) -> None:
        self._held -= 1
        self._places.release()
