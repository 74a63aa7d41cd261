"""Every fault of the way, in polling and by webhook: each question is answered, and answered once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.observe.metrics import Metrics
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.serve import polling, receiving
from bot.telegram.webhook import endpoint
from tests.observe.test_metrics import value
from tests.telegram.botapi import BotApi, private_message, too_many_requests
from tests.telegram.botapi.failures import Failure, bad_gateway, dropped, garbled, hanging, internal_error
from tests.telegram.botapi.updates import Update
from tests.telegram.conftest import QUOTE, UNHURRIED, SmallLibrary, called_at

GDP = "黄埔区2021年GDP目标是多少"
Ask = Callable[[Update], Awaitable[None]]


@pytest.fixture(params=["polling", "webhook"])
def mode(request: pytest.FixtureRequest) -> str:
    """Each fault is tried both ways."""
    return str(request.param)


@asynccontextmanager
async def serving(
    api: BotApi, library: SmallLibrary, store: Store, mode: str, state: Path
) -> AsyncIterator[tuple[Ask, Metrics]]:
    """Run the real application; returns how to bring an update to it, and its figures."""
    config, metrics = called_at(api, state), Metrics()
    application = build_application(config, library, store, metrics, rates=UNHURRIED)

    async def push(update: Update) -> None:
        api.push(update)

    async def deliver(update: Update) -> None:
        assert await api.deliver(update, f"http://{config.telegram.webhook_listen}") == 200

    way = receiving(application, endpoint(config)) if mode == "webhook" else polling(application)
    async with way:
        yield (deliver if mode == "webhook" else push), metrics


RECOVERED = {
    "429": ([too_many_requests(1)], "flood"),
    "500": ([internal_error()], "network"),
    "502": ([bad_gateway()], "network"),
    "dropped": ([dropped()], "network"),
    "all of them": ([dropped(), internal_error(), too_many_requests(1), bad_gateway()], "network"),
}


@pytest.mark.parametrize(("failures", "reason"), RECOVERED.values(), ids=RECOVERED)
async def test_what_passes_is_recovered_from(
    api: BotApi, library: SmallLibrary, store: Store, mode: str, tmp_path: Path, failures: list[Failure], reason: str
) -> None:
    """The answer arrives, once, and the figures tell that it was not easy."""
    api.fail_next("sendMessage", *failures)
    async with serving(api, library, store, mode, tmp_path) as (ask, metrics):
        await ask(private_message(GDP))
        assert QUOTE in (await api.wait_sent())["text"]
    assert len(api.sent) == 1
    assert len(library.asked) == 1
    assert (value(metrics, "investor_bot_telegram_retries_total", reason=reason) or 0) >= 1


UNCERTAIN = {
    "time-out before": (hanging(), 0, "timeout"),
    "time-out after": (hanging(done=True), 1, "timeout"),
    "malformed JSON": (garbled(done=True), 1, "internal"),
}


@pytest.mark.parametrize(("failure", "arrived", "kind"), UNCERTAIN.values(), ids=UNCERTAIN)
async def test_what_may_have_arrived_is_not_repeated(
    api: BotApi,
    library: SmallLibrary,
    store: Store,
    mode: str,
    tmp_path: Path,
    failure: Failure,
    arrived: int,
    kind: str,
) -> None:
    """Nothing arrives twice, the fault is counted, and the next question of the chat is answered."""
    api.fail_next("sendMessage", failure)
    async with serving(api, library, store, mode, tmp_path) as (ask, metrics):
        await ask(private_message(GDP))
        await api.wait_for("sendMessage")
        await ask(private_message(f"{GDP}？"))
        await api.wait_sent(1)
    assert [message["reply_to_message"]["text"] for message in api.sent] == [GDP, f"{GDP}？"][1 - arrived :]
    assert value(metrics, "investor_bot_errors_total", kind=kind) == 1


@pytest.mark.parametrize("failure", [garbled(), internal_error(), hanging(), dropped()], ids=lambda f: f.ending)
async def test_polling_goes_on_after_any_fault(
    api: BotApi, library: SmallLibrary, store: Store, tmp_path: Path, failure: Failure
) -> None:
    """An answer of getUpdates that cannot be read, or none at all, loses no question."""
    if failure.ending == "hanging":
        pytest.skip("the library waits for the long poll and its own time-out on top, half a minute")
    api.fail_next("getUpdates", failure)
    api.push(private_message(GDP))
    async with serving(api, library, store, "polling", tmp_path):
        assert QUOTE in (await api.wait_sent())["text"]
    assert len(api.sent) == 1


async def test_an_update_that_cannot_be_read_stops_nobody(
    api: BotApi, library: SmallLibrary, store: Store, tmp_path: Path
) -> None:
    """It is dropped; those before and after it are answered."""
    api.push(private_message(GDP))
    api.queue.push({"my_chat_member": {"chat": {"id": 1001, "type": "private"}}})
    api.push(private_message(f"{GDP}？"))
    api.queue.push({"my_chat_member": {"chat": {"id": 1001, "type": "private"}}})
    async with serving(api, library, store, "polling", tmp_path):
        await api.wait_sent(2)
        await api.wait_confirmed()
    assert [message["reply_to_message"]["text"] for message in api.sent] == [GDP, f"{GDP}？"]
