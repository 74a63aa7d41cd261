"""What engines are built from: terms of passages in arrays, measured, told apart, and put together."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.bags import Bags
from bot.search.bm25 import Scorer
from bot.search.model import Terms

BAG = st.dictionaries(st.text(min_size=1, max_size=8), st.sampled_from([1.0, 2.0, 3.0]), max_size=5)
PASSAGES = st.lists(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 4).map(float)), max_size=12)


@given(passages=st.lists(BAG, max_size=9))
def test_what_goes_in_comes_out(passages: list[Terms]) -> None:
    """Every passage, in order, any characters; bags of bags are the same."""
    bags = Bags.of(iter(passages))
    assert list(bags) == passages
    assert Bags.of(bags) is bags


@given(passages=st.lists(BAG, max_size=9))
def test_they_are_measured(passages: list[Terms]) -> None:
    """How many passages there are, how long each is, and how many hold a term."""
    bags = Bags.of(passages)
    assert len(bags) == len(passages)
    assert list(bags.lengths) == [sum(bag.values()) for bag in passages]
    terms = {term for bag in passages for term in bag}
    assert {term: bags.frequency(term) for term in terms} == {
        term: sum(term in bag for bag in passages) for term in terms
    }
    assert bags.frequency("a term of no passage") == 0


@given(passages=st.lists(BAG, min_size=1, max_size=5))
def test_fingerprints_tell_passages_apart(passages: list[Terms]) -> None:
    """The order of the terms does not matter; every term and how often it counts does."""

    def prints(*bags: Terms) -> list[int]:
        return [int(key) for key in Bags.of(bags).fingerprints()]

    turned = [dict(reversed(list(bag.items()))) for bag in passages]
    assert prints(*turned) == prints(*passages)
    assert prints(*passages, {}) == [*prints(*passages), 0]
    assert prints({**passages[0], "a new term": 1.0}) != prints(passages[0])
    assert len(set(prints({"w": 1.0}, {"w": 2.0}, {"v": 1.0}, {"w": 1.0, "v": 1.0}))) == 4


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
