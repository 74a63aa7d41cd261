"""``investor-bot serve`` as a process: webhook and polling, health, metrics, logs, restarts."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.ports import free_address
from tests.telegram.botapi import BotApi, bad_gateway, dropped, garbled, private_message
from tests.telegram.test_telegram_end_to_end import GDP, PATIENCE, ended, environment, knowledge, program

__all__ = ["environment", "knowledge"]  # fixtures

NAME, SAYS = "欧阳测试名", "2021年地区生产总值增长目标是多少，我叫赵铁柱"


@pytest.fixture
def webhook(environment: dict[str, str]) -> dict[str, str]:
    """What somebody sets to serve by webhook behind a proxy."""
    return environment | {
        "BOT_TELEGRAM__MODE": "webhook",
        "BOT_TELEGRAM__WEBHOOK_URL": "https://bot.example.org",
        "BOT_TELEGRAM__WEBHOOK_LISTEN": free_address(),
    }


def observed(environment: Mapping[str, str], **more: str) -> tuple[dict[str, str], str]:
    """Return the environment with an endpoint for health and metrics, and the endpoint's URL."""
    address = free_address()
    return {**environment, "BOT_OBSERVE__LISTEN": address, **more}, f"http://{address}"


async def get(url: str) -> tuple[int, str]:
    """Return status and text of a page, waiting until somebody listens."""
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as response:
                    return response.status, await response.text()
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so; a process of its own can only be asked again and again."""
    async with asyncio.timeout(PATIENCE):
        while not await reached():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def ready(url: str) -> None:
    """Wait until the bot says that it is ready."""

    async def is_ready() -> bool:
        return (await get(f"{url}/readyz"))[0] == 200

    await until(is_ready)


async def done(url: str) -> None:
    """Wait until the bot has nothing in work."""

    async def is_done() -> bool:
        return await sample(url, "investor_bot_updates_pending") == 0

    await until(is_done)


async def sample(url: str, name: str, **labels: str) -> float | None:
    """Return a figure as Prometheus would read it."""
    families = text_string_to_metric_families((await get(f"{url}/metrics"))[1])
    samples = [sample for family in families for sample in family.samples]
    return next((s.value for s in samples if s.name == name and labels.items() <= s.labels.items()), None)


async def test_a_webhook_serves_until_sigterm(api: BotApi, webhook: dict[str, str], tmp_path: Path) -> None:
    """Answers, ends with 0, leaves the webhook and its secret for the next run, and prints no secret."""
    at = f"http://{webhook['BOT_TELEGRAM__WEBHOOK_LISTEN']}"
    async with program(webhook | {"BOT_LOG__LEVEL": "DEBUG"}) as process:
        await api.wait_for("setWebhook")
        assert await api.deliver(private_message(GDP), at) == 200
        message = await api.wait_sent()
        process.send_signal(signal.SIGTERM)
        code, output = await ended(process)
    assert "10%左右" in message["text"]
    assert code == 0
    assert "Traceback" not in output
    secret = (tmp_path / "state" / "webhook-secret").read_text().strip()
    assert api.queue.webhook_secret == secret
    assert api.queue.webhook.startswith("https://bot.example.org/telegram/")
    for hidden in (api.token, secret, api.queue.webhook.rpartition("/")[2]):
        assert hidden not in output


async def test_a_webhook_without_an_address_is_one_line(webhook: dict[str, str]) -> None:
    """Which key is missing, and exit code 2."""
    del webhook["BOT_TELEGRAM__WEBHOOK_URL"]
    async with program(webhook) as process:
        code, output = await ended(process)
    assert code == 2
    assert len(output.splitlines()) == 1
    assert "telegram.webhook_url" in output


async def test_an_address_in_use_is_one_line(webhook: dict[str, str], api: BotApi) -> None:
    """Which key and which address, and exit code 3."""
    taken = api.base_url.removeprefix("http://").removesuffix("/bot")
    async with program(webhook | {"BOT_OBSERVE__LISTEN": taken}) as process:
        code, output = await ended(process)
    assert code == 3
    assert len(output.splitlines()) == 1
    assert f"observe.listen: cannot listen on {taken}" in output


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_health_and_metrics(api: BotApi, environment: dict[str, str], webhook: dict[str, str], mode: str) -> None:
    """Well and ready while it serves; what it did can be read as figures."""
    settings, url = observed(webhook if mode == "webhook" else environment)
    async with program(settings) as process:
        await ready(url)
        assert (await get(f"{url}/healthz"))[0] == 200
        if mode == "webhook":
            await api.deliver(private_message(GDP), f"http://{webhook['BOT_TELEGRAM__WEBHOOK_LISTEN']}")
        else:
            api.push(private_message(GDP))
        await api.wait_sent()
        await done(url)
        assert await sample(url, "investor_bot_updates_total", kind="message") == 1
        assert await sample(url, "investor_bot_answers_total", status="answered") == 1
        assert await sample(url, "investor_bot_messages_sent_total") == 1
        for stage in ("queue", "answer", "send"):
            assert await sample(url, "investor_bot_stage_seconds_count", stage=stage) == 1
        assert (await sample(url, "investor_bot_loop_lag_seconds_count") or 0) > 0
        process.send_signal(signal.SIGTERM)
        assert (await ended(process))[0] == 0


def written(output: str) -> list[dict[str, Any]]:
    """Return the lines of a log in JSON."""
    return [json.loads(line) for line in output.splitlines()]


async def test_json_logs_hold_nothing_personal(api: BotApi, environment: dict[str, str]) -> None:
    """At the loudest level: neither what people write nor their names nor their ids; the chat as a hash."""
    settings = environment | {"BOT_LOG__FORMAT": "json", "BOT_LOG__LEVEL": "DEBUG", "PYTHONASYNCIODEBUG": "1"}
    update = private_message(SAYS, chat_id=424242424)
    update["message"]["from"] |= {"first_name": NAME, "username": "zhao_tiezhu"}
    api.fail_next("sendMessage", garbled())
    async with program(settings) as process:
        api.push(update)
        await api.wait_for("sendMessage")
        api.push(update | {"message": update["message"] | {"text": "/help"}})
        await api.wait_sent()
        process.send_signal(signal.SIGTERM)
        code, output = await ended(process)
    lines = written(output)
    assert code == 0
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)
    about = [line for line in lines if "update_id" in line]
    assert any("could not be sent" in line["message"] for line in about)
    assert len({line["chat"] for line in about}) == 1
    for personal in (SAYS, "赵铁柱", NAME, "zhao_tiezhu", "424242424", api.token):
        assert personal not in output
        assert json.dumps(personal)[1:-1] not in output


async def test_level_access_and_limits_come_from_the_environment(api: BotApi, environment: dict[str, str]) -> None:
    """WARNING is quiet as long as all is well; lists are JSON, numbers as they are."""
    settings = environment | {
        "BOT_LOG__LEVEL": "WARNING",
        "BOT_ACCESS__DENY": "[1002]",
        "BOT_LIMITS__QUESTION_CHARACTERS": "10",
    }
    async with program(settings) as process:
        api.push(private_message(GDP, chat_id=1002))
        assert (await api.reply_to(private_message(GDP)))["text"].startswith("问题太长了")
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == (0, "")
    assert len(api.sent) == 1


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_restart_in_the_middle_of_trouble(
    api: BotApi, environment: dict[str, str], webhook: dict[str, str], mode: str
) -> None:
    """Stopped while Telegram stumbles: what was taken is answered before the end, what was not, by the next run."""
    settings, at = (
        (webhook, f"http://{webhook['BOT_TELEGRAM__WEBHOOK_LISTEN']}") if mode == "webhook" else (environment, "")
    )
    first, second = private_message(GDP), private_message(GDP, chat_id=1002)
    api.fail_next("sendMessage", bad_gateway(), dropped())
    async with program(settings) as process:
        if mode == "webhook":
            await api.wait_for("setWebhook")
            assert await api.deliver(first, at) == 200
        else:
            api.push(first)
        await api.wait_for("sendMessage")
        process.send_signal(signal.SIGTERM)
        code, output = await ended(process)
    assert code == 0, output
    assert [message["chat"]["id"] for message in api.sent] == [1001]
    if mode == "polling":
        api.push(second)
    api.fail_next("getUpdates", garbled())
    async with program(settings):
        if mode == "webhook":
            await api.wait_for("setWebhook", 2)
            assert await api.deliver(second, at) == 200
        await api.wait_sent(2)
    assert [message["chat"]["id"] for message in api.sent] == [1001, 1002]
