"""A circuit breaker: a service that is away is not asked again and again by everybody who waits.

pybreaker holds its lock while a call runs, so that only one question at a time could be searched for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from bot.errors import SearchUnavailableError

T = TypeVar("T")


class CircuitBreaker:
    """Closed: calls go through. Open after ``failures`` in a row: calls are refused for ``seconds``, then one call
    at a time tries; its success closes the breaker, its failure opens it anew. Thread-safe.
    """

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._seconds, self._clock = failures, seconds, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._refuses_until = 0.0
        """Moment until which an open breaker refuses every call."""

    @property
    def is_open(self) -> bool:
        return self._failures >= self._limit

    def call(self, function: Callable[[], T]) -> T:
        """What ``function`` returns. Raises SearchUnavailableError where it does, or at once while open."""
        self._enter()
        try:
            result = function()
        except SearchUnavailableError:
            self._failed()
            raise
        self._succeeded()
        return result

    def _enter(self) -> None:
        with self._lock:
            if not self.is_open:
                return
            left = self._refuses_until - self._clock()
            if left > 0:
                raise SearchUnavailableError(
                    f"the search cluster failed {self._failures} times; next try in {left:.0f} s"
                )
            self._refuses_until = self._clock() + self._seconds  # this call tries, the others are refused meanwhile

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._refuses_until = self._clock() + self._seconds

    def _succeeded(self) -> None:
        with self._lock:
            self._failures = 0
