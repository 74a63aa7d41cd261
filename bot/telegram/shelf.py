"""The shelf: ``/sources`` with the outline of each document, and ``/topics`` with questions to tap.

The buttons hold no state. They name a document or a question by a hash of it, so they work after a restart and
after a reload; where the knowledge has it no more, they say so and show what there is now.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence

from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Update,
)
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot.answer.model import Topic
from bot.corpus.model import Document
from bot.render import messages
from bot.render.shelf import PAGE, documents_html, outline_html, outline_pages, pages
from bot.render.telegram import escape
from bot.telegram.languages import Language
from bot.telegram.ports import Answering, Asking
from bot.telegram.sending import Outgoing, acknowledge, address_of, edit, reply, with_typing
from bot.telegram.types import BotApplication, Context

Ask = Callable[[CallbackQuery, str], Awaitable[None]]
"""Answers a question that a button of the shelf asks, in the chat and topic of that button."""

_NEW = filters.UpdateType.MESSAGE


class Shelf:
    """Shows what the bot knows. ``ask`` answers the questions that are tapped."""

    def __init__(self, library: Answering, language: Language, ask: Ask) -> None:
        self._library = library
        self._language = language
        self._ask = ask

    def register(self, application: BotApplication) -> None:
        """Add the handlers to an application."""
        application.add_handler(CommandHandler("sources", self.sources, filters=_NEW))
        application.add_handler(CommandHandler("topics", self.topics, filters=_NEW))
        application.add_handler(CallbackQueryHandler(self.turn_page, pattern=r"^src:p:\d{1,6}$"))
        application.add_handler(CallbackQueryHandler(self.outline, pattern=r"^src:d:[0-9a-f]+:\d{1,6}:\d{1,6}$"))
        application.add_handler(CallbackQueryHandler(self.theme, pattern=r"^top:t:\w+$"))
        application.add_handler(CallbackQueryHandler(self.tapped, pattern=r"^top:q:[0-9a-f]+$"))

    async def sources(self, update: Update, _context: Context) -> None:
        """List the documents, a page of them at a time."""
        if update.message:
            await reply(update.message, *self._list(await self._language(update), 0))

    async def topics(self, update: Update, _context: Context) -> None:
        """Offer questions by theme."""
        message = update.message
        if message is None:
            return
        locale = await self._language(update)
        topics = await with_typing(
            message.get_bot(), address_of(message), asyncio.to_thread(self._library.current.topics, locale)
        )
        await reply(message, *topics_page(locale, topics))

    async def turn_page(self, update: Update, _context: Context) -> None:
        """Show another page of the list."""
        query, (page,) = _pressed(update)
        await acknowledge(query)
        await _show(query, *self._list(await self._language(update), int(page)))

    async def outline(self, update: Update, _context: Context) -> None:
        """Show the outline of a document, or the list where it is no longer there."""
        query, (key, page, back) = _pressed(update)
        locale, state = await self._language(update), self._library.current
        document = next((one for one in state.documents if _key(one.id) == key), None)
        if document is None:
            await acknowledge(query, messages.text(locale, "shelf.renewed"))
            await _show(query, *self._list(locale, int(back)))
            return
        await acknowledge(query)
        shown = min(int(page), outline_pages(document) - 1)
        text = outline_html(locale, document, shown, state.place_names)
        await _show(query, text, _outline_buttons(locale, document, shown, int(back)))

    async def theme(self, update: Update, _context: Context) -> None:
        """Show the questions of another theme."""
        query, (theme,) = _pressed(update)
        await acknowledge(query)
        locale = await self._language(update)
        topics = await asyncio.to_thread(self._library.current.topics, locale)
        await _show(query, *topics_page(locale, topics, theme))

    async def tapped(self, update: Update, _context: Context) -> None:
        """Ask the question of a button, or show the questions of today where it is none of them any more."""
        query, (key,) = _pressed(update)
        locale, state = await self._language(update), self._library.current
        question = await asyncio.to_thread(_find, state, locale, key)
        if question is None:
            await acknowledge(query, messages.text(locale, "shelf.renewed"))
            await _show(query, *topics_page(locale, await asyncio.to_thread(state.topics, locale)))
            return
        await acknowledge(query)
        await self._ask(query, question)

    def _list(self, locale: str, page: int) -> tuple[str, InlineKeyboardMarkup | None]:
        state = self._library.current
        shown = min(page, pages(state.documents) - 1)
        text = documents_html(locale, state.documents, shown, state.place_names)
        return text, _list_buttons(locale, state.documents, shown)


def topics_page(
    locale: str, topics: Sequence[Topic], theme: str | None = None
) -> tuple[str, InlineKeyboardMarkup | None]:
    """Text and buttons of the questions: the themes in a row, under them those of ``theme`` (or of the first)."""
    if not topics:
        return escape(messages.text(locale, "smalltalk.help")).markup, None
    shown = next((topic for topic in topics if topic.theme == theme), topics[0])
    themes = [_button(_theme_name(locale, topic, topic is shown), f"top:t:{topic.theme}") for topic in topics]
    questions = [[_button(question, f"top:q:{_key(question)}")] for question in shown.questions]
    rows = [themes, *questions] if len(topics) > 1 else questions
    return escape(messages.text(locale, "shelf.topics")).markup, InlineKeyboardMarkup(rows)


def _theme_name(locale: str, topic: Topic, shown: bool) -> str:
    name = messages.text(locale, f"shelf.{topic.theme}")
    return f"✓ {name}" if shown else name


def _list_buttons(locale: str, documents: Sequence[Document], page: int) -> InlineKeyboardMarkup | None:
    first = page * PAGE
    numbers = [
        _button(str(number), f"src:d:{_key(document.id)}:0:{page}")
        for number, document in enumerate(documents[first : first + PAGE], first + 1)
    ]
    return _keyboard(numbers, _turning(locale, page, pages(documents), "src:p:{}"))


def _outline_buttons(locale: str, document: Document, page: int, back: int) -> InlineKeyboardMarkup | None:
    turning = _turning(locale, page, outline_pages(document), f"src:d:{_key(document.id)}:{{}}:{back}")
    return _keyboard(turning, [_button(messages.text(locale, "shelf.back"), f"src:p:{back}")])


def _turning(locale: str, page: int, count: int, data: str) -> list[InlineKeyboardButton]:
    before = [_button(messages.text(locale, "shelf.previous"), data.format(page - 1))] if page > 0 else []
    after = [_button(messages.text(locale, "shelf.next"), data.format(page + 1))] if page + 1 < count else []
    return before + after


def _keyboard(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup | None:
    filled = [row for row in rows if row]
    return InlineKeyboardMarkup(filled) if filled else None


def _button(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=data)


def _key(value: str) -> str:
    """A name of a document or question that fits into a button: 12 of its 64 bytes."""
    return hashlib.sha256(value.encode()).hexdigest()[:12]


def _find(state: Asking, locale: str, key: str) -> str | None:
    """Return the question that a button names, in whichever language it was offered."""
    for one in dict.fromkeys((locale, *messages.LOCALES)):
        for topic in state.topics(one):
            for question in topic.questions:
                if _key(question) == key:
                    return question
    return None


def _pressed(update: Update) -> tuple[CallbackQuery, list[str]]:
    """Return the press of a button and what its data says behind the two marks of the kind."""
    query = update.callback_query
    if query is None:
        raise TypeError("the handlers let only presses of buttons through")
    return query, (query.data or "").split(":")[2:]


async def _show(query: CallbackQuery, text: str, markup: InlineKeyboardMarkup | None) -> None:
    """Put text and buttons in place of what the message shows; pressing twice changes nothing."""
    if query.message is not None:
        chat_id, message_id = query.message.chat.id, query.message.message_id
        await edit(query.get_bot(), chat_id, message_id, Outgoing(text, markup))
