"""Rates that several servers keep together: the store counts for all of them."""

from __future__ import annotations

import asyncio
import logging

from bot.errors import StoreError
from bot.store.paces import Paces
from bot.telegram.windows import Rate

log = logging.getLogger(__name__)


class Pace:
    """Counts what all servers do. While the store is away, each server's own count is all there is."""

    def __init__(self, paces: Paces) -> None:
        self._paces = paces
        self._turn = asyncio.Lock()  # else all who wait would hold a connection of the store

    async def wait(self, key: str, rate: Rate, patience: float = float("inf")) -> float:
        """Seconds until ``key`` has its turn; it is counted then, unless that is longer than ``patience``."""
        try:
            async with self._turn:
                return await self._paces.wait(key, rate.count, rate.seconds, patience)
        except StoreError as error:
            log.warning("what other servers do cannot be counted: %s", error)
            return 0.0
