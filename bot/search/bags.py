"""What an engine is built from: the terms of each passage with their frequencies, in arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.lists import Integers, Numbers, Ragged, distinct
from bot.search.model import Terms

Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Bags(Iterable[Terms]):
    """The terms of each passage in ordinal order: numbers into ``names`` (from 0, in its order), and parallel to them
    how often each counts. Iterating gives a mapping for each passage."""

    names: Mapping[str, int]
    passages: Ragged
    terms: Numbers
    weights: NDArray[np.integer[Any] | np.floating[Any]]

    @classmethod
    def of(cls, passages: Iterable[Terms]) -> Bags:
        """``passages`` in arrays, unless that is what they are."""
        if isinstance(passages, cls):
            return passages
        names: dict[str, int] = {}
        bags = list(passages)
        terms = [names.setdefault(term, len(names)) for bag in bags for term in bag]
        weights = [weight for bag in bags for weight in bag.values()]
        sizes = np.array([len(bag) for bag in bags], dtype=np.int64)
        return cls(names, Ragged.by_size(sizes), np.array(terms, dtype=np.int32), np.array(weights, dtype=np.float64))

    def joined(self, owners: Integers, size: int) -> Bags:
        """The passages of each of ``size`` owners as one bag; ``owners`` names them, passage by passage, rising."""
        keys = owners[self.passages.owners()] * len(self.names) + self.terms
        each, where = distinct(keys)
        sizes = np.bincount(each // max(1, len(self.names)), minlength=size)
        weights = np.bincount(where, self.weights, len(each))
        return Bags(self.names, Ragged.by_size(sizes), (each % max(1, len(self.names))).astype(np.int32), weights)

    def __len__(self) -> int:
        return len(self.passages)

    def counts(self, of: slice = slice(None)) -> Integers:
        """A part of ``weights`` as whole numbers, at least 1."""
        return np.maximum(1, np.round(self.weights[of])).astype(np.int64)

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """By passage the sum of its weights."""
        lengths: NDArray[np.float64] = np.bincount(self.passages.owners(), self.weights, len(self)).astype(float)
        return lengths

    @cached_property
    def frequencies(self) -> Integers:
        """By term the number of passages that hold it."""
        return np.bincount(self.terms, minlength=len(self.names))

    def frequency(self, term: str) -> int:
        """Number of passages that hold ``term``."""
        number = self.names.get(term)
        return 0 if number is None else int(self.frequencies[number])

    @cached_property
    def hashes(self) -> Hashes:
        """By term 64 bits that stand for it everywhere."""
        return np.array([_hash(term) for term in self.names], dtype=np.uint64)

    def fingerprints(self) -> Hashes:
        """By passage a number that stands for its terms and their counts, whatever their order."""
        mixed = _mixed(self.hashes[self.terms] + _mixed(self.counts().astype(np.uint64)))
        sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(mixed, dtype=np.uint64)))
        found: Hashes = sums[self.passages.first[1:]] - sums[self.passages.first[:-1]]
        return found

    def __iter__(self) -> Iterator[Terms]:
        name = list(self.names).__getitem__
        weights = self.weights.astype(float)
        for a, b in pairwise(self.passages.first.tolist()):
            yield dict(zip(map(name, self.terms[a:b].tolist()), weights[a:b].tolist(), strict=True))


def _hash(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _mixed(numbers: Hashes) -> Hashes:
    """Numbers that are near one another, far apart (the finaliser of SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
