"""The hit test: how a question was read, and why each candidate won or lost, for whoever mends a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.answer.model import Answer, Explained
from bot.render.layout import DOT
from bot.render.messages import period, status, text

LONGEST = 120
"""Characters of a candidate that are shown."""


def hit_lines(answer: Answer, locale: str) -> Iterator[str]:
    """Facets, terms, and the ten best candidates with scores by term and field; ``answer`` must be explained."""
    yield text(locale, "hit.question", question=answer.question)
    explanation = answer.explanation
    if explanation is None:
        yield text(locale, "hit.not_searched", reply=text(locale, answer.reply) if answer.reply else "–")
        return
    yield text(locale, "hit.facets", facets=_joined(f"{n}={v}" for n, v in explanation.facets.items()) or "–")
    yield text(locale, "hit.terms", terms=_joined(f"{t.term} {t.weight:.1f}" for t in explanation.terms) or "–")
    if not explanation.candidates:
        yield text(locale, "hit.none")
    for number, candidate in enumerate(explanation.candidates, 1):
        yield ""
        yield from _candidate(number, candidate, _shown(candidate, answer), locale)


def _candidate(number: int, candidate: Explained, shown: bool, locale: str) -> Iterator[str]:
    mark = "✓" if shown else "✗"
    score = text(locale, "explain.score", score=f"{candidate.score:.2f}", confidence=f"{candidate.confidence:.2f}")
    yield f"{number}. {mark} {score}"
    quote = " ".join(candidate.quote.split())
    yield f"   {quote[:LONGEST]}{'…' if len(quote) > LONGEST else ''}"
    yield "   " + _joined((candidate.document_id, *candidate.section[-1:], *_facets(candidate, locale)))
    found = (f"{t.term} {t.score:+.2f}({text(locale, f'hit.{t.field}')})" for t in candidate.terms if t.field)
    yield "   " + (_joined(found) or "–")
    against = [
        text(locale, f"hit.against_{name}", factor=f"{factor:.2f}") for name, factor in candidate.against.items()
    ]
    if candidate.missing:
        against.append(text(locale, "hit.missing", terms=candidate.missing))
    if against:
        yield "   " + _joined(against)


def _facets(candidate: Explained, locale: str) -> Iterator[str]:
    if candidate.facets.place:
        yield candidate.facets.place
    yield from (period(locale, years) for years in candidate.facets.period)
    if candidate.facets.status:
        yield status(locale, candidate.facets.status)


def _shown(candidate: Explained, answer: Answer) -> bool:
    """Whether a quote of the answer holds the candidate."""
    start, end = candidate.span
    return any(
        citation.document.id == candidate.document_id and citation.span[0] < end and citation.span[1] > start
        for citation in answer.citations
    )


def _joined(parts: Iterable[str]) -> str:
    return DOT.join(parts)
