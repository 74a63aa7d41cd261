"""News from one process to all others that share the store: PostgreSQL's LISTEN and NOTIFY.

They carry nothing but that something has happened, and whoever was not listening misses them. An SQLite file is
shared on one machine at most; there nobody is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from bot.store.parts import Part


class News(Part):
    """One channel for each kind of news."""

    async def tell(self, channel: str) -> None:
        """Whoever listens to ``channel`` hears."""
        if self.database.tells:
            await self.database.tell(channel)

    def listening(self, channel: str) -> AbstractAsyncContextManager[Callable[[float], Awaitable[None]]]:
        """Listen while the block runs, over a connection of its own.

        What is yielded waits until something is told, or so many seconds. It raises StoreError as soon as the
        connection is lost, or after those seconds where the server went without a word.
        """
        return self.database.listening(channel)
