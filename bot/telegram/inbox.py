"""The store behind the door: every update is written down before it is worked on, and crossed out afterwards.

So a server that is killed loses nothing, and no update is answered by two. What only makes sense at once
(what somebody is typing inline) is not written down.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

from telegram import Bot, Update

from bot.errors import StoreError
from bot.store.store import Store
from bot.telegram.hooks import Hooks
from bot.telegram.intake import Intake

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)

LEASE = 30.0
"""Seconds after which another server takes over what a dead one has left."""
PURGE_EVERY = 24 * 3600.0
_SERVERS = 64


@dataclass
class Inbox:
    """Claims updates for ``owner``, a name that no other living process has."""

    store: Store
    owner: str
    closed: bool = field(default=False)

    def hooks(self) -> Hooks:
        """What connects this inbox with an application."""
        return Hooks(
            claim=self.claim,
            done=self.finish,
            give_up=self.close,
            on_refused=self.store.users.block,
            on_welcomed=self.store.users.unblock,
            on_migrated=self.store.dialogues.migrate,
        )

    async def claim(self, update: Update) -> bool:
        """Write an update down; False where it is another's or was done before. Raises StoreError."""
        if _fleeting(update):
            return True
        if update.effective_chat:
            await self._welcome(update.effective_chat.id)
        return await self.store.updates.claim(update.update_id, self.owner, LEASE, update.to_dict())

    async def finish(self, update: Update) -> None:
        """Cross an update out, unless the bot is being stopped in the middle of it: then the next run does it."""
        if _fleeting(update) or self.closed:
            return
        try:
            await self.store.updates.finish(update.update_id)
        except StoreError as error:
            log.error("an update is done, which could not be noted; it may be answered once more: %s", error)

    def close(self) -> None:
        """What is not done by now is given up, and left to the next run."""
        self.closed = True

    async def keep(self, bot: Bot, intake: Intake) -> None:
        """Until cancelled: renew the leases, take over what was left behind, and delete what is too old."""
        purged = float("-inf")
        clock = asyncio.get_running_loop().time
        while True:
            try:
                await self.store.updates.renew(LEASE)
                for payload in await self.store.updates.abandoned(self.owner, LEASE):
                    update = intake.read(payload, bot, "inbox")
                    if update is not None:
                        intake.resume(update)
                if clock() - purged > PURGE_EVERY:
                    await self.store.purge(datetime.now(UTC))
                    purged = clock()
            except StoreError as error:
                log.warning("the store cannot be looked after, trying again: %s", error)
            await asyncio.sleep(LEASE / 3)

    async def _welcome(self, chat_id: int) -> None:
        """Somebody speaks in a chat: it takes messages again."""
        if await self.store.users.blocked(chat_id):
            await self.store.users.unblock(chat_id)


def _fleeting(update: Update) -> bool:
    return update.inline_query is not None or update.chosen_inline_result is not None


@contextmanager
def server_name(state_dir: Path) -> Iterator[str]:
    """A name that no other living process has, and that comes back when this one is started again.

    The name is that of a locked file: the system unlocks it when the process ends, however it ends.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    host = f"{socket.gethostname()}:{state_dir.resolve()}"
    for number in range(_SERVERS if fcntl else 0):
        with (state_dir / f"server-{number}.lock").open("a") as file:
            if _lock(file):
                yield f"{host}:{number}"
                return
    yield f"{host}:{uuid4().hex}"


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
