"""The engine that fits how much there is to search."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib.util import find_spec

from bot.search.bags import Bags
from bot.search.memory import MemoryEngine
from bot.search.model import Build, Engine, Terms

LARGE = 20_000
"""Passages from which searching on disk is worth its while."""

_log = logging.getLogger(__name__)


def sized(large: Build) -> Build:
    """The engine in memory, and ``large`` from LARGE passages where what that needs is installed."""

    def build(passages: Iterable[Terms]) -> Engine:
        bags = Bags.of(passages)
        if len(bags) < LARGE:
            return MemoryEngine(bags)
        if find_spec("tantivy") is None:
            _log.warning("%d passages are held in memory — pip install 'investor-bot[large]' for disk", len(bags))
            return MemoryEngine(bags)
        return large(bags)

    return build
