"""A snapshot's searchable side: analysed passages and the engine over their terms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.corpus.model import Document, Passage
from bot.corpus.passages import cut_passages
from bot.language.facets import Stated, report_year, state_all
from bot.language.language import Language
from bot.language.period import Years, label
from bot.search.memory import MemoryEngine
from bot.search.model import Engine, Terms
from bot.search.terms import TextTerms, index_terms, read_text

OWN, HEADING, ASK = 2, 1, 2


@dataclass(frozen=True)
class AnalysedClause:
    """A clause with its terms and facets; ``start``/``end`` are offsets into the document's text."""

    start: int
    end: int
    terms: TextTerms
    stated: Stated


@dataclass(frozen=True)
class AnalysedPassage:
    """A passage ready for scoring: its clauses, and the terms of its headings, title and asks."""

    passage: Passage
    clauses: tuple[AnalysedClause, ...]
    headings: tuple[TextTerms, ...]
    title: TextTerms
    asks: tuple[TextTerms, ...]


@dataclass
class Index:
    """Documents, their analysed passages, and the engine that finds them."""

    documents: tuple[Document, ...]
    passages: tuple[AnalysedPassage, ...]
    engine: Engine
    language: Language
    frequencies: Mapping[str, int]

    def frequency(self, term: str) -> int:
        """Number of passages whose own text surely holds ``term`` (headings and hints do not count)."""
        return self.frequencies.get(term, 0)

    def idf(self, term: str) -> float:
        """``ln(1 + (N − n + ½)/(n + ½))`` over passages (Robertson–Spärck Jones, never negative)."""
        n, size = self.frequency(term), max(1, len(self.passages))
        return math.log(1 + (size - n + 0.5) / (n + 0.5))

    @cached_property
    def newest_report(self) -> int | None:
        """The year that the newest work report speaks from."""
        years = [y for d in self.documents if d.meta.kind == "work-report" and (y := report_year(d))]
        return max(years, default=None)

    @cached_property
    def years(self) -> frozenset[Years]:
        """Every time that some clause states."""
        stated = (c.stated for p in self.passages for c in p.clauses)
        return frozenset(y for s in stated for y in (s.years, *s.others) if y)

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Places that documents are about, in order of appearance."""
        return tuple(dict.fromkeys(d.meta.place for d in self.documents if d.meta.place))


def build_index(
    documents: Sequence[Document],
    language: Language,
    engine: Callable[[Iterable[Terms]], Engine] = MemoryEngine,
) -> Index:
    """Cut, read and index ``documents``."""
    language = language.with_places(d.meta.place for d in documents if d.meta.place)
    analysed = _analyse(documents, language)
    return Index(
        tuple(documents),
        tuple(analysed),
        engine(map(passage_terms, analysed)),
        language,
        _frequencies(analysed),
    )


def _frequencies(analysed: Iterable[AnalysedPassage]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for passage in analysed:
        counts.update({term for clause in passage.clauses for term in clause.terms.certain()})
    return counts


def _analyse(documents: Sequence[Document], language: Language) -> list[AnalysedPassage]:
    passages = cut_passages(documents)
    kept: dict[str, TextTerms] = {}

    def read(text: str) -> TextTerms:
        if text not in kept:
            kept[text] = read_text(text, language)
        return kept[text]

    analysed = []
    for passage, stated in zip(passages, state_all(documents, passages, language.status), strict=True):
        document = documents[passage.document]
        clauses = tuple(
            AnalysedClause(a, b, read_text(document.text[a:b], language), s)
            for (a, b), s in zip(passage.clauses, stated, strict=True)
        )
        analysed.append(
            AnalysedPassage(
                passage,
                clauses,
                tuple(map(read, passage.section)),
                read(document.title),
                tuple(map(read, passage.asks)),
            )
        )
    return analysed


def passage_terms(analysed: AnalysedPassage) -> Terms:
    """All index terms of a passage: its own words, its headings' and asks', and its facets."""
    parts = [(c.terms, OWN) for c in analysed.clauses]
    parts += [(h, HEADING) for h in (*analysed.headings, analysed.title)]
    parts += [(a, ASK) for a in analysed.asks]
    return index_terms(parts) | {facet: 1.0 for c in analysed.clauses for facet in _facets(c)}


def _facets(clause: AnalysedClause) -> Iterable[str]:
    stated = clause.stated
    if stated.place:
        yield f"place:{stated.place}"
    for years in (stated.years, *stated.others):
        if years:
            yield f"period:{label(years)}"
    if stated.status:
        yield f"status:{stated.status}"
    for value in clause.terms.values:
        yield f"value:{value.kind}"
