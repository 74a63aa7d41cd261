"""The pieces that an answer is laid out from, as plain strings; console and Telegram only set them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.answer.model import Answer, Citation, Note
from bot.render.messages import name_of, period, resolve, status, text

TITLE_MAX, HEADING_MAX = 120, 40
REMARK_MAX = 400
DOT, DASH = " · ", " — "

_NO_CITATION = {"clarify": "clarify.short", "smalltalk": "smalltalk.help"}


@dataclass(frozen=True)
class Card:
    """One citation ready to be set: the quote in three parts, the middle one is the highlight.

    ``before + mark + after`` is the quote to the character, but for the gaps of a widened one. The other fields are
    ours, and may be empty.
    """

    rank: int
    caption: str
    before: str
    mark: str
    after: str
    title: str
    place_in_source: str
    labels: str
    caution: str
    url: str


def locale_of(answer: Answer, setting: str = "auto") -> str:
    """The language to answer in: the one that is set, or the question's."""
    return resolve(answer.locale if setting == "auto" else setting)


def shorten(value: str, limit: int) -> str:
    """``value`` on one line, at most ``limit`` characters, cut ends marked. Never used on a quote."""
    line = " ".join(value.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def card(citation: Citation, locale: str) -> Card:
    """The citation laid out for readers of ``locale``."""
    start, end = _first_highlight(citation)
    document = citation.document
    return Card(
        rank=citation.rank,
        caption=caption(citation) if resolve(locale) == "en" else "",
        before=_shown(citation, 0, start),
        mark=_shown(citation, start, end),
        after=_shown(citation, end, len(citation.quote)),
        title=text(locale, "format.title", title=shorten(document.title, TITLE_MAX)),
        place_in_source=_join(DOT, (_section(citation), document.date, place(citation, locale))),
        labels=_labels(citation, locale),
        caution=caution(citation, locale),
        url=document.source or "" if is_url(document.source) else "",
    )


def _shown(citation: Citation, start: int, end: int) -> str:
    """The quote from ``start`` to ``end``; a gap is a line break where it has one."""
    shown, here = "", start
    for a, b in citation.gaps:
        if start <= a and b <= end:
            shown += citation.quote[here:a] + ("\n" if "\n" in citation.quote[a:b] else "")
            here = b
    return shown + citation.quote[here:end]


def _first_highlight(citation: Citation) -> tuple[int, int]:
    """The first highlight, or an empty stretch at the end where there is none inside the quote."""
    length = len(citation.quote)
    start, end = citation.highlights[0] if citation.highlights else (length, length)
    return (start, end) if 0 <= start <= end <= length else (length, length)


def caption(citation: Citation) -> str:
    """``GDP growth — 2021 target — Huangpu, Guangzhou``: what the Chinese quote says, from its facets."""
    facets = citation.facets
    periods = _periods(citation, "en")
    what = _join(" ", (periods, status("en", facets.status) if facets.status else ""))
    metric = name_of(citation.names.get("metric", {}), "en", "")
    if not metric and not what:
        return ""
    return shorten(_join(DASH, (metric, what, place(citation, "en"))), 2 * TITLE_MAX)


def place(citation: Citation, locale: str) -> str:
    """The name of the place that the quote is about, else of the place of its document."""
    place_id = citation.facets.place or citation.document.place or ""
    return shorten(name_of(citation.names.get("place", {}), locale, place_id.removeprefix("x-")), TITLE_MAX)


def _labels(citation: Citation, locale: str) -> str:
    facets = citation.facets
    digest = text(locale, "label.digest") if citation.document.digest else ""
    labels = (status(locale, facets.status) if facets.status else "", _periods(citation, locale), digest)
    return shorten(_join(DOT, labels), 2 * TITLE_MAX)


def _periods(citation: Citation, locale: str) -> str:
    once = dict.fromkeys(citation.facets.period)
    return text(locale, "format.list_join").join(period(locale, value) for value in once)


def _section(citation: Citation) -> str:
    """The chapter, which often holds the year, and the nearest heading, which says most."""
    path = citation.section
    ends = path if len(path) <= 2 else (path[0], path[-1])
    return _join(" › ", (shorten(heading, HEADING_MAX) for heading in ends))


def caution(citation: Citation, locale: str) -> str:
    """Why the document should be read with care, or an empty string."""
    document = citation.document
    if not document.caution:
        return ""
    title, reason = shorten(document.title, TITLE_MAX), shorten(document.caution, REMARK_MAX)
    return text(locale, "note.caution", title=title, text=reason)


def reply(answer: Answer, locale: str) -> str:
    """The human line of an answer without citations; empty where citations speak for themselves."""
    if answer.reply:
        return text(locale, answer.reply, **answer.params)
    if answer.citations:
        return ""
    return text(locale, _NO_CITATION.get(answer.status, "no_answer.unknown"))


def note_text(note: Note, locale: str) -> str:
    """The sentence for a note's code and parameters."""
    return text(locale, f"note.{note.code}", **note.params)


def remarks(answer: Answer, locale: str) -> tuple[str, ...]:
    """The notes that stand below the quotes: all but the cautions, which stand under their own quote."""
    under_quotes = any(citation.document.caution for citation in answer.citations)
    notes = (note for note in answer.notes if not (note.code == "caution" and under_quotes))
    return tuple(shorten(note_text(note, locale), REMARK_MAX) for note in notes)


def suggestions_title(answer: Answer, locale: str) -> str:
    """The line above the suggestions: other questions after an answer, first ones before any."""
    return text(locale, "suggest.more" if answer.citations else "suggest.try")


def is_url(source: str | None) -> bool:
    """Whether a source is a link and no description."""
    return bool(source) and str(source).startswith(("https://", "http://")) and not _has_space(str(source))


def _has_space(value: str) -> bool:
    return any(char.isspace() or ord(char) < 0x20 for char in value)


def _join(separator: str, parts: Iterable[str | None]) -> str:
    return separator.join(part for part in parts if part)
