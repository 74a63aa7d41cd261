"""Scoring all candidates at once gives what the rule for one clause gives."""

from __future__ import annotations

import numpy as np
import pytest

from bot.answer.assistant import Assistant
from bot.answer.question import Question, understand
from bot.answer.scoring import AFTER, BEFORE, BESIDE, CONTEXT, NEIGHBOURS, PARAGRAPH, score_passages
from bot.language.language import Language
from bot.search.analysis import ASK_ROW, HEADING_ROW, PLACELESS_TITLE_ROW, TITLE_ROW
from bot.search.index import AnalysedPassage, Index
from bot.search.terms import TextTerms, read_text

QUESTIONS = (
    "北岭区2021年GDP增长多少",
    "南浦区有哪些问题",
    "新增学位3200个是哪一年",
    "how many high-tech firms in 2020",
    "港口吞吐量",
    "目标是增长7.5%吗",
)


def evidence(question: Question, text: TextTerms) -> list[float]:
    """The rule, span by span: the best concept, word or figure, else character pairs and characters."""
    found = []
    for span in question.scored:
        strong, weak = 0.0, 0.0
        for term, strength in span.terms:
            if term[0] == "n":
                figure = f"n:{term[2:]}"
                strong = max(strong, 1.0 if figure in numbers(text.text) else 0.0)
            elif term in text.terms and term[0] in "bu":
                weak += strength
            elif term in text.terms:
                strong = max(strong, strength * text.strength(term))
        found.append(max(strong, min(weak, 0.95)))
    return found


def numbers(text: str) -> set[str]:
    """The whole figures of the texts here, with and without their percent sign."""
    words = "".join(c if c.isdigit() or c in ".%" else " " for c in text).split()
    return {f"n:{form}" for word in words for form in (word, word.rstrip("%"))}


def around(question: Question, index: Index, passage: AnalysedPassage, language: Language) -> list[list[float]]:
    """What the title, the headings, the asks and the rest of the paragraph say, weighted."""
    here = passage.passage
    title = TITLE_ROW if passage.clauses[0].stated.place else PLACELESS_TITLE_ROW
    texts = [(title, index.documents[here.document].title)]
    texts += [(HEADING_ROW, heading) for heading in here.section] + [(ASK_ROW, ask) for ask in here.asks]
    found = [[CONTEXT[kind] * e for e in evidence(question, read_text(text, language))] for kind, text in texts]
    for other in index.passages:
        near = 0 < abs(other.passage.ordinal - here.ordinal) <= NEIGHBOURS
        if near and (other.passage.document, other.passage.block) == (here.document, here.block):
            found += [[PARAGRAPH * e for e in own] for own in own_evidence(question, other, language)]
    return found


def own_evidence(question: Question, passage: AnalysedPassage, language: Language) -> list[list[float]]:
    return [evidence(question, read_text(c.terms.folded.source, language)) for c in passage.clauses]


def gist_of_named(question: Question, own: list[list[float]]) -> list[list[float]]:
    """The gist of a question for a figure counts in full for the clause that names most of what was asked."""
    named = [(n, span.weight) for n, span in enumerate(question.spans) if span.named]
    says = [sum(weight * found[n] for n, weight in named) for found in own]
    if question.gist is None or not question.wants_figure or not any(says):
        return own
    shares = [BESIDE + (1 - BESIDE) * said / max(says) for said in says]
    return [[*found[:-1], share * found[-1]] for found, share in zip(own, shares, strict=True)]


@pytest.mark.parametrize("source", QUESTIONS)
def test_every_clause_is_scored_by_the_rule(source: str, small: Assistant, language: Language) -> None:
    """What it says itself, what stands around it, and the share of the question that this covers."""
    index = small.index
    question = understand(source, index)
    ordinals = list(range(len(index.passages)))[::-1]
    scored = score_passages(question, index, ordinals)
    weights = [span.weight for span in question.scored]
    assert any(score.coverage > 0 for n in range(len(ordinals)) for score in scored.passage(n))
    for number, ordinal in enumerate(ordinals):
        passage = index.passages[ordinal]
        own = gist_of_named(question, own_evidence(question, passage, language))
        context = around(question, index, passage, language)
        scores = scored.passage(number)
        assert len(scores) == len(passage.clauses)
        for place, score in enumerate(scores):
            seen = [own[place], *context]
            seen += [[w * e for e in own[place - d]] for d, w in enumerate(BEFORE, 1) if place >= d]
            seen += [[w * e for e in own[place + d]] for d, w in enumerate(AFTER, 1) if place + d < len(own)]
            expected = np.max(seen, axis=0)
            assert score.clause == passage.clauses[place]
            assert score.own.tolist() == pytest.approx(own[place])
            assert score.seen.tolist() == pytest.approx(expected.tolist())
            assert score.coverage == pytest.approx(float(expected @ weights) / question.total)
