"""Candidates in order: from the engine's passages to scored clauses, the best of each passage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bot.answer.fitting import THING, Fitting
from bot.answer.gates import PlaceGate, newest, official
from bot.answer.highlighting import figure_gap
from bot.answer.question import Question
from bot.answer.quotes import introduces
from bot.answer.scoring import ClauseScore, Matrix, PassageScores, Rows, Scored, score_passages
from bot.language.lists import changes, distinct
from bot.language.period import label
from bot.search.index import AnalysedClause, AnalysedPassage, Index
from bot.search.model import Hit, Terms

CANDIDATES = 200
HOPELESS = 0.2
"""Coverage below which no bonus lifts a clause over what may be shown; where all texts are general, the rest of the
document may."""
DOCUMENT = 0.65
"""Share of the whole document in the score of a general text."""
ATTACHED, NEAR, DETACHED = 15, 10, 0.92
"""Candidates whose figures are looked at closely; characters between name and figure; factor beyond them."""
BM25_WEIGHT, GENERAL_BM25_WEIGHT = 0.08, 0.4
REQUIRED, HEARD = 0.65, 0.38
"""Evidence that an attribute (a phone number, a rent) is there: named, not hinted at or part of another name."""
INTRODUCTION = 1.15
NEWEST = 0.8
"""Share of the best score from which a clause answers about as well."""
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

    @property
    def clause(self) -> AnalysedClause:
        """The best clause."""
        return self.passage.clauses[self.best]


def query_terms(question: Question) -> Terms:
    """The question as weighted terms for the engine, its facets among them."""
    terms = dict(question.wording) | dict.fromkeys(_facet_terms(question), FACET_WEIGHT)
    for span in question.scored:
        for term, strength in span.terms:
            weight = PREFIX_WEIGHT[term[0]] * strength
            if weight:
                terms[term] = max(terms.get(term, 0.0), weight)
            if weight and term[0] == "c":
                terms["h" + term[1:]] = max(terms.get("h" + term[1:], 0.0), HINT_SHARE * weight)
    return terms


def _facet_terms(question: Question) -> Iterable[str]:
    yield from (f"place:{place}" for place in question.places.named or question.places.likely)
    yield from (f"period:{label(years)}" for years in question.periods)
    yield from (f"status:{status}" for status in question.status)


def rank(question: Question, index: Index, gate: PlaceGate) -> list[Candidate]:
    """Candidates by falling score; those that contradict the place, time or required attributes are out."""
    hits = index.engine.search(query_terms(question), CANDIDATES)
    places = index.by_place(gate.factor)
    hits = [h for h in hits if places[h.passage]]
    if not hits or not question.spans:
        return []
    found = _candidates(question, index, places, hits)
    found = _with_document(question, index, found)
    found.sort(key=lambda c: -c.score)
    found = [*(_attached(question, c, index) for c in found[:ATTACHED]), *found[ATTACHED:]]
    return sorted(_prefer_newest(question, found), key=lambda c: (-c.score, c.passage.passage.ordinal))


def _with_document(question: Question, index: Index, found: list[Candidate]) -> list[Candidate]:
    """A general text is about one thing: how well the whole document fits the wording of the question counts too."""
    general = [number for number, c in enumerate(found) if not official(c.clause.stated)]
    if not general:
        return found
    documents, where = distinct(np.array([found[number].passage.passage.document for number in general]))
    fits = index.whole.shares(question.wording, documents)[where].tolist()
    together = list(found)
    for number, fit in zip(general, fits, strict=True):
        together[number] = replace(found[number], score=(1 - DOCUMENT) * found[number].score + DOCUMENT * fit)
    return together


def _candidates(question: Question, index: Index, places: Matrix, hits: Sequence[Hit]) -> list[Candidate]:
    """The best clause of each passage that has one worth showing, in the order of ``hits``; ``places`` are the
    factors of all passages' places."""
    ordinals = [h.passage for h in hits]
    scored = score_passages(question, index, ordinals)
    rows = np.flatnonzero(scored.coverage >= (HOPELESS if index.places else 0.0))
    owner = scored.owner[rows]
    fit = Fitting(question, index, scored, rows).factors() * places[ordinals][owner]
    scores = scored.coverage[rows] * fit * _leads(question, index, hits, owner)
    # Of each passage (owners are in order) the best clause, of equal ones the first.
    order = np.lexsort((-scores, owner))
    best = order[changes(owner)]
    found = zip(owner[best].tolist(), rows[best].tolist(), scores[best].tolist(), strict=True)
    candidates = (_candidate(scored, hits, number, row, score) for number, row, score in found if score > 0)
    return [candidate for candidate in candidates if _has_required(question, candidate.scores)]


def _leads(question: Question, index: Index, hits: Sequence[Hit], owner: Rows) -> Matrix:
    """Row by row: where a list is asked for, the sentence that announces one leads to it."""
    if not question.wants_list:
        return np.ones(len(owner))
    leads = np.ones(len(hits))
    for number in dict.fromkeys(owner.tolist()):
        if introduces(index, index.passages[hits[number].passage]):
            leads[number] = INTRODUCTION
    return leads[owner]


def _candidate(scored: Scored, hits: Sequence[Hit], number: int, row: int, score: float) -> Candidate:
    """The passage of ``hits[number]`` with the clause that stands in ``row`` of the scores."""
    scores, hit, top = scored.passage(number), hits[number], hits[0].score
    best = row - scored.first[number]
    share = BM25_WEIGHT if official(scores.passage.clauses[best].stated) else GENERAL_BM25_WEIGHT
    score += share * hit.score / top
    return Candidate(scores.passage, scores, best, score, float(scored.coverage[row]), hit.score / top)


def _has_required(question: Question, scores: PassageScores) -> bool:
    """A required attribute stands in the sentence itself; another place, or what the attribute is of, is at least
    heard of."""
    attribute = any(span.required for span in question.spans)
    return all(
        scores.own[:, number].max() >= REQUIRED if span.required else scores.seen[:, number].max() >= HEARD
        for number, span in enumerate(question.spans)
        if span.required or span.elsewhere or (attribute and span.named and span.weight >= THING)
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
