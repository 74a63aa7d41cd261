"""The shelf in Telegram HTML: the list of documents, and the outline of one. Pure functions, a page at a time.

A page of the list is a message of at most 4096 UTF-16 units whatever the documents are called: each of the eight
has its share. An outline is cut between headings.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.corpus.model import Document
from bot.render.layout import DOT, REMARK_MAX, is_url, shorten
from bot.render.messages import name_of, text
from bot.render.telegram import GAP, escaped, utf16_units

PAGE = 8
"""Documents of a page: as many as one row of buttons takes."""
TITLE, PLACE, CAUTION = 100, 40, 60
"""Characters of each in the list: 8 × 2 × (100 + 40 + 60) units and what stands between them fit into a message."""
OUTLINE = 2400
"""UTF-16 units of headings on a page of an outline."""
HEADING = 120
INDENT = "\u3000"

PlaceNames = Callable[[str], Mapping[str, str]]
"""Place id → its names by locale."""


def pages(documents: Sequence[Document]) -> int:
    """How many pages the list has; an empty one has one."""
    return max(1, -(-len(documents) // PAGE))


def documents_html(locale: str, documents: Sequence[Document], page: int, names: PlaceNames) -> str:
    """Page ``page`` (from 0) of the list, numbered through."""
    if not documents:
        return escaped(text(locale, "shelf.empty"))
    key = "shelf.sources_paged" if pages(documents) > 1 else "shelf.sources"
    head = text(locale, key, count=len(documents), page=page + 1, pages=pages(documents))
    first = page * PAGE
    shown = documents[first : first + PAGE]
    entries = (_entry(locale, number, one, names) for number, one in enumerate(shown, first + 1))
    return GAP.join((escaped(head), *entries))


def outline_pages(document: Document) -> int:
    """How many pages the outline of a document has, at least one."""
    return max(1, len(_headings(document)))


def outline_html(locale: str, document: Document, page: int, names: PlaceNames) -> str:
    """Page ``page`` (from 0) of the outline: what the document is, then its headings, indented by level."""
    title = f"<b>{escaped(text(locale, 'format.title', title=shorten(document.title, 2 * TITLE)))}</b>"
    source = document.meta.source
    if source and is_url(source):
        title = f'<a href="{html.escape(source)}">{title}</a>'
    headings = _headings(document)
    outline = headings[page] if headings else text(locale, "shelf.no_headings")
    publisher = [escaped(shorten(document.meta.publisher, TITLE))] if document.meta.publisher else []
    head = (title, *publisher, *_facts(locale, document, names, REMARK_MAX))
    return GAP.join(("\n".join(head), escaped(outline)))


def _entry(locale: str, number: int, document: Document, names: PlaceNames) -> str:
    title = text(locale, "format.title", title=shorten(document.title, TITLE))
    return "\n".join((escaped(f"{number}. {title}"), *_facts(locale, document, names, CAUTION)))


def _facts(locale: str, document: Document, names: PlaceNames, caution: int) -> Iterator[str]:
    """Place, date and the mark of a digest on one line, the caution on another; none where nothing is to be said."""
    meta = document.meta
    place = name_of(names(meta.place), locale, meta.place.removeprefix("x-")) if meta.place else ""
    date = meta.date.isoformat() if meta.date else ""
    digest = text(locale, "label.digest") if meta.digest else ""
    line = DOT.join(part for part in (shorten(place, PLACE), date, digest) if part)
    if line:
        yield f"<i>{escaped(line)}</i>"
    if meta.caution:
        yield escaped(f"⚠️ {shorten(meta.caution, caution)}")


def _headings(document: Document) -> list[str]:
    """The headings in pages of at most OUTLINE units."""
    made: list[str] = []
    for line in _lines(document):
        if made and utf16_units(made[-1]) + utf16_units(line) < OUTLINE:
            made[-1] += f"\n{line}"
        else:
            made.append(line)
    return made


def _lines(document: Document) -> Iterator[str]:
    headings = [block for block in document.blocks if block.level]
    top = min((block.level for block in headings), default=1)
    for block in headings:
        depth = block.level - top
        mark = "▪ " if depth == 0 else "· "
        yield INDENT * depth + mark + shorten(document.text[block.start : block.end], HEADING)
