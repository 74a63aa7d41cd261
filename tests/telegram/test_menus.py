"""What Telegram shows of the bot before anybody writes: commands and descriptions, by language and kind of chat."""

from __future__ import annotations

import pytest
from telegram.ext import ExtBot

from bot.observe.metrics import Metrics
from bot.render import messages
from bot.telegram import pages
from bot.telegram.hooks import Hooks
from bot.telegram.limiter import FloodControl
from bot.telegram.menus import set_menus
from tests.telegram.botapi import (
    BotApi,
    bad_gateway,
    private_message,
    refused,
    too_many_requests,
)
from tests.telegram.botapi.failures import Failure
from tests.telegram.conftest import Serving

SCOPES = {"default": pages.COMMANDS, "all_private_chats": pages.COMMANDS, "all_group_chats": pages.GROUP_COMMANDS}


async def settled(api: BotApi) -> None:
    """Wait until the menus are done: the last step asks for the last short description."""
    await api.wait_for("setMyShortDescription", 2)


def setting(api: BotApi) -> list[str]:
    """The calls that changed a menu or a description."""
    return [call.method for call in api.calls if call.method.startswith(("setMy", "deleteMy"))]


async def test_each_kind_of_chat_has_its_menu_in_each_language(api: BotApi, serving: Serving) -> None:
    """English, and Simplified for every Chinese app; a group sees fewer commands."""
    async with serving():
        await settled(api)
    assert set(api.methods.commands) == {(scope, code) for scope in SCOPES for code in ("", "zh")}
    for (scope, code), menu in api.methods.commands.items():
        assert [entry["command"] for entry in menu] == list(SCOPES[scope])
        locale = "zh-Hans" if code else "en"
        assert menu[0]["description"] == pages.text(locale, f"command_{menu[0]['command']}")
    assert len(pages.GROUP_COMMANDS) < len(pages.COMMANDS)


async def test_the_descriptions(api: BotApi, serving: Serving) -> None:
    """The empty chat and the profile say what the bot does, in both languages; the double holds the limits."""
    async with serving():
        await settled(api)
    shown = api.methods.descriptions
    assert shown["description", ""].startswith("Questions and answers for investors.")
    assert shown["description", "zh"].startswith("招商资料问答。")
    assert "source" in shown["short_description", ""]
    assert "注明出处" in shown["short_description", "zh"]


async def test_every_command_of_the_menu_answers(api: BotApi, serving: Serving) -> None:
    """And a menu in every language names them all."""
    async with serving():
        for name in pages.COMMANDS:
            assert (await api.reply_to(private_message(f"/{name}")))["text"]
    for locale in messages.LOCALES:
        assert [name for name, what in pages.menu(locale) if what] == list(pages.COMMANDS)


async def test_a_restart_changes_nothing(api: BotApi, serving: Serving) -> None:
    """What Telegram has already is not sent again; what somebody changed meanwhile is set right."""
    async with serving():
        await settled(api)
    changed = ("all_group_chats", "zh")
    api.methods.commands[changed] = []
    api.calls.clear()
    async with serving():
        await api.wait_for("getMyShortDescription", 2)
    assert setting(api) == ["setMyCommands"]
    assert [entry["command"] for entry in api.methods.commands[changed]] == list(pages.GROUP_COMMANDS)


@pytest.mark.parametrize("failure", [refused("BOT_COMMAND_INVALID"), bad_gateway()], ids=["refused", "outage"])
async def test_a_failure_does_not_stop_the_bot(api: BotApi, serving: Serving, failure: Failure) -> None:
    """Questions are answered meanwhile, and what can be set is."""
    api.fail_next("setMyCommands", failure)
    async with serving():
        assert (await api.reply_to(private_message("/help")))["text"]
        await settled(api)
    assert len(api.methods.descriptions) == 4


async def test_without_menus_at_all(api: BotApi, serving: Serving, caplog: pytest.LogCaptureFixture) -> None:
    """A long outage of these calls costs one line in the log, not the service."""
    api.fail_next("getMyCommands", *[bad_gateway()] * 3)
    async with serving():
        await api.wait_for("getMyCommands", 3)
        assert (await api.reply_to(private_message("/help")))["text"]
    assert setting(api) == []
    assert "the next start tries again" in caplog.text


async def test_nobody_waits_long_for_menus(api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    """Telegram asks for a pause: the bot starts without them."""
    api.fail_next("setMyCommands", too_many_requests(60))
    limiter = FloodControl(Metrics(), Hooks())
    async with ExtBot(api.token, base_url=api.base_url, rate_limiter=limiter) as bot:
        await set_menus(bot, patience=0.2)
    assert "took too long" in caplog.text


@pytest.mark.parametrize("command", ["/start", "/lang zh-Hant"])
async def test_readers_of_traditional_have_a_menu_of_their_own(api: BotApi, serving: Serving, command: str) -> None:
    """Telegram counts both scripts as one language, so it is set for their chat, once."""
    async with serving():
        for _ in range(2):
            await api.reply_to(private_message(command, language_code="zh-hant"))
        await api.wait_for("getMyCommands", 2, lambda call: "chat_id" in call.params.get("scope", {}))
        await settled(api)
    menu = api.methods.commands["chat1001", ""]
    assert {entry["command"]: entry["description"] for entry in menu}["topics"] == "按主題提問"
    chats = [call for call in api.calls if call.method == "setMyCommands" and "chat_id" in call.params["scope"]]
    assert len(chats) == 1


async def test_a_menu_of_ones_own_goes_with_the_language(api: BotApi, serving: Serving) -> None:
    """/lang to what the app shows anyway removes it; others never get one."""
    async with serving():
        await api.reply_to(private_message("/start", language_code="zh-hans"))
        await api.reply_to(private_message("/lang en", language_code="zh-hans"))
        await api.wait_for("setMyCommands", where=lambda call: "chat_id" in call.params["scope"])
        assert api.methods.commands["chat1001", ""][0]["description"] == "Begin"
        await api.reply_to(private_message("/lang 简体", language_code="zh-hans"))
        await api.wait_for("deleteMyCommands")
    assert ("chat1001", "") not in api.methods.commands
    assert len([call for call in api.calls if "chat_id" in call.params.get("scope", {})]) == 4


async def test_a_menu_that_somebody_else_set_stays(api: BotApi, serving: Serving) -> None:
    """Admins have their own commands in their chats."""
    theirs = [{"command": "reload", "description": "重新载入"}]
    api.methods.commands["chat1001", ""] = theirs
    async with serving():
        await api.reply_to(private_message("/start", language_code="zh-hant"))
        await api.wait_for("getMyCommands", where=lambda call: "chat_id" in call.params.get("scope", {}))
        await settled(api)
    assert api.methods.commands["chat1001", ""] == theirs
