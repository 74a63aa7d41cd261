"""The listing page of a portal: articles one after another, then the footer of the page.

An article is a ``-`` line, its title, its whole text on one long line, and the date of the listing.
The page is recognised by that form, never by its name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise

from bot.corpus.importing.model import RawArticle
from bot.corpus.importing.reflow import cleaned

DATE = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})\s*$")
SEPARATOR = re.compile(r"\s*[-–—]\s*$")
MAX_TITLE = 120
"""Characters; a longer line before the text is no title."""
MIN_TEXT = 100
"""Characters of an article's line where no ``-`` lines set the articles apart."""
MAX_FURNITURE = 60
"""Characters; longer lines outside of the articles are text, and then the page is no listing."""


def articles(text: str) -> tuple[RawArticle, ...]:
    """The articles of the page in their order; empty where ``text`` has not the form of a listing.

    Lines before the first and after the last article are page furniture and dropped; nothing else is.
    """
    lines = cleaned(text).split("\n")
    starts = [i for i, line in enumerate(lines) if SEPARATOR.match(line)]
    blocks = _between(lines, starts) if starts else _until_dates(lines)
    found = [_article(block) for block in blocks]
    if not found or None in found or not all(map(_is_furniture, _outside(lines, starts))):
        return ()
    return tuple(article for article in found if article is not None)


def _between(lines: Sequence[str], starts: Sequence[int]) -> list[list[str]]:
    """The non-blank lines of each article: from one ``-`` line to the next, up to the article's date."""
    blocks = [[line for line in lines[a + 1 : b] if line.strip()] for a, b in pairwise([*starts, len(lines)])]
    return [block[: _last_date(block) + 1] for block in blocks if block]


def _until_dates(lines: Sequence[str]) -> list[list[str]]:
    """The same for a page without ``-`` lines: title, one long line, date, at least twice."""
    entries = [line for line in lines if line.strip()]
    ends = [i for i, line in enumerate(entries) if DATE.match(line)]
    blocks = [entries[a + 1 : b + 1] for a, b in pairwise([-1, *ends])]
    plain = all(len(block) == 3 and len(block[1]) >= MIN_TEXT for block in blocks)
    return blocks if len(blocks) >= 2 and plain else []


def _article(block: Sequence[str]) -> RawArticle | None:
    if len(block) < 3 or len(block[0]) > MAX_TITLE or not (date := DATE.match(block[-1])):
        return None
    title = block[0].strip()
    lines = tuple(line.strip() for line in block[1:-1])
    try:
        listed = dt.date(*map(int, date.groups()))
    except ValueError:
        return None
    return RawArticle(f"门户列表页所载《{title}》", lines, title=title, listed=listed)


def _outside(lines: Sequence[str], starts: Sequence[int]) -> list[str]:
    last = _last_date(lines)
    return [*lines[: starts[0] if starts else 0], *lines[last + 1 :]]


def _last_date(lines: Sequence[str]) -> int:
    return max((i for i, line in enumerate(lines) if DATE.match(line)), default=-1)


def _is_furniture(line: str) -> bool:
    return len(line.strip()) <= MAX_FURNITURE
