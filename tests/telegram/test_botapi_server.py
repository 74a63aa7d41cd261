"""The double refuses what Telegram refuses, in Telegram's words, and records the rest."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.telegram.botapi import (
    BotApi,
    bad_gateway,
    callback_query,
    complete,
    complete_path,
    dropped,
    group_message,
    inline_query,
    private_message,
    reduced,
    too_many_requests,
)
from tests.telegram.botapi.parameters import Mismatch, checked_object

CHAT = {"id": 1001, "type": "private", "first_name": "Wei"}
KEYBOARD = {"inline_keyboard": [[{"text": "more", "callback_data": "x" * 65}]]}


async def call(api: BotApi, method: str, token: str | None = None, **params: Any) -> dict[str, Any]:
    """Call a method as python-telegram-bot does: a form whose values are strings or JSON."""
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{api.base_url}{token or api.token}/{method}", data=form) as response,
    ):
        body: dict[str, Any] = await response.json()
        assert response.status == (200 if body["ok"] else body["error_code"])
        return body


async def send(api: BotApi, text: str, **params: Any) -> dict[str, Any]:
    """Send a message to a chat that exists."""
    api.chats.add(CHAT)
    return await call(api, "sendMessage", chat_id=1001, text=text, **params)


async def test_get_me_is_the_bot_of_the_token(each_api: BotApi) -> None:
    """The bot's id is the first part of its token."""
    body = await call(each_api, "getMe")
    assert body["result"]["id"] == int(each_api.token.split(":")[0])


@pytest.mark.parametrize(
    ("token", "code", "description"),
    [("1:wrong", 401, "Unauthorized"), ("malformed", 404, "Not Found")],
)
async def test_wrong_tokens(each_api: BotApi, token: str, code: int, description: str) -> None:
    """A token of another bot is unauthorized, what is no token is not found."""
    body = await call(each_api, "getMe", token=token)
    assert body == {"ok": False, "error_code": code, "description": description}


async def test_an_unknown_method_is_not_found(each_api: BotApi) -> None:
    """A method that the Bot API does not have is a 404."""
    body = await call(each_api, "sendMassage", chat_id=1001)
    assert body == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"colour": "red"}, "unknown parameter 'colour'"),
        ({"disable_notification": "perhaps"}, "'disable_notification' of sendMessage must be Boolean"),
        ({"message_thread_id": "seven"}, "'message_thread_id' of sendMessage must be Integer"),
        ({"reply_parameters": {"message_id": "7"}}, "'message_id' of ReplyParameters must be Integer"),
        ({"reply_parameters": {}}, "'message_id' of ReplyParameters is required"),
        ({"reply_parameters": {"message_id": 7, "soon": True}}, "unknown parameter 'soon'"),
        ({"link_preview_options": "none"}, "is not JSON"),
        ({"entities": {"type": "bold"}}, "is not an array"),
        ({"parse_mode": "Markdown5"}, "unsupported parse_mode"),
        ({"message_thread_id": 7}, "message thread not found"),
        ({"reply_parameters": {"message_id": 7}}, "message to be replied not found"),
        ({"reply_markup": KEYBOARD}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "more"}]]}}, "exactly one action"),
    ],
)
async def test_wrong_parameters(each_api: BotApi, params: dict[str, Any], words: str) -> None:
    """Unknown and wrongly typed parameters are refused, at any depth, with the name in the reason."""
    body = await send(each_api, "text", **params)
    assert (body["ok"], body["error_code"]) == (False, 400)
    assert body["description"].startswith("Bad Request: ")
    assert words in body["description"]
    assert each_api.sent == []


async def test_a_required_parameter_is_missed(each_api: BotApi) -> None:
    """A call without a required parameter says which."""
    body = await call(each_api, "sendMessage", chat_id=1001)
    assert body["description"] == "Bad Request: parameter 'text' of sendMessage is required"


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("", "message text is empty"),
        (" \n", "message text is empty"),
        ("<b> </b>", "message text is empty"),
        ("字" * 4097, "message is too long"),
        ("😀" * 2049, "message is too long"),
    ],
)
async def test_wrong_texts(each_api: BotApi, text: str, description: str) -> None:
    """Empty and over-long texts are refused, in UTF-16 units and without the markup."""
    body = await send(each_api, text, parse_mode="HTML")
    assert body["description"] == f"Bad Request: {description}"


@pytest.mark.parametrize("text", ["😀" * 2048, f"<b>{'字' * 4096}</b>", "&lt;" * 4096])
async def test_the_longest_texts(each_api: BotApi, text: str) -> None:
    """4096 UTF-16 units after parsing are allowed, however long the markup is."""
    assert (await send(each_api, text, parse_mode="HTML"))["ok"]


async def test_chats_that_cannot_be_written_to(each_api: BotApi) -> None:
    """An unknown chat is a 400, one whose user blocked the bot a 403."""
    unknown = await call(each_api, "sendMessage", chat_id=5, text="text")
    each_api.chats.block(1001)
    blocked = await send(each_api, "text")
    assert unknown["description"] == "Bad Request: chat not found"
    assert (blocked["error_code"], blocked["description"]) == (403, "Forbidden: bot was blocked by the user")


async def test_replies_to_known_messages(each_api: BotApi) -> None:
    """A reply shows the message it replies to; to an unknown one it is sent where that is allowed."""
    question = each_api.push(private_message("question"))["message"]
    known = await send(each_api, "text", reply_parameters={"message_id": question["message_id"]})
    lost = {"message_id": 9, "allow_sending_without_reply": True}
    unknown = await send(each_api, "text", reply_parameters=lost)
    assert known["result"]["reply_to_message"]["text"] == "question"
    assert "reply_to_message" not in unknown["result"]


async def test_editing(each_api: BotApi) -> None:
    """Only an own message can be edited, and only into something else."""
    question = each_api.push(private_message("question"))["message"]
    own = (await send(each_api, "first"))["result"]["message_id"]
    edits = [
        await call(each_api, "editMessageText", chat_id=1001, message_id=number, text=text)
        for number, text in [(own, "second"), (own, "second"), (9, "x"), (question["message_id"], "x")]
    ]
    assert edits[0]["result"]["text"] == "second"
    assert [edit["description"].split(":")[1].strip() for edit in edits[1:]] == [
        "message is not modified",
        "message to edit not found",
        "message can't be edited",
    ]


async def test_queries_are_answered_once(each_api: BotApi) -> None:
    """A callback query and an inline query can be answered once each."""
    message = (await send(each_api, "text"))["result"]
    press = each_api.push(callback_query("data", message))["callback_query"]["id"]
    typed = each_api.push(inline_query("GDP"))["inline_query"]["id"]
    article = {
        "type": "article",
        "id": "1",
        "title": "GDP",
        "input_message_content": {"message_text": "<b>10%</b>", "parse_mode": "HTML"},
    }
    assert (await call(each_api, "answerCallbackQuery", callback_query_id=press))["ok"]
    assert "too old" in (await call(each_api, "answerCallbackQuery", callback_query_id=press))["description"]
    twice = await call(each_api, "answerInlineQuery", inline_query_id=typed, results=[article, article])
    assert twice["description"] == "Bad Request: RESULT_ID_DUPLICATE"
    assert (await call(each_api, "answerInlineQuery", inline_query_id=typed, results=[article]))["ok"]


async def test_menus_and_actions(each_api: BotApi) -> None:
    """Commands are lower case, actions are those that Telegram knows."""
    each_api.chats.add(CHAT)
    good, bad = ({"command": name, "description": "text"} for name in ("start", "Start"))
    assert (await call(each_api, "setMyCommands", commands=[good]))["ok"]
    assert "BOT_COMMAND_INVALID" in (await call(each_api, "setMyCommands", commands=[bad]))["description"]
    assert (await call(each_api, "sendChatAction", chat_id=1001, action="typing"))["ok"]
    assert not (await call(each_api, "sendChatAction", chat_id=1001, action="dancing"))["ok"]


async def test_menus_are_kept_by_scope_and_language(each_api: BotApi) -> None:
    """What was set for one kind of chat or language is not there for another."""
    each_api.chats.add(CHAT)
    command = {"command": "help", "description": "text"}
    chat = {"type": "chat", "chat_id": 1001}
    assert (await call(each_api, "setMyCommands", commands=[command], scope=chat, language_code="zh"))["ok"]
    assert (await call(each_api, "getMyCommands", scope=chat, language_code="zh"))["result"] == [command]
    assert (await call(each_api, "getMyCommands", scope=chat))["result"] == []
    assert (await call(each_api, "deleteMyCommands", scope=chat, language_code="zh"))["ok"]
    assert (await call(each_api, "getMyCommands", scope=chat, language_code="zh"))["result"] == []
    assert not (await call(each_api, "getMyCommands", scope=chat | {"chat_id": 7}))["ok"]
    assert not (await call(each_api, "getMyCommands", language_code="zh-hant"))["ok"]
    assert not (await call(each_api, "setMyCommands", commands=[command] * 101))["ok"]


async def test_descriptions_have_a_length(each_api: BotApi) -> None:
    """512 for the empty chat, 120 for the profile."""
    assert (await call(each_api, "setMyDescription", description="x" * 512))["ok"]
    assert not (await call(each_api, "setMyDescription", description="x" * 513))["ok"]
    assert (await call(each_api, "getMyDescription"))["result"] == {"description": "x" * 512}
    assert not (await call(each_api, "setMyShortDescription", short_description="x" * 121))["ok"]
    assert (await call(each_api, "getMyShortDescription", language_code="zh"))["result"] == {"short_description": ""}


async def test_inline_answers_are_checked(each_api: BotApi) -> None:
    """A title, an offset and a button's parameter have to be what Telegram takes."""
    typed = each_api.push(inline_query("GDP"))["inline_query"]["id"]
    article = {"type": "article", "id": "1", "title": "GDP", "input_message_content": {"message_text": "10%"}}
    for wrong in (
        {"results": [article | {"title": " "}]},
        {"results": [article], "next_offset": "x" * 65},
        {"results": [article], "button": {"text": "more", "start_parameter": "not this"}},
    ):
        assert not (await call(each_api, "answerInlineQuery", inline_query_id=typed, **wrong))["ok"]
    assert (await call(each_api, "answerInlineQuery", inline_query_id=typed, results=[article]))["ok"]


async def test_updates_wait_until_they_are_confirmed(each_api: BotApi) -> None:
    """An update comes again and again until a call with a higher offset; a limit takes the oldest."""
    first, second = (each_api.push(private_message(text))["update_id"] for text in ("one", "two"))
    ids = [
        [update["update_id"] for update in (await call(each_api, "getUpdates", **params))["result"]]
        for params in ({}, {"limit": 1}, {"offset": second}, {}, {"offset": second + 1}, {})
    ]
    assert ids == [[first, second], [first], [second], [second], [], []]


async def test_a_negative_offset_keeps_the_last_updates(each_api: BotApi) -> None:
    """offset=-1 forgets all but the last update."""
    for text in ("one", "two", "three"):
        each_api.push(private_message(text))
    result = (await call(each_api, "getUpdates", offset=-1))["result"]
    assert [update["message"]["text"] for update in result] == ["three"]


async def test_a_long_poll_ends_with_the_update(each_api: BotApi) -> None:
    """A call that waits returns as soon as there is something, long before its time-out."""
    poll = asyncio.create_task(call(each_api, "getUpdates", timeout=50))
    await each_api.wait_polling()
    each_api.push(group_message("text"))
    assert len((await poll)["result"]) == 1


async def test_a_second_poller_ends_the_first(each_api: BotApi) -> None:
    """Of two calls that wait at once the older one gets a 409."""
    first = asyncio.create_task(call(each_api, "getUpdates", timeout=50))
    await each_api.wait_polling()
    await call(each_api, "getUpdates")
    body = await first
    assert (body["error_code"], body["description"][:53]) == (
        409,
        "Conflict: terminated by other getUpdates request; mak",
    )


async def test_a_webhook_excludes_polling(each_api: BotApi) -> None:
    """While a webhook is set polling is a 409; a webhook has to be HTTPS."""
    assert not (await call(each_api, "setWebhook", url="http://example.org"))["ok"]
    assert (await call(each_api, "setWebhook", url="https://example.org"))["ok"]
    assert (await call(each_api, "getUpdates"))["error_code"] == 409
    assert (await call(each_api, "deleteWebhook"))["ok"]
    assert (await call(each_api, "getUpdates"))["ok"]


async def test_scripted_failures(each_api: BotApi) -> None:
    """A test can let the next calls of a method fail; each failure is used once."""
    each_api.fail_next("getMe", too_many_requests(7), bad_gateway(), dropped())
    flood = await call(each_api, "getMe")
    assert flood["parameters"] == {"retry_after": 7}
    assert (await call(each_api, "getMe"))["error_code"] == 502
    with pytest.raises(aiohttp.ClientError):
        await call(each_api, "getMe")
    assert (await call(each_api, "getMe"))["ok"]
    assert [made.status for made in each_api.calls] == [429, 502, 0, 200]


def test_the_reduced_description_is_part_of_the_complete_one() -> None:
    """What is written by hand here says the same as the Bot API itself."""
    if not complete_path().is_file():
        pytest.skip(f"{complete_path()} is not there, INVESTOR_BOT_SHARED says where it is")
    whole, part = complete(complete_path()), reduced()
    for ours, theirs in ((part.methods, whole.methods), (part.types, whole.types)):
        for name, fields in ours.items():
            known = {field.name: field for field in theirs[name]}
            for field in fields:
                assert field.required == known[field.name].required
                assert set(field.types) <= set(known[field.name].types)
            assert {field.name for field in fields} == set(known), name


def test_the_factories_make_updates_as_described() -> None:
    """Every update that a factory makes is an Update to the Bot API's description."""
    if not complete_path().is_file():
        pytest.skip(f"{complete_path()} is not there, INVESTOR_BOT_SHARED says where it is")
    from tests.telegram.botapi import business_message, channel_post, edited_message

    numbered = {"message_id": 1}
    message = private_message("/start @somebody")["message"] | numbered
    updates = [
        {"message": message},
        {"message": group_message("text", topic=7)["message"] | numbered},
        edited_message(message, "other"),
        {"channel_post": channel_post("text")["channel_post"] | numbered},
        business_message("text"),
        callback_query("data", message),
        inline_query("text"),
    ]
    for update in updates:
        try:
            checked_object(complete(complete_path()), "Update", {"update_id": 1} | update)
        except Mismatch as mismatch:
            pytest.fail(f"{update}: {mismatch}")
