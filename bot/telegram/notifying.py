"""Writes once to those who wait for an answer, when the knowledge has one."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from telegram import Bot
from telegram.error import TelegramError

from bot.answer.model import Answer
from bot.errors import StoreError
from bot.store.model import Waiting
from bot.telegram.desk import Desk, Inquiry
from bot.telegram.pages import text
from bot.telegram.ports import Asking

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between two looks whether the knowledge has changed."""


@dataclass(frozen=True)
class Notifier:
    """Looks, whenever the knowledge has changed, who waits for what it can answer now."""

    bot: Bot
    desk: Desk

    async def watch(self, every: float = LOOK_EVERY) -> None:
        """Look for ever: at the start (the knowledge may have changed while the bot was down), and at each change."""
        seen = None
        while True:
            state = self.desk.library.current
            if state.snapshot != seen:
                try:
                    await self.tell(state)
                    seen = state.snapshot
                except StoreError as error:
                    log.warning("who waits for an answer could not be read, trying again: %s", error)
            await asyncio.sleep(every)

    async def tell(self, state: Asking) -> int:
        """Write to everybody whose question ``state`` answers; how many that were."""
        told = 0
        for wish in await self.desk.store.waiting.open():
            answer = await asyncio.to_thread(state.ask, wish.question, wish.turns)
            if answer.status == "answered" and await self._claim(wish):
                heading = text(wish.locale, "notify_heading", question=wish.question)
                told += await self._write(Inquiry(wish.key, wish.question, wish.turns, heading=heading), state, answer)
        return told

    async def _claim(self, wish: Waiting) -> bool:
        """Take the question off the list first: nobody is written to twice, whatever happens now."""
        return await self.desk.store.waiting.told(wish.id)

    async def _write(self, inquiry: Inquiry, state: Asking, answer: Answer) -> bool:
        if await self.desk.store.users.blocked(inquiry.key.chat_id):
            return False
        try:
            await self.desk.tell(self.bot, inquiry, state, answer)
        except TelegramError as error:
            log.info("somebody who waited for an answer could not be told: %s", error)
            return False
        return True
