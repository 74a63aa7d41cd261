"""Who is answered and how much: denied, not invited, too often, too long."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.config import load_config
from bot.observe.metrics import Metrics
from bot.render.messages import text
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.gate import FIRST, Gate
from bot.telegram.serve import polling
from bot.telegram.types import BotApplication
from tests.observe.test_metrics import Clock, value
from tests.telegram.botapi import BotApi, callback_query, group_message, inline_query, private_message
from tests.telegram.conftest import QUOTE, UNHURRIED, SmallLibrary

GDP = "黄埔区2021年GDP目标是多少"
WEI, LI, GROUP = 1001, 1002, -1002001
NOT_ALLOWED, BUSY, TOO_LONG = (
    text("zh-Hans", f"telegram.{key}") for key in ("not_allowed", "busy", "question_too_long")
)


@dataclass
class Site:
    """A running bot behind its gate."""

    api: BotApi
    application: BotApplication
    metrics: Metrics

    async def settled(self) -> None:
        """Wait until everything that was pushed is done with."""
        await self.api.wait_confirmed()
        await self.application.update_queue.join()


Guarded = Callable[..., AbstractAsyncContextManager[Site]]


@pytest.fixture
def guarded(api: BotApi, library: SmallLibrary, store: Store) -> Guarded:
    """``async with guarded(access=…, limits=…)``: the real application with such a configuration."""

    @asynccontextmanager
    async def run(clock: Clock | None = None, owners: tuple[int, ...] = (), **tables: object) -> AsyncIterator[Site]:
        telegram = {"token": api.token, "base_url": api.base_url, "owners": owners}
        config, metrics = load_config(telegram=telegram, **tables), Metrics()
        application = build_application(config, library, store, metrics, rates=UNHURRIED)
        if clock:
            _replace_gate(application, Gate(config, metrics, clock))
        async with polling(application):
            yield Site(api, application, metrics)

    return run


def _replace_gate(application: BotApplication, gate: Gate) -> None:
    application.handlers.pop(FIRST)
    gate.register(application)


def texts(api: BotApi, chat_id: int) -> list[str]:
    """Return what arrived in a chat."""
    return [message["text"] for message in api.sent if message["chat"]["id"] == chat_id]


async def test_the_denied_hear_nothing(api: BotApi, guarded: Guarded, library: SmallLibrary) -> None:
    """Neither a denied person, also in a group, nor a denied group; others are served."""
    async with guarded(access={"deny": [WEI, GROUP]}) as site:
        api.push(private_message(GDP, chat_id=WEI))
        api.push(private_message("/start", chat_id=WEI))
        api.push(group_message(f"@investor_test_bot {GDP}", chat_id=-1009, user_id=WEI))
        api.push(group_message(f"@investor_test_bot {GDP}", chat_id=GROUP, user_id=LI))
        api.push(inline_query(GDP, user_id=WEI))
        await site.settled()
        assert QUOTE in (await api.reply_to(private_message(GDP, chat_id=LI)))["text"]
    assert len(api.sent) == 1
    assert len(library.asked) == 1
    assert value(site.metrics, "investor_bot_turned_away_total", reason="denied") == 5


async def test_whoever_is_not_invited_is_told_once(api: BotApi, guarded: Guarded, library: SmallLibrary) -> None:
    """One polite line, then silence; those on the list, their groups, and owners are served."""
    async with guarded(access={"allow": [LI, GROUP]}, owners=(1003,)) as site:
        for message in (GDP, "/start", GDP):
            api.push(private_message(message, chat_id=WEI))
        api.push(callback_query("x", {"message_id": 1, "date": 1, "chat": {"id": WEI, "type": "private"}}))
        await site.settled()
        for chat_id in (LI, 1003):
            assert QUOTE in (await api.reply_to(private_message(GDP, chat_id=chat_id)))["text"]
        answer = await api.reply_to(group_message(f"@investor_test_bot {GDP}", chat_id=GROUP, user_id=WEI))
        assert QUOTE in answer["text"]
    assert texts(api, WEI) == [NOT_ALLOWED]
    assert len(library.asked) == 3


async def test_in_a_group_nobody_is_refused_who_speaks_to_others(api: BotApi, guarded: Guarded) -> None:
    """A bot that may not serve a group does not comment on its talk."""
    async with guarded(access={"allow": [LI]}) as site:
        for said in ("hello", "/start@another_bot", f"@somebody {GDP}"):
            api.push(group_message(said, user_id=WEI))
        await site.settled()
        assert api.sent == []
        assert (await api.reply_to(group_message("/start", user_id=WEI)))["text"] == NOT_ALLOWED


async def test_deny_wins_over_allow(api: BotApi, guarded: Guarded) -> None:
    """Somebody on both lists is denied; owners too."""
    async with guarded(access={"allow": [WEI], "deny": [WEI]}, owners=(WEI,)) as site:
        api.push(private_message(GDP, chat_id=WEI))
        await site.settled()
    assert api.sent == []


async def test_too_many_questions_are_told_once_a_minute(api: BotApi, guarded: Guarded, library: SmallLibrary) -> None:
    """Above the limit one friendly line, then silence, and after the minute answers again."""
    clock = Clock()
    async with guarded(clock, limits={"questions_per_minute": 3}) as site:
        for _ in range(6):
            api.push(private_message(GDP))
        await site.settled()
        assert QUOTE in (await api.reply_to(private_message(GDP, chat_id=LI)))["text"]
        clock.now += 61
        assert QUOTE in (await api.reply_to(private_message(GDP)))["text"]
    assert [said == BUSY for said in texts(api, WEI)] == [False, False, False, True, False]
    assert len(library.asked) == 5
    assert value(site.metrics, "investor_bot_turned_away_total", reason="too_many") == 3


async def test_the_next_minute_is_told_again(api: BotApi, guarded: Guarded) -> None:
    """Whoever keeps asking too much hears it once in each window."""
    clock = Clock()
    async with guarded(clock, limits={"questions_per_minute": 1}) as site:
        for _ in range(2):
            for _ in range(3):
                api.push(private_message(GDP))
            await site.settled()
            clock.now += 61
    assert [said == BUSY for said in texts(api, WEI)] == [False, True, False, True]


async def test_talk_in_a_group_is_no_question(api: BotApi, guarded: Guarded) -> None:
    """Only what is said to the bot counts, so a busy member can still ask."""
    async with guarded(limits={"questions_per_minute": 1}) as site:
        for _ in range(5):
            api.push(group_message("talk"))
        await site.settled()
        assert QUOTE in (await api.reply_to(group_message(f"@investor_test_bot {GDP}")))["text"]
    assert len(api.sent) == 1


async def test_an_album_counts_once(api: BotApi, guarded: Guarded) -> None:
    """Ten pictures sent at once are one message to whoever sends them."""
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    async with guarded(limits={"questions_per_minute": 2}) as site:
        for _ in range(10):
            api.push(private_message(photo=photo, media_group_id="album"))
        await site.settled()
        assert QUOTE in (await api.reply_to(private_message(GDP)))["text"]
    assert BUSY not in texts(api, WEI)


@pytest.mark.parametrize(("characters", "answered"), [(500, True), (501, False)])
async def test_a_long_question(
    api: BotApi, guarded: Guarded, library: SmallLibrary, characters: int, answered: bool
) -> None:
    """At the limit it is answered, above it the bot asks for shorter ones; nothing is searched."""
    async with guarded():
        reply = await api.reply_to(private_message(GDP.ljust(characters, "？")))
    assert (reply["text"] == TOO_LONG) == (not answered)
    assert bool(library.asked) == answered


async def test_no_limits(api: BotApi, guarded: Guarded) -> None:
    """0 switches a limit off."""
    async with guarded(limits={"questions_per_minute": 0, "question_characters": 0}):
        for _ in range(25):
            api.push(private_message(GDP + "？" * 600))
        await api.wait_sent(25)
    assert {BUSY, TOO_LONG}.isdisjoint(texts(api, WEI))


@pytest.mark.parametrize(("code", "locale"), [("en", "en"), ("zh-hant", "zh-Hant"), (None, "zh-Hans")])
async def test_a_refusal_speaks_the_language_of_the_app(
    api: BotApi, guarded: Guarded, code: str | None, locale: str
) -> None:
    """As everything the bot says before it knows more."""
    async with guarded(access={"allow": [LI]}):
        reply = await api.reply_to(private_message(GDP, language_code=code))
    assert reply["text"] == text(locale, "telegram.not_allowed")


async def test_a_refusal_that_cannot_be_sent_is_no_failure(
    api: BotApi, guarded: Guarded, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody who is not invited and has blocked the bot costs a line in the log."""
    api.chats.block(WEI)
    async with guarded(access={"allow": [LI]}):
        api.push(private_message(GDP))
        await api.wait_for("sendMessage")
        assert QUOTE in (await api.reply_to(private_message(GDP, chat_id=LI)))["text"]
    assert "Traceback" not in caplog.text
