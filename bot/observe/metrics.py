"""The figures of one running bot, in a registry of their own; safe to call from any thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

Stage = Literal["queue", "answer", "send"]
"""What a person waits for: the turn of the chat, the answer itself, Telegram taking it."""

_STAGE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_LAG_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """Counters, histograms and gauges; ``clock`` counts seconds and never goes back."""

    content_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._contact: float | None = None
        registry = self._registry = CollectorRegistry()
        space = "investor_bot"
        self.updates = Counter("updates", "Updates taken in.", ["kind"], namespace=space, registry=registry)
        self.turned_away = Counter("turned_away", "Updates not let in.", ["reason"], namespace=space, registry=registry)
        self.answers = Counter("answers", "Questions answered.", ["status"], namespace=space, registry=registry)
        self.errors = Counter("errors", "What went wrong.", ["kind"], namespace=space, registry=registry)
        self.sent = Counter("messages_sent", "New messages Telegram took.", namespace=space, registry=registry)
        self.retries = Counter(
            "telegram_retries",
            "Calls tried again, after a 429 or a failure.",
            ["reason"],
            namespace=space,
            registry=registry,
        )
        self.pending = Gauge("updates_pending", "Updates taken in and not done.", namespace=space, registry=registry)
        self.stages = Histogram(
            "stage_seconds",
            "Seconds a stage took.",
            ["stage"],
            namespace=space,
            registry=registry,
            buckets=_STAGE_SECONDS,
        )
        self.lag = Histogram(
            "loop_lag_seconds",
            "Seconds that the event loop woke up late.",
            namespace=space,
            registry=registry,
            buckets=_LAG_SECONDS,
        )
        silence = Gauge(
            "telegram_silence_seconds", "Seconds since Telegram last answered.", namespace=space, registry=registry
        )
        silence.set_function(self._silence_or_nan)
        ProcessCollector(registry=registry)

    def exposition(self) -> bytes:
        """Return everything in Prometheus' text format (``content_type``)."""
        return generate_latest(self._registry)

    @contextmanager
    def timed(self, stage: Stage) -> Iterator[None]:
        """Observe how long the block takes, also when it fails."""
        started = self._clock()
        try:
            yield
        finally:
            self.stages.labels(stage).observe(self._clock() - started)

    def reached(self) -> None:
        """Note that Telegram has answered just now."""
        self._contact = self._clock()

    @property
    def silence(self) -> float | None:
        """Seconds since Telegram last answered; None where it never did."""
        return None if self._contact is None else self._clock() - self._contact

    def _silence_or_nan(self) -> float:
        silence = self.silence
        return float("nan") if silence is None else silence
