"""The engine on disk keeps the contract."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from bot.search.model import Engine, Terms
from tests.search.contract import EngineContract

tantivy = pytest.importorskip("tantivy", reason="the extra 'large' is not installed")


class TestTantivyEngine(EngineContract):
    """Held in memory, which is quicker to make."""

    def build(self, passages: Iterable[Terms]) -> Engine:
        from bot.search.tantivy import TantivyEngine

        return TantivyEngine(passages)
