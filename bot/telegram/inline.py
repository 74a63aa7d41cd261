"""Inline mode: ``@bot question`` in any chat offers citations, each to be inserted as a card of its own.

Telegram keeps an answer and gives it to whoever asks the same, so it must depend on the question alone, or be
marked as personal. There is no dialogue here: every question stands by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from telegram import InlineQuery, InlineQueryResultArticle, InputTextMessageContent, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import InlineQueryHandler

from bot.answer.model import Answer, Citation
from bot.render import layout, messages
from bot.render.telegram import answer_html, escape
from bot.telegram.languages import AUTO, Chosen
from bot.telegram.ports import Answering
from bot.telegram.sending import NO_PREVIEW, in_mode, marked_up_or_plain
from bot.telegram.types import BotApplication, Context

log = logging.getLogger(__name__)

PAGE = 10
"""Results that are sent at once."""
LONGEST = 256
"""Characters of an inline query (Bot API, InlineQuery)."""
TITLE, PREVIEW = 100, 120
"""Characters of a title, and of the start of a quote below it."""
LONG, SHORT = 1800, 60
"""Seconds that Telegram may keep citations, and "nothing found": a reload may bring what was missing."""
EXAMPLES = 2
"""Questions of each theme that are offered before anything is typed."""


@dataclass(frozen=True)
class Entry:
    """What one line of the list shows, and the HTML that it inserts."""

    title: str
    description: str
    html: str


@dataclass(frozen=True)
class Listing:
    """All entries for a query; ``personal`` where they are right for whoever asked only."""

    entries: tuple[Entry, ...]
    seconds: int
    personal: bool


class Inline:
    """Answers inline queries. ``locale`` is the configured one or ``auto``; ``chosen`` goes before it.

    ``everybody``: whether everybody may use the bot. Where not, Telegram must not give one person's answer to others.
    """

    def __init__(
        self,
        library: Answering,
        locale: str,
        chosen: Chosen,
        longest: int,
        everybody: bool,
    ) -> None:
        self._library = library
        self._everybody = everybody
        self._locale = None if locale == AUTO else locale
        self._chosen = chosen
        self._longest = min(longest or LONGEST, LONGEST)

    def register(self, application: BotApplication) -> None:
        """Add the handler to an application. What was inserted in the end is counted like every update."""
        application.add_handler(InlineQueryHandler(self.answer))

    async def answer(self, update: Update, _context: Context) -> None:
        """Send the page of results that the query asks for."""
        query = update.inline_query
        if query is None:
            raise TypeError("the handler lets only inline queries through")
        listing = await asyncio.to_thread(self._listing, query, await self._chosen(update))
        await _send(query, replace(listing, personal=listing.personal or not self._everybody))

    def _listing(self, query: InlineQuery, chosen: str | None) -> Listing:
        question = query.query.strip()
        app = messages.resolve(chosen or self._locale or query.from_user.language_code or "")
        if not question:
            return Listing(tuple(self._examples(app)), LONG, personal=self._locale is None)
        if len(query.query) > self._longest:
            return Listing((_line(messages.text(app, "telegram.question_too_long")),), SHORT, self._locale is None)
        answer = self._library.current.ask(question)
        locale = messages.resolve(chosen or self._locale or answer.locale)
        if not answer.citations:
            return Listing((_silent(answer, locale),), SHORT, personal=chosen is not None)
        entries = tuple(_entry(answer, citation, locale) for citation in answer.citations)
        return Listing(entries, LONG, personal=chosen is not None)

    def _examples(self, locale: str) -> Iterator[Entry]:
        """Questions with the best citation on each: to whoever knows none, they show what can be found."""
        state = self._library.current
        for question in (q for topic in state.topics(locale) for q in topic.questions[:EXAMPLES]):
            answer = state.ask(question)
            for citation in answer.citations[:1]:
                yield replace(_entry(answer, citation, locale), title=layout.shorten(question, TITLE))


def _entry(answer: Answer, citation: Citation, locale: str) -> Entry:
    """One citation as a card: notes on figures stay with it, those on an open place are told by the title."""
    notes = tuple(note for note in answer.notes if note.kind != "place")
    alone = replace(answer, citations=(citation,), notes=notes, suggestions=())
    return Entry(_title(citation, locale), _preview(citation.quote), answer_html(alone, locale))


def _title(citation: Citation, locale: str) -> str:
    """What the quote is about, its place and its date: all that one has to know before choosing."""
    card = layout.card(citation, locale)
    about = card.caption or layout.place(citation, locale)
    parts = (about, citation.document.date, "" if card.caption else card.labels)
    return layout.shorten(layout.DOT.join(part for part in parts if part) or card.title, TITLE)


def _preview(quote: str) -> str:
    """The start of a quote; the cut end is marked."""
    return quote if len(quote) <= PREVIEW else quote[:PREVIEW].rstrip() + "…"


def _silent(answer: Answer, locale: str) -> Entry:
    """No answer: the line that says so is all that can be inserted."""
    remarks = layout.remarks(answer, locale)
    asks = (layout.suggestions_title(answer, locale), answer.suggestions[0]) if answer.suggestions else ()
    html = answer_html(replace(answer, suggestions=()), locale)
    between = " " if locale == "en" else ""  # Chinese marks bring their own space
    return Entry(layout.shorten(layout.reply(answer, locale), TITLE), between.join((*remarks, *asks)), html)


def _line(text: str) -> Entry:
    return Entry(text, "", escape(text).markup)


async def _send(query: InlineQuery, listing: Listing) -> None:
    """Send the page that the query asks for. A query that is too old is let go."""
    start = int(query.offset) if query.offset.isascii() and query.offset.isdigit() else 0
    end = start + PAGE

    async def attempt(mode: ParseMode | None) -> None:
        await query.answer(
            _articles(listing.entries[start:end], mode),
            cache_time=listing.seconds,
            is_personal=listing.personal,
            next_offset=str(end) if end < len(listing.entries) else "",
        )

    try:
        await marked_up_or_plain(attempt)
    except BadRequest as error:
        if "query is too old" not in str(error).lower():
            raise
        log.info("an inline query was answered too late: %s", error)


def _articles(entries: Sequence[Entry], mode: ParseMode | None) -> list[InlineQueryResultArticle]:
    return [
        InlineQueryResultArticle(
            id=_id(entry),
            title=entry.title,
            description=entry.description or None,
            input_message_content=InputTextMessageContent(
                in_mode(entry.html, mode), parse_mode=mode, link_preview_options=NO_PREVIEW
            ),
        )
        for entry in entries
    ]


def _id(entry: Entry) -> str:
    """The same for the same entry at any time: 32 of the 64 bytes that an id may have."""
    return hashlib.sha256(f"{entry.title}\n{entry.html}".encode()).hexdigest()[:32]
