"""Why an answer is what it is, for ``--explain``: how the question was read and how the candidates scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answer.gates import period_factor, status_factor, value_factor
from bot.answer.model import Explained, Explanation, Facets, TermScore
from bot.answer.question import Question
from bot.answer.ranking import Candidate
from bot.answer.spans import Span
from bot.language.period import label
from bot.search.index import Index
from bot.search.terms import read_text

CANDIDATES = 10
FOUND = 0.3
"""Strength below which a candidate does not have what a span of the question says."""


def explain(asked: Question, found: Sequence[Candidate], index: Index) -> Explanation:
    """Facets, concepts and weights of the question, and its best candidates span by span."""
    terms = tuple(TermScore(span.text, round(span.weight, 2), 0.0) for span in asked.spans)
    concepts = dict.fromkeys(c for span in asked.spans for c in span.concepts)
    return Explanation(
        _facets(asked), tuple(concepts), terms, tuple(_candidate(asked, c, index) for c in found[:CANDIDATES])
    )


def _facets(asked: Question) -> dict[str, str]:
    places = asked.places
    facets = {
        "place": " ".join(places.named or places.likely or places.open),
        "place?": " ".join(places.hinted),
        "unknown place": " ".join(places.unknown),
        "period": " ".join(map(label, asked.periods)),
        "pointing": " ".join(asked.pointing),
        "status": " ".join(sorted(asked.status)),
        "kind": " ".join(asked.manner.kinds),
        "unit": " ".join(sorted(asked.units)),
    }
    return {name: value for name, value in facets.items() if value}


def _candidate(asked: Question, candidate: Candidate, index: Index) -> Explained:
    score, clause = candidate.chosen, candidate.chosen.clause
    document = index.documents[candidate.passage.passage.document]
    fields = _Fields(candidate, index)
    terms = tuple(
        TermScore(span.text, round(span.weight, 2), round(float(span.weight * score.seen[n]), 2), fields.of(span, n))
        for n, span in enumerate(asked.spans)
    )
    against = _against(asked, candidate)
    missing = tuple(span.text for n, span in enumerate(asked.spans) if score.seen[n] < FOUND)
    stated = clause.stated
    return Explained(
        document.text[clause.start : clause.end],
        document.id,
        round(candidate.score, 3),
        round(candidate.confidence, 3),
        terms,
        _why(against, missing),
        candidate.passage.passage.section,
        Facets(stated.place, tuple(label(y) for y in (stated.years, *stated.others) if y), stated.status),
        against,
        missing,
        (clause.start, clause.end),
    )


class _Fields:
    """Where a candidate has what a question asks for, the strongest place first."""

    def __init__(self, candidate: Candidate, index: Index) -> None:
        self._score = candidate.chosen
        passage = candidate.passage.passage
        texts = {"asks": passage.asks, "heading": passage.section, "title": (index.documents[passage.document].title,)}
        self._terms = {
            name: frozenset(term for text in given for term in read_text(text, index.language).terms)
            for name, given in texts.items()
        }

    def of(self, span: Span, number: int) -> str:
        """The field of one span of the question."""
        seen = self._score.seen[number]
        if seen < FOUND:
            return ""
        if self._score.own[number] >= seen:
            return "clause"
        wanted = {term for term, _ in span.terms if term[0] in "wc"} or {term for term, _ in span.terms}
        return next((name for name, terms in self._terms.items() if wanted & terms), "nearby")


def _against(asked: Question, candidate: Candidate) -> dict[str, float]:
    """The facets of the clause that do not fit, with the factor that each costs."""
    stated, terms = candidate.chosen.clause.stated, candidate.chosen.clause.terms
    factors = {
        "period": period_factor(asked, stated),
        "status": status_factor(asked, stated.status),
        "value": value_factor(asked, terms.values, terms.text),
    }
    return {name: round(factor, 2) for name, factor in factors.items() if factor < 1.0}


def _why(against: Mapping[str, float], missing: Sequence[str]) -> str:
    """What spoke against the candidate: facets that do not fit, spans that were not found."""
    said = [f"{name} ×{factor:.2f}" for name, factor in against.items()]
    return "; ".join([*said, *(["missing " + " ".join(missing)] if missing else [])])
