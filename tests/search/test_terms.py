"""Texts as terms: the same code reads passages and questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.language import Language
from bot.language.lexicon import FORM
from bot.search.terms import index_terms, read_text, surface_terms


def test_a_text_has_words_characters_and_concepts(language: Language) -> None:
    """And its figures."""
    text = read_text("地区生产总值增长10%左右", language)
    assert {"w:增长", "b:增长", "u:增"} <= text.terms
    assert any(term.startswith("c:") for term in text.terms)
    assert [text.text[v.start : v.end] for v in text.values] == ["10%左右"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("广州黄埔区地区生产总值", "廣州黃埔區地區生產總值"),
        ("GDP增长１０％", "gdp增长10%"),
        ("4000 亿元", "4000亿元"),
    ],
)
def test_script_and_width_give_the_same_terms(one: str, other: str, language: Language) -> None:
    """So a question in one script finds a passage in the other."""
    assert read_text(one, language).terms == read_text(other, language).terms


def test_two_names_of_a_thing_share_its_concept(language: Language) -> None:
    """That is what the lexicon is for."""
    first, second = read_text("GDP", language), read_text("地区生产总值", language)
    shared = first.terms & second.terms
    assert {term[:2] for term in shared} == {"c:"}


@given(source=st.text(max_size=50))
def test_every_term_has_a_kind(source: str, language: Language) -> None:
    """Any text can be read; each concept has a strength."""
    text = read_text(source, language)
    assert {term[:2] for term in text.terms} <= {"w:", "b:", "u:", "c:"}
    assert {term[2:] for term in text.terms if term[0] == "c"} == set(text.concepts)
    assert all(0 < strength <= FORM for strength in text.concepts.values())
    assert set(text.certain()) <= text.terms


def test_pairs_do_not_reach_across_punctuation() -> None:
    """Neighbours of one run only."""
    assert set(surface_terms("增长,目标")) == {"b:增长", "b:目标", "u:增", "u:长", "u:目", "u:标"}
    assert set(surface_terms("gdp 10%")) == set()


def test_the_strongest_part_of_a_passage_counts(language: Language) -> None:
    """A term of the text and of a heading has the frequency of the text."""
    text, heading = read_text("增长", language), read_text("增长 目标", language)
    bag = index_terms([(heading, 1), (text, 2)])
    assert bag["w:增长"] == 2
    assert bag["w:目标"] == 1
