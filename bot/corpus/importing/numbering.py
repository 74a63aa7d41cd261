"""Where numbered parts begin (``一、`` ``(一)`` ``1.`` ``第一章`` ``第一条``), in a line or inside a wall.

A number counts only where a part can begin (start of a line, after white space or the end of a sentence)
and where it continues a sequence: a lone ``三、`` in running text is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DIGITS = "零一二三四五六七八九"
_HAN = "[一二三四五六七八九十百]{1,5}"
PATTERN = re.compile(
    rf"(?:^|(?<=[\s。!?\uff01\uff1f;\uff1b:\uff1a”’)\uff09]))(?:"
    rf"第(?P<chapter>{_HAN})[章编](?!\w*规定的)"
    rf"|第(?P<article>{_HAN})条(?=\s|[^一-龥]|[一-龥]{{2}})"
    rf"|(?P<part>{_HAN})、"
    rf"|[(\uff08](?P<section>{_HAN})[)\uff09]"
    rf"|(?P<item>\d{{1,2}})[.、\uff0e](?=[^\d\s.]|\s+[^\d\s])"
    rf")"
)
# The first part below a heading may follow without a break: "第一章 总则第一条 …", "二、重点任务(一)做强…".
FIRST_BELOW = re.compile(
    r"[^。,\uff0c;\uff1b:\uff1a《“\n]{1,30}?(?:"
    rf"(?P<article>第{_HAN}条)|(?P<section>[(\uff08]一[)\uff09])|(?P<item>1[.、\uff0e](?=[^\d\s]))"
    r")"
)
RANKS = {"chapter": 0, "article": 1, "part": 1, "section": 2, "item": 3}
"""Which numbering stands below which: a number of a higher rank starts those below it anew."""


@dataclass(frozen=True)
class Mark:
    """A number at ``lines[line][start:end]``; ``kind`` is a key of RANKS."""

    line: int
    start: int
    end: int
    kind: str
    number: int

    @property
    def rank(self) -> int:
        return RANKS[self.kind]


def find(lines: Sequence[str]) -> tuple[Mark, ...]:
    """The numbers that begin parts, in order."""
    last: dict[str, int] = {}
    marks: list[Mark] = []
    for mark in _candidates(lines):
        expected = last.get(mark.kind, 0) + 1
        alone_in_line = mark.start == 0 and mark.kind not in ("item",)
        if mark.number not in (1, expected) and not alone_in_line:
            continue
        last[mark.kind] = mark.number
        for kind, rank in RANKS.items():
            if rank > mark.rank and not (mark.kind == "chapter" and kind == "article"):
                last.pop(kind, None)
        marks.append(mark)
    return tuple(_without_lone(marks))


def _without_lone(marks: Sequence[Mark]) -> list[Mark]:
    """Without numbers that have no second one: ``1.`` alone is no list, ``第一条`` alone is a reference."""
    counts: dict[str, int] = {}
    for mark in marks:
        counts[mark.kind] = max(counts.get(mark.kind, 0), mark.number)
    return [mark for mark in marks if counts[mark.kind] > 1]


def _candidates(lines: Sequence[str]) -> list[Mark]:
    """In order; what stands right below a heading may be found twice and counts once."""
    found = {(mark.line, mark.start): mark for mark in _all_candidates(lines)}
    return [found[place] for place in sorted(found)]


def _all_candidates(lines: Sequence[str]) -> Iterator[Mark]:
    for i, line in enumerate(lines):
        for match in PATTERN.finditer(line):
            kind = str(match.lastgroup)
            mark = Mark(i, match.start(), match.end(), kind, value(match[kind]))
            yield mark
            if below := _first_below(mark, line):
                yield below


def _first_below(mark: Mark, line: str) -> Mark | None:
    match = FIRST_BELOW.match(line, mark.end)
    if match is None:
        return None
    kind = str(match.lastgroup)
    number = value(match[kind].strip("第条")) if kind == "article" else 1
    fits = mark.kind == "chapter" if kind == "article" else RANKS[kind] > mark.rank > 0 and mark.kind != "article"
    return Mark(mark.line, match.start(kind), match.end(), kind, number) if fits else None


def value(text: str) -> int:
    """The value of ``12`` or ``十二``, ``二十一``, ``一百零三``."""
    if text.isascii():
        return int(text)
    total = digit = 0
    for char in text:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = DIGITS.index(char)
    return total + digit
