"""Why an answer is what it is, for ``--explain``: how the question was read and how the candidates scored."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer.gates import period_factor, status_factor, value_factor
from bot.answer.model import Explained, Explanation, TermScore
from bot.answer.question import Question
from bot.answer.ranking import Candidate
from bot.language.period import label
from bot.search.index import Index

CANDIDATES = 10


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
    terms = tuple(
        TermScore(span.text, round(span.weight, 2), round(float(span.weight * score.seen[n]), 2))
        for n, span in enumerate(asked.spans)
    )
    return Explained(
        document.text[clause.start : clause.end],
        document.id,
        round(candidate.score, 3),
        round(candidate.confidence, 3),
        terms,
        _why(asked, candidate),
    )


def _why(asked: Question, candidate: Candidate) -> str:
    """What spoke against the candidate: facets that do not fit, spans that were not found."""
    stated, terms = candidate.chosen.clause.stated, candidate.chosen.clause.terms
    against = [
        f"{name} ×{factor:.2f}"
        for name, factor in (
            ("period", period_factor(asked, stated)),
            ("status", status_factor(asked, stated.status)),
            ("value", value_factor(asked, terms.values, terms.text)),
        )
        if factor < 1.0
    ]
    missing = [span.text for n, span in enumerate(asked.spans) if candidate.chosen.seen[n] < 0.3]
    return "; ".join([*against, *(["missing " + " ".join(missing)] if missing else [])])
