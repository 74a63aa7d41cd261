"""Long polling, with the exits that the library's own loop does not have.

The library's Updater retries a 409 for ever, ends silently when the token is revoked, and cannot be
stopped while it waits to try again. This loop feeds the same queue and treats each failure on purpose:
a revoked token ends it, a rival instance ends it, everything else is waited out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.errors import ServeError
from bot.telegram.intake import ALLOWED, Intake
from bot.telegram.limiter import seconds_of
from bot.telegram.types import BotApplication

log = logging.getLogger(__name__)

TIMEOUT = 25
"""Seconds that Telegram holds a request open when there is nothing new."""
FIRST_TIMEOUT = 3
"""The same for the first request; once it has ended undisturbed, this instance is established."""
AFTER_CONFLICT = 0.3
"""Seconds before an established instance tries again: within a newcomer's first request."""
LONGEST_PAUSE = 30.0
PATIENCE_WITH_RIVALS = 3
"""Conflicts in a row after which an established instance gives up. A newcomer gives up at the first one:
whoever is there stays, else both would take turns in ending each other's requests."""

T = TypeVar("T")


class Poller:
    """Fetches updates into the intake until it is stopped."""

    def __init__(self, application: BotApplication, intake: Intake) -> None:
        self._application = application
        self._intake = intake
        self._metrics = intake.metrics
        self._stop = asyncio.Event()
        self._offset: int | None = None
        self._failures = 0
        self._conflicts = 0
        self._established = False

    def stop(self) -> None:
        """End ``run`` at once, also while it waits; what was fetched stays in the queue."""
        self._stop.set()

    async def run(self) -> None:
        """Fetch until stopped; raises ServeError where no further try would help."""
        while not self._stop.is_set():
            try:
                await self._unless_stopped(self._intake.room())
                updates = await self._unless_stopped(self._fetch(self._patience()))
                if updates is not None:
                    await self._take(updates)
            except TelegramError as error:
                await self._unless_stopped(asyncio.sleep(self._pause_after(error)))
            except Exception as error:  # the library could not read what was sent, or an update not be claimed
                await self._unless_stopped(asyncio.sleep(self._pause_after_failure(error)))

    async def confirm(self) -> None:
        """Tell Telegram that everything fetched is done with, so that it does not come again."""
        if self._offset is None:
            return
        try:
            await self._fetch(0)
        except TelegramError:
            log.warning("the last updates could not be confirmed and may be answered once more")

    def _patience(self) -> int:
        return TIMEOUT if self._established else FIRST_TIMEOUT

    async def _fetch(self, seconds: int) -> tuple[Update, ...]:
        bot: ExtBot[Any] = self._application.bot
        try:
            updates = await bot.get_updates(offset=self._offset, timeout=seconds, allowed_updates=ALLOWED)
        except TelegramError:
            raise
        except Exception as error:
            log.error("updates came that cannot be read: %s", type(error).__name__)
            updates = await self._fetch_one_by_one(bot)
        self._metrics.reached()
        return updates

    async def _fetch_one_by_one(self, bot: ExtBot[Any]) -> tuple[Update, ...]:
        """Fetch what lies there, without what the library cannot read."""
        fetched = await bot.do_api_request(
            "getUpdates", api_kwargs={"offset": self._offset, "timeout": 0, "allowed_updates": ALLOWED}
        )
        updates = []
        for content in fetched:
            update = self._intake.read(content, bot, "polling")
            if update is None:
                self._offset = content["update_id"] + 1
            else:
                updates.append(update)
        return tuple(updates)

    async def _take(self, updates: tuple[Update, ...]) -> None:
        for update in updates:
            await self._intake.accept(update)
            self._offset = update.update_id + 1
        if self._failures:
            log.info("updates from Telegram again")
        self._failures = self._conflicts = 0
        self._established = True

    def _pause_after(self, error: TelegramError) -> float:
        """Return the seconds until the next try; raises ServeError where there should be none."""
        if isinstance(error, InvalidToken):
            raise ServeError("Telegram does not accept the token any more — was it revoked at @BotFather?")
        if isinstance(error, Conflict):
            return self._pause_after_conflict()
        if isinstance(error, RetryAfter):
            self._metrics.retries.labels("flood").inc()
            return seconds_of(error) + 0.5
        if isinstance(error, TimedOut):
            return 0.5
        return self._pause_after_failure(error)

    def _pause_after_failure(self, error: Exception) -> float:
        self._failures += 1
        self._metrics.errors.labels("polling").inc()
        if self._failures == 1:
            log.warning("no updates from Telegram, trying again: %r", error)
        return min(LONGEST_PAUSE, 0.5 * 2.0 ** min(self._failures, 10))

    def _pause_after_conflict(self) -> float:
        self._conflicts += 1
        if not self._established or self._conflicts >= PATIENCE_WITH_RIVALS:
            raise ServeError("another instance of this bot is running (409 Conflict) — stop it, or use another token")
        log.warning("another instance of this bot has started polling (409 Conflict)")
        return AFTER_CONFLICT

    async def _unless_stopped(self, work: Awaitable[T]) -> T | None:
        """Return the result of ``work``, or None as soon as the poller is stopped."""
        task = asyncio.ensure_future(work)
        stopped = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            stopped.cancel()
            await asyncio.gather(task, stopped, return_exceptions=True)
