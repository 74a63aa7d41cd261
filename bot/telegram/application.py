"""Builds the python-telegram-bot application: bot, flood control, intake, lanes, gate and handlers."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.ext import Application

from bot.config import Config
from bot.errors import ServeError
from bot.observe.metrics import Metrics
from bot.publishing.office import Office
from bot.store.store import Store
from bot.telegram.admin import AdminHandlers
from bot.telegram.buttons import Buttons
from bot.telegram.courtesy import Courtesy
from bot.telegram.desk import Desk
from bot.telegram.gate import Gate
from bot.telegram.handlers import Handlers
from bot.telegram.hooks import Hooks
from bot.telegram.inline import Inline
from bot.telegram.intake import Intake
from bot.telegram.lanes import ChatLanes
from bot.telegram.limiter import RATES, FloodControl, Rates
from bot.telegram.measured import MeasuredLibrary
from bot.telegram.membership import Membership
from bot.telegram.menus import PrivateMenus
from bot.telegram.overheard import Overheard
from bot.telegram.pace import Pace
from bot.telegram.people import Languages
from bot.telegram.ports import Answering
from bot.telegram.shelf import Shelf
from bot.telegram.types import BotApplication, Context

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


def build_application(
    config: Config,
    library: Answering,
    store: Store,
    metrics: Metrics | None = None,
    hooks: Hooks | None = None,
    rates: Rates = RATES,
    office: Office | None = None,
) -> BotApplication:
    """Return the application, not yet started and without a call made; raises ServeError for the token.

    The updates of one chat run in their order, those of many side by side; calls are paced by ``rates`` and
    repeated as Telegram asks. ``serve`` runs it. Without an ``office`` there are no admin commands.
    """
    token = bot_token(config)
    metrics, hooks = metrics or Metrics(), hooks or Hooks()
    pace = Pace(store.paces) if store.shared else None
    limiter = FloodControl(metrics, hooks, rates, pace=pace)
    application: BotApplication = (
        Application.builder()
        .token(token)
        .base_url(config.telegram.base_url)
        .base_file_url(config.telegram.base_file_url)
        .update_queue(Intake(metrics, hooks, limiter.welcome))
        .concurrent_updates(ChatLanes(metrics, token.encode(), hooks))
        .rate_limiter(limiter)
        .build()
    )
    Overheard().register(application)
    Gate(config, metrics, pace=pace).register(application)
    languages = Languages(store, config.ui.locale)
    desk = Desk(MeasuredLibrary(library, metrics), store, languages)
    buttons = Buttons(desk)
    if office is not None:
        AdminHandlers(office, store, languages, config.telegram.owners).register(application)
    everybody = not (config.access.allow or config.access.deny)
    longest = config.limits.question_characters
    Inline(desk.library, config.ui.locale, languages.chosen_by, longest, everybody).register(application)
    PrivateMenus(languages.of_update).register(application)
    Shelf(desk.library, languages.of_update, buttons.ask).register(application)
    Courtesy(languages.of_update).register(application)
    Membership(hooks, limiter.welcome, languages.of_update).register(application)
    Handlers(desk).register(application)
    buttons.register(application)
    application.bot_data[Desk] = desk
    application.add_error_handler(_counted(metrics))
    return application


def intake_of(application: BotApplication) -> Intake:
    """Return the door of an application that ``build_application`` made."""
    intake = application.update_queue
    if not isinstance(intake, Intake):
        raise TypeError("the application was not built by build_application")
    return intake


def desk_of(application: BotApplication) -> Desk:
    """Return the desk of an application that ``build_application`` made."""
    desk = application.bot_data[Desk]
    if not isinstance(desk, Desk):
        raise TypeError("the application was not built by build_application")
    return desk


def limiter_of(application: BotApplication) -> FloodControl:
    """Return the flood control of an application that ``build_application`` made."""
    limiter = application.bot.rate_limiter
    if not isinstance(limiter, FloodControl):
        raise TypeError("the application was not built by build_application")
    return limiter


_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (Forbidden, "refused"),
    (RetryAfter, "flood"),
    (TimedOut, "timeout"),
    (BadRequest, "bad_request"),
    (NetworkError, "network"),
)
"""The first that fits names an error in the metrics; all others are "internal"."""


def _counted(metrics: Metrics) -> Callable[[object, Context], Coroutine[Any, Any, None]]:
    async def count(_update: object, context: Context) -> None:
        kind = next((name for error, name in _KINDS if isinstance(context.error, error)), "internal")
        metrics.errors.labels(kind).inc()

    return count
