"""Answer → a Telegram message in HTML: valid, everything escaped, never over Telegram's limit.

Telegram counts UTF-16 units after it has parsed the entities. Each piece is built as markup together
with what it will read as, so that its length is known without parsing it again. What does not fit is
left out whole, from the end: no tag and no quote is ever cut.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.answer.model import Answer
from bot.render.layout import (
    DOT,
    REMARK_MAX,
    Card,
    card,
    locale_of,
    remarks,
    reply,
    shorten,
    suggestions_title,
)
from bot.render.messages import text

LIMIT = 4096
"""UTF-16 units of a text message after entity parsing (Bot API, sendMessage)."""
EXPANDABLE = 300
"""Quotes longer than this many characters are folded by the client."""
GAP = "\n\n"


@dataclass(frozen=True)
class Html:
    """Markup and the plain text that a reader will see."""

    markup: str
    plain: str

    @property
    def units(self) -> int:
        """Length as Telegram counts it."""
        return utf16_units(self.plain)


def utf16_units(value: str) -> int:
    """UTF-16 code units: characters beyond the Basic Multilingual Plane count twice."""
    return len(value) + sum(char > "\uffff" for char in value)


def answer_html(answer: Answer, locale: str = "auto", *, heading: str = "", proofs: Sequence[str] = ()) -> str:
    """The answer as one message for ``parse_mode="HTML"``, at most LIMIT units and never blank.

    ``heading`` stands above it, ``proofs`` are lines on where the quotes stand; both are plain text.
    """
    locale = locale_of(answer, locale)
    for message in _ever_shorter(answer, locale, heading, proofs):
        if message.units <= LIMIT and message.plain.strip():
            return message.markup
    return escape(text(locale, "no_answer.unknown")).markup


def escape(value: str) -> Html:
    """Plain text as markup, together with itself."""
    return Html(escaped(value), value)


def escaped(value: str) -> str:
    """Plain text as markup: only ``&``, ``<`` and ``>`` need it."""
    return html.escape(value, quote=False)


def _ever_shorter(answer: Answer, locale: str, heading: str, proofs: Sequence[str]) -> Iterator[Html]:
    """All that there is to say, then without the last citations, suggestions, notes; at last sources only."""
    said = [escape(shorten(line, REMARK_MAX)) for line in (heading, reply(answer, locale)) if line]
    cards = [card(citation, locale) for citation in answer.citations]
    blocks = [_block(one) for one in cards]
    notes = [escape(remark) for remark in remarks(answer, locale)]
    asks = [*(_tag("code", escape(shorten(line, REMARK_MAX))) for line in proofs), *_suggestions(answer, locale)]
    for count in range(len(blocks), min(len(blocks), 1) - 1, -1):
        yield _joined([*said, *blocks[:count], *_lines(notes), *asks])
    for count in range(len(notes), -1, -1):
        yield _joined([*said, *blocks[:1], *_lines(notes[:count])])
    yield _joined([*said, escape(text(locale, "telegram.quote_too_long")), *(_source(one) for one in cards[:1])])


def _block(card: Card) -> Html:
    """Caption, quote, source, labels and caution of one citation, a line each."""
    lines = [escape(card.caption)] if card.caption else []
    lines += [_quote(card), _source(card)]
    lines += [_tag("i", escape(card.labels))] if card.labels else []
    lines += [escape(f"⚠️ {card.caution}")] if card.caution else []
    return _joined(lines, "\n")


def _quote(card: Card) -> Html:
    mark = _tag("b", escape(card.mark)) if card.mark else escape("")
    inner = _joined([escape(card.before), mark, escape(card.after)], "")
    long = len(inner.plain) > EXPANDABLE
    return _tag("blockquote", inner, " expandable" if long else "")


def _source(card: Card) -> Html:
    title = escape(card.title)
    if card.url:
        title = _tag("a", title, f' href="{html.escape(card.url)}"')
    where = escape(DOT + card.place_in_source if card.place_in_source else "")
    return _joined([title, where], "")


def _suggestions(answer: Answer, locale: str) -> list[Html]:
    if not answer.suggestions:
        return []
    lines = (f"· {shorten(suggestion, REMARK_MAX)}" for suggestion in answer.suggestions)
    return [_joined([escape(suggestions_title(answer, locale)), *map(escape, lines)], "\n")]


def _lines(notes: Sequence[Html]) -> list[Html]:
    marked = [_joined([escape("※ "), note], "") for note in notes]
    return [_joined(marked, "\n")] if marked else []


def quote_html(quote: str, heading: str) -> str:
    """A quote without a source, under a line that says why it has none."""
    return _joined([escape(heading), _tag("blockquote", escape(quote))]).markup


def page_html(locale: str, key: str, examples: Sequence[str] = ()) -> str:
    """A page of ours (``telegram.start``, ``telegram.help`` …) with questions that can be asked."""
    page = [escape(text(locale, key))]
    if examples:
        lines = (f"· {shorten(example, REMARK_MAX)}" for example in examples)
        page.append(_joined([escape(text(locale, "suggest.try")), *map(escape, lines)], "\n"))
    return _joined(page).markup


def _tag(name: str, inner: Html, attributes: str = "") -> Html:
    return Html(f"<{name}{attributes}>{inner.markup}</{name}>", inner.plain)


def _joined(parts: Sequence[Html], separator: str = GAP) -> Html:
    return Html(separator.join(part.markup for part in parts), separator.join(part.plain for part in parts))
