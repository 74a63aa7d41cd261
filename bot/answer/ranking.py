"""Candidates in order: from the engine's passages to scored clauses, the best of each passage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

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
from bot.answer.scoring import ClauseScore, Matrix, score_passages
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
    hits = [h for h in hits if gate.factor(index.documents[index.passages[h.passage].passage.document].meta.place)]
    scored = score_passages(question, index, [h.passage for h in hits])
    top = hits[0].score if hits else 1.0
    found = [
        c
        for hit, scores in zip(hits, scored, strict=True)
        if (c := _candidate(question, index, gate, hit, scores, top)) is not None
    ]
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
            own = np.maximum.reduce([s.own for s in candidate.scores])
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


def _candidate(
    question: Question, index: Index, gate: PlaceGate, hit: Hit, scores: Sequence[ClauseScore], top: float
) -> Candidate | None:
    passage = index.passages[hit.passage]
    place = gate.factor(index.documents[passage.passage.document].meta.place)
    lead = INTRODUCTION if question.wants_list and introduces(index, passage) else 1.0
    ranked = [
        (s.coverage * factor * lead, -i)
        for i, s in enumerate(scores)
        if s.coverage >= HOPELESS and (factor := _factor(question, s, index) * place) > 0
    ]
    if not ranked or not _has_required(question, scores):
        return None
    score, best = max(ranked)
    share = BM25_WEIGHT if official(scores[-best].clause.stated) else GENERAL_BM25_WEIGHT
    return Candidate(
        passage,
        tuple(scores),
        -best,
        score + share * hit.score / top,
        scores[-best].coverage,
        hit.score / top,
    )


def _factor(question: Question, score: ClauseScore, index: Index) -> float:
    stated = score.clause.stated
    return (
        period_factor(question, stated)
        * status_factor(question, stated.status)
        * value_factor(question, score.clause.terms.values, score.clause.terms.text, official(stated))
        * form_factor(question, score.clause.terms.folded.source, official(stated), _dated(stated))
        * _named_factor(question, score)
        * _whole_factor(question, score.clause, index)
    )


def _dated(stated: Stated) -> bool:
    """A single year is stated for the clause."""
    return stated.years is not None and stated.years[0] == stated.years[1]


def _named_factor(question: Question, score: ClauseScore) -> float:
    """A thing that the question names and neither the clause nor anything around it does."""
    missing = any(span.named and span.weight >= THING and score.seen[n] < 0.3 for n, span in enumerate(question.spans))
    content = score.own.max() > 0 or (question.wants_figure and score.clause.terms.values)
    unnamed = UNNAMED_FIGURE if question.wants_figure else UNNAMED
    return (unnamed if missing else 1.0) * (1.0 if content else EMPTY)


def _whole_factor(question: Question, clause: AnalysedClause, index: Index) -> float:
    """A figure said of a part of the place (知识城's) fits less well where the part was not asked for."""
    parts = index.language.gazetteer.parts(clause.stated.place)
    text = clause.terms.text
    return PART if any(part in text and part not in question.text for part in parts) else 1.0


def _has_required(question: Question, scores: Sequence[ClauseScore]) -> bool:
    """A required attribute stands in the sentence itself, another place at least in its paragraph."""
    return all(
        (not span.required or max(s.own[number] for s in scores) >= REQUIRED)
        and (not span.elsewhere or max(s.seen[number] for s in scores) >= HEARD)
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
