"""The event loop is never held up: whatever computes for long or waits has a thread.

A busy machine is no mistake of the code. So under load the processor time of each step is measured, which
other programs do not lengthen, and for waiting calls (which cost no processor time) a calm run among several
is enough.
"""

from __future__ import annotations

import asyncio
import logging
import time
from asyncio import events

import pytest

from bot.answer.assistant import Assistant
from bot.config import Config
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.responsive import responsive
from bot.telegram.serve import polling
from tests.telegram.botapi import BotApi, private_message
from tests.telegram.conftest import UNHURRIED

SLOW = 0.05
"""Seconds that one step of the event loop may take."""
ROUNDS = 10
MESSAGES = (
    "黄埔2020年GDP增长多少",
    "坐城軌去深圳機場要幾耐",
    "How many gazelle companies does Huangpu have?",
    "天河区GDP多少",
    "2021年固定资产投资目标和完成各是多少，与上海黄浦相比",
    "huangpu gdp 2020",
    "你好",
    "/start",
    "/sources",
    "/help",
)


class Bundled:
    """The bundled knowledge as a library."""

    def __init__(self, assistant: Assistant) -> None:
        self.current = assistant


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, str]]:
    """The processor time of each step of the loop, in seconds, and what it was."""
    taken: list[tuple[float, str]] = []
    run = events.Handle._run

    def timed(handle: events.Handle) -> None:
        started = time.thread_time()
        run(handle)
        seconds = time.thread_time() - started
        if seconds > SLOW:
            taken.append((seconds, repr(handle)))

    monkeypatch.setattr(events.Handle, "_run", timed)
    return taken


async def test_no_step_computes_for_long_under_load(
    api: BotApi, config: Config, bundled: Assistant, store: Store, steps: list[tuple[float, str]]
) -> None:
    """A hundred messages from fifty chats at once."""
    with responsive():
        async with polling(build_application(config, Bundled(bundled), store, rates=UNHURRIED)):
            await warm(api)
            steps.clear()
            for number in range(100):
                api.push(private_message(MESSAGES[number % len(MESSAGES)], chat_id=2000 + number % 50))
            await api.wait_sent(103)
    assert steps == []


async def test_no_step_waits(
    api: BotApi, config: Config, bundled: Assistant, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """Asyncio's own watch for slow steps has nothing to say in at least one run through all messages."""
    loop = asyncio.get_running_loop()
    with responsive():
        async with polling(build_application(config, Bundled(bundled), store, rates=UNHURRIED)):
            await warm(api)
            loop.slow_callback_duration = SLOW
            for _ in range(ROUNDS):
                caplog.clear()
                loop.set_debug(True)
                for message in MESSAGES[:5] + MESSAGES[-3:]:
                    await api.reply_to(private_message(message, chat_id=3000 + len(api.sent)))
                loop.set_debug(False)
                slow = [record.getMessage() for record in caplog.records if record.name == "asyncio"]
                if not slow:
                    break
    assert slow == []


async def test_the_watch_sees_a_step_that_waits(caplog: pytest.LogCaptureFixture) -> None:
    """The measure itself works."""
    loop = asyncio.get_running_loop()
    loop.slow_callback_duration = SLOW
    loop.set_debug(True)
    loop.call_soon(time.sleep, 2 * SLOW)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    loop.set_debug(False)
    assert "took 0." in caplog.text


async def warm(api: BotApi) -> None:
    """Let the bot read once what it reads once."""
    for command in ("/start", "/help", "/sources"):
        await api.reply_to(private_message(command))


@pytest.fixture(autouse=True)
def loud(caplog: pytest.LogCaptureFixture) -> None:
    """Asyncio's warnings are heard."""
    caplog.set_level(logging.WARNING, logger="asyncio")
