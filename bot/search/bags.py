"""What an engine is built from: the terms of each passage with their frequencies, in arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.language.lists import Integers, Numbers, Ragged, distinct
from bot.search.model import Terms


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

    def __iter__(self) -> Iterator[Terms]:
        name = list(self.names).__getitem__
        weights = self.weights.astype(float)
        for a, b in pairwise(self.passages.first.tolist()):
            yield dict(zip(map(name, self.terms[a:b].tolist()), weights[a:b].tolist(), strict=True))
