"""Builds the python-telegram-bot application: bot, rate limiter, lanes and handlers."""

from __future__ import annotations

import re

from telegram.ext import Application

from bot.config import Config
from bot.errors import ServeError
from bot.telegram.handlers import BotApplication, Handlers
from bot.telegram.lanes import ChatLanes
from bot.telegram.limiter import PatientLimiter
from bot.telegram.ports import Answering

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_HOW = "set BOT_TELEGRAM__TOKEN or telegram.token_file to the token that @BotFather gave you"


def bot_token(config: Config) -> str:
    """Return the bot's token; raises ServeError where there is none or it cannot be one (never shown)."""
    secret = config.telegram.read_token()
    token = secret.get_secret_value().strip() if secret else ""
    if not token:
        raise ServeError(f"no Telegram token — {_HOW}")
    if not _TOKEN.fullmatch(token):
        raise ServeError(f"the Telegram token is malformed, it should look like 123456:ABC-def — {_HOW}")
    return token


def build_application(config: Config, library: Answering) -> BotApplication:
    """Return the application, not yet started and without a call made; raises ServeError for the token.

    At most 16 updates run at once and those of one chat in their order; calls are retried as Telegram
    asks. ``serve`` runs it.
    """
    application = (
        Application.builder()
        .token(bot_token(config))
        .base_url(config.telegram.base_url)
        .base_file_url(config.telegram.base_file_url)
        .concurrent_updates(ChatLanes())
        .rate_limiter(PatientLimiter())
        .build()
    )
    Handlers(library, config.ui.locale).register(application)
    return application
