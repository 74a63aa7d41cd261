"""What Telegram shows of the bot before anybody writes: its commands and its description, by language and chat.

Telegram knows languages, but no scripts: "zh" is one. Whoever reads Traditional gets a menu of their own, set for
their private chat. What is there already is not set again, so that a restart asks and changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator, Mapping
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    Update,
)
from telegram.error import BadRequest, TelegramError
from telegram.ext import CommandHandler, filters

from bot.render import messages
from bot.telegram import pages
from bot.telegram.languages import Language
from bot.telegram.types import BotApplication, Context

log = logging.getLogger(__name__)

LANGUAGES: Mapping[str, str] = {"": "en", "zh": "zh-Hans"}
"""The language of the app, "" for every other, and what it reads."""
SCOPES: tuple[tuple[BotCommandScope, tuple[str, ...]], ...] = (
    (BotCommandScopeDefault(), pages.COMMANDS),
    (BotCommandScopeAllPrivateChats(), pages.COMMANDS),
    (BotCommandScopeAllGroupChats(), pages.GROUP_COMMANDS),
)
PATIENCE = 15.0
"""Seconds that people wait for the bot because of its menus; Telegram may ask for a longer pause between changes."""
AFTER = 10
"""The group of handlers that comes after those that answer."""


async def set_menus(bot: Bot, patience: float = PATIENCE) -> None:
    """Bring commands and descriptions up to date; the bot works without them, so no failure is raised."""
    try:
        async with asyncio.timeout(patience):
            await _bring_up_to_date(bot)
    except TimeoutError:
        log.warning("menus and descriptions took too long, the next start tries again")


async def _bring_up_to_date(bot: Bot) -> None:
    for step in _steps(bot):
        try:
            await step
        except BadRequest as error:
            log.warning("a menu or description could not be set: %s", error)
        except TelegramError as error:
            log.warning("menus and descriptions could not be set, the next start tries again: %s", error)
            return


def _steps(bot: Bot) -> Iterator[Coroutine[Any, Any, None]]:
    for code, locale in LANGUAGES.items():
        for scope, names in SCOPES:
            yield _set_commands(bot, _commands(locale, names), scope, code)
        yield _set_description(bot, messages.text(locale, "telegram.description"), code)
        yield _set_short_description(bot, messages.text(locale, "telegram.short_description"), code)


def _commands(locale: str, names: tuple[str, ...] = pages.COMMANDS) -> tuple[BotCommand, ...]:
    return tuple(BotCommand(name, what) for name, what in pages.menu(locale, names))


async def _set_commands(bot: Bot, commands: tuple[BotCommand, ...], scope: BotCommandScope, code: str) -> None:
    if await bot.get_my_commands(scope, code or None) != commands:
        await bot.set_my_commands(commands, scope, code or None)


async def _set_description(bot: Bot, text: str, code: str) -> None:
    if (await bot.get_my_description(code or None)).description != text:
        await bot.set_my_description(text, code or None)


async def _set_short_description(bot: Bot, text: str, code: str) -> None:
    if (await bot.get_my_short_description(code or None)).short_description != text:
        await bot.set_my_short_description(text, code or None)


class PrivateMenus:
    """Gives a private chat the menu of its reader's language, where the one of the app's is another."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def register(self, application: BotApplication) -> None:
        """Follow ``/start`` and ``/lang`` once they are answered."""
        private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
        application.add_handler(CommandHandler("start", self.started, filters=private), group=AFTER)
        application.add_handler(CommandHandler("lang", self.follow, filters=private), group=AFTER)

    async def started(self, update: Update, context: Context) -> None:
        """Set the menu of the chat where it needs one; most do not."""
        if await self._own_menu(update):
            await self.follow(update, context)

    async def follow(self, update: Update, context: Context) -> None:
        """Set, change or remove the menu of the chat; one that others set there (for admins) stays."""
        chat, wanted = update.effective_chat, await self._own_menu(update)
        if chat is None:
            return
        try:
            await _bring(context.bot, BotCommandScopeChat(chat.id), wanted)
        except TelegramError as error:
            log.info("the menu of a chat could not be set: %s", error)

    async def _own_menu(self, update: Update) -> tuple[BotCommand, ...]:
        """Return the menu in the reader's language, () where the app shows that one anyway."""
        user, reads = update.effective_user, messages.resolve(await self._language(update))
        return () if reads == LANGUAGES[_code_of(user.language_code if user else None)] else _commands(reads)


def _code_of(app: str | None) -> str:
    """Return which of LANGUAGES an app with this language shows."""
    primary = (app or "").partition("-")[0].lower()
    return primary if primary in LANGUAGES else ""


async def _bring(bot: Any, scope: BotCommandScope, wanted: tuple[BotCommand, ...]) -> None:
    there = await bot.get_my_commands(scope)
    if there == wanted or there not in ((), *map(_commands, messages.LOCALES)):
        return
    if wanted:
        await bot.set_my_commands(wanted, scope)
    else:
        await bot.delete_my_commands(scope)
