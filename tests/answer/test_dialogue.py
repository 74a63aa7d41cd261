"""Follow-ups: what a question leaves out it takes from the one before, and nothing more."""

from __future__ import annotations

import pytest

from bot.answer.assistant import Assistant
from bot.answer.model import Answer
from tests.knowledge import NORTH, SOUTH


def spans(answer: Answer) -> list[tuple[str, tuple[int, int]]]:
    """Where the quotes stand."""
    return [(citation.document.id, citation.span) for citation in answer.citations]


@pytest.mark.parametrize(
    ("turns", "question", "expected", "place"),
    [
        (["北岭区2020年GDP增长多少"], "那南浦区呢", "5.6%", SOUTH),
        (["北岭区2020年GDP增长多少"], "南浦的呢?", "5.6%", SOUTH),
        (["南浦区2020年GDP增长多少"], "2021年的呢", "8%左右", SOUTH),
        (["南浦区2020年GDP增长多少"], "那21年呢", "8%左右", SOUTH),
        (["北岭区2020年GDP增长多少"], "进出口呢", "4.4%", NORTH),
        (["北岭区2020年实际使用外资多少"], "合同外资呢", "9.5亿美元", NORTH),
        (["北岭区2020年GDP增长多少", "那南浦区呢"], "进出口呢", "2.7%", SOUTH),
        (["北岭区2020年GDP增长多少", "进出口呢"], "那南浦区呢", "2.7%", SOUTH),
        (["北岭区2020年GDP增长多少", "谢谢"], "那南浦区呢", "5.6%", SOUTH),
        (["北岭区2021年GDP增长目标是多少"], "固定资产投资呢", "12%左右", NORTH),
        (["How much did GDP grow in 南浦区 in 2020?"], "and what about total trade?", "2.7%", SOUTH),
    ],
)
def test_a_follow_up_replaces_what_it_names(
    turns: list[str], question: str, expected: str, place: str, small: Assistant
) -> None:
    """The place, the year or the topic; the rest stays."""
    answer = small.ask(question, turns)
    assert answer.citations
    assert expected in answer.citations[0].quote
    assert {citation.facets.place for citation in answer.citations} == {place}


@pytest.mark.parametrize(
    ("turn", "question"),
    [
        ("北岭区2020年GDP增长多少", "南浦区2021年计划新建公园多少个"),
        ("南浦区2021年GDP增长目标是多少", "北岭区2020年实际使用外资多少亿美元"),
        ("北岭区合同外资多少", "南浦区有多少家高新技术企业"),
        ("你好", "北岭区2020年GDP增长多少"),
        ("", "北岭区2020年GDP增长多少"),
    ],
)
def test_a_new_topic_clears(turn: str, question: str, small: Assistant) -> None:
    """A question that stands on its own is answered as if it were the first."""
    assert spans(small.ask(question, [turn])) == spans(small.ask(question))
    assert spans(small.ask(question))


def test_a_place_carries_over_to_the_next_question(small: Assistant) -> None:
    """Whoever asked about one district goes on asking about it."""
    answer = small.ask("计划改造老旧小区多少个", ["南浦区2021年GDP增长目标是多少"])
    assert answer.citations[0].facets.place == SOUTH


def test_a_district_that_is_not_there_is_not_forgotten(small: Assistant) -> None:
    """The follow-up is about it; there is still no answer."""
    assert small.ask("那天河区呢", ["北岭区2020年GDP增长多少"]).citations == ()


@pytest.mark.parametrize("question", ["为什么", "还有吗", "那呢", "?", "继续", "and?"])
@pytest.mark.parametrize("turns", [[], ["北岭区2020年GDP增长多少"], ["你好"], ["?"] * 40])
def test_a_word_that_only_leans_on_others_breaks_nothing(question: str, turns: list[str], small: Assistant) -> None:
    """Whatever came before, also nothing."""
    assert small.ask(question, turns).status in {"answered", "no_answer", "clarify", "smalltalk"}


def test_the_bundled_places_follow_each_other(bundled: Assistant) -> None:
    """那上海呢 after a question about 黄埔."""
    answer = bundled.ask("那上海呢", ["2021年广州黄埔区一般公共预算收入目标增长多少"])
    assert {citation.facets.place for citation in answer.citations} == {"sh-huangpu"}
