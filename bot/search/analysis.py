"""One document analysed: all that the index is put together from, and what is kept between runs.

Terms are numbers into the document's own ``terms``, passages and rows are numbers from 0, so an analysis holds
whatever stands before the document. It depends on the document's text and front matter and on the language, on
nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

import msgspec
import numpy as np

from bot.cache import Kept, fingerprint
from bot.corpus.model import Document, Passage
from bot.corpus.passages import cut_passages
from bot.language.facets import Stated, state_all
from bot.language.language import Language
from bot.language.lists import Lists
from bot.language.period import label
from bot.search.terms import TextTerms, index_terms, read_text

OWN, HEADING, ASK = 2, 1, 2
"""How often a term counts: of the text, of the headings and the title, of the asks."""
TITLE_ROW, PLACELESS_TITLE_ROW, HEADING_ROW, ASK_ROW = range(4)
"""Kinds of context of a passage."""


class ClauseRecord(msgspec.Struct, array_like=True, frozen=True):
    """A clause: its offsets, its folded text, where each character of it comes from (None: each from its own
    place), the strength of its concepts, its figures and its facets (a number into the document's)."""

    start: int
    end: int
    text: str
    starts: tuple[int, ...] | None
    concepts: dict[str, float]
    values: tuple[tuple[int, int, str, str], ...]
    stated: int


class PassageRecord(msgspec.Struct, array_like=True, frozen=True):
    """A passage; ``section`` is a number into the document's sections."""

    block: int
    start: int
    end: int
    section: int
    struck: bool
    clauses: tuple[ClauseRecord, ...]


class Analysis(msgspec.Struct, array_like=True, frozen=True):
    """``rows`` are the terms of each text: first the clauses, passage by passage, then the texts of the context
    (title, headings, asks), whose folded texts are ``context_texts``. Parallel to the values of ``rows`` stand
    ``strengths``, numbers into ``levels``; to those of ``context`` (rows by passage) ``context_kinds``; to those of
    ``indexed`` (what the engine gets, by passage) ``weights``. ``certain`` counts by term the passages whose own
    text surely holds it. By clause ``stated`` are its facets (numbers into ``facets``) and ``figured`` whether it
    has a figure; ``parts`` are the clauses that name each part of the document's place. A passage stays packed
    until it is looked at."""

    terms: list[str]
    sections: list[tuple[str, ...]]
    passages: list[msgspec.Raw]
    blocks: bytes
    clauses: bytes
    rows: Lists
    strengths: bytes
    levels: list[float]
    context: Lists
    context_kinds: bytes
    context_texts: list[str]
    indexed: Lists
    weights: bytes
    certain: bytes
    facets: list[Stated]
    stated: bytes
    figured: bytes
    parts: dict[str, list[int]]


def key(document: Document, language: Language) -> str:
    """Stands for all that the analysis of ``document`` depends on."""
    return fingerprint(language.key, document.meta.model_dump_json(), document.text)


def analyse(document: Document, language: Language) -> Analysis:
    """Cut ``document`` into passages and read them."""
    return _Reader(document, language).analysis()


def kept_analysis(document: Document, language: Language, kept: Kept) -> Analysis:
    """The analysis of ``document``, from the cache where it has been made before."""
    return kept.remember("document", Analysis, lambda: analyse(document, language))


class _Reader:
    """Reads one document; numbers its terms, sections and levels as they come."""

    def __init__(self, document: Document, language: Language) -> None:
        self._document, self._language = document, language
        self._terms: dict[str, int] = {}
        self._levels: dict[float, int] = {}
        self._sections: dict[tuple[str, ...], int] = {}
        self._context: dict[str, TextTerms] = {}
        self._facets: dict[Stated, int] = {}

    def analysis(self) -> Analysis:
        passages = cut_passages([self._document])
        stated = list(state_all([self._document], passages, self._language.status))
        clauses = [[self._read(self._document.text[a:b]) for a, b in p.clauses] for p in passages]
        context = [self._context_of(p) for p in passages]
        texts = list(chain.from_iterable(clauses))
        rows, strengths = self._rows([*texts, *self._context.values()])
        row = {source: len(texts) + number for number, source in enumerate(self._context)}
        bags = [self._bag(*parts) for parts in zip(clauses, context, stated, strict=True)]
        indexed = Lists.of([list(map(self._number, bag)) for bag in bags])
        packed = [self._packed(*parts) for parts in zip(passages, clauses, stated, strict=True)]
        return Analysis(
            terms=list(self._terms),
            sections=list(self._sections),
            passages=packed,
            blocks=np.array([p.block for p in passages], dtype=np.int32).tobytes(),
            clauses=np.array([len(p.clauses) for p in passages], dtype=np.int32).tobytes(),
            rows=rows,
            strengths=strengths,
            levels=list(self._levels),
            context=Lists.of([row[source] for _, source in found] for found in context),
            context_kinds=bytes(kind for found in context for kind, _ in found),
            context_texts=[text.text for text in self._context.values()],
            indexed=indexed,
            weights=bytes(int(weight) for bag in bags for weight in bag.values()),
            certain=self._certain(clauses),
            facets=list(self._facets),
            stated=np.array([self._facets[s] for s in chain.from_iterable(stated)], dtype=np.int32).tobytes(),
            figured=bytes(bool(text.values) for text in texts),
            parts=self._parts(texts),
        )

    def _read(self, source: str) -> TextTerms:
        return read_text(source, self._language)

    def _number(self, term: str) -> int:
        return self._terms.setdefault(term, len(self._terms))

    def _context_of(self, passage: Passage) -> list[tuple[int, str]]:
        """The title, headings and asks of ``passage``, each with its kind; each text is read once."""
        title = TITLE_ROW if self._document.meta.place else PLACELESS_TITLE_ROW
        found = [
            (title, self._document.title),
            *((HEADING_ROW, heading) for heading in passage.section),
            *((ASK_ROW, ask) for ask in passage.asks),
        ]
        for _, source in found:
            if source not in self._context:
                self._context[source] = self._read(source)
        return found

    def _rows(self, texts: Sequence[TextTerms]) -> tuple[Lists, bytes]:
        """The terms of each text, and parallel to them how strongly it holds each."""
        terms = [sorted(text.terms) for text in texts]
        strengths = (text.strength(term) for text, held in zip(texts, terms, strict=True) for term in held)
        levels = bytes(self._levels.setdefault(strength, len(self._levels)) for strength in strengths)
        return Lists.of([list(map(self._number, held)) for held in terms]), levels

    def _bag(
        self, clauses: Sequence[TextTerms], context: Sequence[tuple[int, str]], stated: Sequence[Stated]
    ) -> dict[str, float]:
        """All index terms of a passage: its own words, its headings' and asks', and its facets."""
        parts = [(text, OWN) for text in clauses]
        parts += [(self._context[source], ASK if kind == ASK_ROW else HEADING) for kind, source in context]
        facets = (facet for parts in zip(clauses, stated, strict=True) for facet in _facets(*parts))
        return index_terms(parts) | dict.fromkeys(facets, 1.0)

    def _packed(self, passage: Passage, clauses: Sequence[TextTerms], stated: Sequence[Stated]) -> msgspec.Raw:
        section = self._sections.setdefault(passage.section, len(self._sections))
        numbers = [self._facets.setdefault(facets, len(self._facets)) for facets in stated]
        records = tuple(_clause(*parts) for parts in zip(passage.clauses, clauses, numbers, strict=True))
        record = PassageRecord(passage.block, passage.start, passage.end, section, passage.struck, records)
        return msgspec.Raw(msgspec.msgpack.encode(record))

    def _certain(self, clauses: Iterable[Sequence[TextTerms]]) -> bytes:
        counts: Counter[str] = Counter()
        for own in clauses:
            counts.update({term for text in own for term in text.certain()})
        return np.array([counts[term] for term in self._terms], dtype=np.int32).tobytes()

    def _parts(self, texts: Sequence[TextTerms]) -> dict[str, list[int]]:
        parts = self._language.gazetteer.parts(self._document.meta.place)
        found = ((part, [number for number, text in enumerate(texts) if part in text.text]) for part in parts)
        return {part: numbers for part, numbers in found if numbers}


def _clause(span: tuple[int, int], text: TextTerms, stated: int) -> ClauseRecord:
    starts = text.folded.starts
    return ClauseRecord(
        *span,
        text.text,
        None if starts == tuple(range(len(starts))) else starts,
        dict(text.concepts),
        tuple((v.start, v.end, v.kind, v.unit) for v in text.values),
        stated,
    )


def _facets(text: TextTerms, stated: Stated) -> Iterable[str]:
    if stated.place:
        yield f"place:{stated.place}"
    yield from (f"period:{label(years)}" for years in (stated.years, *stated.others) if years)
    if stated.status:
        yield f"status:{stated.status}"
    yield from (f"value:{value.kind}" for value in text.values)
