"""How well the clauses of candidate passages answer a question.

Each span of the question is looked for in the clause itself and, with less weight, in what a reader has in mind
when he reaches the clause: the clauses before and after it, the rest of the paragraph, the headings, the title.
Coverage, the share of the question's weight that is found, orders clauses and is also the confidence.

All candidates are scored together: one row a clause, one column a span of the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.answer.question import Question
from bot.search.index import AnalysedClause, AnalysedPassage, Index
from bot.search.terms import TextTerms

BEFORE = (0.85, 0.7, 0.6, 0.55, 0.55, 0.5, 0.5)
AFTER = (0.55, 0.5, 0.45, 0.4)
PARAGRAPH, HEADING, TITLE, GENERAL_TITLE, ASK = 0.4, 0.4, 0.25, 0.85, 0.9
NEIGHBOURS = 3

Matrix = NDArray[np.float64]


def _whole_figure(figure: str) -> re.Pattern[str]:
    """``figure`` as a number of its own: 1 is not in 2021, 5% not in 15% or 2.5%."""
    after = r"(?!\.?\d)" if figure[-1].isdigit() else ""
    return re.compile(rf"(?<!\d)(?<!\d\.){re.escape(figure)}{after}")


class Matcher:
    """Finds how far a text holds each span of a question, 0 to 1: its best concept or word, else the sum of its
    character pairs and characters. One set intersection a text; only what is shared is looked at."""

    def __init__(self, question: Question) -> None:
        self._zero = [0.0] * len(question.scored)
        self._wanted: dict[str, list[tuple[int, float]]] = {}
        self._numbers: list[tuple[int, re.Pattern[str]]] = []
        self._kept: dict[int, list[float]] = {}
        for number, span in enumerate(question.scored):
            for term, strength in span.terms:
                self._wanted.setdefault(term, []).append((number, strength))
                if term[0] == "n":
                    self._numbers.append((number, _whole_figure(term[2:])))

    def evidence(self, terms: TextTerms) -> list[float]:
        """One number a span; kept, for a heading stands above many passages."""
        key = id(terms)
        if key not in self._kept:
            self._kept[key] = self._evidence(terms)
        return self._kept[key]

    def _evidence(self, terms: TextTerms) -> list[float]:
        shared = self._wanted.keys() & terms.terms
        if not shared and not self._numbers:
            return self._zero
        best, soft = self._zero[:], self._zero[:]
        for term in shared:
            there = terms.concepts[term[2:]] if term[0] == "c" else 1.0
            into = soft if term[0] in "bu" else best
            for number, strength in self._wanted[term]:
                into[number] = into[number] + strength if into is soft else max(into[number], strength * there)
        for number, figure in self._numbers:
            if figure.search(terms.text):
                best[number] = 1.0
        return [max(b, min(s, 0.95)) for b, s in zip(best, soft, strict=True)]


@dataclass(frozen=True)
class ClauseScore:
    """``own`` and ``seen`` hold, span by span, what the clause says itself and what is said around it."""

    clause: AnalysedClause
    own: Matrix
    seen: Matrix
    coverage: float


def score_passages(question: Question, index: Index, ordinals: Sequence[int]) -> list[list[ClauseScore]]:
    """Scores of the clauses of each passage, in the order of ``ordinals``."""
    matcher = Matcher(question)
    passages = [index.passages[o] for o in ordinals]
    if not passages or not question.spans:
        return [[] for _ in passages]
    own = np.array([matcher.evidence(c.terms) for p in passages for c in p.clauses])
    owner = np.repeat(np.arange(len(passages)), [len(p.clauses) for p in passages])
    context = np.array([_around(matcher, index, p) for p in passages])
    seen = np.maximum(_spread(own, owner), context[owner])
    coverage = seen @ np.array([span.weight for span in question.scored]) / question.total
    scores: list[list[ClauseScore]] = [[] for _ in passages]
    for row, (number, clause) in enumerate((n, c) for n, p in enumerate(passages) for c in p.clauses):
        scores[number].append(ClauseScore(clause, own[row], seen[row], float(coverage[row])))
    return scores


def _spread(own: Matrix, owner: NDArray[np.int64]) -> Matrix:
    """What each clause and its neighbours in the same passage say, neighbours by distance."""
    seen = own.copy()
    for distance, weight in enumerate(BEFORE, 1):
        _lift(seen[distance:], own[:-distance], weight, owner[distance:] == owner[:-distance])
    for distance, weight in enumerate(AFTER, 1):
        _lift(seen[:-distance], own[distance:], weight, owner[distance:] == owner[:-distance])
    return seen


def _lift(target: Matrix, source: Matrix, weight: float, same: NDArray[np.bool_]) -> None:
    np.maximum(target, source * (weight * same)[:, None], out=target)


def _around(matcher: Matcher, index: Index, passage: AnalysedPassage) -> list[float]:
    """The strongest evidence of the paragraph, the headings, the title and the asks, span by span."""
    found = [[v * weight for v in matcher.evidence(text)] for weight, text in _context(index, passage)]
    return [max(values) for values in zip(*found, strict=True)]


def _context(index: Index, passage: AnalysedPassage) -> Iterable[tuple[float, TextTerms]]:
    yield (TITLE if passage.clauses[0].stated.place else GENERAL_TITLE), passage.title
    yield from ((HEADING, heading) for heading in passage.headings)
    yield from ((ASK, ask) for ask in passage.asks)
    yield from ((PARAGRAPH, clause.terms) for other in _paragraph(index, passage) for clause in other.clauses)


def _paragraph(index: Index, passage: AnalysedPassage) -> Iterable[AnalysedPassage]:
    here = passage.passage
    for ordinal in range(max(0, here.ordinal - NEIGHBOURS), min(len(index.passages), here.ordinal + NEIGHBOURS + 1)):
        other = index.passages[ordinal]
        if ordinal != here.ordinal and (other.passage.document, other.passage.block) == (
            here.document,
            here.block,
        ):
            yield other
