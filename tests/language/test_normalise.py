"""Folding: one way of writing for all, and every character can be taken back to the source."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.language.normalise import fold, is_traditional, normalise, simplify, to_traditional

WRITTEN = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("廣州黃埔區經濟增長目標裏乾後發１２．％，ＧＤＰ  \t\n\u3000\u200b\ufeff㎡①ﬁ㍿İ"),
    ),
    max_size=60,
)
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


@given(WRITTEN)
@example("ﬁ㍿İ\u200b廣州 黃埔")
@example("1 a 中")
def test_every_character_maps_back_to_what_it_was_made_of(source: str) -> None:
    """One code point of the source, of which it is the folded form (or its Simplified form)."""
    folded = normalise(source)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    for i, character in enumerate(folded.text):
        start, end = folded.span(i, i + 1)
        assert end == start + 1
        plain = unicodedata.normalize("NFKC", source[start:end]).lower()
        assert character in plain or any(c >= "\u2e80" for c in plain)


@given(WRITTEN)
def test_offsets_rise(source: str) -> None:
    """The order of the source is kept, and a stretch maps to a stretch."""
    folded = normalise(source)
    assert list(folded.starts) == sorted(folded.starts)
    assert folded.span(0, len(folded.text)) == (
        (folded.starts[0], folded.ends[-1]) if folded.text else (len(source), len(source))
    )


@given(WRITTEN)
def test_only_white_space_and_zero_width_are_lost(source: str) -> None:
    """Nothing that can be seen disappears."""
    covered = set(normalise(source).starts)
    lost = [c for i, c in enumerate(source) if i not in covered]
    assert all(c in ZERO_WIDTH or unicodedata.normalize("NFKC", c).isspace() for c in lost)


@given(WRITTEN)
@example("4000 亿元, a b")
def test_the_folded_text_alone_is_the_same(source: str) -> None:
    """With or without the way back to the source."""
    assert fold(source) == normalise(source).text


@given(WRITTEN)
@example("what  is\tthe GDP")
@example("a \n b")
def test_folding_twice_is_folding_once(source: str) -> None:
    """Idempotent for any text."""
    assert fold(fold(source)) == fold(source)


@given(st.text(st.sampled_from("廣州黃埔區經濟增長目標裏乾隆淨後發展麵面只隻１２３ａＢ％（）"), max_size=30))
def test_script_and_width_keep_the_length(source: str) -> None:
    """Offsets of a converted text are those of the source."""
    folded = normalise(source)
    assert folded.starts == tuple(range(len(source)))
    assert len(simplify(source)) == len(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("ＧＤＰ增长１０％", "gdp增长10%"),
        ("廣州黃埔區經濟", "广州黄埔区经济"),
        ("4000 亿元", "4000亿元"),
        ("2021 年 目标", "2021年目标"),
        ("黄 埔\u3000区", "黄埔区"),
        ("黄\u200b埔", "黄埔"),
        ("Web 2.0", "web 2.0"),
        ("How many firms", "how many firms"),
        ("", ""),
    ],
)
def test_ways_of_writing(source: str, expected: str) -> None:
    """Script, width, case and white space beside Chinese do not matter."""
    assert fold(source) == expected


@pytest.mark.parametrize("source", ["GDP  growth", "GDP\n growth", "what  is\tthe \r\n GDP"])
def test_white_space_parts_latin_words(source: str) -> None:
    """However much of it there is, and of whatever kind."""
    assert fold(source).split() == source.lower().split()


def test_an_empty_stretch_maps_to_an_empty_stretch() -> None:
    """At its place, and at the end."""
    folded = normalise("黄 埔")
    assert folded.span(1, 1) == (2, 2)
    assert folded.span(2, 2) == (3, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("廣州黃埔", True),
        ("广州黄埔", False),
        ("GDP 2021", False),
        ("", False),
        ("目标", False),
        ("幾多間", True),
    ],
)
def test_the_script_is_recognised(text: str, expected: bool) -> None:
    """Characters that both scripts share say nothing."""
    assert is_traditional(text) is expected


def test_own_texts_can_be_shown_in_traditional() -> None:
    """And are the same text folded."""
    assert to_traditional("广州市黄埔区") == "廣州市黃埔區"
    assert fold(to_traditional("广州市黄埔区")) == "广州市黄埔区"
