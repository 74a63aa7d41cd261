"""The rate limiter: waits as Telegram asks, and tries again when the network fails for a moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from telegram.error import BadRequest, NetworkError, TimedOut
from telegram.ext import AIORateLimiter

log = logging.getLogger(__name__)

RETRIES_AFTER_FLOOD = 3
PAUSES = (0.5, 2.0)
"""Seconds before the second and the third try of a call that the network lost."""


class PatientLimiter(AIORateLimiter):
    """AIORateLimiter with retries for 429, 5xx and dropped connections.

    A time-out is not tried again: the message was probably delivered, and twice is worse than late.
    """

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        super().__init__(max_retries=RETRIES_AFTER_FLOOD)
        self._pauses = tuple(pauses)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | dict[str, Any] | list[dict[str, Any]]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> bool | dict[str, Any] | list[dict[str, Any]]:
        """Process one call of the Bot API; raises what the last try raised."""
        for pause in self._pauses:
            try:
                return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
            except NetworkError as error:
                # BadRequest is a NetworkError to the library, but no second try mends it
                if isinstance(error, BadRequest | TimedOut):
                    raise
                log.debug("%s failed, next try in %s s", endpoint, pause)
                await asyncio.sleep(pause)
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
