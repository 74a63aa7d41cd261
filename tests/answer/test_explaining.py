"""Explanations: where a candidate has what was asked, and what speaks against it."""

from __future__ import annotations

import pytest

from bot.answer.assistant import Assistant
from bot.render.hits import hit_lines
from bot.render.messages import LOCALES

QUESTION = "2021年广州黄埔固定资产投资目标是多少"


def test_terms_say_in_which_field_they_were_found(bundled: Assistant) -> None:
    """The thing itself in the sentence; for every candidate each term has a field or is missing, never both."""
    explanation = bundled.ask(QUESTION, explain=True).explanation
    assert explanation is not None
    assert 0 < len(explanation.candidates) <= 10
    best = explanation.candidates[0]
    assert {term.field for term in best.terms} <= {"clause", "asks", "heading", "title", "nearby", ""}
    assert any(term.field == "clause" for term in best.terms)
    for candidate in explanation.candidates:
        assert {term.term for term in candidate.terms if not term.field} == set(candidate.missing)


def test_what_speaks_against_a_candidate_is_a_factor(bundled: Assistant) -> None:
    """A result where the target was asked, another year: each costs."""
    explanation = bundled.ask("2021年广州黄埔GDP目标增长多少", explain=True).explanation
    assert explanation is not None
    against = {name: factor for candidate in explanation.candidates for name, factor in candidate.against.items()}
    assert against
    assert all(0 <= factor < 1 for factor in against.values())


@pytest.mark.parametrize("locale", LOCALES)
def test_the_hit_test_marks_what_is_shown(bundled: Assistant, locale: str) -> None:
    """In every language: as many ticks as candidates that a quote of the answer holds."""
    answer = bundled.ask(QUESTION, explain=True)
    said = list(hit_lines(answer, locale))
    assert any("✓" in line for line in said)
    assert QUESTION in said[0]


def test_a_question_that_is_not_searched_says_so(bundled: Assistant) -> None:
    """Small talk has no candidates."""
    assert "没有进入检索" in "\n".join(hit_lines(bundled.ask("你好", explain=True), "zh-Hans"))
