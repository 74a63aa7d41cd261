"""A wall of text → headings and paragraphs. Text is only ever cut, never changed.

What a cut stands for: nothing, or the white space that was there. So the pieces put together again are the
source, white space at the cuts apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.corpus.importing import headings, numbering, runin
from bot.corpus.importing.numbering import Mark
from bot.corpus.importing.phrases import phrases

SENTENCE_START = re.compile(r"(?<=[。!?\uff01\uff1f])[”’)\uff09]*\s*")
LOST_BREAK = re.compile(r"(?<=[。!?\uff01\uff1f”])\s+(?=[^\s])")
SERIES = re.compile(
    r"(?:^|(?<=[。!?\uff01\uff1f;\uff1b:\uff1a]))\s*"
    r"(?P<n>[一二三四五六七八九十]{1,2})(?P<word>[是要])(?!否)"
)
BLANK_HABIT = 0.3
"""Share of full stops with a blank after them from which the blank is the author's habit, no lost break."""


@dataclass(frozen=True)
class Piece:
    """A heading (``level`` 1–6) or a paragraph (0)."""

    level: int
    text: str


@dataclass(frozen=True)
class _Section:
    """A numbered part: the lines of its text, without its heading (and number), and the heading."""

    heading: str
    rank: int
    lines: tuple[str, ...]


def structure(lines: Sequence[str]) -> tuple[Piece, ...]:
    """Cut ``lines`` (the source's paragraphs, or one wall) into headings and paragraphs."""
    sections = tuple(_sections(lines))
    ranks = sorted({section.rank for section in sections if section.heading})
    levels = {rank: i for i, rank in enumerate(ranks, 1)}
    wall = len(lines) <= len(sections)
    pieces: list[Piece] = []
    for section in sections:
        if section.heading:
            pieces.append(Piece(levels[section.rank], section.heading))
        run_ins = runin.find(section.lines, wall=wall, least=2 if ranks else 3)
        pieces += _body(section.lines, run_ins, len(ranks) + 1)
    return tuple(piece for piece in pieces if piece.text)


def _sections(lines: Sequence[str]) -> Iterator[_Section]:
    marks = numbering.find(lines)
    spans = [_lines_between(lines, a, b) for a, b in zip((None, *marks), (*marks, None), strict=True)]
    parts = [
        headings.Part(span[0][mark.end - mark.start :], group, _is_whole(marks, i, lines))
        for i, (mark, span, group) in enumerate(zip(marks, spans[1:], _groups(marks), strict=True))
    ]
    lengths = headings.ends(parts)
    yield _Section("", 0, spans[0])
    for mark, span, part, length in zip(marks, spans[1:], parts, lengths, strict=True):
        number = mark.end - mark.start
        if length and mark.kind != "article" and _fits(mark, part.text[:length]):
            cut = number + length
            rest = (span[0][cut:].strip(), *span[1:])
            yield _Section(span[0][:cut].strip(), mark.rank, tuple(line for line in rest if line))
        else:
            yield _Section("", mark.rank, span)


def _fits(mark: Mark, heading: str) -> bool:
    """A list item's heading is shorter than that of a chapter; else the item is a paragraph."""
    return mark.kind != "item" or len(heading) <= headings.MAX_CLAUSE


def _is_whole(marks: Sequence[Mark], i: int, lines: Sequence[str]) -> bool:
    """Whether a part's first line is its heading: the line ends with it and has text or parts below it.

    A numbered line with nothing below it is an item of a list.
    """
    if i + 1 == len(marks):
        return marks[i].line + 1 < len(lines)
    following = marks[i + 1]
    return following.rank > marks[i].rank or following.line > marks[i].line + 1


def _groups(marks: Sequence[Mark]) -> list[tuple[int, ...]]:
    """For each mark a key that it shares with its siblings only: the same rank under the same parent."""
    groups: list[tuple[int, ...]] = []
    parents: dict[int, int] = {}
    for i, mark in enumerate(marks):
        parents = {rank: parent for rank, parent in parents.items() if rank < mark.rank}
        groups.append((mark.rank, *parents.values()))
        parents[mark.rank] = i
    return groups


def _lines_between(lines: Sequence[str], a: Mark | None, b: Mark | None) -> tuple[str, ...]:
    first, start = (a.line, a.start) if a else (0, 0)
    last, end = (b.line, b.start) if b else (len(lines) - 1, None)
    span = [*lines[first : last + 1]]
    if span:
        span[-1] = span[-1][:end]
        span[0] = span[0][start:]
    stripped = tuple(line.strip() for line in span)
    return tuple(line for line in stripped if line) or ("",)


def _body(lines: Sequence[str], run_ins: Sequence[runin.RunIn], level: int) -> Iterator[Piece]:
    for i, line in enumerate(lines):
        cuts = [(start, end) for row, start, end in run_ins if row == i]
        position = 0
        for start, end in (*cuts, (len(line), len(line))):
            yield from (Piece(0, text) for text in _paragraphs(line[position:start]))
            yield Piece(level, line[start:end].strip())
            position = end


def _paragraphs(text: str) -> Iterator[str]:
    cuts = sorted({0, len(text), *_openers(text), *_series(text), *_lost_breaks(text)})
    for start, end in pairwise(cuts):
        if paragraph := text[start:end].strip():
            yield paragraph


def _openers(text: str) -> Iterator[int]:
    words = phrases()
    yield from (match.start() for match in words.openers_anywhere.finditer(text))
    for start in SENTENCE_START.finditer(text):
        if words.openers.match(text, start.end()):
            yield start.end()


def _series(text: str) -> Iterator[int]:
    """The items of ``一是…二是…``; a lone ``一是`` is none."""
    runs: list[list[int]] = []
    expected, word = 0, ""
    for match in SERIES.finditer(text):
        number = numbering.value(match["n"])
        if number == 1:
            runs.append([match.start()])
            expected, word = 2, match["word"]
        elif runs and number == expected and match["word"] == word:
            runs[-1].append(match.start())
            expected += 1
    yield from (start for run in runs if len(run) > 1 for start in run)


def _lost_breaks(text: str) -> Iterator[int]:
    """Blanks after a full stop, where they are not the author's habit: once they were ends of lines."""
    found = [match.end() for match in LOST_BREAK.finditer(text) if text[match.start() - 1] != "”"]
    stops = sum(text.count(stop) for stop in "。!?")
    if len(found) <= max(2, BLANK_HABIT * stops):
        yield from found
