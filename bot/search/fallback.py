"""Two engines over the same passages: the second answers while the first is away."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Sequence

from bot.errors import SearchIndexGoneError, SearchUnavailableError
from bot.search.bags import Bags
from bot.search.model import Build, Engine, Hit, Published, Terms

log = logging.getLogger(__name__)

AGAIN_SECONDS = 30.0
"""Pause between two tries to build the first engine while it is away."""


def with_fallback(first: Build, second: Build, seconds: float = AGAIN_SECONDS) -> Build:
    """Build both. Where the first cannot be built because it is away, the second serves alone, and questions that
    come at least ``seconds`` apart make it try again, without waiting for it.
    """
    turn = _Turn()

    def build(passages: Iterable[Terms]) -> Engine:
        bags = Bags.of(passages)
        return FallbackEngine(lambda: first(bags), second(bags), turn, seconds)

    return build


class _Turn:
    """Which of the engines that one configuration built was activated last: an older one must not turn it back."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._last: weakref.ref[FallbackEngine] | None = None

    def take(self, engine: FallbackEngine) -> None:
        self._last = weakref.ref(engine)

    def is_of(self, engine: FallbackEngine) -> bool:
        return self._last is not None and self._last() is engine


class FallbackEngine:
    """``build``'s engine as long as it is there, else ``second``; hits and frequencies are the same from both."""

    def __init__(self, build: Callable[[], Engine], second: Engine, turn: _Turn, seconds: float) -> None:
        self._build, self._second, self._turn, self._seconds = build, second, turn, seconds
        self._first: Engine | None = None
        self._away = False
        self._trying = threading.Lock()
        self._next_try = 0.0
        try:
            self._first = build()
        except SearchUnavailableError as error:
            self._lose(error)

    def __len__(self) -> int:
        return len(self._second)

    def frequency(self, term: str) -> int:
        return self._second.frequency(term)

    def search(self, query: Terms, limit: int) -> Sequence[Hit]:
        first = self._first
        if first is None:
            self._try_again()
            return self._second.search(query, limit)
        try:
            hits = first.search(query, limit)
        except SearchIndexGoneError as error:
            self._lose(error)
        except SearchUnavailableError as error:
            self._note(error)
        else:
            self._note(None)
            return hits
        return self._second.search(query, limit)

    def activate(self) -> None:
        """Make the first engine's index the current one, as soon as it is there."""
        with self._turn.lock:
            self._turn.take(self)
            try:
                self._activate(self._first)
            except SearchUnavailableError as error:
                self._lose(error)

    def _activate(self, engine: Engine | None) -> None:
        if isinstance(engine, Published):
            engine.activate()

    def _lose(self, error: SearchUnavailableError) -> None:
        """The first engine has to be built anew."""
        self._first = None
        self._next_try = time.monotonic() + self._seconds
        self._note(error)

    def _try_again(self) -> None:
        if time.monotonic() >= self._next_try and self._trying.acquire(blocking=False):
            threading.Thread(target=self._come_back, name="search-returns", daemon=True).start()

    def _come_back(self) -> None:
        try:
            engine = self._build()
            with self._turn.lock:
                if self._turn.is_of(self):
                    self._activate(engine)
                self._first = engine
            self._note(None)
        except SearchUnavailableError as error:
            log.debug("search stays with the local engine: %s", error)
        except Exception:
            log.exception("search stays with the local engine")
        finally:
            self._next_try = time.monotonic() + self._seconds
            self._trying.release()

    def _note(self, error: SearchUnavailableError | None) -> None:
        """One line in the log when the first engine goes and one when it is back, not one for every question."""
        if error and not self._away:
            log.warning("search falls back to the local engine until the cluster is back: %s", error)
        elif self._away and not error:
            log.info("search is back from the local engine")
        self._away = error is not None
