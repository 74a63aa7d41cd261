"""Answers as cards: pages, context, proof, verdicts, sharing, narrower questions, over restarts and reloads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assembly import Library
from bot.config import Config, load_config
from bot.store.model import Key
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.inbox import Inbox
from bot.telegram.serve import polling, tended
from bot.telegram.views import MAX_STEPS, Press, View, pressed
from tests.telegram.botapi import BotApi, callback_query, edited_message, group_message, private_message
from tests.telegram.conftest import UNHURRIED, config_for

CANTON = """---
title: 2021年黄埔区政府工作报告
publisher: 广州市黄埔区人民政府
date: 2021-03-01
place: gz-huangpu
kind: work-report
---
# 二、2020年工作回顾

全区地区生产总值增长4.1%。科技创新成效显著。新增高新技术企业500家。

# 三、2021年工作安排

今年的预期目标是：地区生产总值增长10%左右，固定资产投资增长20%左右。

> 问: 黄埔区2021年GDP目标是多少

深化“免申即享”改革，研发经费占比<5.5%的企业 & 机构同样适用。
"""
SHANGHAI = """---
title: 2021年黄浦区政府工作报告
publisher: 上海市黄浦区人民政府
date: 2021-01-12
place: sh-huangpu
kind: work-report
---
# 三、2021年主要任务

今年的预期目标是：地区生产总值增长6%左右，一般公共预算收入增长5%左右。
"""
METRO = """---
title: 黄埔区轨道交通简报
place: gz-huangpu
date: 2021-06-01
---
# 轨道交通

地铁7号线二期计划2023年开通。
"""
OPEN = "GDP增长多少"
CLOSED = "广州黄埔2021年GDP增长目标是多少"
PAST = "广州黄埔GDP增长多少"
UNKNOWN = "地铁7号线二期哪年开通"

Running = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A knowledge folder with the reports of the two districts that sound the same."""
    documents = tmp_path / "knowledge" / "documents"
    documents.mkdir(parents=True)
    (documents / "gz.md").write_text(CANTON, encoding="utf-8")
    (documents / "sh.md").write_text(SHANGHAI, encoding="utf-8")
    return tmp_path / "knowledge"


@pytest.fixture
def settings(api: BotApi, folder: Path, cache: Path) -> Config:
    """The configuration over this folder and the double."""
    telegram = config_for(api).telegram
    return load_config(telegram=telegram.model_dump(), knowledge={"path": folder}, state_dir=cache.parent)


@pytest.fixture
def shelf(settings: Config) -> Library:
    """The real library over the folder."""
    return Library(settings)


@pytest.fixture
def running(settings: Config, shelf: Library, store: Store) -> Running:
    """``async with running():`` runs the bot; entering it again is a restart."""

    @asynccontextmanager
    async def run() -> AsyncIterator[None]:
        inbox = Inbox(store, "server")
        application = build_application(settings, shelf, store, hooks=inbox.hooks(), rates=UNHURRIED)
        async with polling(application), tended(application, inbox, look_every=0.05):
            yield

    return run


def labels(message: dict[str, Any]) -> list[str]:
    """The labels of the buttons under a message."""
    return [button["text"] for row in message.get("reply_markup", {}).get("inline_keyboard", []) for button in row]


def button(message: dict[str, Any], label: str) -> dict[str, Any]:
    """The button whose label begins so."""
    rows = message["reply_markup"]["inline_keyboard"]
    return next(button for row in rows for button in row if button["text"].startswith(label))


async def tap(api: BotApi, message: dict[str, Any], label: str, user_id: int = 1001) -> str:
    """Press a button and return what Telegram shows for a moment."""
    return await press(api, message, button(message, label)["callback_data"], user_id)


async def press(api: BotApi, message: dict[str, Any], data: str, user_id: int = 1001) -> str:
    """Send a button's data, whether the message has such a button or not, and return what is shown."""
    query = api.push(callback_query(data, message, user_id=user_id))["callback_query"]["id"]
    call = await api.wait_for("answerCallbackQuery", where=lambda call: call.params["callback_query_id"] == query)
    return str(call.params.get("text", ""))


def now(api: BotApi, message: dict[str, Any]) -> dict[str, Any]:
    """A message as it reads now, after its edits."""
    found = api.chats.message(message["chat"]["id"], message["message_id"])
    assert found is not None
    return found


async def test_a_card_shows_the_best_quote_and_pages_to_the_others(api: BotApi, running: Running) -> None:
    """One quote at a time; the button counts, edits the message in place, and leads round."""
    async with running():
        message = await api.reply_to(private_message(PAST))
        assert "4.1%" in message["text"]
        assert "10%" not in message["text"].split("※")[0]
        count = int(button(message, "更多来源")["text"].rstrip(")").split("/")[1])
        seen = [message["text"]]
        for _ in range(count - 1):
            await tap(api, now(api, message), "更多来源")
            seen.append(now(api, message)["text"])
        assert len(set(seen)) == count
        await tap(api, now(api, message), "更多来源")
        assert now(api, message)["text"] == message["text"]
    assert len(api.sent) == 1


async def test_an_open_place_shows_both_sides_and_narrows_with_one_tap(api: BotApi, running: Running) -> None:
    """Both districts on one page; a tap on one of them leaves only its figure, and follow-ups speak of it."""
    async with running():
        message = await api.reply_to(private_message(OPEN))
        assert "4.1%" in message["text"]
        assert "6%左右" in message["text"]
        assert "2021年黄浦区政府工作报告" in message["text"]
        await tap(api, message, "上海")
        narrowed = now(api, message)
        assert "6%左右" in narrowed["text"]
        assert "4.1%" not in narrowed["text"]


async def test_context_widens_sentence_by_sentence(api: BotApi, running: Running) -> None:
    """Each tap adds what stands around the quote; at the end of the document there is no such button."""
    async with running():
        message = await api.reply_to(private_message("黄埔新增高新技术企业多少家"))
        lengths = [len(message["text"])]
        for _ in range(10):
            if "上下文" not in labels(now(api, message)):
                break
            await tap(api, now(api, message), "上下文")
            lengths.append(len(now(api, message)["text"]))
        assert lengths == sorted(set(lengths))
        assert len(lengths) > 2
        assert "科技创新成效显著" in now(api, message)["text"]
        assert "上下文" not in labels(now(api, message))


async def test_the_proof_names_document_offsets_and_hash(api: BotApi, running: Running, shelf: Library) -> None:
    """What it says can be followed by anybody: the characters of the document are the quote."""
    async with running():
        message = await api.reply_to(private_message(CLOSED))
        await tap(api, message, "核对")
        text = now(api, message)["text"]
        document = next(document for document in shelf.current.documents if document.id == "gz")
        citation = shelf.current.ask(CLOSED).citations[0]
        assert document.sha256 in text
        assert f"{citation.span[0]}–{citation.span[1]}" in text
        await tap(api, now(api, message), "收起核对")
        assert now(api, message)["text"] == message["text"]


async def test_verdicts_are_kept_and_taken_back(api: BotApi, running: Running, store: Store) -> None:
    """One verdict a person; the same thumb again takes it back."""
    async with running():
        message = await api.reply_to(private_message(CLOSED))
        assert "谢谢" in await tap(api, message, "👍")
        card = await store.cards.by_message(1001, message["message_id"])
        assert card is not None
        assert await store.feedback.of(card.id) == (1, 0)
        await tap(api, message, "👎")
        assert await store.feedback.of(card.id) == (0, 1)
        assert "取消" in await tap(api, message, "👎")
        assert await store.feedback.of(card.id) == (0, 0)


async def test_a_shared_link_opens_the_very_quote(api: BotApi, running: Running) -> None:
    """Whoever follows the link reads the same characters, with the source and the proof."""
    async with running():
        message = await api.reply_to(private_message(CLOSED))
        link = parse_qs(urlsplit(button(message, "分享")["url"]).query)["url"][0]
        assert link.startswith("https://t.me/investor_test_bot?start=")
        opened = await api.reply_to(private_message(f"/start {link.partition('start=')[2]}", chat_id=1002))
        assert quote_of(opened) == quote_of(message)
        assert "SHA-256" in opened["text"]


async def test_a_shared_quote_that_is_no_more_says_so(
    api: BotApi, running: Running, shelf: Library, folder: Path
) -> None:
    """The words are still shown, but not as current."""
    async with running():
        message = await api.reply_to(private_message(CLOSED))
        link = parse_qs(urlsplit(button(message, "分享")["url"]).query)["url"][0]
        (folder / "documents" / "gz.md").write_text(CANTON.replace("10%左右", "8%左右"), encoding="utf-8")
        shelf.reload()
        opened = await api.reply_to(private_message(f"/start {link.partition('start=')[2]}", chat_id=1002))
        assert "请勿" in opened["text"]
        assert quote_of(opened) == quote_of(message)


async def test_an_unknown_link_greets(api: BotApi, running: Running) -> None:
    """A link that was cut off is no error."""
    async with running():
        assert (await api.reply_to(private_message("/start nonsense")))["text"].startswith("您好")


async def test_buttons_work_after_a_restart(api: BotApi, running: Running) -> None:
    """The store remembers what the button belongs to."""
    async with running():
        message = await api.reply_to(private_message(PAST))
    async with running():
        await tap(api, message, "更多来源")
        assert now(api, message)["text"] != message["text"]


async def test_after_a_reload_a_button_offers_to_ask_again(
    api: BotApi, running: Running, shelf: Library, folder: Path
) -> None:
    """Quotes may have moved: nothing is shown from the wrong place, and one tap asks again."""
    async with running():
        message = await api.reply_to(private_message(CLOSED))
        (folder / "documents" / "gz.md").write_text(CANTON.replace("10%左右", "8%左右"), encoding="utf-8")
        shelf.reload()
        assert "已经更新" in await tap(api, message, "核对")
        assert labels(now(api, message)) == ["重新提问"]
        await tap(api, now(api, message), "重新提问")
        assert "8%左右" in now(api, message)["text"]
        assert "核对" in labels(now(api, message))


async def test_a_reload_that_changes_nothing_leaves_buttons_alone(
    api: BotApi, running: Running, shelf: Library
) -> None:
    """The same documents are the same snapshot."""
    async with running():
        message = await api.reply_to(private_message(CLOSED))
        shelf.reload()
        assert await tap(api, message, "核对") == ""


async def test_a_suggestion_is_asked_with_one_tap(api: BotApi, running: Running) -> None:
    """The answer says which question it answers, because nobody typed it."""
    async with running():
        message = await api.reply_to(private_message(UNKNOWN))
        before = len(api.sent)
        await tap(api, message, "黄埔区2021年GDP目标是多少")
        answer = await api.wait_sent(before + 1)
        assert answer["text"].startswith("问：黄埔区2021年GDP目标是多少")
        assert "10%左右" in answer["text"]


async def test_whoever_waits_is_told_once(
    api: BotApi, running: Running, shelf: Library, folder: Path, store: Store
) -> None:
    """When a reload brings the answer, the bot writes; not again after the next reload or a restart."""
    async with running():
        message = await api.reply_to(private_message(UNKNOWN))
        assert "通知" in button(message, "有资料时通知我")["text"]
        await tap(api, message, "有资料时通知我")
        assert "已经记下" in await tap(api, message, "有资料时通知我")
        before = len(api.sent)
        (folder / "documents" / "metro.md").write_text(METRO, encoding="utf-8")
        shelf.reload()
        told = await api.wait_sent(before + 1)
        assert "2023年" in told["text"]
        assert UNKNOWN in told["text"]
        (folder / "documents" / "metro.md").write_text(METRO + "\n又及。\n", encoding="utf-8")
        shelf.reload()
        await api.reply_to(private_message("/help"))
    async with running():
        await api.reply_to(private_message("/help"))
    assert await store.waiting.open() == []
    assert len(api.sent) == before + 3


async def test_an_edited_question_edits_its_answer(api: BotApi, running: Running) -> None:
    """No second message; and follow-ups refer to what the question says now."""
    async with running():
        question = api.push(private_message(CLOSED))["message"]
        message = await api.wait_sent()
        api.push(edited_message(question, "上海黄浦2021年GDP增长目标是多少"))
        await api.wait_for("editMessageText")
        assert "6%左右" in now(api, message)["text"]
        follow = await api.reply_to(private_message("那一般公共预算收入呢"))
        assert "5%左右" in follow["text"]
    assert len(api.sent) == 2


async def test_a_reply_goes_on_from_the_answer_that_it_replies_to(api: BotApi, running: Running) -> None:
    """Also when other questions came between."""
    async with running():
        canton = await api.reply_to(private_message(CLOSED))
        await api.reply_to(private_message("上海黄浦2021年GDP增长目标是多少"))
        follow = await api.reply_to(private_message("那固定资产投资呢", reply_to_message=canton))
        assert "20%左右" in quote_of(follow)


async def test_a_dialogue_survives_a_restart(api: BotApi, running: Running) -> None:
    """A follow-up after it is understood."""
    async with running():
        await api.reply_to(private_message(CLOSED))
    async with running():
        assert "20%左右" in quote_of(await api.reply_to(private_message("那固定资产投资呢")))


async def test_lang_is_remembered_for_a_person_in_every_chat(api: BotApi, running: Running) -> None:
    """Chosen in private, spoken in a group, after a restart."""
    async with running():
        await api.reply_to(private_message("/lang en"))
    async with running():
        message = await api.reply_to(group_message(f"@investor_test_bot {CLOSED}"))
        assert "Share" in labels(message)
        other = await api.reply_to(group_message(f"@investor_test_bot {CLOSED}", user_id=1002))
        assert "分享" in labels(other)


async def test_members_of_a_group_have_their_own_follow_ups(api: BotApi, running: Running) -> None:
    """What one asks is no context for another."""
    async with running():
        await api.reply_to(group_message(f"@investor_test_bot {CLOSED}", user_id=1001))
        await api.reply_to(group_message("@investor_test_bot 上海黄浦2021年GDP增长目标", user_id=1002))
        follow = await api.reply_to(group_message("@investor_test_bot 那固定资产投资呢", user_id=1001))
        assert "20%左右" in quote_of(follow)


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        ("地区生产总值增长10%左右", "逐字见于 1 处"),
        ("地區生產總值增長 １０％ 左右", "逐字见于 1 处"),
        ("“地区生产总值增长10%左右” 上海黄浦", "不在您说的出处"),
        ("《2021年黄埔区政府工作报告》“地区生产总值增长10%左右”", "逐字见于 1 处"),
        ("地区生产总值增长12%左右", "没有这句原文"),
        ("地区生产总值增长1", "没有这句原文"),
    ],
)
async def test_verify_finds_words_and_never_a_part_of_a_figure(
    api: BotApi, running: Running, claim: str, says: str
) -> None:
    """White space, width and script do not matter, digits do; a wrong source is told from a wrong quote."""
    async with running():
        message = await api.reply_to(private_message(f"/verify {claim}"))
        assert says in message["text"]


async def test_verify_checks_all_that_stands_behind_it(api: BotApi, running: Running) -> None:
    """Also below it, from the first word on."""
    async with running():
        message = await api.reply_to(private_message("/verify\n杜撰的话 地区生产总值增长10%左右"))
        assert "没有这句原文" in message["text"]


async def test_verify_checks_the_message_that_it_replies_to(api: BotApi, running: Running) -> None:
    """A card's quote, or what somebody wrote; and alone it says how to use it."""
    async with running():
        card = await api.reply_to(private_message(CLOSED))
        assert "逐字见于" in (await api.reply_to(private_message("/verify", reply_to_message=card)))["text"]
        written = private_message("地区生产总值增长99%")["message"] | {"message_id": 77}
        api.chats.keep(written)
        assert "没有这句原文" in (await api.reply_to(private_message("/verify", reply_to_message=written)))["text"]
        assert "/verify" in (await api.reply_to(private_message("/verify")))["text"]


async def test_forget_asks_first_and_then_leaves_nothing(api: BotApi, running: Running, store: Store) -> None:
    """Only who asked can say yes; then language, dialogue, cards and text of questions are gone."""
    async with running():
        await api.reply_to(private_message("/lang en"))
        card = await api.reply_to(private_message(CLOSED))
        asked = await api.reply_to(private_message("/forget"))
        assert await store.users.locale(1001) == "en"
        assert "只有" in await tap(api, asked, "Delete", user_id=1002)
        assert await store.users.locale(1001) == "en"
        await tap(api, asked, "Delete")
        assert "Deleted" in now(api, asked)["text"]
        assert await store.users.locale(1001) is None
        assert await store.dialogues.load(Key(1001, 0, 1001)) is None
        assert all(line.question == "" for line in await store.questions.recent(since=long_ago()))
        assert "过期" in await press(api, card, button(card, "Check")["callback_data"])


@pytest.mark.parametrize("data", ["v:999999:0:0:0:0", "v:1:9:20:1:9", "s:1:0:0:0:9", "n:1:0:0:0:9", "x", "v:1"])
async def test_forged_data_does_no_harm(api: BotApi, running: Running, data: str) -> None:
    """Buttons that no message has: at most the card's own first page, never a failure."""
    async with running():
        message = await api.reply_to(private_message(CLOSED))
        await press(api, message, data)
        answer = await api.reply_to(private_message(CLOSED))
        assert "10%左右" in answer["text"]
    assert not [call for call in api.calls if call.status >= 400]


async def test_a_card_of_another_chat_is_not_shown(api: BotApi, running: Running) -> None:
    """Whoever guesses a card's number learns nothing about somebody else's question."""
    async with running():
        await api.reply_to(private_message(CLOSED))
        mine = await api.reply_to(private_message("上海黄浦2021年GDP增长目标是多少", chat_id=1002))
        assert "过期" in await press(api, mine, Press("view", 1).data(), user_id=1002)
        assert now(api, mine)["text"] == mine["text"]


async def test_what_a_killed_server_left_is_answered_by_the_next_run(
    api: BotApi, running: Running, tmp_path: Path
) -> None:
    """The update was written down before Telegram was told that it had arrived."""
    update = api.numbered(private_message(CLOSED))
    async with Store.open(tmp_path / "store.sqlite") as before:
        await before.updates.claim(update["update_id"], "server", 60, update)
    async with running():
        message = await api.wait_sent()
        assert "10%左右" in message["text"]
    async with running():
        await api.reply_to(private_message("/help"))
    assert len(api.sent) == 2


async def test_an_update_that_comes_again_after_a_restart_is_answered_once(api: BotApi, running: Running) -> None:
    """Telegram brings an update again when its confirmation was lost."""
    async with running():
        update = api.push(private_message(CLOSED))
        await api.wait_sent()
        await api.wait_confirmed()
    api.queue.pending.append(update)
    async with running():
        await api.reply_to(private_message("/help"))
    assert len(api.sent) == 2


acts = st.sampled_from(["view", "up", "down", "narrow", "suggest", "notify", "again"])
views = st.builds(View, st.integers(0, 9), st.integers(0, MAX_STEPS), st.booleans())


@given(st.builds(Press, acts, st.integers(0, 10**18 - 1), views, st.integers(0, 9)))
def test_a_press_survives_its_button(press: Press) -> None:
    """What a button carries comes back as it was, and fits into Telegram's 64 bytes."""
    assert pressed(press.data()) == press
    assert len(press.data().encode()) <= 64


@given(st.text())
def test_any_other_data_is_no_press(data: str) -> None:
    """Or one that is written exactly so."""
    press = pressed(data)
    assert press is None or pressed(press.data()) == press


def quote_of(message: dict[str, Any]) -> str:
    """The first quote of a message."""
    entity = next(entity for entity in message["entities"] if "blockquote" in entity["type"])
    return str(message["text"][entity["offset"] : entity["offset"] + entity["length"]])


def long_ago() -> datetime:
    """Before anything was asked."""
    return datetime(2000, 1, 1, tzinfo=UTC)
