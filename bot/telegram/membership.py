"""Where the bot is: added to a group, removed, blocked, unblocked, or moved with a group to a new id."""

from __future__ import annotations

import logging
from collections.abc import Callable

from telegram import ChatMember, ChatMemberRestricted, ChatMemberUpdated, Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import ChatMemberHandler, MessageHandler, filters

from bot.render import messages
from bot.telegram.hooks import Hooks
from bot.telegram.languages import Language
from bot.telegram.types import BotApplication, Context

log = logging.getLogger(__name__)

_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_THERE = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER)


class Membership:
    """Follows the bot's own membership. ``welcome`` lets the sender write to a chat again that refused it."""

    def __init__(self, hooks: Hooks, welcome: Callable[[int], None], language: Language) -> None:
        self._hooks = hooks
        self._welcome = welcome
        self._language = language

    def register(self, application: BotApplication) -> None:
        """Add the handlers to an application."""
        moved = filters.UpdateType.MESSAGE & filters.StatusUpdate.MIGRATE
        application.add_handler(ChatMemberHandler(self.changed, ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_handler(MessageHandler(moved, self.moved))

    async def changed(self, update: Update, context: Context) -> None:
        """Remember who refuses the bot and who takes it back; greet a group that it was added to."""
        change = update.my_chat_member
        if change is None or change.chat.type == ChatType.CHANNEL:
            return
        before, now = _is_there(change.old_chat_member), _is_there(change.new_chat_member)
        if before and not now:
            await self._hooks.on_refused(change.chat.id)
        elif now and not before:
            self._welcome(change.chat.id)
            await self._hooks.on_welcomed(change.chat.id)
            await self._greet(update, change, context)

    async def moved(self, update: Update, _context: Context) -> None:
        """Pass on that a group has a new id. Both the old and the new one announce it."""
        message = update.message
        if message is None:
            return
        old = message.migrate_from_chat_id or message.chat_id
        new = message.migrate_to_chat_id or message.chat_id
        log.info("a group became a supergroup and has a new id")
        await self._hooks.on_migrated(old, new)

    async def _greet(self, update: Update, change: ChatMemberUpdated, context: Context) -> None:
        if change.chat.type not in _GROUPS:
            return
        greeting = messages.text(await self._language(update), "group.greeting", bot=context.bot.username)
        try:
            await context.bot.send_message(change.chat.id, greeting)
        except TelegramError as error:
            log.info("a group could not be greeted: %s", error)


def _is_there(member: ChatMember) -> bool:
    """Whether the bot is in the chat; somebody restricted may be or not."""
    return member.status in _THERE or (isinstance(member, ChatMemberRestricted) and member.is_member)
