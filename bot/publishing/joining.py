"""Many callers, one piece of work at a time: whoever comes while it runs shares the next run with all that wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Joined(Generic[T]):
    """Runs work alone. A run that is already under way is never shared: it may have read what has changed since."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._waiting: dict[object, Future[T]] = {}

    def run(self, key: object, work: Callable[[], T]) -> T:
        """The result of a run of ``work`` that begins after this call; raises what the run raises.

        Callers with the same ``key`` that wait at the same time get the result of one run.
        """
        with self._guard:
            shared = self._waiting.get(key)
            mine = shared is None
            future = self._waiting.setdefault(key, Future())
        if not mine:
            return future.result()
        with self._turn:
            with self._guard:
                del self._waiting[key]
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)
        return future.result()
