"""The audit trail of the knowledge, kept in the configured store; what servers that share the store learn from it.

A reload that changed something is written down once, and told to all servers. Those that follow it end in the same
state, which is no deed of theirs; where their folder holds another state, that is one, and is told in its turn. States
change only when files do, so servers never lead each other in a circle.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.assembly import open_store
from bot.config import Config
from bot.errors import StoreError
from bot.publishing.following import Announced, Heard, follower_of
from bot.publishing.trail import RELOADS, Deed, Trail

if TYPE_CHECKING:
    from bot.store.model import Entry
    from bot.store.store import Store

log = logging.getLogger(__name__)

CHANNEL = "investor_bot_reload"
"""On which servers hear that one of them has reloaded."""


def audit_trail(config: Config) -> Trail:
    """Keeps deeds in the audit trail of the configured store, in any thread that runs no event loop."""

    def keep(deed: Deed) -> None:
        try:
            asyncio.run(_keep(config, deed))
        except StoreError as error:
            log.error("the audit trail lacks %s of %s by %s: %s", deed.action, deed.target, deed.by, error)

    return keep


def audit_entries(config: Config, days: int) -> list[Entry]:
    """The entries of the audit trail of the last days, newest first. Raises StoreError."""

    async def read() -> list[Entry]:
        async with open_store(config) as store:
            return await store.audit.entries(datetime.now(UTC) - timedelta(days=days), limit=1000)

    return asyncio.run(read())


class Reloads:
    """The reloads of all servers that share ``store``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def latest(self) -> Announced | None:
        """The last one that is written down."""
        entry = await self._store.audit.last(*RELOADS)
        return None if entry is None else Announced(entry.at, _snapshot(entry), entry.action == RELOADS[True])

    def listening(self) -> AbstractAsyncContextManager[Heard]:
        """Listen while the block runs."""
        return self._store.news.listening(CHANNEL)

    async def add(self, entry: Entry) -> None:
        """Write one down and tell all servers."""
        await self._store.audit.record(entry)
        await self._store.news.tell(CHANNEL)


async def _keep(config: Config, deed: Deed) -> None:
    entry = _entry(deed)
    if deed.action in RELOADS and deed.by == follower_of(_snapshot(entry)):
        return
    async with open_store(config) as store:
        if deed.action in RELOADS:
            await Reloads(store).add(entry)
        else:
            await store.audit.record(entry)


def _entry(deed: Deed) -> Entry:
    from bot.store.model import Entry  # takes half a second, which who does nothing need not wait

    kind, _, number = deed.by.partition(":")
    actor = int(number) if kind == "user" and number.isdecimal() else None
    now = deed.after if actor is not None else {"by": deed.by, "now": deed.after}
    return Entry(datetime.now(UTC), actor, deed.action, deed.target, deed.before, now)


def _snapshot(reload: Entry) -> str:
    """The id of the state that a reload has led to."""
    now: Any = reload.after
    return str((now if reload.actor is not None else now["now"])["snapshot"])
