"""Sliding windows: at most so many events in any stretch of so many seconds.

Exact, unlike a leaky bucket, which after a pause lets through nearly twice its rate in one window.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """At most ``count`` events in any ``seconds``."""

    count: int
    seconds: float


class Window:
    """The events of the last seconds; ``clock`` counts seconds and never goes back."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._events: deque[float] = deque()

    def wait(self) -> float:
        """Return the seconds until one more event fits, 0 where it does now."""
        self._forget()
        if len(self._events) < self._rate.count:
            return 0.0
        return self._events[0] + self._rate.seconds - self._clock()

    def add(self) -> None:
        """Note an event that happens now."""
        self._events.append(self._clock())

    @property
    def empty(self) -> bool:
        """Whether nothing happened in the last seconds."""
        self._forget()
        return not self._events

    def _forget(self) -> None:
        past = self._clock() - self._rate.seconds
        while self._events and self._events[0] <= past:
            self._events.popleft()
