"""The one door through which updates come in, whichever way they arrived."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from telegram import Bot, Update

from bot.observe.metrics import Metrics
from bot.telegram.hooks import Hooks

log = logging.getLogger(__name__)

ALLOWED = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.CHOSEN_INLINE_RESULT,
    Update.MY_CHAT_MEMBER,
]
"""The kinds of updates that the bot asks Telegram for, by polling and by webhook alike."""
PENDING = 1000
"""Updates in work above which no further ones are taken; Telegram keeps them meanwhile."""
REMEMBERED = 10_000
"""Ids of updates that are remembered, so that one which comes twice is taken once."""

_SPEAKING = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY)


class Intake(asyncio.Queue[object]):
    """The application's queue of updates, with a door: everything comes in through ``accept``.

    ``heard`` is called with the id of each chat in which somebody speaks.
    """

    def __init__(self, metrics: Metrics, hooks: Hooks, heard: Callable[[int], None] = lambda _: None) -> None:
        super().__init__()
        self.metrics = metrics
        self.pending = 0
        self._claim = hooks.claim
        self._heard = heard
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._done = asyncio.Event()

    async def accept(self, update: Update) -> bool:
        """Take an update in; False where it came before and there is nothing left to do.

        Whatever the claim raises is raised: then the update was not taken, and should come again.
        """
        if update.update_id in self._seen:
            return False
        self._remember(update.update_id)
        try:
            ours = await self._claim(update)
        except BaseException:
            self._seen.pop(update.update_id, None)
            raise
        if ours:
            self._admit(update)
        return ours

    def read(self, content: Mapping[str, Any], bot: Bot, way: str) -> Update | None:
        """Return the update that came by ``way``; None for one that the library cannot read: refused, it would come
        for ever, and all others would wait."""
        try:
            return Update.de_json(dict(content), bot)
        except Exception as error:
            self.metrics.errors.labels(way).inc()
            log.error("update %s cannot be read and is dropped: %s", content["update_id"], type(error).__name__)
            return None

    def resume(self, update: Update) -> None:
        """Take in an update that is ours already: a server that died left it unfinished."""
        if update.update_id not in self._seen:
            self._remember(update.update_id)
            self._admit(update)

    @property
    def crowded(self) -> bool:
        """Whether so much is in work that Telegram had better keep the next updates for a while."""
        return self.pending >= PENDING

    async def room(self) -> None:
        """Wait until the intake is not crowded."""
        while self.crowded:
            self._done.clear()
            await self._done.wait()

    def put_nowait(self, item: object) -> None:
        """Queue, and count as pending."""
        super().put_nowait(item)
        self._count(+1)

    def task_done(self) -> None:
        """Note that an update is done with."""
        super().task_done()
        self._count(-1)
        self._done.set()

    def _count(self, change: int) -> None:
        self.pending += change
        self.metrics.pending.set(self.pending)

    def _remember(self, update_id: int) -> None:
        self._seen[update_id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def _admit(self, update: Update) -> None:
        kind = kind_of(update)
        self.metrics.updates.labels(kind).inc()
        if kind in _SPEAKING and update.effective_chat:
            self._heard(update.effective_chat.id)
        self.put_nowait(update)


def kind_of(update: Update) -> str:
    """Return the kind of an update (``message`` …), ``other`` for one the bot did not ask for."""
    return next((kind for kind in ALLOWED if _content(update, kind) is not None), "other")


def _content(update: Update, kind: str) -> Any:
    return getattr(update, kind)
