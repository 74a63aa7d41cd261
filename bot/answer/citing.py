"""Citations: verbatim stretches of documents with their source, and the ways to widen and to check them."""

from __future__ import annotations

from dataclasses import replace

from bot.answer.model import Citation, DocumentRef, Facets
from bot.answer.question import Question
from bot.answer.quotes import highlights, quote_span
from bot.answer.ranking import Candidate
from bot.corpus.model import Document
from bot.language.normalise import normalise, squeeze, to_traditional
from bot.language.period import label
from bot.search.index import AnalysedPassage, Index

WIDENED_MAX = 1500
"""Characters of a widened quote; a chat message holds it with its source line."""


def cite(asked: Question, candidate: Candidate, number: int, index: Index) -> Citation:
    """The citation of a candidate, as the ``number``-th of an answer."""
    passage, clause = candidate.passage.passage, candidate.chosen.clause
    document = index.documents[passage.document]
    start, end = quote_span(asked, candidate.passage, candidate.scores, candidate.best)
    marks = [
        (max(a, start) - start, min(b, end) - start)
        for a, b in highlights(asked, clause, index.language.lexicon)
    ]
    stated = clause.stated
    years = dict.fromkeys(label(y) for y in (stated.years, *stated.others) if y)
    metric = _metric(asked, candidate)
    facets = Facets(stated.place, tuple(years), stated.status if stated.status != "problem" else None, metric)
    return Citation(
        number,
        document.text[start:end],
        (start, end),
        reference(document),
        tuple((a, b) for a, b in marks if 0 <= a < b),
        round(candidate.score, 4),
        facets,
        passage.section,
        _names(facets, index),
    )


def reference(document: Document) -> DocumentRef:
    """What a reader is told about a document."""
    meta = document.meta
    return DocumentRef(
        id=document.id,
        title=meta.title,
        publisher=meta.publisher,
        date=meta.date.isoformat() if meta.date else None,
        place=meta.place,
        source=meta.source,
        listed=meta.listed.isoformat() if meta.listed else None,
        listed_as=meta.listed_as,
        digest=meta.digest,
        caution=meta.caution,
    )


def _metric(asked: Question, candidate: Candidate) -> str | None:
    """The concept of the question that the clause itself names, the weightiest first."""
    named = candidate.chosen.clause.terms.concepts
    found = [
        (span.weight * named[c], c) for span in asked.spans for c in span.concepts if named.get(c, 0.0) >= 1.0
    ]
    return max(found)[1] if found else None


def _names(facets: Facets, index: Index) -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = {}
    gazetteer, lexicon = index.language.gazetteer, index.language.lexicon
    if facets.place:
        chinese = gazetteer.name(facets.place) or facets.place
        names["place"] = {
            "zh-Hans": chinese,
            "zh-Hant": to_traditional(chinese),
            "en": gazetteer.english(facets.place) or chinese,
        }
    if facets.metric:
        concept = lexicon.concepts[facets.metric]
        names["metric"] = {
            "zh-Hans": concept.forms[0],
            "zh-Hant": to_traditional(concept.forms[0]),
            "en": concept.en or concept.forms[0],
        }
    return names


def widen(citation: Citation, steps: int, index: Index) -> Citation:
    """``citation`` with ``steps`` more sentences on each side within its document, at most WIDENED_MAX long."""
    number = next((n for n, d in enumerate(index.documents) if d.id == citation.document.id), None)
    inside = [p for p in index.passages if number is not None and _touches(p, number, citation.span)]
    if not inside or steps < 1:
        return citation
    document = index.documents[inside[0].passage.document]
    near = [
        index.passages[o].passage
        for o in range(inside[0].passage.ordinal - steps, inside[-1].passage.ordinal + steps + 1)
        if 0 <= o < len(index.passages)
    ]
    free = _unstruck(
        [p for p in near if p.document == number], inside[0].passage.ordinal, inside[-1].passage.ordinal
    )
    start = min(citation.span[0], *(p.start for p in free))
    end = min(max(citation.span[1], *(p.end for p in free)), start + WIDENED_MAX)
    shift = citation.span[0] - start
    return replace(
        citation,
        quote=document.text[start:end],
        span=(start, end),
        highlights=tuple((a + shift, b + shift) for a, b in citation.highlights),
    )


def _touches(passage: AnalysedPassage, document: int, span: tuple[int, int]) -> bool:
    here = passage.passage
    return here.document == document and here.start < span[1] and here.end > span[0]


def _unstruck(near: list, first: int, last: int) -> list:  # type: ignore[type-arg]
    """The unbroken run around the quote without struck-out clauses."""
    lowest = max((p.ordinal + 1 for p in near if p.struck and p.ordinal < first), default=0)
    highest = min((p.ordinal - 1 for p in near if p.struck and p.ordinal > last), default=10**9)
    return [
        p for p in near if lowest <= p.ordinal <= highest and not (p.struck and first <= p.ordinal <= last)
    ] or near[:1]


def find_verbatim(quote: str, index: Index) -> tuple[Citation, ...]:
    """Every place where ``quote`` stands; digits and letters must agree, white space, width and script need not."""
    wanted = squeeze(quote)
    if not wanted:
        return ()
    found = []
    for document in index.documents:
        folded = normalise(document.text)
        kept = [i for i, c in enumerate(folded.text) if c.isalnum()]
        text = "".join(folded.text[i] for i in kept)
        at = text.find(wanted)
        while at >= 0:
            start, end = folded.starts[kept[at]], folded.ends[kept[at + len(wanted) - 1]]
            found.append(
                Citation(
                    len(found) + 1,
                    document.text[start:end],
                    (start, end),
                    reference(document),
                    facets=Facets(document.meta.place),
                    names=_names(Facets(document.meta.place), index),
                )
            )
            at = text.find(wanted, at + 1)
    return tuple(found)
