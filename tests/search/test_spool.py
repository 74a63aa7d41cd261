"""Passages on their way to a cluster: written once, measured, read as often as needed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.search.model import Terms
from bot.search.spool import PassageSpool

BAG = st.dictionaries(st.text(min_size=1, max_size=8), st.sampled_from([0.4, 1.0, 2.0, 3.0]), max_size=5)
BAGS = st.lists(BAG, max_size=9)


@given(passages=BAGS, size=st.integers(1, 4))
def test_what_goes_in_comes_out(passages: list[Terms], size: int) -> None:
    """Twice: every passage, in order, any characters; weights as whole frequencies of at least one."""
    expected = [{term: max(1, round(weight)) for term, weight in bag.items()} for bag in passages]
    with PassageSpool(iter(passages)) as spool:
        for _ in range(2):
            chunks = list(spool.chunks(size))
            assert [bag for _, bags in chunks for bag in bags] == expected
            assert [first for first, _ in chunks] == list(range(0, len(passages), size))


@given(passages=BAGS)
def test_it_is_measured(passages: list[Terms]) -> None:
    """Its size, the length of each passage, and how many passages hold a term."""
    with PassageSpool(passages) as spool:
        assert len(spool) == len(spool.lengths) == len(passages)
        assert list(spool.lengths) == [sum(max(1, round(w)) for w in bag.values()) for bag in passages]
        terms = {term for bag in passages for term in bag}
        assert dict(spool.frequencies) == {term: sum(term in bag for bag in passages) for term in terms}


@given(passages=st.lists(BAG, min_size=1, max_size=5))
def test_the_digest_tells_passages_apart(passages: list[Terms]) -> None:
    """The order of the terms does not matter; every term, frequency and passage does."""

    def digest(bags: list[Terms]) -> str:
        with PassageSpool(bags) as spool:
            return spool.digest

    turned = [dict(reversed(list(bag.items()))) for bag in passages]
    assert digest(turned) == digest(passages)
    assert digest([*passages, {}]) != digest(passages)
    assert digest([{**passages[0], "new": 1.0}, *passages[1:]]) != digest(passages)
    assert digest([{"w": 1.0}, *passages]) != digest([{"w": 2.0}, *passages])


def test_a_collection_larger_than_its_memory_goes_to_disk() -> None:
    """And is read back all the same."""
    passages: list[Terms] = [{f"w:{'字' * 200}{n}-{m}": 1.0 for m in range(60)} for n in range(1000)]
    with PassageSpool(passages) as spool:
        assert [dict(bag) for _, bags in spool.chunks(300) for bag in bags] == passages
