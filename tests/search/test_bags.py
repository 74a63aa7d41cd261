"""Bags of terms in arrays, and what they are together."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.bags import Bags
from bot.search.bm25 import Scorer

PASSAGES = st.lists(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 4).map(float)), max_size=12)


@given(PASSAGES, st.data())
def test_bags_of_one_owner_add_up(passages: list[dict[str, float]], data: st.DataObject) -> None:
    """As counters do; an owner of nothing has an empty bag."""
    owners = sorted(data.draw(st.lists(st.integers(0, 4), min_size=len(passages), max_size=len(passages))))
    together = [Counter[str]() for _ in range(5)]
    for owner, passage in zip(owners, passages, strict=True):
        together[owner].update(passage)  # type: ignore[arg-type]  # a counter may count in parts
    joined = Bags.of(passages).joined(np.array(owners, dtype=np.int64), 5)
    assert list(joined) == list(map(dict, together))


def test_a_share_is_of_what_holding_every_term_once_scores() -> None:
    """A term that nothing holds lowers it, as one that only another passage holds does."""
    scorer = Scorer(Bags.of([{"a": 1.0, "b": 1.0}, {"a": 1.0, "c": 1.0}]))
    both, first = np.array([0, 1]), np.array([0])
    assert scorer.shares({"a": 1.0, "b": 1.0}, first) == pytest.approx([1.0])
    assert scorer.shares({"a": 1.0, "nothing": 1.0}, first)[0] < 0.5
    assert scorer.shares({}, both).tolist() == [0.0, 0.0]
    whole, part = scorer.shares({"a": 1.0, "b": 1.0}, both)
    assert whole > part > 0
