"""Two engines: the second answers while the first is away."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

import pytest

from bot.errors import SearchUnavailableError
from bot.search.fallback import FallbackEngine, with_fallback
from bot.search.memory import MemoryEngine
from bot.search.model import Engine, Hit, Terms
from tests.search.contract import SOME, EngineContract

QUERY: Terms = {"w:黄埔": 1.0, "w:增长": 0.5}


class Remote(MemoryEngine):
    """An engine at the far end of a wire that can be cut."""

    cut = False

    def search(self, query: Terms, limit: int) -> Sequence[Hit]:
        if self.cut:
            raise SearchUnavailableError("the wire is cut")
        return super().search(query, limit)


def absent(passages: Iterable[Terms]) -> Engine:
    raise SearchUnavailableError("nobody there")


class TestFallbackEngine(EngineContract):
    """With the first engine in place."""

    def build(self, passages: Iterable[Terms]) -> Engine:
        return with_fallback(Remote, MemoryEngine)(passages)


class TestFallbackEngineAlone(EngineContract):
    """With the first engine away from the start."""

    def build(self, passages: Iterable[Terms]) -> Engine:
        return with_fallback(absent, MemoryEngine)(passages)


def test_the_second_engine_answers_while_the_first_is_away(caplog: pytest.LogCaptureFixture) -> None:
    """The log has one line when it goes and one when it is back, however many questions come."""
    first = Remote(SOME)
    engine = with_fallback(lambda _: first, MemoryEngine)(SOME)
    expected = first.search(QUERY, 10)
    with caplog.at_level(logging.INFO):
        for first.cut in (False, True, True, True, False, False):
            assert engine.search(QUERY, 10) == expected
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "the wire is cut" in caplog.text


class Publishing(Remote):
    """A remote engine whose index others see; ``alias`` is what they see."""

    alias: ClassVar[list[int]] = []

    def activate(self) -> None:
        if self.cut:
            raise SearchUnavailableError("the wire is cut")
        self.alias[:] = [len(self)]


class Far:
    """Builds remote engines while it is there."""

    def __init__(self) -> None:
        self.there = False
        self.built: list[Publishing] = []
        Publishing.alias.clear()

    def __call__(self, passages: Iterable[Terms]) -> Engine:
        if not self.there:
            raise SearchUnavailableError("nobody there")
        self.built.append(Publishing(passages))
        return self.built[-1]


def ask_until(engine: Engine, done: Callable[[], bool]) -> None:
    """Ask again and again, always with an answer, until ``done``."""
    until = time.monotonic() + 20
    while not done():
        assert engine.search(QUERY, 10) == MemoryEngine(SOME).search(QUERY, 10)
        assert time.monotonic() < until
        time.sleep(0.01)


def test_an_engine_that_was_away_at_the_start_comes_back_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    """No reload is needed; it becomes the current one then, not before."""
    far = Far()
    engine = with_fallback(far, MemoryEngine, seconds=0.05)(SOME)
    assert isinstance(engine, FallbackEngine)
    engine.activate()
    for _ in range(20):
        engine.search(QUERY, 10)
        time.sleep(0.01)
    assert Publishing.alias == []
    far.there = True
    with caplog.at_level(logging.INFO):
        ask_until(engine, lambda: "search is back" in caplog.text)
    assert Publishing.alias == [len(SOME)]
    far.built[-1].cut = True
    assert engine.search(QUERY, 10) == MemoryEngine(SOME).search(QUERY, 10)


def test_an_older_state_that_comes_back_leaves_the_newer_current() -> None:
    """A reload while the cluster was away: only the last one may make its index the current one."""
    far = Far()
    build = with_fallback(far, MemoryEngine, seconds=0.05)
    old, new = build(SOME), build(SOME[:2])
    assert isinstance(old, FallbackEngine)
    assert isinstance(new, FallbackEngine)
    old.activate()
    new.activate()
    far.there = True
    new_search = functools.partial(new.search, QUERY, 10)
    while not Publishing.alias:
        new_search()
        time.sleep(0.01)
    ask_until(old, lambda: len(SOME) in map(len, far.built))
    time.sleep(0.1)
    assert Publishing.alias == [2]


def test_an_engine_that_is_away_when_it_should_become_current_does_so_later() -> None:
    """The reload itself goes on."""
    far = Far()
    far.there = True
    engine = with_fallback(far, MemoryEngine, seconds=0.05)(SOME)
    assert isinstance(engine, FallbackEngine)
    far.built[0].cut = True
    engine.activate()
    assert Publishing.alias == []
    ask_until(engine, lambda: bool(Publishing.alias))


def test_an_absent_first_engine_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An operator must learn that the cluster is not used."""
    with_fallback(absent, MemoryEngine)(SOME)
    assert "nobody there" in caplog.text
    assert "until the cluster is back" in caplog.text
