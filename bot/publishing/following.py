"""Following: where servers share a store, a reload on one leads all others to reload, each through its own gate.

What was reloaded last stands in the audit trail; news only say that it is time to look. So a server that missed some
(its connection was lost, it was just starting) catches up when it listens again, and many at once are one look.
A server whose own folder brought it to that state already does nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.errors import GoldenError, InvestorBotError, StoreError
from bot.publishing.model import Progress, Reload, Snapshot, silent
from bot.publishing.threads import in_thread

log = logging.getLogger(__name__)

LOOK_EVERY = 30.0
"""Seconds between two looks where no news come; a lost connection is found that soon."""
AGAIN = 2.0
"""Seconds before the store is tried again."""


def follower_of(snapshot: str) -> str:
    """Who reloads where another server has loaded ``snapshot``: ``by`` of the new state."""
    return f"server:{snapshot}"


@dataclass(frozen=True)
class Announced:
    """A reload that some server has carried out; ``forced`` as in Reload."""

    at: datetime
    snapshot: str
    forced: bool


Heard = Callable[[float], Awaitable[None]]
"""Returns when there are news, or after so many seconds. Raises StoreError where none can come any more."""


class News(Protocol):
    """What servers that share a store know of each other."""

    async def latest(self) -> Announced | None:
        """The last reload of any server. Raises StoreError."""
        ...

    def listening(self) -> AbstractAsyncContextManager[Heard]:
        """Listen while the block runs. Raises StoreError."""
        ...


class Following(Protocol):
    """What is reloaded: ``bot.assembly.Library``."""

    @property
    def snapshot(self) -> Snapshot:
        """What is known of the state in use."""
        ...

    def reload(self, by: str = "", *, force: bool = False, progress: Progress = silent) -> Reload:
        """Build the state anew and swap it; raises KnowledgeError where it is held back."""
        ...


@asynccontextmanager
async def following(library: Following, news: News) -> AsyncIterator[None]:
    """Follow the reloads of other servers until the block ends."""
    task = asyncio.create_task(_Follower(library, news).follow(), name="following")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Follower:
    """Looks for the last reload again and again; each is followed once."""

    def __init__(self, library: Following, news: News) -> None:
        self._library, self._news = library, news
        self._done: Announced | None = None

    async def follow(self) -> None:
        while True:
            try:
                async with self._news.listening() as heard:
                    while True:
                        await self._look()
                        await heard(LOOK_EVERY)
            except StoreError as error:
                log.warning("reloads of other servers cannot be heard of, trying again: %s", error)
                await asyncio.sleep(AGAIN)

    async def _look(self) -> None:
        latest = await self._news.latest()
        if latest is None or latest == self._done:
            return
        if latest.snapshot == self._library.snapshot.id or await self._catch_up(latest):
            self._done = latest

    async def _catch_up(self, latest: Announced) -> bool:
        """Whether that is done with; what may do better soon (a folder that is still being written) is tried again."""
        try:
            done = await in_thread(lambda: self._library.reload(follower_of(latest.snapshot), force=latest.forced))
        except GoldenError as error:
            log.error("another server has loaded %s, here it is held back: %s", latest.snapshot, error)
        except InvestorBotError as error:
            log.error("another server has loaded %s, which fails here, trying again: %s", latest.snapshot, error)
            return False
        except Exception:
            log.exception("another server has loaded %s, which fails here", latest.snapshot)
        else:
            _log(latest, done)
        return True


def _log(latest: Announced, done: Reload) -> None:
    if done.after.id == latest.snapshot:
        log.info("reloaded after another server: snapshot %s after %s", done.after.id, done.before.id)
    else:
        log.warning(
            "another server has loaded snapshot %s, but the folder here holds %s — do all servers see the same "
            "knowledge.path and lexicon?",
            *(latest.snapshot, done.after.id),
        )
