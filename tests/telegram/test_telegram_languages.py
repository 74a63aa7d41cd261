"""Which language the bot speaks: /lang, then the question's, then that of the app."""

from __future__ import annotations

import pytest

from bot.config import load_config
from bot.render.messages import text
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.pages import help_page
from bot.telegram.serve import polling
from tests.telegram.botapi import BotApi, group_message, private_message, refused
from tests.telegram.conftest import Serving, SmallLibrary

GDP = "黄埔区2021年GDP目标是多少"
TARGET = {locale: text(locale, "label.target") for locale in ("zh-Hans", "zh-Hant", "en")}


@pytest.mark.parametrize(
    ("code", "locale"),
    [("en", "en"), ("de", "en"), ("zh-hans", "zh-Hans"), ("zh-hant", "zh-Hant"), (None, "zh-Hans")],
)
async def test_start_speaks_the_language_of_the_app(
    api: BotApi, serving: Serving, code: str | None, locale: str
) -> None:
    """Before the first question only the app's language is known; questions to tap come with the greeting."""
    async with serving():
        message = await api.reply_to(private_message("/start", language_code=code))
    assert message["text"].startswith(text(locale, "telegram.start")[:5])
    assert message["reply_markup"]["inline_keyboard"]


async def test_answers_speak_the_language_of_the_question(api: BotApi, serving: Serving) -> None:
    """An English question in a Chinese app is answered with English labels; pages then follow it."""
    async with serving():
        answer = await api.reply_to(private_message("GDP target 2021?", language_code="zh-hans"))
        page = await api.reply_to(private_message("/help", language_code="zh-hans"))
    assert TARGET["en"] in answer["text"]
    assert page["text"] == help_page("en")


async def test_lang_wins_until_auto(api: BotApi, serving: Serving) -> None:
    """/lang holds for this chat only, and /lang auto undoes it."""
    async with serving():
        for update in (private_message("/lang en"), private_message(GDP), private_message(GDP, chat_id=1002)):
            await api.reply_to(update)
        await api.reply_to(private_message("/lang auto"))
        await api.reply_to(private_message(GDP))
    texts = [message["text"] for message in api.sent]
    assert "en" in texts[0]
    assert TARGET["en"] in texts[1]
    assert TARGET["zh-Hans"] in texts[2]
    assert TARGET["zh-Hans"] in texts[4]


async def test_lang_shows_what_there_is(api: BotApi, serving: Serving) -> None:
    """Without a name it shows the language in use, with a wrong one it says so and changes nothing."""
    async with serving():
        await api.reply_to(private_message("/lang zh-hant"))
        now = await api.reply_to(private_message("/lang"))
        wrong = await api.reply_to(private_message("/lang <b>klingon"))
        page = await api.reply_to(private_message("/help"))
    assert "zh-Hant" in now["text"]
    assert "<b>klingon" in wrong["text"]
    assert page["text"] == help_page("zh-Hant")


async def test_the_configured_language(api: BotApi, library: SmallLibrary, store: Store) -> None:
    """ui.locale sets the language for everybody who has not chosen one."""
    table = {"token": api.token, "base_url": api.base_url}
    config = load_config(telegram=table, ui={"locale": "en"})
    async with polling(build_application(config, library, store)):
        answer = await api.reply_to(private_message(GDP))
        page = await api.reply_to(private_message("/help"))
    assert TARGET["en"] in answer["text"]
    assert page["text"] == help_page("en")


async def test_an_unknown_command_gets_help_in_private_only(api: BotApi, serving: Serving) -> None:
    """A mistyped command is answered with the list of commands; in a group it may be another bot's."""
    async with serving():
        page = await api.reply_to(private_message("/strat"))
        api.push(group_message("/strat"))
        await api.wait_confirmed()
    assert page["text"] == help_page("zh-Hans")
    assert len(api.sent) == 1


async def test_sources_lists_the_documents(api: BotApi, serving: Serving) -> None:
    """By title; more of each behind its number."""
    async with serving():
        page = await api.reply_to(private_message("/sources"))
    assert "1. 《2021年黄埔区政府工作报告》" in page["text"]


async def test_a_reply_that_is_refused_for_another_reason(api: BotApi, serving: Serving) -> None:
    """Where Telegram refuses the answer itself the chat reads an apology."""
    api.fail_next("sendMessage", refused("TOPIC_CLOSED"))
    async with serving():
        message = await api.reply_to(private_message(GDP))
    assert message["text"] == text("zh-Hans", "telegram.error")
