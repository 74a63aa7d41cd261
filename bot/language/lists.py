"""Lists of numbers laid end to end: two arrays instead of a million objects, as bytes between runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]


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
