"""Flood control: never faster than Telegram allows, and patient when it says no or the network fails.

AIORateLimiter of the library has no limit for a private chat, counts edits and "typing …" as messages to a
group, lets 60 messages through in one second after a pause, and on a 429 stops the whole bot. Here each chat
has a queue of its own: what is sent to it goes out in order, one call at a time, and whatever makes it wait
(its rate, a 429, a failure) makes nobody else wait.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.ext import BaseRateLimiter

from bot.observe.metrics import Metrics
from bot.telegram.hooks import Hooks
from bot.telegram.pace import Pace
from bot.telegram.throttle import Throttle
from bot.telegram.windows import Rate

log = logging.getLogger(__name__)

FLOODS = 5
"""How often a call is tried again after a 429."""
LONGEST_WAIT = 120.0
"""Seconds of a 429 that are waited out; an answer that comes later helps nobody."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each further try of a message that the network lost."""
SHORT_PAUSES = (0.5, 2.0)
"""The same for calls that belong to no chat: who starts the bot wants to know soon."""
REFUSALS = 10_000
CHATS = 1024
"""Chats above which those that are at rest are forgotten."""

_NEW = ("send", "copy", "forward")
_NOT_NEW = ("sendChatAction", "sendMessageDraft")
_ANSWERS = ("answerCallbackQuery", "answerInlineQuery")
_NOT_SENT = (httpx.ConnectTimeout, httpx.PoolTimeout)

Result = bool | dict[str, Any] | list[dict[str, Any]]
ChatId = int | str


@dataclass(frozen=True)
class Rates:
    """How fast messages may go out: all of them, those to one chat (short bursts), those to one group."""

    overall: Rate
    chat: Rate
    group: Rate


RATES = Rates(overall=Rate(30, 1.0), chat=Rate(3, 3.0), group=Rate(20, 60.0))
"""Telegram's limits: 30 a second, one a second in a chat with short bursts, 20 a minute in a group."""


@dataclass
class _Chat:
    throttles: tuple[Throttle, ...]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    resume_at: float = 0.0

    @property
    def at_rest(self) -> bool:
        idle = not self.users and self.resume_at <= time.monotonic()
        return idle and all(throttle.at_rest for throttle in self.throttles)


class FloodControl(BaseRateLimiter[int]):
    """Paces, orders and repeats the calls of the Bot API; ``getUpdates`` does not come through here.

    A call that timed out after it was sent is not repeated: the message was probably delivered, and twice is
    worse than never. A chat that refuses the bot (403) is not written to until ``welcome``. With a ``pace`` all servers
    keep the rates together.
    """

    def __init__(
        self,
        metrics: Metrics,
        hooks: Hooks,
        rates: Rates = RATES,
        pauses: Sequence[float] = PAUSES,
        pace: Pace | None = None,
    ) -> None:
        self._metrics = metrics
        self._hooks = hooks
        self._rates = rates
        self._pauses = tuple(pauses)
        self._pace = pace
        self._overall = self._throttle("all", rates.overall)
        self._chats: dict[ChatId, _Chat] = {}
        self._refused: OrderedDict[ChatId, None] = OrderedDict()
        self._hurry = asyncio.Event()

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to free."""

    def welcome(self, chat_id: int) -> None:
        """Write to a chat again that refused the bot before."""
        self._refused.pop(chat_id, None)

    def hurry(self) -> None:
        """Wait no more: every call that would have to fails with TimedOut, and what it was for is not done."""
        self._hooks.give_up()
        self._hurry.set()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,  # noqa: ARG002 - the library's signature
    ) -> Result:
        """Process one call when its time has come; raises what the last try raised, Forbidden unasked."""
        chat_id = _chat_of(data)

        async def call() -> Result:
            return await callback(*args, **kwargs)

        new = endpoint.startswith(_NEW) and endpoint not in _NOT_NEW
        with self._metrics.timed("send") if new else nullcontext():
            async with self._turn_of(chat_id) as chat:
                if chat_id in self._refused:
                    raise Forbidden("the chat refused the bot and has not written since")
                result = await self._repeated(call, endpoint, chat_id, chat, new)
        if new:
            self._metrics.sent.inc()
        return result

    async def _repeated(
        self,
        call: Callable[[], Coroutine[Any, Any, Result]],
        endpoint: str,
        chat_id: ChatId | None,
        chat: _Chat,
        new: bool,
    ) -> Result:
        pauses = iter(SHORT_PAUSES if chat_id is None else self._pauses)
        floods = iter(range(FLOODS))
        overall = () if chat_id is None and endpoint not in _ANSWERS else (self._overall,)
        throttles = (*chat.throttles, *overall) if new else overall
        while True:
            await self._resumed(chat)
            try:
                async with self._places(throttles):
                    result = await call()
            except RetryAfter as error:
                self._metrics.retries.labels("flood").inc()
                self._note_flood(error, chat, floods)
            except Forbidden:
                await self._refuse(chat_id)
                raise
            except NetworkError as error:
                pause = next(pauses, None)
                if pause is None or not _worth_a_try(error):
                    raise
                self._metrics.retries.labels("network").inc()
                log.debug("%s failed, next try in %s s", endpoint, pause)
                await self._unhurried(asyncio.sleep(pause))
            else:
                self._metrics.reached()
                return result

    async def _resumed(self, chat: _Chat) -> None:
        """Wait until a chat that Telegram told the bot to leave alone may be written to."""
        left = chat.resume_at - time.monotonic()
        if left > LONGEST_WAIT:
            raise RetryAfter(round(left))
        if left > 0:
            await self._unhurried(asyncio.sleep(left))

    @asynccontextmanager
    async def _places(self, throttles: Sequence[Throttle]) -> AsyncIterator[None]:
        """Hold a place in each throttle: that of the chat first, so that a slow chat holds no common one."""
        async with AsyncExitStack() as stack:
            for throttle in throttles:
                await self._unhurried(stack.enter_async_context(throttle.place()))
            yield

    async def _unhurried(self, waiting: Coroutine[Any, Any, None]) -> None:
        """Wait for something; raises TimedOut as soon as the bot is in a hurry."""
        task, hurry = asyncio.ensure_future(waiting), asyncio.ensure_future(self._hurry.wait())
        try:
            await asyncio.wait((task, hurry), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise TimedOut("the bot is stopping")
        finally:
            hurry.cancel()
            task.cancel()
            await asyncio.gather(task, hurry, return_exceptions=True)

    def _note_flood(self, error: RetryAfter, chat: _Chat, floods: Iterator[int]) -> None:
        seconds = seconds_of(error)
        chat.resume_at = time.monotonic() + seconds + 0.1
        if seconds > LONGEST_WAIT or next(floods, None) is None:
            raise error
        log.info("Telegram asks to wait %s s (429), this chat only", seconds)

    async def _refuse(self, chat_id: ChatId | None) -> None:
        if chat_id is None:
            return
        self._refused[chat_id] = None
        if len(self._refused) > REFUSALS:
            self._refused.popitem(last=False)
        if isinstance(chat_id, int):
            try:
                await self._hooks.on_refused(chat_id)
            except Exception:
                log.exception("it could not be noted that a chat refuses the bot")

    @asynccontextmanager
    async def _turn_of(self, chat_id: ChatId | None) -> AsyncIterator[_Chat]:
        if chat_id is None:
            yield _Chat(())
            return
        chat = self._chats.setdefault(chat_id, self._new_chat(chat_id))
        chat.users += 1
        try:
            async with chat.lock:
                yield chat
        finally:
            chat.users -= 1
            self._tidy()

    def _new_chat(self, chat_id: ChatId) -> _Chat:
        own = self._throttle(f"chat {chat_id}", self._rates.chat)
        is_group = isinstance(chat_id, str) or chat_id < 0
        return _Chat((own, self._throttle(f"group {chat_id}", self._rates.group)) if is_group else (own,))

    def _throttle(self, key: str, rate: Rate) -> Throttle:
        return Throttle(rate, partial(self._pace.wait, key, rate) if self._pace else None)

    def _tidy(self) -> None:
        if len(self._chats) > CHATS:
            self._chats = {key: chat for key, chat in self._chats.items() if not chat.at_rest}


def seconds_of(error: RetryAfter) -> float:
    """Return how long Telegram asks to wait."""
    after = error.retry_after  # timedelta, or int where PTB_TIMEDELTA is unset
    return float(after) if isinstance(after, int) else after.total_seconds()


def _chat_of(data: dict[str, Any]) -> ChatId | None:
    """Return the chat that a call is for; ``"-100"`` and ``-100`` are the same one."""
    chat_id = data.get("chat_id")
    try:
        return None if chat_id is None else int(chat_id)
    except ValueError:
        return str(chat_id)


def _worth_a_try(error: NetworkError) -> bool:
    """Whether the same call may succeed now, and cannot have succeeded before as far as one can know."""
    if isinstance(error, BadRequest):  # a NetworkError to the library, but no second try mends it
        return False
    return not isinstance(error, TimedOut) or isinstance(error.__cause__, _NOT_SENT)
