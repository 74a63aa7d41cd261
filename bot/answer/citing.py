"""Citations: verbatim stretches of documents with their source, and the ways to widen and to check them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import replace

from bot.answer.highlighting import highlights
from bot.answer.model import Citation, DocumentRef, Facets
from bot.answer.question import Question
from bot.answer.quotes import quote_span
from bot.answer.ranking import Candidate
from bot.corpus.model import Document
from bot.language.names import DisplayNames
from bot.language.normalise import Normalised, normalise
from bot.language.period import label
from bot.search.index import Index

WIDENED_MAX = 1500
"""Characters of a widened quote; a chat message holds it with its source line."""


def cite(asked: Question, candidate: Candidate, number: int, index: Index) -> Citation:
    """The citation of a candidate, as the ``number``-th of an answer."""
    passage, clause = candidate.passage.passage, candidate.chosen.clause
    document = index.documents[passage.document]
    start, end = quote_span(asked, index, candidate.passage, candidate.scores, candidate.best)
    marks = highlights(asked, candidate.scores, candidate.best, (start, end), index.language.lexicon)
    stated = clause.stated
    years = dict.fromkeys(label(y) for y in (stated.years, *stated.others) if y)
    metric = _metric(asked, candidate)
    facets = Facets(stated.place, tuple(years), stated.status if stated.status != "problem" else None, metric)
    return Citation(
        number,
        document.text[start:end],
        (start, end),
        reference(document),
        tuple((a - start, b - start) for a, b in marks),
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
    found = [(span.weight * named[c], c) for span in asked.spans for c in span.concepts if named.get(c, 0.0) >= 1.0]
    return max(found)[1] if found else None


def _names(facets: Facets, index: Index) -> dict[str, Mapping[str, str]]:
    names: dict[str, Mapping[str, str]] = {}
    gazetteer, lexicon = index.language.gazetteer, index.language.lexicon
    if facets.place:
        names["place"] = gazetteer.names(facets.place)
    if facets.metric:
        concept = lexicon.concepts[facets.metric]
        names["metric"] = DisplayNames(concept.forms[0], concept.en or concept.forms[0])
    return names


def widen(citation: Citation, steps: int, index: Index) -> Citation:
    """``citation`` with ``steps`` more sentences on each side within its document, at most WIDENED_MAX long.

    Struck-out text is never quoted, so widening ends before it.
    """
    number = next((n for n, d in enumerate(index.documents) if d.id == citation.document.id), None)
    inside = _inside(index, number, citation.span) if number is not None and steps > 0 else ()
    if number is None or not inside:
        return citation
    start = _reach(index, inside[0], -1, steps, citation.span[0])
    end = min(_reach(index, inside[-1], 1, steps, citation.span[1]), start + WIDENED_MAX)
    document = index.documents[number]
    end, shift = max(end, citation.span[1]), citation.span[0] - start
    marks = tuple((a + shift, b + shift) for a, b in citation.highlights)
    gaps = _gaps(document, start, end)
    return replace(citation, quote=document.text[start:end], span=(start, end), highlights=marks, gaps=gaps)


def _gaps(document: Document, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """What of ``text[start:end]`` is in no block, offsets from ``start``."""
    blocks = [(b.start - start, b.end - start) for b in document.blocks if b.end > start and b.start < end]
    ends = [0, *(b[1] for b in blocks)]
    starts = [*(b[0] for b in blocks), end - start]
    return tuple((a, b) for a, b in zip(ends, starts, strict=True) if a < b)


def _reach(index: Index, ordinal: int, way: int, steps: int, edge: int) -> int:
    """How far the text goes on from ``edge`` without a break, up to ``steps`` passages beyond ``ordinal``."""
    here = index.passages[ordinal].passage
    if here.struck:
        return edge
    for step in range(steps + 1):
        number = ordinal + way * step
        if not 0 <= number < len(index.passages):
            break
        passage = index.passages[number].passage
        if passage.document != here.document or passage.struck:
            break
        edge = max(edge, passage.end) if way > 0 else min(edge, passage.start)
    return edge


def _inside(index: Index, document: int, span: tuple[int, int]) -> range:
    """The passages of a document that a span touches; those of a document stand in the order of its text."""
    own = index.passages.of(document)
    first = bisect_right(own, span[0], key=lambda n: index.passages[n].passage.end)
    last = bisect_left(own, span[1], key=lambda n: index.passages[n].passage.start)
    return own[first:last]


def find_verbatim(quote: str, index: Index) -> tuple[Citation, ...]:
    """Every place where ``quote`` stands; digits and letters must agree, white space, width and script need not."""
    wanted = _essence(normalise(quote))[0]
    if not wanted:
        return ()
    found: list[Citation] = []
    for document in index.documents:
        folded = normalise(document.text)
        text, kept = _essence(folded)
        for match in re.finditer(_edged(wanted), text):
            span = folded.starts[kept[match.start()]], folded.ends[kept[match.end() - 1]]
            facets = Facets(document.meta.place)
            found.append(
                Citation(
                    len(found) + 1,
                    document.text[slice(*span)],
                    span,
                    reference(document),
                    facets=facets,
                    names=_names(facets, index),
                )
            )
    return tuple(found)


def _essence(folded: Normalised) -> tuple[str, list[int]]:
    """Letters, digits and decimal points of a folded text, and where each stands in it."""
    kept = [m.start() for m in re.finditer(r"[^\W_]|(?<=\d)\.(?=\d)", folded.text)]
    return "".join(folded.text[i] for i in kept), kept


def _edged(wanted: str) -> str:
    """A pattern that does not cut a number in two: 8亿元 is not in 48亿元."""
    before = r"(?<![\d.])" if wanted[0].isdigit() else ""
    return before + re.escape(wanted) + (r"(?![\d.])" if wanted[-1].isdigit() else "")
