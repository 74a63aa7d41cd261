"""Lists of numbers in arrays, as they were before."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.language.lists import Lists, Ragged, distinct


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


@given(lists=st.lists(st.lists(st.integers(), max_size=4), max_size=6), data=st.data())
def test_lists_laid_end_to_end(lists: list[list[int]], data: st.DataObject) -> None:
    """Any of them, in any order, with their owners."""
    ragged = Ragged(np.cumsum([0, *map(len, lists)]))
    flat = [n for numbers in lists for n in numbers]
    wanted = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=8)) if lists else []
    places, owners = ragged.places(np.array(wanted, dtype=np.int64))
    assert [flat[place] for place in places.tolist()] == [n for w in wanted for n in lists[w]]
    assert owners.tolist() == [i for i, w in enumerate(wanted) for _ in lists[w]]
