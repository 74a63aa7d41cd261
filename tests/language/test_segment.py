"""Words of a folded text, with their places."""

from __future__ import annotations

import itertools
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.language.language import Language
from bot.language.normalise import fold
from bot.language.segment import Segmenter, edges


@given(source=st.text(max_size=60))
def test_tokens_stand_where_they_say(source: str, language: Language) -> None:
    """In order, without overlap, and the text is theirs."""
    text = fold(source)
    tokens = language.segmenter.tokens(text)
    assert all(text[t.start : t.end] == t.text for t in tokens)
    assert all(a.end <= b.start for a, b in itertools.pairwise(tokens))


@given(source=st.text(st.sampled_from("黄埔区经济增长目标是10%左右。,gdp abc"), max_size=40))
def test_no_letter_and_no_figure_is_lost(source: str, language: Language) -> None:
    """Only punctuation and spaces are left out."""
    text = fold(source)
    covered = {i for t in language.segmenter.tokens(text) for i in range(t.start, t.end)}
    assert not [c for i, c in enumerate(text) if i not in covered and c.isalnum()]


def test_the_words_are_those_of_the_dictionary(language: Language) -> None:
    """Not single characters."""
    words = [t.text for t in language.segmenter.tokens("固定资产投资增长20%")]
    assert "投资" in words
    assert "增长" in words


def test_words_of_a_user_hold_for_one_instance_only(cache: Path) -> None:
    """A name added to one segmenter changes no other."""
    own, other = Segmenter(cache, ["穗港澳通"]), Segmenter(cache)
    assert [t.text for t in own.tokens("穗港澳通")] == ["穗港澳通"]
    assert [t.text for t in other.tokens("穗港澳通")] != ["穗港澳通"]


def test_the_cache_lies_in_the_folder_given(cache: Path, language: Language) -> None:
    """Not in the temporary folder that everybody shares."""
    assert language.segmenter.tokens("投资")
    assert any(cache.glob("jieba*"))


def test_known_words_and_places(language: Language) -> None:
    """A prefix of a word is no word; the suffix of a place may be missing."""
    segmenter = language.segmenter
    assert segmenter.known("投资")
    assert not segmenter.known("粤心")
    assert segmenter.commonness("投资") > segmenter.commonness("瞪羚")
    assert segmenter.commonness("粤心") == 0
    assert segmenter.is_place("天河区")
    assert not segmenter.is_place("投资")


def test_edges_are_where_words_begin_and_end(language: Language) -> None:
    """Both ends of every word."""
    assert edges(language.segmenter.tokens("投资,增长")) == {0, 2, 3, 5}
