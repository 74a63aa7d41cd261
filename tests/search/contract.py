"""The contract of ``Engine``: every engine runs these tests, whatever it is built on.

``test_engine_contract.py`` runs them over all engines; what is made of engines derives from ``EngineContract`` and
says how it is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.search.model import Engine, Hit, Terms

TERM = st.sampled_from(["w:增长", "w:gdp", "b:黄埔", "c:gdp", "period:2021", "status:target", "value:percent"])
WEIGHT = st.sampled_from([0.4, 0.5, 1.0, 2.0, 3.0])
BAG = st.dictionaries(TERM, st.sampled_from([1.0, 2.0, 3.0]), max_size=6)
BAGS = st.lists(BAG, max_size=12)
QUERY = st.dictionaries(TERM, WEIGHT, max_size=5)

SOME: Sequence[Terms] = (
    {"w:黄埔": 2.0, "w:增长": 1.0},
    {"w:黄浦": 2.0, "w:增长": 1.0},
    {"w:海关": 2.0, "w:增长": 1.0, "w:aeo": 2.0},
    {"w:黄埔": 2.0, "w:海关": 1.0},
    {},
)


class EngineContract:
    """What every engine must do. ``build`` is the only thing that a subclass adds."""

    def build(self, passages: Iterable[Terms]) -> Engine:
        """An engine over ``passages``, which come in ordinal order."""
        raise NotImplementedError

    def find(self, query: Terms, passages: Sequence[Terms] = SOME, limit: int = 100) -> list[int]:
        """Ordinals of the hits."""
        return [hit.passage for hit in self.build(passages).search(query, limit)]

    def test_only_passages_that_share_a_term_are_found(self) -> None:
        """And all of them."""
        assert set(self.find({"w:黄埔": 1.0})) == {0, 3}
        assert set(self.find({"w:黄浦": 1.0, "w:aeo": 1.0})) == {1, 2}
        assert self.find({"w:广州": 1.0}) == []

    def test_a_term_of_every_passage_still_counts(self) -> None:
        """Its weight in BM25 must not fall to zero or below."""
        passages: list[Terms] = [{"w:增长": 1.0}, {"w:增长": 1.0, "w:gdp": 1.0}, {"w:增长": 3.0}]
        hits = self.build(passages).search({"w:增长": 1.0}, 10)
        assert {hit.passage for hit in hits} == {0, 1, 2}
        assert all(hit.score > 0 for hit in hits)

    def test_a_term_of_half_the_passages_still_counts(self) -> None:
        """Textbook idf is zero there."""
        passages: list[Terms] = [{"w:增长": 1.0}, {"w:gdp": 1.0}]
        hits = self.build(passages).search({"w:gdp": 1.0}, 10)
        assert [hit.passage for hit in hits] == [1]
        assert hits[0].score > 0

    def test_a_rare_term_is_worth_more(self) -> None:
        """Than one that many passages have."""
        passages: list[Terms] = [*([{"w:增长": 1.0, "w:a": 1.0}] * 5), {"w:瞪羚": 1.0, "w:a": 1.0}]
        assert self.find({"w:增长": 1.0, "w:瞪羚": 1.0}, passages)[0] == 5

    def test_a_frequent_term_in_a_passage_is_worth_more(self) -> None:
        """The weight of a term in a passage is its frequency."""
        passages: list[Terms] = [{"w:增长": 1.0, "w:a": 2.0}, {"w:增长": 3.0}, {"w:b": 3.0}]
        assert self.find({"w:增长": 1.0}, passages) == [1, 0]

    def test_the_weight_of_a_query_term_multiplies(self) -> None:
        """Twice the weight is twice the score; a heavier term decides the order."""
        engine = self.build(SOME)
        once, twice = (engine.search({"w:aeo": weight}, 5)[0].score for weight in (1.0, 2.0))
        assert twice == pytest.approx(2 * once, rel=1e-4)
        assert self.find({"w:黄浦": 3.0, "w:aeo": 0.5})[0] == 1
        assert self.find({"w:黄浦": 0.5, "w:aeo": 3.0})[0] == 2

    def test_scores_of_terms_add_up(self) -> None:
        """Term by term."""
        engine = self.build(SOME)
        apart = sum(engine.search({term: 1.0}, 5)[0].score for term in ("w:aeo",))
        growth = {h.passage: h.score for h in engine.search({"w:增长": 1.0}, 5)}
        both = {h.passage: h.score for h in engine.search({"w:aeo": 1.0, "w:增长": 1.0}, 5)}
        assert both[2] == pytest.approx(apart + growth[2], rel=1e-4)

    def test_ties_come_in_the_order_of_the_passages(self) -> None:
        """However many there are, and wherever the limit cuts."""
        passages: list[Terms] = [{"w:a": 1.0}, *([{"w:增长": 1.0}] * 60)]
        assert self.find({"w:增长": 1.0}, passages) == list(range(1, 61))
        assert self.find({"w:增长": 1.0}, passages, limit=7) == list(range(1, 8))

    def test_the_limit_cuts_the_end(self) -> None:
        """The best stay."""
        everything = self.find({"w:黄埔": 1.0, "w:增长": 1.0})
        assert [self.find({"w:黄埔": 1.0, "w:增长": 1.0}, limit=n) for n in (1, 2, 3)] == [
            everything[:n] for n in (1, 2, 3)
        ]
        assert self.find({"w:增长": 1.0}, limit=0) == []

    def test_an_empty_query_finds_nothing(self) -> None:
        """It is no error."""
        assert self.find({}) == []

    @pytest.mark.parametrize("passages", [[], [{}], [{}, {}]])
    def test_an_empty_index_finds_nothing(self, passages: list[Terms]) -> None:
        """Neither one without passages nor one whose passages have no terms."""
        engine = self.build(passages)
        assert list(engine.search({"w:增长": 1.0}, 10)) == []
        assert engine.frequency("w:增长") == 0
        assert len(engine) == len(passages)

    def test_frequencies_count_passages(self) -> None:
        """Not occurrences."""
        engine = self.build(SOME)
        assert len(engine) == 5
        assert [engine.frequency(t) for t in ("w:增长", "w:黄埔", "w:aeo", "w:广州")] == [3, 2, 1, 0]

    def test_any_characters_may_be_in_a_term(self) -> None:
        """Terms are compared whole; quotes, blanks and operators of query languages mean nothing."""
        odd = [
            'w:a"b',
            "w:a b",
            "w:a:b",
            "w:*",
            "w:+a -b",
            "w:(a",
            "w:\\",
            "w:é",
            "w:😀",
            "w:a/b",
            "w:AND",
            "w:a~1",
        ]
        passages: list[Terms] = [{term: 1.0} for term in odd]
        for ordinal, term in enumerate(odd):
            assert self.find({term: 1.0}, passages) == [ordinal], term

    def test_case_is_kept(self) -> None:
        """Folding is done before; an engine does none of its own."""
        assert self.find({"w:a": 1.0}, [{"w:A": 1.0}, {"w:a": 1.0}]) == [1]

    def test_a_huge_query(self) -> None:
        """Thousands of terms, most of them unknown."""
        query = {f"w:{number}": 1.0 for number in range(5000)} | {"w:aeo": 1.0}
        assert self.find(query) == [2]

    def test_a_long_passage(self) -> None:
        """Thousands of terms in one passage; a short one that says the same comes first."""
        long: Terms = {"w:增长": 1.0} | {f"w:{number}": 1.0 for number in range(3000)}
        assert self.find({"w:增长": 1.0}, [long, {"w:增长": 1.0}, {"w:a": 1.0}]) == [1, 0]

    def test_the_passages_may_be_an_iterator(self) -> None:
        """They are read once."""
        assert len(self.build(iter(SOME))) == 5

    def test_many_readers_at_once(self) -> None:
        """They find what one finds."""
        engine = self.build([{f"w:{n % 7}": 1.0, f"w:{n % 11}": 2.0, "w:a": 1.0} for n in range(200)])
        queries: list[Terms] = [{f"w:{n % 11}": 1.0, "w:a": 0.5} for n in range(64)]
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda query: list(engine.search(query, 20)), queries))
        assert found == [list(engine.search(query, 20)) for query in queries]

    @settings(suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow], max_examples=60)
    @given(passages=BAGS, query=QUERY, limit=st.integers(0, 15))
    def test_hits_of_any_query(self, passages: list[Terms], query: Terms, limit: int) -> None:
        """By falling score, equal scores by rising ordinal, each passage once."""
        engine = self.build(passages)
        hits = list(engine.search(query, limit))
        matching = [n for n, bag in enumerate(passages) if bag.keys() & query.keys()]
        assert len(hits) == min(limit, len(matching))
        assert {hit.passage for hit in hits} <= set(matching)
        assert hits == sorted(hits, key=by_score)
        assert all(hit.score > 0 for hit in hits)
        assert hits == list(engine.search(query, limit))

    @settings(suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow], max_examples=40)
    @given(passages=BAGS, query=QUERY)
    def test_the_order_of_the_query_does_not_matter(self, passages: list[Terms], query: Terms) -> None:
        """The same terms give the very same hits."""
        engine = self.build(passages)
        turned = dict(reversed(list(query.items())))
        assert list(engine.search(query, 20)) == list(engine.search(turned, 20))


def by_score(hit: Hit) -> tuple[float, int]:
    """The order that hits must have."""
    return -hit.score, hit.passage
