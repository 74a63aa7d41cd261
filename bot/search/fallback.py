"""Two engines over the same passages: the second answers while the first is away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from bot.errors import SearchUnavailableError
from bot.search.model import Engine, Hit, Terms

log = logging.getLogger(__name__)

Build = Callable[[Iterable[Terms]], Engine]
"""Builds an engine over passages."""


def with_fallback(first: Build, second: Build) -> Build:
    """Build both. Where the first cannot be built because it is away, the second serves alone until a reload."""

    def build(passages: Iterable[Terms]) -> Engine:
        kept = list(passages)
        try:
            preferred = first(kept)
        except SearchUnavailableError as error:
            log.warning("search falls back to the local engine until the next reload: %s", error)
            return second(kept)
        return FallbackEngine(preferred, second(kept))

    return build


class FallbackEngine:
    """``first`` as long as it is there, else ``second``; hits and frequencies are the same from both."""

    def __init__(self, first: Engine, second: Engine) -> None:
        self._first, self._second = first, second
        self._away = False

    def __len__(self) -> int:
        return len(self._second)

    def frequency(self, term: str) -> int:
        return self._second.frequency(term)

    def search(self, query: Terms, limit: int) -> Sequence[Hit]:
        try:
            hits = self._first.search(query, limit)
        except SearchUnavailableError as error:
            self._note(error)
            return self._second.search(query, limit)
        self._note(None)
        return hits

    def _note(self, error: SearchUnavailableError | None) -> None:
        """One line in the log when the first engine goes and one when it is back, not one for every question."""
        if error and not self._away:
            log.warning("search falls back to the local engine: %s", error)
        elif self._away and not error:
            log.info("search is back from the local engine")
        self._away = error is not None
