"""The engine in memory keeps the contract."""

from __future__ import annotations

from collections.abc import Iterable

from bot.search.memory import MemoryEngine
from bot.search.model import Engine, Terms
from tests.search.contract import EngineContract


class TestMemoryEngine(EngineContract):
    """rank_bm25 with its traps handled."""

    def build(self, passages: Iterable[Terms]) -> Engine:
        return MemoryEngine(passages)
