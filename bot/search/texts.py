"""Which text holds which term, and how strongly, for all texts of the index at once.

A text is a row: a clause, or a title, a heading, an ask above a passage. The rows that hold a term lie end to end,
term by term, so the few terms of a question lead to all texts that matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.language.facets import Stated
from bot.search.analysis import Analysis
from bot.search.model import Terms

Integers = NDArray[np.int64]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Ragged:
    """Lists laid end to end: list ``n`` stands from ``first[n]`` to ``first[n + 1]`` of any parallel array."""

    first: Integers

    def places(self, numbers: Integers) -> tuple[Integers, Integers]:
        """Where the members of the lists ``numbers`` stand, and for each the index of its list in ``numbers``."""
        sizes = self.first[numbers + 1] - self.first[numbers]
        owners = np.repeat(np.arange(len(numbers)), sizes)
        begins = np.cumsum(sizes) - sizes
        return np.arange(len(owners)) + (self.first[numbers] - begins)[owners], owners


def distinct(numbers: NDArray[np.integer[Any]]) -> tuple[Integers, Integers]:
    """Each of ``numbers`` (none below 0) once, in order, and where each of them stands there. ``numpy.unique`` does
    the same in more time, and loads ``numpy.ma`` first."""
    order = np.argsort(numbers, kind="stable")
    new = np.diff(numbers[order], prepend=-1) > 0
    where = np.empty(len(numbers), dtype=np.int64)
    where[order] = np.cumsum(new) - 1
    return numbers[order][new].astype(np.int64, copy=False), where


@dataclass(frozen=True)
class Texts:
    """All texts of an index. By passage: its clauses (``clauses``), its context (``context``: rows and kinds), its
    paragraph (``paragraphs``, a number of its own for each paragraph of the corpus) and what the engine gets.
    By clause: its row, its facets (``stated``, numbers into ``facets``) and whether it has a figure (``figured``).
    By term: the rows that hold it (``holders``) and how strongly (``strengths``, numbers into ``levels``). By name of
    a part of a place: the clauses that name it and are about that place (``parts``)."""

    numbers: dict[str, int]
    frequencies: NDArray[np.int32]
    rows: int
    holders: Ragged
    holding: Integers
    strengths: NDArray[np.uint8]
    levels: NDArray[np.float64]
    clauses: Ragged
    clause_rows: Integers
    facets: tuple[Stated, ...]
    stated: Integers
    figured: NDArray[np.bool_]
    parts: dict[str, Integers]
    context: Ragged
    context_rows: Integers
    context_kinds: NDArray[np.uint8]
    context_texts: dict[int, str]
    paragraphs: Integers
    indexed: Ragged
    indexed_terms: NDArray[np.int32]
    indexed_weights: NDArray[np.uint8]

    def frequency(self, term: str) -> int:
        """Number of passages whose own text surely holds ``term``."""
        number = self.numbers.get(term)
        return 0 if number is None else int(self.frequencies[number])

    def strength(self, rows: Integers, terms: Sequence[str]) -> NDArray[np.float64]:
        """How strongly (0 to 1) each of ``terms`` (rows of the result) is held by each of ``rows`` (columns), which
        are all different."""
        known = [(index, number) for index, term in enumerate(terms) if (number := self.numbers.get(term)) is not None]
        found = np.zeros((len(terms), len(rows)))
        if known:
            column = np.full(self.rows, -1)
            column[rows] = np.arange(len(rows))
            indexes, numbers = np.array(known).T
            places, owners = self.holders.places(numbers)
            columns = column[self.holding[places]]
            held = np.flatnonzero(columns >= 0)
            found[indexes[owners[held]], columns[held]] = self.levels[self.strengths[places[held]]]
        return found

    def bags(self) -> Iterator[Terms]:
        """What the engine gets of each passage, in ordinal order."""
        name = list(self.numbers).__getitem__
        weights = self.indexed_weights.astype(float)
        for a, b in pairwise(self.indexed.first.tolist()):
            yield dict(zip(map(name, self.indexed_terms[a:b].tolist()), weights[a:b].tolist(), strict=True))


def put_together(analyses: Sequence[Analysis]) -> Texts:
    """The texts of all documents, in their order."""
    numbers: dict[str, int] = {}
    levels: dict[float, int] = {}
    facets: dict[Stated, int] = {}
    terms = [_numbered(analysis, numbers) for analysis in analyses]
    counts = [np.frombuffer(a.certain, dtype=np.int32) for a in analyses]
    frequencies = np.zeros(len(numbers), dtype=np.int32)
    for own, count in zip(terms, counts, strict=True):
        frequencies[own] += count
    clause_counts = [np.frombuffer(a.clauses, dtype=np.int32) for a in analyses]
    row_lists = [a.rows.arrays() for a in analyses]
    sizes = _concatenated([np.diff(first) for first, _ in row_lists], np.int64)
    held = _concatenated([own[held] for own, (_, held) in zip(terms, row_lists, strict=True)], np.int32)
    by_term = np.argsort(held, kind="stable")
    context_lists = [a.context.arrays() for a in analyses]
    indexed_lists = [a.indexed.arrays() for a in analyses]
    offsets = np.cumsum([0, *(len(first) - 1 for first, _ in row_lists)])
    clause_totals = [int(count.sum()) for count in clause_counts]
    blocks = [np.frombuffer(a.blocks, dtype=np.int32) for a in analyses]
    return Texts(
        numbers=numbers,
        frequencies=frequencies,
        rows=len(sizes),
        holders=Ragged(np.cumsum([0, *np.bincount(held, minlength=len(numbers))])),
        holding=np.repeat(np.arange(len(sizes)), sizes)[by_term],
        strengths=_concatenated([_strengths(a, levels) for a in analyses], np.uint8)[by_term],
        levels=np.array(list(levels)),
        clauses=Ragged(np.cumsum([0, *_concatenated(clause_counts, np.int64)])),
        clause_rows=_concatenated(
            [offset + np.arange(n) for offset, n in zip(offsets, clause_totals, strict=False)], np.int64
        ),
        stated=_concatenated([_stated(a, facets) for a in analyses], np.int64),
        facets=tuple(facets),
        figured=_concatenated([np.frombuffer(a.figured, dtype=np.bool_) for a in analyses], np.bool_),
        parts=_parts(analyses, clause_totals),
        context=_ragged([first for first, _ in context_lists]),
        context_rows=_concatenated(
            [offset + rows for offset, (_, rows) in zip(offsets, context_lists, strict=False)], np.int64
        ),
        context_kinds=_concatenated([np.frombuffer(a.context_kinds, dtype=np.uint8) for a in analyses], np.uint8),
        context_texts={
            int(offset) + total + number: text
            for offset, total, a in zip(offsets, clause_totals, analyses, strict=False)
            for number, text in enumerate(a.context_texts)
        },
        paragraphs=_paragraphs(blocks),
        indexed=_ragged([first for first, _ in indexed_lists]),
        indexed_terms=_concatenated([own[bag] for own, (_, bag) in zip(terms, indexed_lists, strict=True)], np.int32),
        indexed_weights=_concatenated([np.frombuffer(a.weights, dtype=np.uint8) for a in analyses], np.uint8),
    )


def _numbered(analysis: Analysis, numbers: dict[str, int]) -> NDArray[np.int32]:
    """The number in the whole index of each term of the document; new terms get the next numbers."""
    return np.array([numbers.setdefault(term, len(numbers)) for term in analysis.terms], dtype=np.int32)


def _strengths(analysis: Analysis, levels: dict[float, int]) -> NDArray[np.uint8]:
    """The strengths as numbers into the ``levels`` of the whole index; new ones get the next numbers."""
    own = np.array([levels.setdefault(level, len(levels)) for level in analysis.levels], dtype=np.uint8)
    return own[np.frombuffer(analysis.strengths, dtype=np.uint8)]


def _stated(analysis: Analysis, facets: dict[Stated, int]) -> NDArray[np.int32]:
    """The facets of each clause as numbers into those of the whole index; new ones get the next numbers."""
    own = np.array([facets.setdefault(stated, len(facets)) for stated in analysis.facets], dtype=np.int32)
    return own[np.frombuffer(analysis.stated, dtype=np.int32)]


def _parts(analyses: Sequence[Analysis], totals: Sequence[int]) -> dict[str, Integers]:
    """By name of a part the clauses of all documents that name it; ``totals`` count the clauses of each document."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for analysis, first in zip(analyses, np.cumsum([0, *totals]).tolist(), strict=False):
        for part, clauses in analysis.parts.items():
            found[part] += [first + clause for clause in clauses]
    return {part: np.array(clauses) for part, clauses in found.items()}


def _ragged(firsts: Sequence[NDArray[np.int32]]) -> Ragged:
    sizes = _concatenated([np.diff(first) for first in firsts], np.int64)
    return Ragged(np.cumsum([0, *sizes]))


def _paragraphs(blocks: Sequence[NDArray[np.int32]]) -> Integers:
    """A number for each paragraph, different in every document."""
    offsets = np.cumsum([0, *(int(own.max(initial=0)) + 1 for own in blocks)])
    return _concatenated([offset + own for offset, own in zip(offsets, blocks, strict=False)], np.int64)


def _concatenated(arrays: Sequence[NDArray[Any]], dtype: type[Scalar]) -> NDArray[Scalar]:
    return np.concatenate([np.zeros(0, dtype=dtype), *arrays], dtype=dtype)
