"""Sliding windows keep their rate exactly."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.windows import Rate, Window
from tests.observe.test_metrics import Clock

PAUSES = st.lists(st.floats(0, 3, allow_nan=False), max_size=60)


@given(PAUSES, st.integers(1, 5), st.floats(0.5, 5))
def test_no_stretch_holds_more_than_the_rate(pauses: list[float], count: int, seconds: float) -> None:
    """Whenever events want to happen, whoever waits as told never exceeds the rate."""
    clock = Clock()
    window = Window(Rate(count, seconds), clock)
    events = []
    for pause in pauses:
        clock.now += pause
        while (wait := window.wait()) > 0:
            clock.now += wait
        window.add()
        events.append(clock.now)
    assert all(later - earlier >= seconds * 0.999 for earlier, later in zip(events, events[count:], strict=False))
    assert all(earlier <= later for earlier, later in pairwise(events))


def test_a_burst_is_let_through_at_once() -> None:
    """Up to the count nobody waits, then as long as the first one is in the window."""
    clock = Clock()
    window = Window(Rate(3, 10), clock)
    waits = []
    for _ in range(4):
        waits.append(window.wait())
        window.add()
    assert waits == [0, 0, 0, 10]
    clock.now += 10
    assert window.wait() == 0
    assert window.empty
