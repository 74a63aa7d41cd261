"""Runs the bot until it is told to stop.

SIGTERM or SIGINT end it: no further updates are fetched, those in flight are answered, and only then
are they confirmed, so that nothing is lost between two runs. A second signal ends it at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Iterator

from telegram import BotCommand
from telegram.error import InvalidToken, TelegramError

from bot.config import Config
from bot.errors import ServeError
from bot.telegram import pages
from bot.telegram.application import bot_token, build_application
from bot.telegram.handlers import BotApplication
from bot.telegram.polling import Poller
from bot.telegram.ports import Answering
from bot.telegram.secrecy import kept_secret, masked

log = logging.getLogger(__name__)

MENUS = {"": "en", "zh": "zh-Hans", "en": "en"}
"""The menu of commands by the language of the app ("": every other): Telegram knows no scripts."""


def run(config: Config, library: Answering) -> int:
    """Run ``serve`` in an event loop of its own and return the exit code; logs go to standard error."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    return asyncio.run(serve(config, library))


async def serve(config: Config, library: Answering) -> int:
    """Serve until a signal comes, then return 0; raises ServeError where Telegram cannot be served."""
    token = bot_token(config)
    if config.telegram.mode != "polling":
        raise ServeError('telegram.mode = "webhook" cannot be served yet — set it to "polling"')
    with kept_secret(token), _signals() as stop:
        application = build_application(config, library)
        try:
            await _until(stop, application)
        except TelegramError as error:
            raise ServeError(_explained(error, config, token)) from None
    return 0


@contextlib.asynccontextmanager
async def polling(application: BotApplication) -> AsyncIterator[asyncio.Task[None]]:
    """Serve while the block runs; the task ends by itself only with ServeError.

    On leaving, what has been fetched is answered and then confirmed. Raises TelegramError where the
    server cannot be reached or refuses the token.
    """
    poller = Poller(application)
    # the bot by itself first: the application does not close its connections when it cannot start
    async with application.bot, application:
        await application.bot.delete_webhook(drop_pending_updates=False)
        await _set_menus(application)
        await application.start()
        task = asyncio.create_task(poller.run(), name="polling")
        try:
            yield task
        finally:
            poller.stop()
            await asyncio.wait((task,))
            await application.update_queue.join()
            await application.stop()
            await poller.confirm()


async def _until(stop: asyncio.Event, application: BotApplication) -> None:
    async with polling(application) as task:
        log.info("serving as @%s, stop with Ctrl-C", application.bot.username)
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        log.info("stopping: answering what has arrived")
    task.result()


async def _set_menus(application: BotApplication) -> None:
    """Show the commands in Telegram's menu; the bot works without it."""
    for code, locale in MENUS.items():
        commands = [BotCommand(name, what) for name, what in pages.menu(locale)]
        try:
            await application.bot.set_my_commands(commands, language_code=code or None)
        except TelegramError as error:
            log.warning("the menu of commands could not be set: %s", error)
            return


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
