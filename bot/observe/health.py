"""Whether the bot is well, and whether the event loop keeps up."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Literal

from bot.observe.metrics import Metrics

LAG_EVERY = 0.25
"""Seconds between two looks at the event loop."""


@dataclass
class Health:
    """The state of one running bot. ``unreachable_after``: seconds of silence from Telegram that are too long."""

    metrics: Metrics
    unreachable_after: float
    state: Literal["starting", "serving", "stopping"] = "starting"

    def unwell(self) -> str | None:
        """Return why the bot should be looked after (or started again), None where it is well."""
        silence = self.metrics.silence
        if silence is None:
            return None if self.state == "starting" else "Telegram was never reached"
        if silence > self.unreachable_after:
            return f"Telegram was last reached {silence:.0f} s ago"
        return None

    def not_ready(self) -> str | None:
        """Return why no updates are taken now, None where they are."""
        return self.unwell() if self.state == "serving" else f"the bot is {self.state}"


async def watch_loop(metrics: Metrics) -> None:
    """Measure for ever by how much the event loop wakes up late."""
    while True:
        due = time.monotonic() + LAG_EVERY
        await asyncio.sleep(LAG_EVERY)
        metrics.lag.observe(max(0.0, time.monotonic() - due))
