"""Candidates in order: from the engine's passages to scored clauses, the best of each passage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answer.gates import PlaceGate, newest, period_factor, status_factor, value_factor
from bot.answer.question import Question
from bot.answer.scoring import ClauseScore, score_passages
from bot.language.period import label
from bot.search.index import AnalysedClause, AnalysedPassage, Index
from bot.search.model import Hit, Terms

CANDIDATES = 120
BM25_WEIGHT = 0.08
PART = 0.85
FACET_WEIGHT = 0.8
PREFIX_WEIGHT = {"w": 0.75, "b": 2.0, "u": 0.5, "c": 2.0, "n": 0.0}


@dataclass(frozen=True, eq=False)
class Candidate:
    """A passage with its best clause. ``confidence`` is coverage before bonuses (0–1), ``score`` after them."""

    passage: AnalysedPassage
    scores: tuple[ClauseScore, ...]
    best: int
    score: float
    confidence: float
    bm25: float
    why: str = ""

    @property
    def chosen(self) -> ClauseScore:
        return self.scores[self.best]


def query_terms(question: Question) -> Terms:
    """The question as weighted terms for the engine, its facets among them."""
    terms = {facet: FACET_WEIGHT for facet in _facet_terms(question)}
    for span in question.spans:
        for term, strength in span.terms:
            weight = PREFIX_WEIGHT[term[0]] * strength
            if weight:
                terms[term] = max(terms.get(term, 0.0), weight)
    return terms


def _facet_terms(question: Question) -> Iterable[str]:
    yield from (f"place:{place}" for place in question.places.named or question.places.likely)
    yield from (f"period:{label(years)}" for years in question.periods)
    yield from (f"status:{status}" for status in question.status)


def rank(question: Question, index: Index, gate: PlaceGate) -> list[Candidate]:
    """Candidates by falling score; those that contradict the place, time or required attributes are out."""
    hits = index.engine.search(query_terms(question), CANDIDATES)
    hits = [
        h for h in hits if gate.factor(index.documents[index.passages[h.passage].passage.document].meta.place)
    ]
    scored = score_passages(question, index, [h.passage for h in hits])
    top = hits[0].score if hits else 1.0
    found = [
        c
        for hit, scores in zip(hits, scored, strict=True)
        if (c := _candidate(question, index, gate, hit, scores, top)) is not None
    ]
    return sorted(_prefer_newest(question, found), key=lambda c: (-c.score, c.passage.passage.ordinal))


def _candidate(
    question: Question, index: Index, gate: PlaceGate, hit: Hit, scores: Sequence[ClauseScore], top: float
) -> Candidate | None:
    passage = index.passages[hit.passage]
    place = gate.factor(index.documents[passage.passage.document].meta.place)
    ranked = [
        (s.coverage * factor, -i)
        for i, s in enumerate(scores)
        if (factor := _factor(question, s, index) * place) > 0
    ]
    if not ranked or not _has_required(question, scores):
        return None
    score, best = max(ranked)
    return Candidate(
        passage,
        tuple(scores),
        -best,
        score + BM25_WEIGHT * hit.score / top,
        scores[-best].coverage,
        hit.score / top,
    )


def _factor(question: Question, score: ClauseScore, index: Index) -> float:
    stated = score.clause.stated
    return (
        period_factor(question, stated)
        * status_factor(question, stated.status)
        * value_factor(question, score.clause.terms.values)
        * _whole_factor(question, score.clause, index)
    )


def _whole_factor(question: Question, clause: AnalysedClause, index: Index) -> float:
    """A figure said of a part of the place (知识城's) fits less well where the part was not asked for."""
    if not question.wants_figure:
        return 1.0
    parts = index.language.gazetteer.parts(clause.stated.place)
    text = clause.terms.text
    return PART if any(part in text and part not in question.text for part in parts) else 1.0


def _has_required(question: Question, scores: Sequence[ClauseScore]) -> bool:
    """A required attribute stands in the sentence itself."""
    return all(
        max(s.own[number] for s in scores) >= 0.5
        for number, span in enumerate(question.spans)
        if span.required
    )


def _prefer_newest(question: Question, found: list[Candidate]) -> list[Candidate]:
    """``现在`` wants the newest year that answers about as well."""
    if "now" not in question.pointing or not found:
        return found
    from dataclasses import replace

    last = newest(c.chosen.clause.stated.years for c in found)
    return [
        replace(c, score=c.score * (1.1 if last and newest([c.chosen.clause.stated.years]) == last else 1.0))
        for c in found
    ]
