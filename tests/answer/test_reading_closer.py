"""Mistakes once made in reading a question, each with the rule that mended it."""

from __future__ import annotations

import pytest

from bot.answer.assistant import Assistant
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
