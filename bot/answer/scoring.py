"""How well the clauses of candidate passages answer a question.

Each span of the question is looked for in the clause itself and, with less weight, in what a reader has in mind
when he reaches the clause: the clauses before and after it, the rest of the paragraph, the headings, the title.
Coverage, the share of the question's weight that is found, orders clauses and is also the confidence.

All candidates are scored together: one row a clause, one column a span of the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from bot.answer.question import Question
from bot.language.lists import Ragged, distinct
from bot.search.analysis import ASK_ROW, HEADING_ROW, PLACELESS_TITLE_ROW, TITLE_ROW
from bot.search.index import AnalysedClause, AnalysedPassage, Index

BEFORE = (0.85, 0.7, 0.6, 0.55, 0.55, 0.5, 0.5)
AFTER = (0.55, 0.5, 0.45, 0.4)
PARAGRAPH = 0.4
CONTEXT = np.zeros(4)
CONTEXT[[TITLE_ROW, PLACELESS_TITLE_ROW, HEADING_ROW, ASK_ROW]] = 0.25, 0.85, 0.4, 0.9
BESIDE = 0.5
"""What the gist of a question counts for a clause beside the one that names what was asked."""
NEIGHBOURS = 3

Matrix: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.int64]
Neighbours: TypeAlias = tuple[Rows, NDArray[np.bool_]]


def _whole_figure(figure: str) -> re.Pattern[str]:
    """``figure`` as a number of its own: 1 is not in 2021, 5% not in 15% or 2.5%."""
    after = r"(?!\.?\d)" if figure[-1].isdigit() else ""
    return re.compile(rf"(?<!\d)(?<!\d\.){re.escape(figure)}{after}")


class Matcher:
    """Finds how far texts hold each span of a question, 0 to 1: its best concept or word, else the sum of its
    character pairs and characters. All texts are looked through together."""

    def __init__(self, question: Question, index: Index) -> None:
        self._index = index
        self._spans = len(question.scored)
        pairs = [(term, n, strength) for n, span in enumerate(question.scored) for term, strength in span.terms]
        self._terms = sorted({term for term, _, _ in pairs if term in index.texts.numbers})
        slot = {term: number for number, term in enumerate(self._terms)}
        self._pairs = [(slot[term], term[0] in "bu", n, strength) for term, n, strength in pairs if term in slot]
        self._figures = [(n, _whole_figure(term[2:])) for term, n, _ in pairs if term[0] == "n"]

    def evidence(self, rows: Rows, texts: Callable[[], Sequence[str]]) -> Matrix:
        """One row a text (``rows`` of the index), one column a span; ``texts`` gives the folded texts."""
        there = self._index.texts.strength(rows, self._terms)
        best, soft = np.zeros((2, self._spans, len(rows)))
        for slot, weak, span, strength in self._pairs:
            if weak:
                soft[span] += strength * there[slot]
            else:
                np.maximum(best[span], strength * there[slot], out=best[span])
        for span, figure in self._figures:
            best[span][[figure.search(text) is not None for text in texts()]] = 1.0
        return np.maximum(best, np.minimum(soft, 0.95)).T


@dataclass(frozen=True)
class ClauseScore:
    """``own`` and ``seen`` hold, span by span, what the clause says itself and what is said around it."""

    clause: AnalysedClause
    own: Matrix
    seen: Matrix
    coverage: float


@dataclass(frozen=True, eq=False)
class PassageScores(Sequence[ClauseScore]):
    """The scores of a passage's clauses: one row a clause, one column a span."""

    passage: AnalysedPassage
    own: Matrix
    seen: Matrix
    coverage: Matrix

    def __len__(self) -> int:
        return len(self.coverage)

    @overload
    def __getitem__(self, number: int) -> ClauseScore: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[ClauseScore]: ...
    def __getitem__(self, number: int | slice) -> ClauseScore | Sequence[ClauseScore]:
        if isinstance(number, slice):
            return [self[n] for n in range(*number.indices(len(self)))]
        coverage = float(self.coverage[number])
        return ClauseScore(self.passage.clauses[number], self.own[number], self.seen[number], coverage)


@dataclass(frozen=True, eq=False)
class Scored:
    """The scores of the clauses of many passages together: row by row, ``clauses`` are the numbers of the clauses
    in the index, ``owner`` says of which passage."""

    index: Index
    ordinals: Sequence[int]
    clauses: Rows
    owner: Rows
    own: Matrix
    seen: Matrix
    coverage: Matrix
    first: Sequence[int]

    def clause(self, row: int) -> AnalysedClause:
        """The clause that stands in ``row``."""
        number = int(self.owner[row])
        return self.index.passages[self.ordinals[number]].clauses[row - self.first[number]]

    def passage(self, number: int) -> PassageScores:
        """Those of one passage."""
        first, last = self.first[number], self.first[number + 1]
        passage = self.index.passages[self.ordinals[number]]
        return PassageScores(passage, self.own[first:last], self.seen[first:last], self.coverage[first:last])


def score_passages(question: Question, index: Index, ordinals: Sequence[int]) -> Scored:
    """Scores of the clauses of each passage, in the order of ``ordinals`` (at least one)."""
    asked, matcher = np.array(ordinals), Matcher(question, index)
    neighbours = list(_neighbours(index, asked))
    near, _ = distinct(np.concatenate([asked, *(other[there] for other, there in neighbours)]))
    near_own, near_owner, above = _evidence(matcher, index, asked, near)
    near_clauses = Ragged(np.searchsorted(near_owner, np.arange(len(near) + 1)))
    rows, owner = near_clauses.places(np.searchsorted(near, asked))
    own = _named_gist(question, near_own[rows], owner)
    peaks = np.maximum.reduceat(near_own, near_clauses.first[:-1])
    context = np.maximum(above, _beside(neighbours, near, peaks))
    seen = np.maximum(_spread(own, owner), context[owner])
    coverage = seen @ np.array([span.weight for span in question.scored]) / question.total
    first = np.searchsorted(owner, np.arange(len(asked) + 1)).tolist()
    clauses, _ = index.texts.clauses.places(asked)
    return Scored(index, ordinals, clauses, owner, own, seen, coverage, first)


def _named_gist(question: Question, own: Matrix, owner: Rows) -> Matrix:
    """Of the clauses of one sentence the gist of a question for a figure speaks for those that name what was asked:
    others asked in the same words for the figure beside it as well."""
    named = [n for n, span in enumerate(question.spans) if span.named]
    if question.gist is None or not question.wants_figure or not named:
        return own
    says = own[:, named] @ np.array([question.spans[n].weight for n in named])
    most = np.zeros(owner[-1] + 1)
    np.maximum.at(most, owner, says)
    share = np.divide(says, most[owner], out=np.ones_like(says), where=most[owner] > 0)
    return np.concatenate([own[:, :-1], own[:, -1:] * (BESIDE + (1 - BESIDE) * share)[:, None]], axis=1)


def _neighbours(index: Index, asked: Rows) -> Iterable[Neighbours]:
    """For each distance the passage that far from each one asked for, and whether it is in the same paragraph."""
    paragraphs = index.texts.paragraphs
    for distance in (*range(-NEIGHBOURS, 0), *range(1, NEIGHBOURS + 1)):
        other = np.clip(asked + distance, 0, len(paragraphs) - 1)
        yield other, (other == asked + distance) & (paragraphs[other] == paragraphs[asked])


def _beside(neighbours: Sequence[Neighbours], near: Rows, peaks: Matrix) -> Matrix:
    """The strongest evidence of the rest of the paragraph; ``peaks`` are those of the passages ``near``."""
    strongest = np.zeros((len(neighbours[0][0]), peaks.shape[1]))
    for other, there in neighbours:
        found = peaks[np.searchsorted(near, other[there])] * PARAGRAPH
        strongest[there] = np.maximum(strongest[there], found)
    return strongest


def _evidence(matcher: Matcher, index: Index, asked: Rows, near: Rows) -> tuple[Matrix, Rows, Matrix]:
    """Evidence of each clause of the passages ``near``, and the passage that it belongs to; the strongest evidence of
    the title, the headings and the asks above each passage ``asked``."""
    texts = index.texts
    places, owner = texts.clauses.places(near)
    above, below = texts.context.places(asked)
    rows, back = distinct(texts.context_rows[above])
    evidence = matcher.evidence(
        np.concatenate((texts.clause_rows[places], rows)),
        lambda: [*_clause_texts(index, near), *(texts.context_texts[row] for row in rows.tolist())],
    )
    weighted = evidence[len(places) + back] * CONTEXT[texts.context_kinds[above]][:, None]
    return evidence[: len(places)], owner, np.maximum.reduceat(weighted, np.searchsorted(below, np.arange(len(asked))))


def _clause_texts(index: Index, ordinals: Rows) -> list[str]:
    return [clause.terms.text for ordinal in ordinals.tolist() for clause in index.passages[ordinal].clauses]


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
