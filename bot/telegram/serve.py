"""Runs the bot until it is told to stop.

SIGTERM or SIGINT end it: no further updates are taken, those in flight are answered, and only then
are they confirmed, so that nothing is lost between two runs. A second signal ends it at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager

from telegram.error import InvalidToken, TelegramError

from bot.config import Config
from bot.errors import ServeError
from bot.observe.endpoint import listening, observed
from bot.observe.logs import attributed, set_up
from bot.observe.metrics import Metrics
from bot.publishing.office import Office
from bot.store.store import Store
from bot.telegram.application import bot_token, build_application, desk_of, intake_of, limiter_of
from bot.telegram.inbox import Inbox, server_name
from bot.telegram.menus import set_menus
from bot.telegram.notifying import LOOK_EVERY, Notifier
from bot.telegram.polling import Poller
from bot.telegram.ports import Answering
from bot.telegram.responsive import responsive
from bot.telegram.secrecy import kept_secret, masked
from bot.telegram.types import BotApplication
from bot.telegram.watch import WATCH_EVERY, announce, watch
from bot.telegram.webhook import Endpoint, Receiver, endpoint

log = logging.getLogger(__name__)

Beside = Callable[[Store], AbstractAsyncContextManager[None]]
GRACE = 20.0
"""Seconds that updates in flight may take at the end; whoever runs services kills after 30."""


def run(
    config: Config,
    library: Answering,
    opening: AbstractAsyncContextManager[Store],
    beside: Beside,
    office: Office | None = None,
) -> int:
    """Run ``serve`` in an event loop of its own and return the exit code; logs go to standard error.

    ``opening`` is the store that is not open yet; ``beside`` is what else runs meanwhile; ``office`` is what admins
    may do.
    """
    set_up(config.log)
    bot_token(config)  # without one nothing else is begun
    return asyncio.run(_serve_alone(config, library, opening, beside, office))


async def _serve_alone(
    config: Config,
    library: Answering,
    opening: AbstractAsyncContextManager[Store],
    beside: Beside,
    office: Office | None,
) -> int:
    with responsive():
        async with opening as store, beside(store):
            return await serve(config, library, store, office)


async def serve(config: Config, library: Answering, store: Store, office: Office | None = None) -> int:
    """Serve until a signal comes, then return 0; raises ServeError where Telegram cannot be served."""
    token = bot_token(config)
    webhook = endpoint(config) if config.telegram.mode == "webhook" else None
    secrets = (token, webhook.secret, webhook.path) if webhook else (token,)
    metrics = Metrics()
    with (
        attributed(config.log.personal),
        kept_secret(*secrets),
        server_name(config.state_dir) as name,
        _signals() as stop,
    ):
        inbox = Inbox(store, name)
        async with observed(config.observe, metrics) as health:
            application = build_application(config, library, store, metrics, inbox.hooks(), office=office)
            way = receiving(application, webhook) if webhook else polling(application)
            try:
                async with way as task, tended(application, inbox):
                    log.info("serving as @%s, stop with Ctrl-C", application.bot.username)
                    health.state = "serving"
                    await _first(stop, task)
                    health.state = "stopping"
                    log.info("stopping: answering what has arrived")
                if not task.cancelled():
                    task.result()
            except TelegramError as error:
                raise ServeError(_explained(error, config, token)) from None
    return 0


@contextlib.asynccontextmanager
async def polling(application: BotApplication) -> AsyncIterator[asyncio.Task[None]]:
    """Serve by polling while the block runs; the task ends by itself only with ServeError.

    On leaving, what has been fetched is answered and then confirmed. Raises TelegramError where the
    server cannot be reached or refuses the token.
    """
    poller = Poller(application, intake_of(application))
    async with _running(application):
        await application.bot.delete_webhook(drop_pending_updates=False)
        task = asyncio.create_task(poller.run(), name="polling")
        try:
            yield task
        finally:
            poller.stop()
            await asyncio.wait((task,))
            if await _finished(application):
                await poller.confirm()


@contextlib.asynccontextmanager
async def receiving(
    application: BotApplication, endpoint: Endpoint, watch_every: float = WATCH_EVERY
) -> AsyncIterator[asyncio.Task[None]]:
    """Serve by webhook while the block runs; the task ends by itself only with ServeError.

    On leaving, what has been taken is answered. The webhook stays set: Telegram keeps what comes meanwhile
    and brings it to the next run. Raises as ``polling``, and ServeError where the address cannot be had.
    """
    receiver = Receiver(endpoint, application.bot, intake_of(application))
    async with (
        _running(application),
        listening(receiver.application, endpoint.listen, "telegram.webhook_listen", endpoint.tls()),
    ):
        await announce(application.bot, endpoint)
        task = asyncio.create_task(watch(application.bot, endpoint, watch_every), name="webhook")
        try:
            yield task
        finally:
            receiver.close()
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))
            await _finished(application)


@contextlib.asynccontextmanager
async def _running(application: BotApplication) -> AsyncIterator[None]:
    # the bot by itself first: the application does not close its connections when it cannot start
    async with application.bot, application:
        await set_menus(application.bot)
        await application.start()
        try:
            yield
        finally:
            await application.stop()


async def _finished(application: BotApplication) -> bool:
    """Wait until everything taken is answered; after GRACE what still waits for Telegram is given up."""
    try:
        async with asyncio.timeout(GRACE):
            await application.update_queue.join()
    except TimeoutError:
        log.warning("%d updates are not done after %s s, given up", intake_of(application).pending, GRACE)
        limiter_of(application).hurry()
        return False
    return True


@contextlib.asynccontextmanager
async def tended(application: BotApplication, inbox: Inbox, look_every: float = LOOK_EVERY) -> AsyncIterator[None]:
    """While the block runs: look after what is written down, and tell those who wait for an answer."""
    notifier = Notifier(application.bot, desk_of(application))
    tasks = [
        asyncio.create_task(inbox.keep(application.bot, intake_of(application)), name="inbox"),
        asyncio.create_task(notifier.watch(look_every), name="notifier"),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _first(stop: asyncio.Event, task: asyncio.Task[None]) -> None:
    """Wait for the signal or for the end of the task, whichever comes first."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()


@contextlib.contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """Return an event that SIGTERM and SIGINT set; after the first the handlers are the old ones."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)

    def restore() -> None:
        with contextlib.suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)

    def first() -> None:
        stop.set()
        restore()

    with contextlib.suppress(NotImplementedError):  # Windows: there Ctrl-C cancels the task instead
        for number in numbers:
            loop.add_signal_handler(number, first)
    try:
        yield stop
    finally:
        restore()


def _explained(error: TelegramError, config: Config, token: str) -> str:
    """Return one line on why the bot cannot start, without the token that the library's text holds."""
    server = config.telegram.base_url
    if isinstance(error, InvalidToken):
        said = masked(str(error.__cause__ or "Unauthorized"), token)
        return f"{server} does not accept the token ({said}) — check the token and telegram.base_url"
    said = " ".join(masked(str(error), token).split())
    return f"{server} cannot be reached ({said}) — check the network and telegram.base_url"
