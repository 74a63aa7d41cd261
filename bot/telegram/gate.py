"""Who may use the bot and how much: decided before any handler sees an update.

A denied person or chat gets nothing. Whoever is not on the list of the allowed, asks too often or asks at too
great a length is told so politely, once, and then not answered; in a group only when speaking to the bot.
"""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from telegram import Message, Update, User
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, TypeHandler

from bot.config import Config
from bot.observe.metrics import Metrics
from bot.render import messages
from bot.render.telegram import page_html
from bot.telegram.addressing import question_of
from bot.telegram.languages import AUTO
from bot.telegram.pace import Pace
from bot.telegram.sending import reply
from bot.telegram.types import BotApplication, Context
from bot.telegram.windows import Rate, Window

log = logging.getLogger(__name__)

MINUTE = 60.0
FIRST = -2
"""The group of handlers that comes before all others, those of admins too."""
REMEMBERED = 5000
"""People and chats whose last minute is remembered."""

_COMMAND = re.compile(r"/\w+(?:@(?P<bot>\w+))?")

Reason = Literal["denied", "not_allowed", "too_many", "too_long"]
_SAYS: dict[Reason, str] = {
    "not_allowed": "telegram.not_allowed",
    "too_many": "telegram.busy",
    "too_long": "telegram.question_too_long",
}


@dataclass
class _Visitor:
    """The last minute of a person, and when which refusal was explained."""

    asked: Window
    told: dict[Reason, float] = field(default_factory=dict)
    album: str | None = None


class Gate:
    """Lets updates through or stops them. ``clock`` counts seconds and never goes back; with a ``pace`` it counts
    what people ask of all servers."""

    def __init__(
        self,
        config: Config,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
        pace: Pace | None = None,
    ) -> None:
        self._allow = frozenset(config.access.allow)
        self._deny = frozenset(config.access.deny)
        self._owners = frozenset(config.telegram.owners)
        self._limits = config.limits
        self._locale = config.ui.locale
        self._metrics = metrics
        self._clock = clock
        self._pace = pace
        self._rate = Rate(config.limits.questions_per_minute, MINUTE)
        self._visitors: OrderedDict[int, _Visitor] = OrderedDict()

    def register(self, application: BotApplication) -> None:
        """Stand before all handlers of an application."""
        application.add_handler(TypeHandler(Update, self.check), group=FIRST)

    async def check(self, update: Update, context: Context) -> None:
        """Let an update through, or raise ApplicationHandlerStop; whoever should know why is told."""
        ids = _ids(update)
        message = update.message or update.edited_message
        question = _spoken(message, context.bot.bot)
        reason = self._access(ids) or await self._excess(_payer(update), message, question)
        if reason is None:
            return
        self._metrics.turned_away.labels(reason).inc()
        if update.message and question is not None:
            await self._tell(_payer(update), update.message, reason)
        raise ApplicationHandlerStop

    def _access(self, ids: frozenset[int]) -> Reason | None:
        if ids & self._deny:
            return "denied"
        if self._allow and not ids & (self._allow | self._owners):
            return "not_allowed"
        return None

    async def _excess(self, payer: int, message: Message | None, question: str | None) -> Reason | None:
        """Return what is too much about a message that speaks to the bot, and count it."""
        if message is None or question is None:
            return None
        visitor = self._visitor(payer)
        if message.media_group_id and message.media_group_id == visitor.album:
            return None  # an album is one message to whoever sends it
        visitor.album = message.media_group_id
        if await self._asks_too_often(payer, visitor):
            return "too_many"
        longest = self._limits.question_characters
        return "too_long" if longest and len(question) > longest else None

    async def _asks_too_often(self, payer: int, visitor: _Visitor) -> bool:
        """Count one more question, unless it is one too many."""
        if not self._rate.count:
            return False
        if visitor.asked.wait() or (self._pace and await self._pace.wait(f"user {payer}", self._rate, patience=0)):
            return True
        visitor.asked.add()
        return False

    async def _tell(self, payer: int, message: Message, reason: Reason) -> None:
        """Explain a refusal, unless that was done: for good where it is for good, else in the last minute."""
        key, told = _SAYS.get(reason), self._visitor(payer).told
        again = float("inf") if reason == "not_allowed" else MINUTE
        if key is None or (reason in told and self._clock() - told[reason] < again):
            return
        told[reason] = self._clock()
        try:
            await reply(message, page_html(self._language(message.from_user), key))
        except TelegramError as error:
            log.info("a refusal could not be explained: %s", error)

    def _language(self, user: User | None) -> str:
        app = user.language_code if user else None
        return messages.resolve((None if self._locale == AUTO else self._locale) or app or "")

    def _visitor(self, payer: int) -> _Visitor:
        visitor = self._visitors.setdefault(payer, _Visitor(Window(self._rate, self._clock)))
        self._visitors.move_to_end(payer)
        if len(self._visitors) > REMEMBERED:
            self._visitors.popitem(last=False)
        return visitor


def _ids(update: Update) -> frozenset[int]:
    parties = (update.effective_user, update.effective_chat, update.effective_sender)
    return frozenset(party.id for party in parties if party is not None)


def _payer(update: Update) -> int:
    """Return whose minute an update counts to: the person, or the chat that speaks as one."""
    party = update.effective_sender or update.effective_user or update.effective_chat
    return party.id if party else 0


def _spoken(message: Message | None, bot: User) -> str | None:
    """Return what a message says to the bot ("" where it is no text), None where it speaks to others."""
    if message is None or message.via_bot:
        return None
    command = _COMMAND.match(message.text or "")
    if command and (command["bot"] or "").lower() in ("", (bot.username or "").lower()):
        return message.text
    return question_of(message, bot)
