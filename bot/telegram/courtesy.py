"""Everything that is no text: in a private chat one polite line, once for an album; elsewhere nothing."""

from __future__ import annotations

from collections import OrderedDict

from telegram import Message, Update
from telegram.ext import MessageHandler, filters

from bot.render.telegram import page_html
from bot.telegram.languages import Language
from bot.telegram.sending import reply
from bot.telegram.types import BotApplication, Context

REMEMBERED = 1000
"""Albums whose line was said; their pictures come within a second."""

_WORDLESS = ~filters.TEXT & ~filters.StatusUpdate.ALL


class Courtesy:
    """Says that only text is read."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._albums: OrderedDict[str, None] = OrderedDict()

    def register(self, application: BotApplication) -> None:
        """Add the handler to an application."""
        private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
        application.add_handler(MessageHandler(private & _WORDLESS, self.decline))

    async def decline(self, update: Update, _context: Context) -> None:
        """Answer a sticker, a picture, a voice message …"""
        if update.message and self._is_new(update.message):
            await reply(update.message, page_html(await self._language(update), "telegram.text_only"))

    def _is_new(self, message: Message) -> bool:
        """Whether it is not a further picture of an album, which comes as many messages."""
        album = message.media_group_id
        if album is None:
            return True
        if album in self._albums:
            return False
        self._albums[album] = None
        if len(self._albums) > REMEMBERED:
            self._albums.popitem(last=False)
        return True
