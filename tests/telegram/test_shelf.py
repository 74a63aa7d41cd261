"""/sources and /topics as people use them: pages, outlines and questions behind buttons."""

from __future__ import annotations

from typing import Any

import pytest

from bot.answer.model import Topic
from bot.corpus.markdown import blocks
from bot.corpus.model import Document, FrontMatter
from tests.telegram.botapi import BotApi, callback_query, group_message, private_message
from tests.telegram.botapi.chats import Message
from tests.telegram.conftest import QUOTE, REPORT, Serving, SmallLibrary

TEXT = "# 一、回顾\n\n正文。\n\n# 二、安排\n"


def documents(count: int, text: str = TEXT) -> tuple[Document, ...]:
    """So many reports, each with an outline of its own."""
    return tuple(
        Document(f"d{n}", FrontMatter(title=f"报告{n}", place="gz-huangpu"), text, blocks(text))
        for n in range(1, count + 1)
    )


def buttons(message: Message) -> list[list[str]]:
    """What the buttons below a message say, row by row."""
    return [[button["text"] for button in row] for row in message["reply_markup"]["inline_keyboard"]]


async def press(api: BotApi, message: Message, text: str, **more: Any) -> Message:
    """Press the button that says ``text`` and return the message as it is afterwards."""
    rows = message["reply_markup"]["inline_keyboard"]
    data = next(button["callback_data"] for row in rows for button in row if button["text"] == text)
    query = api.push(callback_query(data, message, **more))["callback_query"]
    await api.wait_for("answerCallbackQuery", where=lambda call: call.params["callback_query_id"] == query["id"])
    edits = [call for call in api.calls if call.method == "editMessageText"]
    return (await api.wait_for("editMessageText", len(edits) + 1)).result  # type: ignore[no-any-return]


async def test_a_short_list_needs_no_pages(api: BotApi, serving: Serving) -> None:
    """One document: a number to tap, and nothing to turn."""
    async with serving():
        message = await api.reply_to(private_message("/sources"))
    assert "1. 《2021年黄埔区政府工作报告》" in message["text"]
    assert buttons(message) == [["1"]]


async def test_a_long_list_is_turned_page_by_page(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """Eight a page, forth and back, by editing the one message."""
    library.documents = documents(20)
    async with serving():
        first = await api.reply_to(private_message("/sources"))
        second = await press(api, first, "下一页 ›")
        third = await press(api, second, "下一页 ›")
        again = await press(api, third, "‹ 上一页")
    numbers = [list(map(str, numbers)) for numbers in (range(1, 9), range(9, 17), range(17, 21))]
    assert buttons(first) == [numbers[0], ["下一页 ›"]]
    assert buttons(second) == [numbers[1], ["‹ 上一页", "下一页 ›"]]
    assert buttons(third) == [numbers[2], ["‹ 上一页"]]
    assert "17. 《报告17》" in third["text"]
    assert again["text"] == second["text"]
    assert len(api.sent) == 1


async def test_an_outline_and_the_way_back(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """Tapping a number shows the headings, the other button the page of the list that one came from."""
    library.documents = documents(20)
    async with serving():
        second = await press(api, await api.reply_to(private_message("/sources")), "下一页 ›")
        outline = await press(api, second, "10")
        back = await press(api, outline, "« 返回清单")
    assert outline["text"] == "《报告10》\n广州市黄埔区\n\n▪ 一、回顾\n▪ 二、安排"
    assert back["text"] == second["text"]


async def test_a_long_outline_is_turned_too(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """And its way back stays the same."""
    library.documents = documents(9, "\n\n".join(f"# 第{n}章{'长' * 60}" for n in range(80)))
    async with serving():
        second = await press(api, await api.reply_to(private_message("/sources")), "下一页 ›")
        outline = await press(api, second, "9")
        turned = await press(api, outline, "下一页 ›")
        back = await press(api, turned, "« 返回清单")
    assert "第0章" in outline["text"]
    assert "第0章" not in turned["text"]
    assert back["text"] == second["text"]


async def test_a_document_that_is_gone(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """Its button, kept since before a reload, says so and shows the list of now."""
    library.documents = documents(2)
    async with serving():
        message = await api.reply_to(private_message("/sources"))
        library.documents = (REPORT,)
        shown = await press(api, message, "2")
    call = await api.wait_for("answerCallbackQuery")
    assert call.params["text"] == "资料已经更新，请看最新的清单。"
    assert "2021年黄埔区政府工作报告" in shown["text"]


async def test_a_page_that_is_gone(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """The last page that there is."""
    library.documents = documents(20)
    async with serving():
        message = await api.reply_to(private_message("/sources"))
        library.documents = documents(8)
        shown = await press(api, message, "下一页 ›")
    assert shown["text"].startswith("共8篇文件，")


async def test_buttons_work_after_a_restart(api: BotApi, serving: Serving) -> None:
    """They hold no state of the process."""
    async with serving():
        sources = await api.reply_to(private_message("/sources"))
        topics = await api.reply_to(private_message("/topics"))
    async with serving():
        outline = await press(api, sources, "1")
        targets = await press(api, topics, "目标")
    assert "这篇文件没有小标题。" in outline["text"]
    assert buttons(targets)[0] == ["政策", "✓ 目标"]


async def test_pressing_twice_does_no_harm(api: BotApi, serving: Serving, caplog: pytest.LogCaptureFixture) -> None:
    """The second press changes nothing, which Telegram refuses, and nobody hears of."""
    async with serving():
        message = await api.reply_to(private_message("/topics"))
        await press(api, message, "目标")
        data = message["reply_markup"]["inline_keyboard"][0][1]["callback_data"]
        api.push(callback_query(data, message))
        await api.wait_for("editMessageText", where=lambda call: "not modified" in call.description)
    assert len(api.sent) == 1
    assert "WARNING" not in [record.levelname for record in caplog.records]


@pytest.mark.parametrize(
    ("code", "text", "themes"),
    [
        ("zh-hans", "想了解哪方面？点一个问题，我来回答。", ["✓ 政策", "目标"]),
        ("zh-hk", "想了解哪方面？按一下問題，我即時回答。", ["✓ 政策", "目標"]),
        ("fr", "What would you like to know about? Tap a question and I will answer it.", ["✓ Policies", "Targets"]),
    ],
)
async def test_topics_in_each_language(
    api: BotApi, serving: Serving, library: SmallLibrary, code: str, text: str, themes: list[str]
) -> None:
    """The themes in a row, the questions of the first below."""
    async with serving():
        message = await api.reply_to(private_message("/topics", language_code=code))
    assert message["text"] == text
    assert buttons(message)[0] == themes
    assert len(buttons(message)) == 2


async def test_tapping_a_question_asks_it(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """The answer comes below the list, with the question in front; the spinner of the button ends."""
    async with serving():
        message = await api.reply_to(private_message("/topics"))
        (question,) = buttons(message)[1]
        data = message["reply_markup"]["inline_keyboard"][1][0]["callback_data"]
        api.push(callback_query(data, message))
        answer = await api.wait_sent(2)
        await api.wait_for("answerCallbackQuery")
    assert answer["text"].startswith(f"问：{question}\n\n")
    assert QUOTE in answer["text"]
    assert library.asked == [(question, ())]


async def test_a_question_is_answered_in_its_topic(api: BotApi, serving: Serving) -> None:
    """Of a forum group, where anybody may press the button."""
    async with serving():
        message = await api.reply_to(group_message("/topics@investor_test_bot", topic=7))
        data = message["reply_markup"]["inline_keyboard"][1][0]["callback_data"]
        api.push(callback_query(data, message, user_id=1002))
        answer = await api.wait_sent(2)
    assert message["message_thread_id"] == answer["message_thread_id"] == 7


async def test_a_question_that_is_offered_no_more(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """Is not asked; the questions of now are shown in its place."""
    async with serving():
        message = await api.reply_to(private_message("/topics"))
        library.topics = lambda locale: (Topic("customs", ("AEO是什么意思",)),)  # type: ignore[method-assign]
        shown = await press(api, message, buttons(message)[1][0])
    call = await api.wait_for("answerCallbackQuery")
    assert call.params["text"] == "资料已经更新，请看最新的清单。"
    assert buttons(shown) == [["AEO是什么意思"]]
    assert library.asked == []


async def test_without_any_topic(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """It is said how to ask."""
    library.topics = lambda locale: ()  # type: ignore[method-assign]
    async with serving():
        message = await api.reply_to(private_message("/topics"))
    assert message["text"] == "请直接提问，写明地区、年份和指标，答案会更准确。"
    assert "reply_markup" not in message


@pytest.mark.parametrize("data", ["src:d:zz:0:0", "src:p:-1", "top:q:", "src:p:99999999999999", "x"])
async def test_forged_buttons_do_nothing(api: BotApi, serving: Serving, library: SmallLibrary, data: str) -> None:
    """Whoever sends what no button of ours holds gets no answer and breaks nothing."""
    async with serving():
        message = await api.reply_to(private_message("/sources"))
        api.push(callback_query(data, message))
        await api.reply_to(private_message("/help"))
    assert not [call for call in api.calls if call.method == "editMessageText"]
    assert library.asked == []


async def test_the_language_that_was_chosen_counts(api: BotApi, serving: Serving) -> None:
    """Also for buttons."""
    async with serving():
        await api.reply_to(private_message("/lang en"))
        message = await api.reply_to(private_message("/topics"))
        shown = await press(api, message, "Targets")
    assert buttons(shown)[0] == ["Policies", "✓ Targets"]
