"""A snapshot's searchable side: analysed passages and the engine over their terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.cache import Cache, Kept
from bot.corpus.model import Document, Passage
from bot.language.facets import Stated, report_year
from bot.language.language import Language
from bot.language.normalise import Normalised
from bot.language.period import Years
from bot.language.values import Value
from bot.search import analysis as documents_analysis
from bot.search.analysis import Analysis, ClauseRecord, PassageRecord
from bot.search.bm25 import Scorer, idf
from bot.search.memory import MemoryEngine
from bot.search.merging import put_together
from bot.search.model import Build, Engine
from bot.search.terms import Reading
from bot.search.texts import Texts

UNPACKED = 20_000
"""Passages that stay unpacked once they have been looked at."""


@dataclass(frozen=True)
class AnalysedClause:
    """A clause with what is read in it and its facets; ``start``/``end`` are offsets into the document's text."""

    start: int
    end: int
    terms: Reading
    stated: Stated


@dataclass(frozen=True)
class AnalysedPassage:
    """A passage ready for answering."""

    passage: Passage
    clauses: tuple[AnalysedClause, ...]


class Passages(Sequence[AnalysedPassage]):
    """The passages of all documents by ordinal. They stay packed until one is looked at."""

    def __init__(self, documents: Sequence[Document], analyses: Sequence[Analysis]) -> None:
        self._sources, self._analyses = documents, analyses
        sizes = [len(analysis.passages) for analysis in analyses]
        self.documents = np.repeat(np.arange(len(sizes)), sizes)
        """By passage the number of its document."""
        self._first = np.cumsum([0, *sizes]).tolist()
        self._unpacked = lru_cache(maxsize=UNPACKED)(self._unpack)

    def __len__(self) -> int:
        return len(self.documents)

    @overload
    def __getitem__(self, ordinal: int) -> AnalysedPassage: ...
    @overload
    def __getitem__(self, ordinal: slice) -> Sequence[AnalysedPassage]: ...
    def __getitem__(self, ordinal: int | slice) -> AnalysedPassage | Sequence[AnalysedPassage]:
        if isinstance(ordinal, slice):
            return [self._unpacked(n) for n in range(*ordinal.indices(len(self)))]
        return self._unpacked(ordinal)

    def __iter__(self) -> Iterator[AnalysedPassage]:
        return map(self._unpacked, range(len(self)))

    def of(self, document: int) -> range:
        """The ordinals of the passages of a document, in the order of its text."""
        return range(self._first[document], self._first[document + 1])

    def document(self, ordinal: int) -> int:
        """The number of the document that passage ``ordinal`` stands in."""
        return int(self.documents[ordinal])

    def analyses(self) -> Iterator[tuple[Document, Analysis]]:
        """Each document with its analysis."""
        return zip(self._sources, self._analyses, strict=True)

    def _unpack(self, ordinal: int) -> AnalysedPassage:
        number = self.document(ordinal)
        document, analysis = self._sources[number], self._analyses[number]
        record = msgspec.msgpack.decode(analysis.passages[ordinal - self._first[number]], type=PassageRecord)
        passage = Passage(
            ordinal,
            number,
            record.block,
            record.start,
            record.end,
            analysis.sections[record.section],
            tuple((clause.start, clause.end) for clause in record.clauses),
            document.blocks[record.block].asks,
            record.struck,
        )
        return AnalysedPassage(passage, tuple(_clause(document, clause, analysis.facets) for clause in record.clauses))


def _clause(document: Document, record: ClauseRecord, facets: Sequence[Stated]) -> AnalysedClause:
    starts = tuple(range(len(record.text))) if record.starts is None else record.starts
    folded = Normalised(
        document.text[record.start : record.end], record.text, starts, tuple(start + 1 for start in starts)
    )
    reading = Reading(folded, record.concepts, tuple(Value(*value) for value in record.values))
    return AnalysedClause(record.start, record.end, reading, facets[record.stated])


@dataclass(eq=False)
class Index:
    """Documents, their analysed passages, what each text holds, and the engine that finds passages."""

    documents: tuple[Document, ...]
    passages: Passages
    texts: Texts
    engine: Engine
    language: Language

    def frequency(self, term: str) -> int:
        """Number of passages whose own text surely holds ``term`` (headings and hints do not count)."""
        return self.texts.frequency(term)

    def idf(self, term: str) -> float:
        """What ``term`` is worth by the passages whose own text holds it."""
        return idf(self.frequency(term), max(1, len(self.passages)))

    def place(self, ordinal: int) -> str | None:
        """The place that the document of passage ``ordinal`` is about."""
        return self.documents[self.passages.document(ordinal)].meta.place

    def by_place(self, worth: Callable[[str | None], float]) -> NDArray[np.float64]:
        """By passage, what the place that its document is about is ``worth``."""
        return np.array([worth(d.meta.place) for d in self.documents] or [0.0])[self.passages.documents]

    @cached_property
    def whole(self) -> Scorer:
        """Scores of whole documents: all that the passages of each hold together."""
        return Scorer(self.texts.bags.joined(self.passages.documents, len(self.documents)))

    @cached_property
    def years(self) -> frozenset[Years]:
        """Every time that some clause states."""
        return frozenset(years for stated in self.texts.facets for years in (stated.years, *stated.others) if years)

    @cached_property
    def newest_report(self) -> int | None:
        """The year that the newest work report speaks from."""
        years = [y for d in self.documents if d.meta.kind == "work-report" and (y := report_year(d))]
        return max(years, default=None)

    @cached_property
    def general(self) -> bool:
        """Whether some documents are about no place."""
        return any(d.meta.place is None for d in self.documents)

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Places that documents are about, in order of appearance."""
        return tuple(dict.fromkeys(d.meta.place for d in self.documents if d.meta.place))


def build_index(
    documents: Sequence[Document],
    language: Language,
    engine: Build = MemoryEngine,
    cache: Cache | None = None,
    before: Index | None = None,
) -> Index:
    """Cut, read and index ``documents``; ``cache`` keeps what was read in each of them between runs, and those that
    ``before`` holds (the same objects) are not read again where the language is the same."""
    language = language.with_places(d.meta.place for d in documents if d.meta.place)
    cache = cache or Cache()
    same = before is not None and before.language.key == language.key
    known = {id(document): analysis for document, analysis in before.passages.analyses()} if before and same else {}
    analyses = [
        known.get(id(d))
        or documents_analysis.kept_analysis(d, language, Kept(cache, documents_analysis.key(d, language)))
        for d in documents
    ]
    texts = put_together(analyses)
    return Index(
        tuple(documents),
        Passages(documents, analyses),
        texts,
        engine(texts.bags),
        language,
    )
