"""Candidates in order: from the engine's passages to scored clauses, the best of each passage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bot.answer.gates import (
    PlaceGate,
    form_factor,
    newest,
    official,
    period_factor,
    status_factor,
    value_factor,
)
from bot.answer.highlighting import figure_gap
from bot.answer.question import Question
from bot.answer.quotes import introduces
from bot.answer.scoring import ClauseScore, Matrix, PassageScores, Scored, score_passages
from bot.language.facets import Stated
from bot.language.period import label
from bot.search.index import AnalysedClause, AnalysedPassage, Index
from bot.search.model import Hit, Terms

CANDIDATES = 200
HOPELESS = 0.2
"""Coverage below which no bonus lifts a clause over what may be shown."""
DOCUMENT, TOGETHER = 0.35, 0.5
"""Share of the whole document's coverage in the score of a general text."""
ATTACHED, NEAR, DETACHED = 15, 10, 0.92
"""Candidates whose figures are looked at closely; characters between name and figure; factor beyond them."""
BM25_WEIGHT, GENERAL_BM25_WEIGHT = 0.08, 0.4
REQUIRED, HEARD = 0.65, 0.38
"""Evidence that an attribute (a phone number, a rent) is there: named, not hinted at or part of another name."""
PART, UNNAMED, UNNAMED_FIGURE, EMPTY, INTRODUCTION = 0.88, 0.75, 0.6, 0.4, 1.15
NEWEST = 0.8
"""Share of the best score from which a clause answers about as well."""
THING = 3.0
"""Weight from which a named span cannot be done without."""
FACET_WEIGHT, HINT_SHARE = 0.8, 0.7
PREFIX_WEIGHT = {"w": 0.75, "b": 2.0, "u": 0.5, "c": 2.0, "n": 0.0}


@dataclass(frozen=True, eq=False)
class Candidate:
    """A passage with its best clause. ``confidence`` is coverage before bonuses (0–1), ``score`` after them."""

    passage: AnalysedPassage
    scores: PassageScores
    best: int
    score: float
    confidence: float
    bm25: float
    why: str = ""

    @cached_property
    def chosen(self) -> ClauseScore:
        return self.scores[self.best]


def query_terms(question: Question) -> Terms:
    """The question as weighted terms for the engine, its facets among them."""
    terms = dict.fromkeys(_facet_terms(question), FACET_WEIGHT)
    for span in question.scored:
        for term, strength in span.terms:
            weight = PREFIX_WEIGHT[term[0]] * strength
            if weight:
                terms[term] = max(terms.get(term, 0.0), weight)
            if term[0] == "c":
                terms["h" + term[1:]] = max(terms.get("h" + term[1:], 0.0), HINT_SHARE * weight)
    return terms


def _facet_terms(question: Question) -> Iterable[str]:
    yield from (f"place:{place}" for place in question.places.named or question.places.likely)
    yield from (f"period:{label(years)}" for years in question.periods)
    yield from (f"status:{status}" for status in question.status)


def rank(question: Question, index: Index, gate: PlaceGate) -> list[Candidate]:
    """Candidates by falling score; those that contradict the place, time or required attributes are out."""
    hits = index.engine.search(query_terms(question), CANDIDATES)
    hits = [h for h in hits if gate.factor(index.place(h.passage))]
    if not hits or not question.spans:
        return []
    found = _candidates(question, index, gate, hits)
    found = _with_document(question, found)
    found.sort(key=lambda c: -c.score)
    found = [*(_attached(question, c, index) for c in found[:ATTACHED]), *found[ATTACHED:]]
    return sorted(_prefer_newest(question, found), key=lambda c: (-c.score, c.passage.passage.ordinal))


def _with_document(question: Question, found: list[Candidate]) -> list[Candidate]:
    """In general texts a document is about one thing: what its other sentences say of the question counts too,
    the words that they cover together and how well they rank."""
    weights = np.array([span.weight for span in question.scored])
    best: dict[int, Matrix] = {}
    ranks: dict[int, float] = {}
    for candidate in found:
        if not official(candidate.chosen.clause.stated):
            own = candidate.scores.own.max(axis=0)
            number = candidate.passage.passage.document
            best[number] = np.maximum(best[number], own) if number in best else own
            ranks[number] = ranks.get(number, 0.0) + candidate.bm25**2
    top = max(ranks.values(), default=1.0) or 1.0
    covered = {n: float(own @ weights) / question.total + TOGETHER * ranks[n] / top for n, own in best.items()}
    return [
        c
        if (number := c.passage.passage.document) not in covered
        else replace(c, score=(1 - DOCUMENT) * c.score + DOCUMENT * covered[number])
        for c in found
    ]


class _Fits:
    """How well clauses fit what a question asks for beside its words; whatever many clauses share is found once."""

    def __init__(self, question: Question, index: Index, scored: Scored) -> None:
        self.question, self.index, self.scored = question, index, scored
        things = [n for n, span in enumerate(question.spans) if span.named and span.weight >= THING]
        self.coverage: list[float] = scored.coverage.tolist()
        self._missing: list[bool] = np.any(scored.seen[:, things] < 0.3, axis=1).tolist()
        self._content: list[bool] = (scored.own.max(axis=1) > 0).tolist()
        self._stated: dict[tuple[object, ...], float] = {}
        self._parts: dict[str | None, list[str]] = {}

    def factor(self, clause: AnalysedClause, row: int) -> float:
        """The product of all gates for ``clause``, which stands in ``row`` of the scores."""
        question, stated, read = self.question, clause.stated, clause.terms
        strict, fit = official(stated), self._stated_factor(stated)
        if fit and question.wants_figure:
            fit *= value_factor(question, read.values, read.text, strict)
        if fit:
            fit *= form_factor(question, read.folded.source, strict, _dated(stated))
            fit = fit * self._named_factor(clause, row) * self._whole_factor(clause)
        return fit

    def _stated_factor(self, stated: Stated) -> float:
        key = (stated.place, stated.years, stated.status, stated.others)
        if key not in self._stated:
            self._stated[key] = period_factor(self.question, stated) * status_factor(self.question, stated.status)
        return self._stated[key]

    def _named_factor(self, clause: AnalysedClause, row: int) -> float:
        """A thing that the question names and neither the clause nor anything around it does."""
        content = self._content[row] or bool(self.question.wants_figure and clause.terms.values)
        unnamed = UNNAMED_FIGURE if self.question.wants_figure else UNNAMED
        return (unnamed if self._missing[row] else 1.0) * (1.0 if content else EMPTY)

    def _whole_factor(self, clause: AnalysedClause) -> float:
        """A figure said of a part of the place (知识城's) fits less well where the part was not asked for."""
        place, text = clause.stated.place, clause.terms.text
        if place not in self._parts:
            parts = self.index.language.gazetteer.parts(place)
            self._parts[place] = [part for part in parts if part not in self.question.text]
        return PART if any(map(text.__contains__, self._parts[place])) else 1.0


def _candidates(question: Question, index: Index, gate: PlaceGate, hits: Sequence[Hit]) -> list[Candidate]:
    """The best clause of each passage that has one worth showing, in the order of ``hits``."""
    scored = score_passages(question, index, [h.passage for h in hits])
    fits = _Fits(question, index, scored)
    found = []
    for number in dict.fromkeys(scored.owner[scored.coverage >= HOPELESS].tolist()):
        candidate = _candidate(fits, gate, hits[number], number, hits[0].score)
        if candidate is not None:
            found.append(candidate)
    return found


def _candidate(fits: _Fits, gate: PlaceGate, hit: Hit, number: int, top: float) -> Candidate | None:
    """The best clause of the passage of ``hit``, which is ``number`` of the scores."""
    question, index, scored = fits.question, fits.index, fits.scored
    passage, first = index.passages[hit.passage], scored.first[number]
    coverage = fits.coverage[first : scored.first[number + 1]]
    place = gate.factor(index.place(hit.passage))
    lead = INTRODUCTION if question.wants_list and introduces(index, passage) else 1.0
    ranked = [
        (coverage[i] * factor * lead, -i)
        for i, clause in enumerate(passage.clauses)
        if coverage[i] >= HOPELESS and (factor := fits.factor(clause, first + i) * place) > 0
    ]
    if not ranked or not _has_required(question, scores := scored.passage(number)):
        return None
    score, best = max(ranked)
    share = BM25_WEIGHT if official(passage.clauses[-best].stated) else GENERAL_BM25_WEIGHT
    return Candidate(passage, scores, -best, score + share * hit.score / top, coverage[-best], hit.score / top)


def _dated(stated: Stated) -> bool:
    """A single year is stated for the clause."""
    return stated.years is not None and stated.years[0] == stated.years[1]


def _has_required(question: Question, scores: PassageScores) -> bool:
    """A required attribute stands in the sentence itself, another place at least in its paragraph."""
    return all(
        (not span.required or scores.own[:, number].max() >= REQUIRED)
        and (not span.elsewhere or scores.seen[:, number].max() >= HEARD)
        for number, span in enumerate(question.spans)
    )


def _attached(question: Question, candidate: Candidate, index: Index) -> Candidate:
    """A figure counts fully where it stands right behind (or closely before) the name of what was asked."""
    gap = figure_gap(question, candidate.chosen.clause, index.language.lexicon) if question.wants_figure else 0
    return candidate if gap <= NEAR else replace(candidate, score=candidate.score * DETACHED)


def _prefer_newest(question: Question, found: list[Candidate]) -> list[Candidate]:
    """``现在`` wants the newest year that answers about as well."""
    if "now" not in question.pointing or not found:
        return found
    near = [c for c in found if c.score >= NEWEST * found[0].score and c.chosen.clause.stated.status != "target"]
    last = newest(c.chosen.clause.stated.years for c in near)
    return [
        replace(c, score=c.score * (1.1 if last and newest([c.chosen.clause.stated.years]) == last else 1.0))
        for c in found
    ]
