"""Two engines: the second answers while the first is away."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

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
    engine = FallbackEngine(first, MemoryEngine(SOME))
    expected = first.search(QUERY, 10)
    with caplog.at_level(logging.INFO):
        for first.cut in (False, True, True, True, False, False):
            assert engine.search(QUERY, 10) == expected
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "the wire is cut" in caplog.text


def test_an_absent_first_engine_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An operator must learn that the cluster is not used."""
    with_fallback(absent, MemoryEngine)(SOME)
    assert "nobody there" in caplog.text
    assert "until the next reload" in caplog.text
