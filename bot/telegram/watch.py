"""Sets the webhook, and looks now and then whether it is still ours and whether Telegram gets through."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.errors import ServeError
from bot.telegram.intake import ALLOWED
from bot.telegram.webhook import Endpoint

log = logging.getLogger(__name__)

WATCH_EVERY = 30.0
"""Seconds between two looks; they also tell /healthz that Telegram can be reached."""
CONNECTIONS = 40
"""Calls that Telegram may make at once."""
PATIENCE_WITH_RIVALS = 3
"""Looks in a row that may find somebody else's webhook before this instance gives up."""


async def announce(bot: Bot, endpoint: Endpoint) -> None:
    """Tell Telegram where to call. What waits there is kept and comes. Raises TelegramError."""
    await bot.set_webhook(
        endpoint.url,
        certificate=endpoint.certificate,
        max_connections=CONNECTIONS,
        allowed_updates=ALLOWED,
        drop_pending_updates=False,
        secret_token=endpoint.secret,
    )


async def watch(bot: Bot, endpoint: Endpoint, every: float = WATCH_EVERY) -> None:
    """Look for ever; raises ServeError where another instance takes the webhook away or the token is revoked."""
    rivals, failed_at = 0, None
    while True:
        await asyncio.sleep(every)
        try:
            info = await bot.get_webhook_info()
            rivals = 0 if info.url == endpoint.url else await _take_back(bot, endpoint, rivals + 1)
            failed_at = _complain(info, failed_at)
        except InvalidToken:
            raise ServeError("Telegram does not accept the token any more — was it revoked at @BotFather?") from None
        except TelegramError as error:
            log.warning("Telegram cannot be asked about the webhook: %s", error)


async def _take_back(bot: Bot, endpoint: Endpoint, times: int) -> int:
    if times >= PATIENCE_WITH_RIVALS:
        raise ServeError("another instance of this bot takes the webhook away — stop it, or use another token")
    log.warning("the webhook was set elsewhere or taken down, setting it again")
    await announce(bot, endpoint)
    return times


def _complain(info: WebhookInfo, before: datetime | None) -> datetime | None:
    """Pass on, once, what Telegram says about a call that failed; returns when that was."""
    if info.last_error_date and info.last_error_date != before:
        log.warning("Telegram could not deliver: %s (%s waiting)", info.last_error_message, info.pending_update_count)
    return info.last_error_date
