"""Lists of numbers laid end to end: two arrays instead of a million objects, as bytes between runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]
Integers = NDArray[np.int64]


class Lists(msgspec.Struct, array_like=True, frozen=True):
    """List ``n`` stands in ``values`` from ``first[n]`` to ``first[n + 1]``, all of them 32-bit integers."""

    first: bytes
    values: bytes

    @classmethod
    def of(cls, lists: Iterable[Sequence[int]]) -> Lists:
        """``lists`` one after another."""
        lists = list(lists)
        first = np.cumsum([0, *map(len, lists)], dtype=np.int32)
        values = np.fromiter((n for numbers in lists for n in numbers), dtype=np.int32, count=int(first[-1]))
        return cls(first.tobytes(), values.tobytes())

    def __len__(self) -> int:
        return len(self.first) // np.dtype(np.int32).itemsize - 1

    def arrays(self) -> tuple[Numbers, Numbers]:
        """``first`` and ``values``, read-only views of the bytes."""
        return np.frombuffer(self.first, dtype=np.int32), np.frombuffer(self.values, dtype=np.int32)


@dataclass(frozen=True)
class Ragged:
    """Lists laid end to end: list ``n`` stands from ``first[n]`` to ``first[n + 1]`` of any parallel array."""

    first: Integers

    def __len__(self) -> int:
        return len(self.first) - 1

    @classmethod
    def by_size(cls, sizes: NDArray[np.integer[Any]]) -> Ragged:
        """Lists of these sizes."""
        return cls(np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))))

    def owners(self) -> Integers:
        """For each member of all lists the number of its list."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    def places(self, numbers: Integers) -> tuple[Integers, Integers]:
        """Where the members of the lists ``numbers`` stand, and for each the index of its list in ``numbers``."""
        sizes = self.first[numbers + 1] - self.first[numbers]
        owners = np.repeat(np.arange(len(numbers)), sizes)
        begins = np.cumsum(sizes) - sizes
        return np.arange(len(owners)) + (self.first[numbers] - begins)[owners], owners


def distinct(numbers: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each of ``numbers`` once, in order, and where each of them stands there. ``numpy.unique`` does
    the same in more time, and loads ``numpy.ma`` first."""
    order = np.argsort(numbers)
    ordered = numbers[order]
    new = changes(ordered)
    where = np.empty(len(numbers), dtype=np.int64)
    where[order] = np.cumsum(new) - 1
    return ordered[new].astype(np.int64, copy=False), where


def changes(numbers: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Where a number differs from the one before it; the first always does."""
    new = np.ones(len(numbers), dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=new[1:])
    return new
