"""Health, readiness and metrics over real HTTP."""

from __future__ import annotations

import socket
from typing import Any

import aiohttp
import pytest

from bot.config import ObserveConfig
from bot.errors import ServeError
from bot.observe.endpoint import observed
from bot.observe.metrics import Metrics
from tests.observe.test_metrics import Clock
from tests.ports import free_address


async def get(address: str, path: str) -> tuple[int, Any]:
    """Return status and content of a page: JSON where it is JSON, else text."""
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}{path}") as response:
        is_json = response.content_type == "application/json"
        return response.status, await (response.json() if is_json else response.text())


async def test_a_bot_from_start_to_stop() -> None:
    """Not ready before it serves and once it stops; well all the time."""
    address, metrics = free_address(), Metrics()
    async with observed(ObserveConfig(listen=address), metrics) as health:
        assert await get(address, "/healthz") == (200, {"status": "ok"})
        assert (await get(address, "/readyz"))[0] == 503
        metrics.reached()
        health.state = "serving"
        assert await get(address, "/readyz") == (200, {"status": "ok"})
        health.state = "stopping"
        assert await get(address, "/readyz") == (503, {"status": "unavailable", "reason": "the bot is stopping"})
        assert await get(address, "/healthz") == (200, {"status": "ok"})


async def test_a_bot_that_telegram_does_not_answer_is_unwell() -> None:
    """After the configured seconds, with the reason; and well again with the next answer."""
    clock = Clock()
    address, metrics = free_address(), Metrics(clock)
    async with observed(ObserveConfig(listen=address, unreachable_after=60), metrics) as health:
        metrics.reached()
        health.state = "serving"
        clock.now += 61
        unwell = (503, {"status": "unavailable", "reason": "Telegram was last reached 61 s ago"})
        assert await get(address, "/healthz") == unwell
        assert await get(address, "/readyz") == unwell
        metrics.reached()
        assert (await get(address, "/healthz"))[0] == 200


async def test_metrics_are_served_as_text() -> None:
    """With the lag of the loop in it."""
    address = free_address()
    async with observed(ObserveConfig(listen=address), Metrics()):
        status, page = await get(address, "/metrics")
    assert status == 200
    assert "investor_bot_loop_lag_seconds_count" in page
    assert (await get_refused(address)) is True


async def get_refused(address: str) -> bool:
    """Whether nobody listens at an address."""
    try:
        await get(address, "/metrics")
    except aiohttp.ClientConnectorError:
        return True
    return False


async def test_an_address_in_use_is_one_clear_line() -> None:
    """With the key and the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ServeError, match=rf"observe\.listen: cannot listen on {address} \(.+\) — choose another"):
            async with observed(ObserveConfig(listen=address), Metrics()):
                pass
