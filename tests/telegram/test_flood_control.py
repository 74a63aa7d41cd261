"""How fast calls go out, and what happens when Telegram or the network says no: the real bot over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from telegram.error import Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.config import Config
from bot.store.store import Store
from bot.telegram.application import build_application, limiter_of
from bot.telegram.hooks import Hooks
from bot.telegram.limiter import CHATS, LONGEST_WAIT, Rates
from bot.telegram.serve import polling
from bot.telegram.windows import Rate
from tests.store.conftest import postgres
from tests.telegram.botapi import BotApi, Call, private_message, too_many_requests
from tests.telegram.botapi.failures import Failure, bad_gateway, dropped, garbled, hanging, internal_error
from tests.telegram.conftest import UNHURRIED, SmallLibrary

__all__ = ["postgres"]  # a fixture

WEI, LI, GROUP = 1001, 1002, -1002001

Running = Callable[..., AbstractAsyncContextManager[ExtBot[Any]]]


@pytest.fixture
def running(api: BotApi, config: Config, library: SmallLibrary, store: Store) -> Running:
    """``async with running(rates) as bot``: the bot of a running application; chats exist."""
    for chat_id in (WEI, LI):
        api.chats.add({"id": chat_id, "type": "private", "first_name": "Wei"})
    api.chats.add({"id": GROUP, "type": "supergroup", "title": "群"})

    @asynccontextmanager
    async def run(rates: Rates = UNHURRIED, hooks: Hooks | None = None) -> AsyncIterator[ExtBot[Any]]:
        application = build_application(config, library, store, hooks=hooks, rates=rates)
        async with application.bot:
            yield application.bot

    return run


def sends(api: BotApi, chat_id: int | None = None) -> list[Call]:
    """Return the calls of sendMessage that succeeded, oldest first."""
    calls = [call for call in api.calls if call.method == "sendMessage" and call.ok]
    return [call for call in calls if chat_id in (None, call.params["chat_id"])]


def busiest(calls: list[Call], seconds: float) -> int:
    """Return how many calls came in the busiest stretch of so many seconds."""
    times = sorted(call.at for call in calls)
    return max(sum(start <= at < start + seconds for at in times) for start in times)


async def test_never_more_than_thirty_a_second(api: BotApi, running: Running) -> None:
    """However many chats wait; edits and answers to buttons count too."""
    chats = range(2001, 2071)
    for chat_id in chats:
        api.chats.add({"id": chat_id, "type": "private", "first_name": "W"})
    async with running(Rates(Rate(30, 1.0), Rate(9, 1), Rate(9, 1))) as bot:
        first = await bot.send_message(WEI, "first")
        edits = [bot.edit_message_text(f"edit {n}", WEI, first.message_id) for n in range(10)]
        await asyncio.gather(*(bot.send_message(chat_id, "x") for chat_id in chats), *edits)
    counted = [call for call in api.calls if call.method in ("sendMessage", "editMessageText")]
    assert len(counted) == 81
    assert busiest(counted, 1.0) <= 30
    assert counted[-1].at - counted[0].at < 4


async def test_servers_keep_a_rate_together(api: BotApi, config: Config, library: SmallLibrary, postgres: str) -> None:
    """Two bots with a store on one PostgreSQL; loopback may bring calls a little nearer than they were sent."""
    chats = range(2001, 2031)
    for chat_id in chats:
        api.chats.add({"id": chat_id, "type": "private", "first_name": "W"})
    rates = Rates(Rate(10, 1.0), Rate(9, 1), Rate(9, 1))
    async with AsyncExitStack() as stack:
        bots = []
        for _ in range(2):
            store = await stack.enter_async_context(Store.open(postgres))
            application = build_application(config, library, store, rates=rates)
            bots.append(await stack.enter_async_context(application.bot))
        await asyncio.gather(*(bots[chat_id % 2].send_message(chat_id, "x") for chat_id in chats))
    calls = sends(api)
    assert len(calls) == 30
    assert busiest(calls, 0.8) <= 10
    assert max(call.at for call in calls) - min(call.at for call in calls) > 1.8


async def test_a_chat_gets_bursts_and_then_its_pace_in_order(api: BotApi, running: Running) -> None:
    """Three at once, then as the rate says, in the order in which they were sent; others do not wait."""
    async with running(Rates(Rate(30, 1), chat=Rate(3, 0.6), group=Rate(20, 60))) as bot:
        texts = [str(number) for number in range(8)]
        many = asyncio.gather(*(bot.send_message(WEI, text) for text in texts))
        await bot.send_message(LI, "hello")
        other = sends(api, LI)[0].at
        await many
    calls = sends(api, WEI)
    assert [call.params["text"] for call in calls] == texts
    assert busiest(calls, 0.5) == 3
    assert other < calls[3].at


async def test_a_group_has_its_own_limit_that_edits_do_not_use_up(api: BotApi, running: Running) -> None:
    """Twenty new messages, here four, in the stretch; edits and "typing" go out meanwhile."""
    async with running(Rates(Rate(100, 1), chat=Rate(100, 1), group=Rate(4, 1.5))) as bot:
        first = await bot.send_message(GROUP, "0")
        for number in range(6):
            await bot.edit_message_text(f"edit {number}", GROUP, first.message_id)
            await bot.send_chat_action(GROUP, "typing")
        before = [call for call in api.calls if call.method in ("editMessageText", "sendChatAction")]
        for number in range(1, 6):
            await bot.send_message(GROUP, str(number))
    calls = sends(api, GROUP)
    assert before[-1].at - before[0].at < 1
    assert calls[3].at - calls[0].at < 1.5 <= calls[4].at - calls[0].at


async def test_a_flood_wait_holds_up_its_chat_alone(api: BotApi, running: Running) -> None:
    """retry_after is waited out for the chat, in order; another chat is written to at once."""
    api.fail_next("sendMessage", too_many_requests(2))
    async with running() as bot:
        late = asyncio.gather(*(bot.send_message(WEI, text) for text in "abc"))
        refused = await api.wait_for("sendMessage")
        await bot.send_message(LI, "hello")
        assert not late.done()
        await late
    assert sends(api, LI)[0].at - refused.at < 2
    assert sends(api, WEI)[0].at - refused.at >= 2
    assert [call.params["text"] for call in sends(api, WEI)] == ["a", "b", "c"]


async def test_a_very_long_flood_wait_is_not_waited_out(api: BotApi, running: Running) -> None:
    """It fails, and until it is over so do further messages to that chat, without a call."""
    api.fail_next("sendMessage", too_many_requests(round(LONGEST_WAIT) * 10))
    async with running() as bot:
        for _ in range(2):
            with pytest.raises(RetryAfter):
                await bot.send_message(WEI, "x")
        await bot.send_message(LI, "x")
    assert Counter(call.status for call in api.calls if call.method == "sendMessage") == {429: 1, 200: 1}


@pytest.mark.parametrize(
    ("failures", "calls"),
    [
        ([bad_gateway(), internal_error(), dropped()], 4),
        ([dropped()], 2),
        ([too_many_requests(1)], 2),
    ],
    ids=["outage", "dropped", "flood"],
)
async def test_passing_failures_are_recovered_from(
    api: BotApi, running: Running, failures: list[Failure], calls: int
) -> None:
    """The message arrives, once."""
    api.fail_next("sendMessage", *failures)
    async with running() as bot:
        await bot.send_message(WEI, "x")
    assert len([call for call in api.calls if call.method == "sendMessage"]) == calls
    assert len(api.sent) == 1


@pytest.mark.parametrize(
    "failure", [hanging(done=True), hanging(), garbled(done=True)], ids=["after", "before", "html"]
)
async def test_what_may_have_arrived_is_not_sent_twice(api: BotApi, running: Running, failure: Failure) -> None:
    """A time-out leaves open whether the message arrived, so does an answer that cannot be read."""
    api.fail_next("sendMessage", failure)
    async with running() as bot:
        with pytest.raises(TelegramError):
            await bot.send_message(WEI, "x", read_timeout=0.3)
        await bot.send_message(WEI, "y")
    assert [message["text"] for message in api.sent] == (["x", "y"] if failure.done else ["y"])


async def test_a_call_that_was_never_sent_is_tried_again(
    api: BotApi, config: Config, library: SmallLibrary, store: Store
) -> None:
    """A time-out while waiting for a free connection is safe to repeat."""
    application = build_application(config, library, store, rates=UNHURRIED)
    bot = ExtBot(
        config.telegram.token.get_secret_value(),  # type: ignore[union-attr]
        base_url=config.telegram.base_url,
        request=HTTPXRequest(connection_pool_size=1, pool_timeout=0.2),
        rate_limiter=limiter_of(application),
    )
    for chat_id in (WEI, LI):
        api.chats.add({"id": chat_id, "type": "private", "first_name": "Wei"})
    async with bot:
        api.fail_next("sendMessage", hanging(done=True))
        slow = asyncio.create_task(bot.send_message(WEI, "slow", read_timeout=0.5))
        await api.wait_for("sendMessage")
        await bot.send_message(LI, "waits for the connection")
        with pytest.raises(TimedOut):
            await slow
    assert [message["text"] for message in api.sent] == ["slow", "waits for the connection"]


async def test_an_outage_that_lasts_is_told(api: BotApi, running: Running) -> None:
    """After its tries the call fails, and the next one starts afresh."""
    async with running() as bot:
        api.fail_next("getWebhookInfo", *[bad_gateway()] * 3)
        with pytest.raises(NetworkError):
            await bot.get_webhook_info()
        assert (await bot.get_webhook_info()).url == ""


async def test_a_chat_that_refuses_is_left_alone_until_it_writes(
    api: BotApi, config: Config, library: SmallLibrary, store: Store
) -> None:
    """After a 403 the hook hears of it, nothing is sent any more, and with the next message all is well."""
    refusals: list[int] = []

    async def note(chat_id: int) -> None:
        refusals.append(chat_id)

    application = build_application(config, library, store, hooks=Hooks(on_refused=note), rates=UNHURRIED)
    async with polling(application):
        await api.reply_to(private_message("/help"))
        api.chats.block(WEI)
        for _ in range(3):
            with pytest.raises(Forbidden):
                await application.bot.send_message(WEI, "news")
        assert refusals == [WEI]
        assert [call.status for call in api.calls if call.method == "sendMessage"] == [200, 403]
        api.chats.unblock(WEI)
        assert (await api.reply_to(private_message("/help")))["text"]
        await application.bot.send_message(WEI, "news")
    assert [call.status for call in api.calls if call.method == "sendMessage"] == [200, 403, 200, 200]


async def test_what_waits_for_a_chat_that_refuses_is_not_tried(api: BotApi, running: Running) -> None:
    """Of many messages under way to a chat that blocked the bot one is refused by Telegram, the rest at home."""
    api.chats.block(WEI)

    async def broken(_chat_id: int) -> None:
        raise OSError("disk full")

    async with running(hooks=Hooks(on_refused=broken)) as bot:
        sent = await asyncio.gather(*(bot.send_message(WEI, "x") for _ in range(4)), return_exceptions=True)
    assert [type(outcome) for outcome in sent] == [Forbidden] * 4
    assert [call.status for call in api.calls if call.method == "sendMessage"] == [403]


async def test_a_bot_in_a_hurry_waits_no_more(api: BotApi, running: Running) -> None:
    """At the end of its grace a stopping bot gives up what still waits, at once."""
    api.fail_next("sendMessage", too_many_requests(60))
    async with running() as bot:
        sending = asyncio.create_task(bot.send_message(WEI, "x"))
        await api.wait_for("sendMessage")
        limiter = bot.rate_limiter
        assert limiter is not None
        limiter.hurry()  # type: ignore[attr-defined]
        async with asyncio.timeout(5):
            with pytest.raises(TimedOut):
                await sending


async def test_chats_at_rest_are_forgotten(api: BotApi, config: Config, library: SmallLibrary, store: Store) -> None:
    """Memory does not grow with everybody who ever wrote."""
    fast = Rates(Rate(100_000, 1), Rate(3, 0.001), Rate(3, 0.001))
    application = build_application(config, library, store, rates=fast)
    limiter = limiter_of(application)

    async def call(*_: object, **__: object) -> bool:
        return True

    for chat_id in range(3 * CHATS):
        with contextlib.suppress(TelegramError):
            await limiter.process_request(call, (), {}, "sendMessage", {"chat_id": chat_id}, None)
    assert len(limiter._chats) <= CHATS + 10
