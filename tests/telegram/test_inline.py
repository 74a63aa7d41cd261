"""Inline mode: what somebody sees who types ``@bot question`` in another chat, and what is inserted there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.answer.model import Answer, Note
from bot.config import load_config
from bot.observe.metrics import Metrics
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.serve import polling
from tests.observe.test_metrics import value
from tests.telegram.botapi import (
    BotApi,
    chosen_inline_result,
    inline_query,
    private_message,
    refused,
)
from tests.telegram.botapi.factories import user
from tests.telegram.botapi.markup import parse_html, utf16_length
from tests.telegram.conftest import QUOTE, UNHURRIED, Serving, SmallLibrary

GDP = "黄埔区2021年GDP目标是多少"


async def asked(api: BotApi, query: str, **more: Any) -> dict[str, Any]:
    """Return the parameters of the answer to a query; that the double took it proves it valid."""
    update = api.push(inline_query(query, **more))
    query_id = update["inline_query"]["id"]
    call = await api.wait_for("answerInlineQuery", where=lambda call: call.params["inline_query_id"] == query_id)
    assert call.ok, call.description
    return dict(call.params)


def many(library: SmallLibrary, count: int, quote: str = QUOTE) -> None:
    """Let the library find ``count`` places that answer."""
    citation = library.ask(GDP).citations[0]
    found = tuple(
        replace(citation, rank=rank, quote=quote, span=(rank, rank + len(quote))) for rank in range(1, count + 1)
    )
    documents = [replace(citation.document, id=f"d{n}", date=f"20{n:02}-01-01") for n in range(count)]
    citations = tuple(replace(c, document=d) for c, d in zip(found, documents, strict=True))
    library.ask = lambda question, turns=(): Answer(question, "answered", citations)  # type: ignore[method-assign]


async def test_a_question_offers_its_citation(api: BotApi, serving: Serving) -> None:
    """Place and date in the title, the start of the quote below it, the whole card in the message."""
    async with serving():
        (article,) = (await asked(api, GDP))["results"]
    assert article["type"] == "article"
    assert article["title"] == "gz-huangpu · 2021-03-01 · 目标 · 2021年"
    assert article["description"] == QUOTE
    content = article["input_message_content"]
    assert content["parse_mode"] == "HTML"
    assert content["link_preview_options"] == {"is_disabled": True}
    text = parse_html(content["message_text"]).text
    assert QUOTE in text
    assert "2021年黄埔区政府工作报告" in text
    assert "2021-03-01" in text


async def test_citations_may_be_kept_for_everybody(api: BotApi, serving: Serving) -> None:
    """They depend on the question alone; that nothing was found is soon asked again."""
    async with serving():
        found, nothing = await asked(api, GDP), await asked(api, "天气")
    assert found["is_personal"] is False
    assert found["cache_time"] >= 600
    assert nothing["is_personal"] is False
    assert nothing["cache_time"] <= 60


async def test_a_chosen_language_makes_it_personal(api: BotApi, serving: Serving) -> None:
    """After /lang the labels are in that language, and Telegram must not show them to others."""
    async with serving():
        await api.reply_to(private_message("/lang en"))
        mine, others = await asked(api, GDP), await asked(api, GDP, user_id=1002)
    assert "target" in mine["results"][0]["title"]
    assert mine["is_personal"] is True
    assert "目标" in others["results"][0]["title"]
    assert others["is_personal"] is False


@pytest.mark.parametrize(
    ("code", "question"), [("zh-hans", GDP), ("zh-hk", "黃埔區2021年GDP目標幾多"), ("de", "Huangpu GDP")]
)
async def test_before_anything_is_typed_there_are_examples(
    api: BotApi, serving: Serving, code: str, question: str
) -> None:
    """Questions in the app's language, each with its citation; every user gets their own."""
    async with serving():
        answer = await asked(api, "  ", language_code=code)
    assert answer["is_personal"] is True
    assert 2 <= len(answer["results"]) <= 10
    assert answer["results"][0]["title"].startswith(question)
    assert all(QUOTE in parse_html(r["input_message_content"]["message_text"]).text for r in answer["results"])


async def test_no_answer_is_one_polite_line(api: BotApi, serving: Serving) -> None:
    """Whoever inserts it all the same posts that there is no answer, and nothing else."""
    async with serving():
        (article,) = (await asked(api, "火星"))["results"]
    assert article["title"] == "抱歉，在现有资料里没有找到答案。"
    assert article["input_message_content"]["message_text"] == article["title"]


async def test_a_question_that_is_too_long_is_told_so(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """It is not asked at all."""
    async with serving():
        (article,) = (await asked(api, "GDP" * 100))["results"]
    assert article["title"] == "问题太长了，请分成几个短问题。"
    assert library.asked == []


async def test_nothing_of_a_dialogue_applies(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """What the same person asked in the private chat is no context, and the query none for the chat."""
    async with serving():
        await api.reply_to(private_message(GDP))
        await asked(api, f"{GDP}？")
        await api.reply_to(private_message("那2020年呢"))
    assert library.asked == [(GDP, ()), (f"{GDP}？", ()), ("那2020年呢", (GDP,))]


async def test_more_than_ten_come_page_by_page(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """Each page says where the next begins, the last one that there is none; no id comes twice."""
    many(library, 23)
    async with serving():
        first = await asked(api, GDP)
        second = await asked(api, GDP, offset=first["next_offset"])
        third = await asked(api, GDP, offset=second["next_offset"])
        strange = await asked(api, GDP, offset="²nonsense")
    pages = [[result["id"] for result in page["results"]] for page in (first, second, third)]
    assert [len(page) for page in pages] == [10, 10, 3]
    assert len({name for page in pages for name in page}) == 23
    assert third["next_offset"] == ""
    assert [result["id"] for result in strange["results"]] == pages[0]


async def test_ids_are_stable(api: BotApi, serving: Serving) -> None:
    """The same citation has the same id after a restart: Telegram may have kept it."""
    ids = []
    for _ in range(2):
        async with serving():
            ids += [(await asked(api, GDP))["results"][0]["id"]]
    assert ids[0] == ids[1]
    assert len(ids[0].encode()) <= 64


@pytest.mark.parametrize("quote", ["𠮷" * 5000, "<b>&" * 1200, "一" * 4096], ids=["astral", "markup", "long"])
async def test_the_limits_hold_for_any_quote(api: BotApi, serving: Serving, library: SmallLibrary, quote: str) -> None:
    """A quote that does not fit is replaced by where it stands, never cut; the double refuses what is too long."""
    many(library, 5, quote)
    async with serving():
        results = (await asked(api, GDP))["results"]
    for result in results:
        text = parse_html(result["input_message_content"]["message_text"]).text
        assert utf16_length(text) <= 4096
        assert quote in text or "原文过长" in text


async def test_a_card_keeps_what_must_stand_beside_its_figure(
    api: BotApi, serving: Serving, library: SmallLibrary
) -> None:
    """That figures differ is part of the card; that the place was left open is not: the card names it."""
    answer = library.ask(GDP)
    notes = (Note("place", "place_assumed", {"place": "黄埔"}), Note("conflict", "not_comparable"))
    library.ask = lambda question, turns=(): replace(answer, notes=notes)  # type: ignore[method-assign]
    async with serving():
        (article,) = (await asked(api, GDP))["results"]
    text = article["input_message_content"]["message_text"]
    assert "不宜直接比较" in text
    assert "您没有说明" not in text


async def test_refused_markup_arrives_as_plain_text(api: BotApi, serving: Serving) -> None:
    """The same words without markup, rather than an empty list."""
    api.fail_next("answerInlineQuery", refused("can't parse entities: Unexpected end tag at byte offset 3"))
    async with serving():
        api.push(inline_query(GDP))
        call = await api.wait_for("answerInlineQuery", where=lambda call: call.ok)
    content = call.params["results"][0]["input_message_content"]
    assert "parse_mode" not in content
    assert QUOTE in content["message_text"]


async def test_a_late_answer_is_let_go(api: BotApi, serving: Serving, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody who typed on does not wait for the old query; nobody hears of it."""
    api.fail_next("answerInlineQuery", refused("query is too old and response timeout expired or query ID is invalid"))
    async with serving():
        api.push(inline_query(GDP))
        await api.wait_for("answerInlineQuery")
        await asked(api, GDP)
    assert api.sent == []
    assert "WARNING" not in [record.levelname for record in caplog.records]


async def test_a_denied_person_gets_nothing(api: BotApi, library: SmallLibrary, store: Store) -> None:
    """Inline mode is no way around the list of the denied."""
    telegram = {"token": api.token, "base_url": api.base_url}
    config = load_config(telegram=telegram, access={"deny": [1002]})
    async with polling(build_application(config, library, store, rates=UNHURRIED)):
        api.push(inline_query(GDP, user_id=1002))
        answer = await asked(api, GDP)
    assert len(library.asked) == 1
    assert answer["is_personal"] is True  # or Telegram would give it to the denied


async def test_what_was_inserted_is_counted(api: BotApi, library: SmallLibrary, store: Store) -> None:
    """And nothing else happens: the chat that it went to is nobody's business."""
    metrics = Metrics()
    config = load_config(telegram={"token": api.token, "base_url": api.base_url})
    async with polling(build_application(config, library, store, metrics, rates=UNHURRIED)):
        result = (await asked(api, GDP))["results"][0]
        before = len(api.calls)
        api.push(chosen_inline_result(result["id"], GDP))
        await api.wait_confirmed()
    assert value(metrics, "investor_bot_updates_total", kind="chosen_inline_result") == 1
    assert {call.method for call in api.calls[before:]} == {"getUpdates"}


async def test_a_post_through_the_bot_is_no_question(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """The inserted card comes back to the bot in the private chat; it is not answered."""
    async with serving():
        api.push(private_message(QUOTE, via_bot=user(42) | {"is_bot": True}))
        await api.reply_to(private_message(GDP))
    assert [question for question, _ in library.asked] == [GDP]
