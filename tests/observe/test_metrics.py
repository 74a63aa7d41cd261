"""The figures of one bot, as Prometheus reads them."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from bot.observe.metrics import Metrics


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return a sample as whoever scrapes it reads it, None where it is not there."""
    families = text_string_to_metric_families(metrics.exposition().decode())
    samples = [sample for family in families for sample in family.samples]
    return next((s.value for s in samples if s.name == name and s.labels == labels), None)


def test_two_bots_in_one_process_count_apart() -> None:
    """There is no global registry."""
    one, two = Metrics(), Metrics()
    one.updates.labels("message").inc()
    assert value(one, "investor_bot_updates_total", kind="message") == 1
    assert value(two, "investor_bot_updates_total", kind="message") is None


def test_a_stage_is_measured_also_when_it_fails() -> None:
    """What takes long and then fails is the most interesting."""
    clock = Clock()
    metrics = Metrics(clock)
    try:
        with metrics.timed("answer"):
            clock.now += 0.2
            raise RuntimeError
    except RuntimeError:
        pass
    assert value(metrics, "investor_bot_stage_seconds_count", stage="answer") == 1
    assert value(metrics, "investor_bot_stage_seconds_bucket", stage="answer", le="0.1") == 0
    assert value(metrics, "investor_bot_stage_seconds_bucket", stage="answer", le="0.25") == 1


def test_silence_of_telegram() -> None:
    """Counted from the last contact; before the first there is none."""
    clock = Clock()
    metrics = Metrics(clock)
    assert metrics.silence is None
    metrics.reached()
    clock.now += 7
    assert metrics.silence == 7
    assert value(metrics, "investor_bot_telegram_silence_seconds") == 7


def test_the_process_itself_is_measured() -> None:
    """Memory and file descriptors: what grows over months shows here first."""
    assert (value(Metrics(), "process_resident_memory_bytes") or 0) > 0
    assert (value(Metrics(), "process_open_fds") or 0) > 0
