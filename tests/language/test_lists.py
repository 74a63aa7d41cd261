"""Lists of numbers in arrays, as they were before."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.language.lists import Lists, distinct


@given(lists=st.lists(st.lists(st.integers(0, 2**31 - 1), max_size=5), max_size=6))
def test_lists_come_back(lists: list[list[int]]) -> None:
    """Also after they were kept."""
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(Lists.of(lists)), type=Lists)
    first, values = kept.arrays()
    assert [values[a:b].tolist() for a, b in pairwise(first)] == lists
    assert len(kept) == len(lists)


@given(numbers=st.lists(st.integers(0, 9), max_size=20))
def test_distinct_numbers(numbers: list[int]) -> None:
    """In order, and where each number stands among them."""
    values, where = distinct(np.array(numbers, dtype=np.int64))
    assert values.tolist() == sorted(set(numbers))
    assert [values[place] for place in where] == numbers
