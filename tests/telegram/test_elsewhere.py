"""Groups, topics, channels, and everything that is no question: who is answered, where, and who is left alone."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.config import Config
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.hooks import Hooks
from bot.telegram.serve import polling
from tests.telegram.botapi import (
    BotApi,
    business_message,
    channel_post,
    group_message,
    guest_message,
    membership,
    private_message,
)
from tests.telegram.botapi.factories import user
from tests.telegram.conftest import QUOTE, UNHURRIED, Serving, SmallLibrary

GDP = "黄埔区2021年GDP目标是多少"
MENTION = f"@investor_test_bot {GDP}"
GROUP = {"id": -1002001, "type": "supergroup", "title": "招商群"}
CHANNEL = {"id": -1003001, "type": "channel", "title": "公告"}
ANONYMOUS = user(1087968824) | {"is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
AS_CHANNEL = user(136817688) | {"is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
ANOTHER_BOT = user(42) | {"is_bot": True, "username": "another_bot"}


@dataclass
class Record:
    """Keeps what the bot tells a store."""

    told: list[tuple[object, ...]] = field(default_factory=list)

    def hooks(self) -> Hooks:
        async def refused(chat_id: int) -> None:
            self.told.append(("refused", chat_id))

        async def welcomed(chat_id: int) -> None:
            self.told.append(("welcomed", chat_id))

        async def migrated(old: int, new: int) -> None:
            self.told.append(("migrated", old, new))

        return Hooks(on_refused=refused, on_welcomed=welcomed, on_migrated=migrated)

    def serving(self, config: Config, library: SmallLibrary, store: Store) -> AbstractAsyncContextManager[object]:
        return polling(build_application(config, library, store, hooks=self.hooks(), rates=UNHURRIED))


def as_sender(update: dict[str, Any], sender: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The same message from somebody else."""
    return {kind: content | {"from": sender} | more for kind, content in update.items()}


@pytest.mark.parametrize(
    ("sender", "chat"), [(ANONYMOUS, GROUP), (AS_CHANNEL, CHANNEL)], ids=["anonymous admin", "as a channel"]
)
async def test_whoever_speaks_for_a_chat_can_ask(
    api: BotApi, serving: Serving, sender: dict[str, Any], chat: dict[str, Any]
) -> None:
    """Telegram shows such people as bots; when they mention the bot they are answered."""
    async with serving():
        message = await api.reply_to(as_sender(group_message(MENTION), sender, sender_chat=chat))
    assert QUOTE in message["text"]


OVERHEARD = {
    "talk": group_message(GDP),
    "a mention of somebody else": group_message(f"@somebody_else {GDP}"),
    "a command to another bot": group_message("/help@another_bot"),
    "the same in private": private_message("/help@another_bot"),
    "a reply to somebody else": group_message(GDP, reply_to_message=group_message("早")["message"] | {"message_id": 1}),
    "another bot": as_sender(group_message(MENTION), ANOTHER_BOT),
    "posted through the bot": group_message(MENTION, via_bot=user(987654321) | {"is_bot": True}),
    "posted through another bot": private_message(GDP, via_bot=ANOTHER_BOT),
    "a command through a bot": private_message("/help", via_bot=ANOTHER_BOT),
    "a channel's post in its group": as_sender(
        group_message(MENTION), user(777000), sender_chat=CHANNEL, is_automatic_forward=True
    ),
    "a post of a channel": channel_post(MENTION),
    "an edited post": {
        "edited_channel_post": channel_post(MENTION)["channel_post"] | {"message_id": 1, "edit_date": 2}
    },
    "a command in a channel": channel_post("/start"),
    "a business message": business_message(GDP),
    "a command to a business": business_message("/start"),
    "an edited business message": {"edited_business_message": business_message(GDP)["business_message"]},
    "a guest message": guest_message(MENTION),
    "an unknown kind": {"something_new": {"id": 1}},
}


@pytest.mark.parametrize("update", OVERHEARD.values(), ids=OVERHEARD)
async def test_what_is_only_overheard_is_left_alone(
    api: BotApi, serving: Serving, library: SmallLibrary, update: dict[str, Any]
) -> None:
    """No answer, no apology, no call but the fetching of updates."""
    async with serving():
        await api.wait_polling()
        before = len(api.calls)
        api.push({kind: dict(content) for kind, content in update.items()})
        await api.wait_confirmed()
    assert library.asked == []
    assert {call.method for call in api.calls[before:]} == {"getUpdates"}


@pytest.mark.parametrize(
    "text", [f"{GDP} @investor_test_bot", f"@INVESTOR_TEST_BOT，{GDP}", "/start@investor_test_bot"]
)
async def test_what_is_meant_for_the_bot_is_answered(api: BotApi, serving: Serving, text: str) -> None:
    """A mention anywhere in the message, in any case, and its own commands."""
    async with serving():
        message = await api.reply_to(group_message(text))
    assert message["chat"]["id"] == GROUP["id"]


async def test_a_reply_to_the_bot_is_a_question_in_its_topic(
    api: BotApi, serving: Serving, library: SmallLibrary
) -> None:
    """Without a mention; the answer stays in the topic."""
    async with serving():
        first = await api.reply_to(group_message(MENTION, topic=7))
        second = await api.reply_to(group_message("那2020年呢", topic=7, reply_to_message=first))
    assert first["message_thread_id"] == second["message_thread_id"] == 7
    assert [question for question, _ in library.asked] == [GDP, "那2020年呢"]


WORDLESS: dict[str, Any] = {
    "sticker": {"type": "regular", "is_animated": False, "is_video": False},
    "photo": None,
    "voice": {},
    "video": {},
    "video_note": {"length": 1},
    "audio": {},
    "document": {},
    "animation": {},
    "dice": {"emoji": "🎲", "value": 3},
    "location": {"latitude": 23.1, "longitude": 113.5},
    "venue": {"location": {"latitude": 23.1, "longitude": 113.5}, "title": "海关", "address": "黄埔"},
    "contact": {"phone_number": "1", "first_name": "Wei"},
    "poll": {
        "id": "1",
        "question": "?",
        "options": [],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    },
}
_FILE = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "duration": 1}


def wordless(kind: str) -> dict[str, Any]:
    content = WORDLESS[kind]
    filed = kind not in ("dice", "location", "venue", "contact", "poll")
    return {kind: [_FILE] if content is None else (_FILE if filed else {}) | content}


@pytest.mark.parametrize("kind", WORDLESS)
async def test_what_is_no_text_gets_one_line_in_private(api: BotApi, serving: Serving, kind: str) -> None:
    """And nothing in a group, not even below a mention."""
    async with serving():
        api.push(group_message(**wordless(kind), caption="@investor_test_bot"))
        message = await api.reply_to(private_message(language_code="zh-hk", **wordless(kind)))
    assert message["text"] == "抱歉，目前只能回答文字問題。"
    assert message["chat"]["id"] == 1001
    assert len(api.sent) == 1


async def test_two_albums_get_two_lines(api: BotApi, serving: Serving) -> None:
    """One each, also where their pictures come mixed."""
    async with serving():
        for number in range(10):
            api.push(private_message(**wordless("photo"), media_group_id=f"album{number % 2}"))
        await api.wait_confirmed()
    assert len(api.sent) == 2


@pytest.mark.parametrize(
    ("code", "greeting"),
    [
        ("zh-hans", "大家好！@investor_test_bot 再写上问题，我就用资料原文回答，并注明出处和日期。"),
        ("zh-hk", "大家好！@investor_test_bot 再寫上問題，我就用資料原文回答，並註明出處和日期。"),
        ("en", "Hello! Mention @investor_test_bot with your question, and I answer with quotes from the documents, "),
    ],
    ids=["zh-Hans", "zh-Hant", "en"],
)
async def test_a_group_that_adds_the_bot_is_greeted(api: BotApi, serving: Serving, code: str, greeting: str) -> None:
    """In one line, in the language of whoever added it; to be made an admin later is no reason for another."""
    api.chats.add(GROUP)
    async with serving():
        message = await api.reply_to(membership("left", "member", GROUP, language_code=code))
        api.push(membership("member", "administrator", GROUP))
        api.push(membership("administrator", "restricted", GROUP))
        await api.wait_confirmed()
    assert message["text"].startswith(greeting)
    assert len(api.sent) == 1


async def test_channels_and_people_are_not_greeted(
    api: BotApi, config: Config, library: SmallLibrary, store: Store
) -> None:
    """A channel has readers, not askers; whoever unblocks the bot knows it."""
    record = Record()
    async with record.serving(config, library, store):
        api.push(membership("left", "administrator", CHANNEL))
        api.push(membership("kicked", "member", private_message()["message"]["chat"]))
        await api.wait_confirmed()
    assert api.sent == []
    assert record.told == [("welcomed", 1001)]


async def test_a_group_that_does_not_let_it_speak(api: BotApi, serving: Serving) -> None:
    """The greeting fails, nothing else does."""
    api.chats.block(GROUP["id"])  # type: ignore[arg-type]
    async with serving():
        api.push(membership("left", "member", GROUP))
        await api.wait_for("sendMessage", where=lambda call: call.status == 403)
        assert QUOTE in (await api.reply_to(private_message(GDP)))["text"]


async def test_blocked_and_removed_is_remembered(
    api: BotApi, config: Config, library: SmallLibrary, store: Store
) -> None:
    """Until the bot is taken back; then the group is greeted, although it refused the bot before."""
    record = Record()
    api.chats.add(GROUP)
    async with record.serving(config, library, store):
        api.chats.block(GROUP["id"])  # type: ignore[arg-type]
        api.push(group_message(MENTION))
        await api.wait_for("sendMessage", where=lambda call: call.status == 403)
        api.chats.unblock(GROUP["id"])  # type: ignore[arg-type]
        api.push(membership("member", "kicked", private_message()["message"]["chat"]))
        api.push(membership("administrator", "left", GROUP))
        message = await api.reply_to(membership("left", "member", GROUP))
    assert message["text"].startswith("大家好")
    assert record.told == [
        ("refused", -1002001),
        ("refused", 1001),
        ("refused", -1002001),
        ("welcomed", -1002001),
    ]


async def test_a_group_that_becomes_a_supergroup_is_followed(
    api: BotApi, config: Config, library: SmallLibrary, store: Store
) -> None:
    """Both announcements say the same, and neither is answered."""
    record = Record()
    old, new = {"id": -5, "type": "group", "title": "招商群"}, GROUP
    service = {"date": 1, "from": ANONYMOUS, "sender_chat": new}
    async with record.serving(config, library, store):
        api.push({"message": service | {"chat": old, "migrate_to_chat_id": new["id"]}})
        api.push({"message": service | {"chat": new, "migrate_from_chat_id": old["id"]}})
        await api.wait_confirmed()
    assert record.told == [("migrated", -5, -1002001)] * 2
    assert api.sent == []


async def test_an_answer_to_a_group_that_has_moved_meanwhile(
    api: BotApi, serving: Serving, library: SmallLibrary
) -> None:
    """It arrives where the group is now, as a reply to nothing: the ids of messages count anew there."""
    library.gate.clear()
    async with serving():
        question = group_message(MENTION, chat_id=-5)
        question["message"]["chat"]["type"] = "group"
        api.push(question)
        await api.wait_for("sendChatAction")
        api.chats.migrate(-5, GROUP)
        library.gate.set()
        message = await api.wait_sent()
    assert message["chat"]["id"] == GROUP["id"]
    assert QUOTE in message["text"]
    assert "reply_to_message" not in message


async def test_what_is_overheard_costs_nobody_a_question(
    api: BotApi, library: SmallLibrary, store: Store, config: Config
) -> None:
    """The limit of a minute counts what is said to the bot only."""
    limited = config.model_copy(update={"limits": config.limits.model_copy(update={"questions_per_minute": 1})})
    async with polling(build_application(limited, library, store, rates=UNHURRIED)):
        for text in ("/help@another_bot", GDP):
            api.push(private_message(text))
        message = await api.wait_sent()
    assert QUOTE in message["text"]
