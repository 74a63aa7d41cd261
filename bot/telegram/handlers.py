"""The handlers: commands, questions, everything else, and what goes wrong.

Only new messages are handled: edits, channel posts and business messages are not, although the
library's message filters let them through unless told otherwise.
"""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram import Message, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import Application, CallbackContext, CommandHandler, ExtBot, MessageHandler, filters

from bot.answer.model import Answer
from bot.errors import SearchUnavailableError
from bot.render.messages import resolve
from bot.render.telegram import answer_html, page_html
from bot.telegram import pages
from bot.telegram.addressing import question_of
from bot.telegram.dialogue import Dialogue, Dialogues
from bot.telegram.languages import AUTO, named
from bot.telegram.ports import Answering
from bot.telegram.sending import reply, topic_of, with_typing

log = logging.getLogger(__name__)

Context = CallbackContext[ExtBot[Any], dict[Any, Any], dict[Any, Any], dict[Any, Any]]
BotApplication = Application[Any, Any, Any, Any, Any, Any]
Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]

_NEW = filters.UpdateType.MESSAGE
_PRIVATE = filters.ChatType.PRIVATE


@dataclass
class Handlers:
    """What the bot does with each kind of message. ``locale`` is the configured one or ``auto``."""

    library: Answering
    locale: str = AUTO
    dialogues: Dialogues = field(default_factory=Dialogues)

    def register(self, application: BotApplication) -> None:
        """Add the handlers to an application, first match first."""
        commands: dict[str, Handler] = {
            "start": self.start,
            "help": self.help,
            "about": self.about,
            "lang": self.lang,
            "sources": self.sources,
            "new": self.new,
        }
        for name, handler in commands.items():
            application.add_handler(CommandHandler(name, handler, filters=_NEW))
        application.add_handler(MessageHandler(_NEW & _PRIVATE & filters.COMMAND, self.help))
        application.add_handler(MessageHandler(_NEW & filters.TEXT & ~filters.COMMAND, self.question))
        application.add_handler(MessageHandler(_NEW & _PRIVATE & ~filters.TEXT & ~filters.StatusUpdate.ALL, self.other))
        application.add_error_handler(self.failed)

    async def start(self, update: Update, _context: Context) -> None:
        """Greet and show what can be asked."""
        message = _message(update)
        locale = self._locale(message)
        await reply(message, page_html(locale, "telegram.start", self.library.current.examples(locale)))

    async def help(self, update: Update, _context: Context) -> None:
        """Say how to ask; also the answer to an unknown command in a private chat."""
        message = _message(update)
        await reply(message, pages.help_page(self._locale(message)))

    async def about(self, update: Update, _context: Context) -> None:
        """Say what the bot is."""
        message = _message(update)
        await reply(message, page_html(self._locale(message), "telegram.about"))

    async def lang(self, update: Update, context: Context) -> None:
        """Choose the language of the interface, or show which it is."""
        message = _message(update)
        dialogue = self._dialogue(message)
        wanted = " ".join(context.args or ())
        chosen = named(wanted)
        if chosen:
            dialogue.locale = None if chosen == AUTO else chosen
        unknown = wanted if chosen is None else ""
        page = pages.language_page(self._locale(message), dialogue.locale or self.locale, unknown)
        await reply(message, page)

    async def sources(self, update: Update, _context: Context) -> None:
        """List the documents."""
        message = _message(update)
        await reply(message, pages.sources_page(self._locale(message), self.library.current.documents))

    async def new(self, update: Update, _context: Context) -> None:
        """Forget the earlier questions of this dialogue."""
        message = _message(update)
        self._dialogue(message).turns.clear()
        await reply(message, html.escape(pages.text(self._locale(message), "new"), quote=False))

    async def question(self, update: Update, context: Context) -> None:
        """Answer a question with citations; in a group only when the bot is spoken to."""
        message = _message(update)
        question = question_of(message, context.bot.bot)
        if question is None:
            return
        dialogue = self._dialogue(message)
        # off the event loop: other chats are served meanwhile
        asking = asyncio.to_thread(self.library.current.ask, question, tuple(dialogue.turns))
        answer = await with_typing(message, asking)
        _remember(dialogue, question, answer)
        await reply(message, answer_html(answer, dialogue.locale or self.locale))

    async def other(self, update: Update, _context: Context) -> None:
        """Say politely that only text is read; once for an album, which comes as many messages."""
        message = _message(update)
        dialogue = self._dialogue(message)
        if message.media_group_id and message.media_group_id == dialogue.album:
            return
        dialogue.album = message.media_group_id
        await reply(message, page_html(self._locale(message), "telegram.text_only"))

    async def failed(self, update: object, context: Context) -> None:
        """Log what went wrong and, where it was our fault, say so without a detail."""
        error = context.error
        if isinstance(error, Forbidden):
            log.info("a chat does not take messages from the bot: %s", error)
            return
        if isinstance(error, TelegramError):
            log.warning("a reply could not be sent: %s", error)
            if not isinstance(error, BadRequest):
                return  # the network is down: an apology would not arrive either
        elif isinstance(error, SearchUnavailableError):
            log.warning("a question could not be searched for: %s", error)
        else:
            log.error("a message could not be answered", exc_info=error)
        away = isinstance(error, SearchUnavailableError)
        await self._apologise(update, "telegram.search_away" if away else "telegram.error")

    async def _apologise(self, update: object, key: str) -> None:
        message = update.message if isinstance(update, Update) else None
        if message is None:
            return
        try:
            await reply(message, page_html(self._locale(message), key))
        except TelegramError as error:
            log.warning("an apology could not be sent: %s", error)

    def _dialogue(self, message: Message) -> Dialogue:
        return self.dialogues.of((message.chat_id, topic_of(message)))

    def _locale(self, message: Message) -> str:
        """Choose the language of a page: /lang, the configuration, the last question, the app's."""
        dialogue = self._dialogue(message)
        configured = None if self.locale == AUTO else self.locale
        app = message.from_user.language_code if message.from_user else None
        return resolve(dialogue.locale or configured or dialogue.spoken or app or "")


def _remember(dialogue: Dialogue, question: str, answer: Answer) -> None:
    """Keep the question for follow-ups; small talk says nothing that they could refer to."""
    dialogue.spoken = answer.locale
    if answer.status != "smalltalk":
        dialogue.remember(question)


def _message(update: Update) -> Message:
    message = update.message
    if message is None:
        raise TypeError("the filters let only new messages through")
    return message
