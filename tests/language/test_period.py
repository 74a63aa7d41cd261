"""Times: years, plans, and the words that only point at them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.normalise import fold
from bot.language.period import Years, agreement, find_periods, label, plan_years


def years(source: str, *, question: bool = True) -> list[Years]:
    """The years that ``source`` names."""
    return [p.years for p in find_periods(fold(source), question=question) if p.years]


def words(source: str, *, question: bool = True) -> list[str]:
    """The pointing words of ``source``."""
    return [p.word for p in find_periods(fold(source), question=question) if p.word]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("2021年", (2021, 2021)),
        ("２０２１ 年", (2021, 2021)),
        ("2021年3月1日", (2021, 2021)),
        ("2025年底", (2025, 2025)),
        ("二〇三五年远景目标", (2035, 2035)),
        ("二零二一年", (2021, 2021)),
        ("十三五末", (2020, 2020)),
        ("“十三五”规划末", (2020, 2020)),
        ("“十三五”时期", (2016, 2020)),
        ("十四五", (2021, 2025)),
        ("十五五期间", (2026, 2030)),
        ("135规划", (2016, 2020)),
        ("the 13th five-year plan", (2016, 2020)),
        ("Fourteenth Five Year Plan", (2021, 2025)),
        ("2016-2020年", (2016, 2020)),
        ("2016—2020年", (2016, 2020)),
        ("2016年至2020年", (2016, 2020)),
        ("2016 年到 2020 年", (2016, 2020)),
    ],
)
@pytest.mark.parametrize("question", [True, False])
def test_a_time_that_is_named(source: str, expected: Years, question: bool) -> None:
    """In documents and in questions alike."""
    assert years(source, question=question) == [expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("21年黄埔经济增速", [(2021, 2021)]),
        ("20年内资引进多少", [(2020, 2020)]),
        ("到25年GDP要多少", [(2025, 2025)]),
        ("20和21年对比", [(2020, 2020), (2021, 2021)]),
        ("2021 GDP", [(2021, 2021)]),
        ("GDP in 2020 and 2021", [(2020, 2020), (2021, 2021)]),
    ],
)
def test_times_that_only_questions_abbreviate(source: str, expected: list[Years]) -> None:
    """Two digits and bare years count in a question, not in a document."""
    assert years(source) == expected
    assert years(source, question=False) == []


@pytest.mark.parametrize(
    "source",
    [
        "20年内建成",
        "15年历史",
        "25年前",
        "3年",
        "第21年",
        "十五年",
        "二十五年",
        "2000家企业",
        "1999个",
        "20210301",
    ],
)
def test_lengths_of_time_and_figures_name_no_year(source: str) -> None:
    """Not even in a question."""
    assert years(source) == []


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("五年来", "five"),
        ("过去五年", "five"),
        ("over the past five years", "five"),
        ("今年", "this"),
        ("this year", "this"),
        ("去年", "last"),
        ("上年", "last"),
        ("舊年", "last"),
        ("明年", "next"),
        ("出年", "next"),
        ("next year", "next"),
    ],
)
def test_words_that_point(source: str, word: str) -> None:
    """In Mandarin, Cantonese and English; they name no year by themselves."""
    assert words(source) == [word]
    assert years(source) == []


@pytest.mark.parametrize("source", ["现在", "目前", "而家", "currently", "latest"])
def test_now_is_a_word_of_questions(source: str) -> None:
    """A document that says 目前 speaks of its own time."""
    assert words(source) == ["now"]
    assert words(source, question=False) == []


@given(st.text(st.sampled_from("2019年十三四五末去今明规划-至到“”来gdp,。 "), max_size=40), st.booleans())
def test_times_do_not_overlap(source: str, question: bool) -> None:
    """Ordered stretches, each with years or a word, first year before last."""
    text = fold(source)
    found = find_periods(text, question=question)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert all((p.years is None) != (p.word is None) for p in found)
    assert all(0 <= p.start < p.end <= len(text) for p in found)


@given(st.integers(1950, 2090))
def test_every_year_is_read_back(year: int) -> None:
    """And labelled as it is written."""
    assert years(f"{year}年") == [(year, year)]
    assert label((year, year)) == str(year)
    assert label((year, year + 4)) == f"{year}-{year + 4}"


def test_plans_follow_each_other() -> None:
    """The 13th is 2016–2020, the 14th begins where it ends."""
    assert plan_years(13) == (2016, 2020)
    assert all(plan_years(n)[1] + 1 == plan_years(n + 1)[0] for n in range(9, 18))


PERIODS = st.tuples(st.integers(2000, 2040), st.integers(0, 6)).map(lambda p: (p[0], p[0] + p[1]))


@given(PERIODS, PERIODS)
def test_how_well_times_agree(asked: Years, stated: Years) -> None:
    """The same is best; times that do not touch do not agree at all."""
    assert 0.0 <= agreement(asked, stated) <= agreement(asked, asked) == 1.0
    if asked[1] < stated[0] or stated[1] < asked[0]:
        assert agreement(asked, stated) == 0.0
    if asked != stated:
        assert agreement(asked, stated) < 1.0


def test_the_last_year_of_a_span_is_less_than_the_span() -> None:
    """2020 alone does not answer for the five years that it ends; those five years do for 十三五末."""
    assert agreement((2016, 2020), (2016, 2020)) == 1.0
    assert agreement((2020, 2020), (2016, 2020)) == 0.9
    assert agreement((2016, 2020), (2020, 2020)) == 0.8
