"""The real application against the double: what people write and what arrives in their chats."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import SearchUnavailableError
from tests.telegram.botapi import (
    BotApi,
    business_message,
    channel_post,
    edited_message,
    group_message,
    private_message,
    refused,
    too_many_requests,
)
from tests.telegram.botapi.failures import Failure, bad_gateway, dropped
from tests.telegram.conftest import QUOTE, Serving, SmallLibrary

GDP = "黄埔区2021年GDP目标是多少"


async def test_a_question_gets_its_citation_as_a_threaded_reply(api: BotApi, serving: Serving) -> None:
    """The quote arrives verbatim, escaped for HTML, with its title, as a reply to the question."""
    async with serving():
        message = await api.reply_to(private_message(GDP))
    assert QUOTE in message["text"]
    assert "2021年黄埔区政府工作报告" in message["text"]
    assert message["reply_to_message"]["text"] == GDP
    call = await api.wait_for("sendMessage")
    assert call.params["parse_mode"] == "HTML"
    assert call.params["reply_parameters"]["allow_sending_without_reply"] is True
    assert call.params["link_preview_options"] == {"is_disabled": True}


async def test_the_highlight_is_bold(api: BotApi, serving: Serving) -> None:
    """The answer itself stands out inside the quote."""
    async with serving():
        message = await api.reply_to(private_message(GDP))
    bold = next(entity for entity in message["entities"] if entity["type"] == "bold")
    assert message["text"][bold["offset"] : bold["offset"] + bold["length"]] == "10%左右"


async def test_a_deleted_question_is_answered_all_the_same(
    api: BotApi, serving: Serving, library: SmallLibrary
) -> None:
    """A question that its writer deletes while the bot thinks gets an answer that replies to nothing."""
    library.gate.clear()
    async with serving():
        question = api.push(private_message(GDP))["message"]
        await api.wait_for("sendChatAction")
        api.chats.forget(question)
        library.gate.set()
        message = await api.wait_sent()
    assert QUOTE in message["text"]
    assert "reply_to_message" not in message


async def test_follow_ups_carry_the_earlier_questions(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """Each question comes with those before it, small talk left out."""
    async with serving():
        for text in (GDP, "你好", "那2020年呢"):
            await api.reply_to(private_message(text))
    assert library.asked == [(GDP, ()), ("你好", (GDP,)), ("那2020年呢", (GDP,))]


async def test_new_forgets_the_earlier_questions(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """After /new a question stands alone."""
    async with serving():
        for text in (GDP, "/new", GDP):
            await api.reply_to(private_message(text))
    assert library.asked == [(GDP, ()), (GDP, ())]


async def test_each_chat_and_topic_has_its_own_dialogue(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """What is asked in one topic or chat is no context for another."""
    mention = f"@investor_test_bot {GDP}"
    async with serving():
        await api.reply_to(private_message(GDP))
        await api.reply_to(private_message(GDP, chat_id=1002))
        await api.reply_to(group_message(mention, topic=7))
        message = await api.reply_to(group_message(mention, topic=8))
        await api.reply_to(group_message(mention, topic=7))
    assert [turns for _, turns in library.asked] == [(), (), (), (), (GDP,)]
    assert message["message_thread_id"] == 8


async def test_questions_of_one_chat_are_answered_in_order(
    api: BotApi, serving: Serving, library: SmallLibrary
) -> None:
    """Questions that arrive together in one chat are answered one after another."""
    questions = [f"{GDP}{number}" for number in range(12)]
    library.gate.clear()
    async with serving():
        for question in questions:
            api.push(private_message(question))
        library.gate.set()
        await api.wait_sent(len(questions))
    assert [message["reply_to_message"]["text"] for message in api.sent] == questions


async def test_a_slow_chat_does_not_hold_up_another(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """While one chat has many questions waiting, another chat's command is answered."""
    library.gate.clear()
    async with serving():
        for _ in range(20):
            api.push(private_message(GDP))
        message = await api.reply_to(private_message("/help", chat_id=1002))
        assert message["chat"]["id"] == 1002
        library.gate.set()
        await api.wait_sent(21)


async def test_edits_and_posts_and_business_messages_are_left_alone(
    api: BotApi, serving: Serving, library: SmallLibrary
) -> None:
    """Only new messages are questions."""
    async with serving():
        await api.reply_to(private_message("/start"))
        api.push(edited_message(private_message(GDP)["message"] | {"message_id": 1}, GDP))
        api.push(channel_post(GDP))
        api.push(business_message(GDP))
        await api.wait_confirmed()
    assert library.asked == []
    assert len(api.sent) == 1


async def test_a_group_is_answered_only_when_it_speaks_to_the_bot(
    api: BotApi, serving: Serving, library: SmallLibrary
) -> None:
    """A mention and a reply to the bot are questions, other talk is not."""
    async with serving():
        api.push(group_message(GDP))
        api.push(group_message(f"@somebody_else {GDP}"))
        api.push(group_message("/start@another_bot"))
        mentioned = await api.reply_to(group_message(f"@Investor_Test_Bot {GDP}"))
        await api.reply_to(group_message("那2020年呢", reply_to_message=mentioned))
    assert library.asked == [(GDP, ()), ("那2020年呢", (GDP,))]
    assert len(api.sent) == 2


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "location", "document"])
async def test_what_is_not_text_gets_a_polite_line(api: BotApi, serving: Serving, kind: str) -> None:
    """A picture or a voice message in a private chat is answered with one line, in the app's language."""
    async with serving():
        message = await api.reply_to(_private(kind))
    assert message["text"] == "Sorry, I can only answer questions in text."


async def test_an_album_gets_one_line(api: BotApi, serving: Serving) -> None:
    """Ten pictures sent at once are ten messages, but one answer; groups get none."""
    async with serving():
        for _ in range(10):
            api.push(private_message(photo=_media("photo"), media_group_id="album"))
        api.push(group_message(photo=_media("photo")))
        await api.wait_confirmed()
    assert len(api.sent) == 1


async def test_service_messages_are_left_alone(api: BotApi, serving: Serving) -> None:
    """That somebody joined or pinned something needs no answer."""
    async with serving():
        pinned = private_message(GDP)["message"] | {"message_id": 1}
        api.push(private_message(pinned_message=pinned))
        await api.wait_confirmed()
    assert api.sent == []


async def test_typing_is_shown_only_when_it_takes_long(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """A quick answer comes without "typing …", a slow one with it."""
    async with serving():
        await api.reply_to(private_message(GDP))
        assert not [call for call in api.calls if call.method == "sendChatAction"]
        library.gate.clear()
        api.push(private_message(GDP))
        call = await api.wait_for("sendChatAction")
        library.gate.set()
    assert call.params == {"chat_id": 1001, "action": "typing"}
    assert len(api.sent) == 2


async def test_refused_markup_arrives_as_plain_text(api: BotApi, serving: Serving) -> None:
    """Where Telegram cannot read the markup the same words arrive without it."""
    api.fail_next("sendMessage", refused("can't parse entities: Unexpected end tag at byte offset 3"))
    async with serving():
        message = await api.reply_to(private_message(GDP))
    assert QUOTE in message["text"]
    assert "<b>" not in message["text"]
    assert "entities" not in message


async def test_a_failure_is_apologised_for_and_not_told(
    api: BotApi, serving: Serving, library: SmallLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected exception goes to the log; the chat reads one polite line, and life goes on."""
    library.breaks = RuntimeError("secret path /srv/db")
    async with serving():
        message = await api.reply_to(private_message(GDP))
        library.breaks = None
        answer = await api.reply_to(private_message(GDP))
    assert message["text"] == "抱歉，刚才出了点问题，请稍后再试。"
    assert QUOTE in answer["text"]
    assert "secret path /srv/db" in caplog.text


async def test_an_absent_search_cluster_is_told_politely(
    api: BotApi, serving: Serving, library: SmallLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    """The chat reads that it may ask again soon, and nothing of addresses; the log says which cluster."""
    library.breaks = SearchUnavailableError("https://search.example:9200: the search cluster does not answer")
    async with serving():
        message = await api.reply_to(private_message(GDP))
        library.breaks = None
        answer = await api.reply_to(private_message(GDP))
    assert message["text"] == "资料检索暂时连接不上，请过一分钟再问。"
    assert QUOTE in answer["text"]
    assert "search.example:9200" in caplog.text


@pytest.mark.parametrize(
    "failures",
    [[too_many_requests(1)], [bad_gateway()], [dropped()], [dropped(), bad_gateway()]],
    ids=["flood", "bad gateway", "dropped", "twice"],
)
async def test_a_passing_failure_loses_no_answer(api: BotApi, serving: Serving, failures: list[Failure]) -> None:
    """429, 502 and a dropped connection are tried again until the answer has arrived, once."""
    api.fail_next("sendMessage", *failures)
    async with serving():
        message = await api.reply_to(private_message(GDP))
    assert QUOTE in message["text"]
    assert len(api.sent) == 1


async def test_a_blocked_bot_goes_on_quietly(api: BotApi, serving: Serving, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody who blocked the bot costs neither an apology nor a traceback."""
    api.chats.block(1002)
    async with serving():
        api.push(private_message(GDP, chat_id=1002))
        await api.wait_for("sendMessage", where=lambda call: call.status == 403)
        message = await api.reply_to(private_message(GDP))
    assert QUOTE in message["text"]
    assert len([call for call in api.calls if call.params.get("chat_id") == 1002]) == 1
    assert "Traceback" not in caplog.text


def _private(kind: str) -> dict[str, Any]:
    media: dict[str, Any] = {kind: _media(kind)}
    return private_message(language_code="en", **media)


def _media(kind: str) -> object:
    file = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "duration": 1}
    if kind == "sticker":
        return file | {"type": "regular", "is_animated": False, "is_video": False}
    if kind == "location":
        return {"latitude": 23.1, "longitude": 113.5}
    return [file] if kind == "photo" else file
