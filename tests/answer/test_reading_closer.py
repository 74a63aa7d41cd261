"""Mistakes once made in reading a question, each with the rule that mended it."""

from __future__ import annotations

import pytest

from bot.answer.assistant import Assistant
from bot.answer.dialogue import resolve
from bot.answer.question import understand
from bot.language.values import find_values, unit_kinds
from bot.search.index import Index


@pytest.fixture(scope="module")
def index(small: Assistant) -> Index:
    return small.index


def test_where_does_not_belong_to_the_next_word(index: Index) -> None:
    """哪里弄 asks where; it is not about 里弄."""
    assert all("里弄" not in span.text for span in understand("AEO在哪里弄", index).spans)


@pytest.mark.parametrize(
    ("question", "kinds"), [("修几个点", {"count"}), ("涨几个点", {"percent"}), ("一年出几万台", {"machine"})]
)
def test_a_measure_word_says_what_is_counted(question: str, kinds: set[str]) -> None:
    assert unit_kinds(question) == kinds


def test_an_anniversary_is_no_figure() -> None:
    assert not find_values("庆祝建党100周年")


def test_a_list_may_count_its_items_in_characters() -> None:
    """打造四大产业集群 answers 几个."""
    assert [v.unit for v in find_values("打造四大产业集群")] == ["大"]


def test_two_years_pointed_at_are_compared(index: Index) -> None:
    assert len(understand("瞪羚企业去年认了几家今年要几家", index).periods) == 2


def test_a_time_with_particles_is_no_content(index: Index) -> None:
    assert all("2025" not in span.text for span in understand("到2025年工业总产值做到多少", index).spans)


def test_said_and_done_are_two_sides(index: Index) -> None:
    asked = understand("2021年GDP说好要涨10%,后来真到了吗", index)
    assert {"target", "result"} <= asked.status
    assert all(span.weight < 1 for span in asked.spans if span.figure)


@pytest.mark.parametrize(
    "question", ["黄埔区2021年GDP目标", "2021年黄埔区GDP目标是多少", "Huangpu Guangzhou GDP target 2021"]
)
def test_the_figure_beside_the_one_that_was_asked_is_not_marked(bundled: Assistant, question: str) -> None:
    """增长10%左右,固定资产投资增长20%左右 stand in one sentence; others asked for both in much the same words."""
    citation = bundled.ask(question).citations[0]
    start, end = citation.highlights[0]
    assert citation.quote[start:end] == "10%左右"


@pytest.mark.parametrize("question", ["华为旗舰店面积多大", "占地几多", "面积有多大"])
def test_a_question_for_an_area_wants_an_area(index: Index, question: str) -> None:
    assert "area" in understand(question, index).manner.kinds


def test_what_is_told_of_a_company_is_told_where_it_is_named(index: Index) -> None:
    """粤芯 or 百济神州 in a question must stand in the paragraph that answers."""
    (span,) = (span for span in understand("百济神州2020年产值多少亿", index).spans if "百济神州" in span.text)
    assert span.elsewhere


def test_a_line_has_a_number_and_no_date(index: Index) -> None:
    """几号线 is not 几号."""
    assert "date" not in understand("地铁修几号线", index).manner.kinds


@pytest.mark.parametrize("question", ["知识城支线哪天通车", "黄埔马拉松几月几号跑"])
def test_a_question_for_a_day_is_not_answered_without_one(bundled: Assistant, question: str) -> None:
    """The year of a plan says nothing of the day."""
    assert bundled.ask(question).status == "no_answer"


def test_a_plan_under_way_has_no_date(bundled: Assistant) -> None:
    """加快建设 in the report of a year does not say that it opens in that year."""
    assert all("\u63a8\u52a8" not in c.quote for c in bundled.ask("黄埔高铁站啥时候通车").citations)


def test_another_thing_is_counted_in_its_own_words(index: Index) -> None:
    """几家医院, then beds: not 几家 any more."""
    asked = resolve("那床位呢", ("北岭区建了几家医院",), index)
    assert "家" not in asked.counters


def test_an_attribute_of_one_thing_does_not_answer_for_another(bundled: Assistant) -> None:
    """An area that is told of something else is not that of the bonded zone."""
    assert bundled.ask("综合保税区占地多大面积").citations == ()


@pytest.mark.parametrize("question", ["黄埔2021年GDP目标", "Huangpu Guangzhou GDP target 2021"])
def test_an_indicator_alone_asks_for_its_figure(question: str, bundled: Assistant) -> None:
    """Of any kind: targets are growth, results are amounts as well."""
    citation = bundled.ask(question).citations[0]
    start, end = citation.highlights[0]
    assert citation.quote[start:end] == "10%左右"


def test_an_indicator_of_a_year_that_is_missing_gets_no_answer(bundled: Assistant) -> None:
    """A figure without a year is not that of the year."""
    assert bundled.ask("2019年黄埔GDP").citations == ()


def test_a_required_attribute_is_not_a_word_too_few(bundled: Assistant) -> None:
    """黄埔海关电话多少 is a whole question: what is missing is said."""
    assert bundled.ask("黄埔海关电话多少").status == "no_answer"
