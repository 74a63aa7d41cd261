"""The handlers: commands, questions, their edits, everything else, and what goes wrong."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from telegram import Message, MessageEntity, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import CommandHandler, MessageHandler, filters

from bot.answer.model import Answer
from bot.errors import SearchUnavailableError, StoreError
from bot.render import messages
from bot.render.messages import resolve
from bot.render.telegram import answer_html, escaped, page_html, quote_html
from bot.store.model import Card, Key, Share
from bot.store.store import Store
from bot.telegram import pages
from bot.telegram.addressing import argument_of, question_of
from bot.telegram.desk import Desk, Inquiry, proof
from bot.telegram.keyboards import forget_keyboard
from bot.telegram.languages import AUTO, named
from bot.telegram.people import Languages, app_language, key_of
from bot.telegram.ports import Answering
from bot.telegram.sending import address_of, reply, with_typing
from bot.telegram.shelf import topics_page
from bot.telegram.types import BotApplication, Context, Handler

log = logging.getLogger(__name__)

_NEW = filters.UpdateType.MESSAGE
_EDITED = filters.UpdateType.EDITED_MESSAGE
_PRIVATE = filters.ChatType.PRIVATE
CLAIM_MAX = 2000
"""Characters of a quote that are checked."""
SHOWN = 3
"""Places that are shown where a quote stands in many."""
_QUOTES: list[str | None] = [MessageEntity.BLOCKQUOTE, MessageEntity.EXPANDABLE_BLOCKQUOTE]


@dataclass(frozen=True)
class Handlers:
    """What the bot does with each kind of message."""

    desk: Desk

    @property
    def library(self) -> Answering:
        """The knowledge."""
        return self.desk.library

    @property
    def store(self) -> Store:
        """What the bot remembers."""
        return self.desk.store

    @property
    def languages(self) -> Languages:
        """Which language to speak."""
        return self.desk.languages

    def register(self, application: BotApplication) -> None:
        """Add the handlers to an application, first match first."""
        commands: dict[str, Handler] = {
            "start": self.start,
            "help": self.help,
            "about": self.about,
            "lang": self.lang,
            "new": self.new,
            "verify": self.verify,
            "forget": self.forget,
        }
        for name, handler in commands.items():
            application.add_handler(CommandHandler(name, handler, filters=_NEW))
        application.add_handler(MessageHandler(_NEW & _PRIVATE & filters.COMMAND, self.help))
        application.add_handler(MessageHandler(_NEW & filters.TEXT & ~filters.COMMAND, self.question))
        application.add_handler(MessageHandler(_EDITED & filters.TEXT & ~filters.COMMAND, self.edited))
        application.add_error_handler(self.failed)

    async def start(self, update: Update, context: Context) -> None:
        """Greet and offer questions to tap, or open the quote that somebody shared."""
        message = _message(update)
        share = await self.store.shares.get(context.args[0]) if context.args else None
        if share is not None:
            await self._open(message, share)
            return
        locale = await self.languages.of_message(message)
        asking = asyncio.to_thread(self.library.current.topics, locale)
        _, keyboard = topics_page(locale, await with_typing(message.get_bot(), address_of(message), asking))
        await reply(message, page_html(locale, "telegram.start"), keyboard)

    async def help(self, update: Update, _context: Context) -> None:
        """Say how to ask; also the answer to an unknown command in a private chat."""
        message = _message(update)
        await reply(message, pages.help_page(await self.languages.of_message(message)))

    async def about(self, update: Update, _context: Context) -> None:
        """Say what the bot is."""
        message = _message(update)
        await reply(message, page_html(await self.languages.of_message(message), "telegram.about"))

    async def lang(self, update: Update, context: Context) -> None:
        """Choose the language of the interface, or show which it is; the choice is one person's, everywhere."""
        message = _message(update)
        user = key_of(message).user_id
        wanted = " ".join(context.args or ())
        choice = named(wanted)
        if choice:
            await self.store.users.choose(user, None if choice == AUTO else choice)
        locale, chosen = await self.languages.of_message(message), await self.languages.chosen(user)
        await reply(message, pages.language_page(locale, chosen or AUTO, wanted if choice is None else ""))

    async def new(self, update: Update, _context: Context) -> None:
        """Forget the earlier questions of this dialogue."""
        message = _message(update)
        locale, key = await self.languages.of_message(message), key_of(message)
        known = await self.store.dialogues.load(key)
        if known:
            await self.store.dialogues.save(key, replace(known, turns=()))
        await reply(message, escaped(pages.text(locale, "new")))

    async def verify(self, update: Update, _context: Context) -> None:
        """Check a quote, the one behind the command or that of the message it replies to, and show where it stands."""
        message = _message(update)
        replied = message.reply_to_message
        claim = argument_of(message) or (quoted_in(replied) if replied else "")
        locale = await self.languages.of_message(message)
        if not claim.strip():
            await reply(message, escaped(pages.text(locale, "verify_how")))
            return
        checked = await asyncio.to_thread(self.library.current.check, claim[:CLAIM_MAX])
        heading = messages.text(locale, f"verify.{checked.outcome}", count=len(checked.citations))
        page = Answer(claim, "answered", checked.citations[:SHOWN], locale=locale)
        await reply(message, answer_html(page, locale, heading=heading) if page.citations else escaped(heading))

    async def forget(self, update: Update, _context: Context) -> None:
        """Ask whether all that is kept about a person shall be deleted; the button does it."""
        message = _message(update)
        locale = await self.languages.of_message(message)
        await reply(message, escaped(pages.text(locale, "forget")), forget_keyboard(key_of(message).user_id, locale))

    async def _open(self, message: Message, share: Share) -> None:
        """Show a shared quote exactly; where the documents have changed, say so and show what it was."""
        state = self.library.current
        locale = await self.languages.of_message(message)
        there = await asyncio.to_thread(state.find_verbatim, share.quote)
        same = [c for c in there if c.document.id == share.document_id and c.quote == share.quote]
        if same:
            nearest = min(same, key=lambda citation: abs(citation.span[0] - share.start))
            page = Answer(share.quote, "answered", (replace(nearest, rank=1),), locale=locale)
            proofs = [proof(nearest, state, locale)]
            await reply(message, answer_html(page, locale, heading=pages.text(locale, "shared"), proofs=proofs))
            return
        await reply(message, quote_html(share.quote, pages.text(locale, "shared_gone")))

    async def question(self, update: Update, context: Context) -> None:
        """Answer a question with citations; in a group only when the bot is spoken to."""
        message = _message(update)
        question = question_of(message, context.bot.bot)
        if question is None or await self._answered(message):
            return
        key = key_of(message)
        await self.desk.answer(context.bot, Inquiry(key, question, await self._turns(message, key), message.message_id))

    async def edited(self, update: Update, context: Context) -> None:
        """Answer an edited question by editing its answer; one that was not answered before is left alone."""
        message = update.edited_message
        question = question_of(message, context.bot.bot) if message else None
        if message is None or not question:
            return
        card = await self.store.cards.by_question(message.chat_id, message.message_id)
        if card and card.question != question:
            await self.desk.ask_again(context.bot, card, question)

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
            await reply(message, page_html(await self._locale_at_a_pinch(message), key))
        except TelegramError as error:
            log.warning("an apology could not be sent: %s", error)

    async def _locale_at_a_pinch(self, message: Message) -> str:
        try:
            return await self.languages.of_message(message)
        except StoreError:
            return resolve(app_language(message) or "")

    async def _answered(self, message: Message) -> bool:
        """Whether this very message has its answer: it comes again where the bot was killed just after sending it."""
        card = await self.store.cards.by_question(message.chat_id, message.message_id)
        return card is not None and card.message_id is not None

    async def _turns(self, message: Message, key: Key) -> tuple[str, ...]:
        """The questions before this one: those of the answer that it replies to, or else of the dialogue."""
        replied = message.reply_to_message
        card: Card | None = None
        if replied is not None:
            card = await self.store.cards.by_message(message.chat_id, replied.message_id)
        if card is not None:
            return (*card.turns, card.question)
        known = await self.store.dialogues.load(key)
        return known.turns if known else ()


def quoted_in(message: Message) -> str:
    """The quote of a message: what its first block quote holds, or else all that it says."""
    quotes = list(message.parse_entities(_QUOTES).values()) if message.text else []
    return quotes[0] if quotes else message.text or message.caption or ""


def _message(update: Update) -> Message:
    message = update.message
    if message is None:
        raise TypeError("the filters let only new messages through")
    return message
