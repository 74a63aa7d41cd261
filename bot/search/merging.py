"""The texts of all documents put together: what is numbered in each analysis gets numbers of the whole index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from itertools import accumulate
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.language.lists import Integers, Lists, Numbers, Ragged
from bot.search.analysis import Analysis
from bot.search.bags import Bags
from bot.search.texts import Texts

Thing = TypeVar("Thing", bound=Hashable)
Scalar = TypeVar("Scalar", bound=np.generic)


class _Shared(Generic[Thing]):
    """Things that each document numbers for itself, numbered for all documents in the order in which they come."""

    def __init__(self, lists: Iterable[Sequence[Thing]]) -> None:
        self.numbers: dict[Thing, int] = {}
        self.of = [self._numbered(things) for things in lists]
        """By document, and by its own number there, the number for all documents."""

    def _numbered(self, things: Sequence[Thing]) -> Numbers:
        numbers = self.numbers
        return np.array([numbers.setdefault(thing, len(numbers)) for thing in things], dtype=np.int32)

    def translated(self, parts: Iterable[NDArray[Any]]) -> Numbers:
        """``parts`` (the documents' own numbers) end to end, in numbers for all."""
        return _end_to_end((of[part] for of, part in zip(self.of, parts, strict=True)), np.int32)


def put_together(analyses: Sequence[Analysis]) -> Texts:
    """The texts of all documents, in their order."""
    terms, levels = _Shared(a.terms for a in analyses), _Shared(a.levels for a in analyses)
    facets = _Shared(a.facets for a in analyses)
    held = terms.translated(_values(a.rows for a in analyses))
    by_term = np.argsort(held, kind="stable")
    rows = _ragged(a.rows for a in analyses)
    strengths = levels.translated(np.frombuffer(a.strengths, dtype=np.uint8) for a in analyses)
    clauses = [np.frombuffer(a.clauses, dtype=np.int32) for a in analyses]
    totals = [int(count.sum()) for count in clauses]
    first_rows = _starts(len(a.rows) for a in analyses)
    return Texts(
        numbers=terms.numbers,
        frequencies=_frequencies(terms, analyses),
        rows=len(rows),
        holders=Ragged.by_size(np.bincount(held, minlength=len(terms.numbers))),
        holding=rows.owners()[by_term],
        strengths=strengths[by_term],
        levels=np.array(list(levels.numbers)),
        clauses=Ragged.by_size(_end_to_end(clauses, np.int64)),
        clause_rows=_shifted(map(np.arange, totals), first_rows),
        facets=tuple(facets.numbers),
        stated=facets.translated(np.frombuffer(a.stated, dtype=np.int32) for a in analyses).astype(np.int64),
        figured=_end_to_end((np.frombuffer(a.figured, dtype=np.bool_) for a in analyses), np.bool_),
        parts=_parts(analyses, totals),
        context=_ragged(a.context for a in analyses),
        context_rows=_shifted(_values(a.context for a in analyses), first_rows),
        context_kinds=_end_to_end((np.frombuffer(a.context_kinds, dtype=np.uint8) for a in analyses), np.uint8),
        context_texts={
            first + total + number: text
            for first, total, a in zip(first_rows, totals, analyses, strict=True)
            for number, text in enumerate(a.context_texts)
        },
        paragraphs=_paragraphs(analyses),
        bags=Bags(
            terms.numbers,
            _ragged(a.indexed for a in analyses),
            terms.translated(_values(a.indexed for a in analyses)),
            _end_to_end((np.frombuffer(a.weights, dtype=np.uint8) for a in analyses), np.uint8),
        ),
    )


def _frequencies(terms: _Shared[str], analyses: Sequence[Analysis]) -> Numbers:
    """By term the number of passages whose own text surely holds it."""
    frequencies = np.zeros(len(terms.numbers), dtype=np.int32)
    for of, analysis in zip(terms.of, analyses, strict=True):
        frequencies[of] += np.frombuffer(analysis.certain, dtype=np.int32)
    return frequencies


def _parts(analyses: Sequence[Analysis], totals: Sequence[int]) -> dict[str, Integers]:
    """By name of a part the clauses of all documents that name it; ``totals`` count the clauses of each document."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for analysis, first in zip(analyses, _starts(totals), strict=True):
        for part, clauses in analysis.parts.items():
            found[part] += [first + clause for clause in clauses]
    return {part: np.array(clauses) for part, clauses in found.items()}


def _paragraphs(analyses: Sequence[Analysis]) -> Integers:
    """By passage a number for its paragraph, different in every document."""
    blocks = [np.frombuffer(a.blocks, dtype=np.int32) for a in analyses]
    return _shifted(blocks, _starts(int(own.max(initial=0)) + 1 for own in blocks))


def _values(lists: Iterable[Lists]) -> Iterable[Numbers]:
    return (own.arrays()[1] for own in lists)


def _ragged(lists: Iterable[Lists]) -> Ragged:
    return Ragged.by_size(_end_to_end((np.diff(own.arrays()[0]) for own in lists), np.int64))


def _starts(sizes: Iterable[int]) -> list[int]:
    """Where the numbers of each document begin."""
    return list(accumulate(sizes, initial=0))[:-1]


def _shifted(parts: Iterable[NDArray[np.integer[Any]]], starts: Sequence[int]) -> Integers:
    return _end_to_end((start + part for start, part in zip(starts, parts, strict=True)), np.int64)


def _end_to_end(arrays: Iterable[NDArray[Any]], dtype: type[Scalar]) -> NDArray[Scalar]:
    return np.concatenate([np.zeros(0, dtype=dtype), *arrays], dtype=dtype)
