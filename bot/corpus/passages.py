"""Documents cut into sentences and clauses, every one with its exact offsets.

Sentences here are long lists of figures, so the clause (between commas, semicolons and colons) is what is
scored and highlighted; the sentence is what is retrieved. Nothing crosses a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from bot.corpus.model import Block, Document, Passage

LONG_SENTENCE = 240
"""Characters above which a semicolon ends a sentence too (numbered problems and measures, one each)."""

_SENTENCE_END = re.compile(r"[。!?\uff01\uff1f]+[”’\"'」』)\uff09]*|(?<=[a-z0-9)])\.(?=\s+[A-Z]|\s*$)|\n{2,}")
_SEMICOLON = re.compile(r"[;\uff1b]+")
# Full-width marks are written as escapes: , ; : ! ?
_CLAUSE_END = re.compile(r"[,;:。!?\uff0c\uff1b\uff1a\uff01\uff1f]+[”’」』)\uff09]*|——")
_OPEN, _CLOSE = "(\uff08《“「『", ")\uff09》”」』"
_BRACKET = re.compile(f"[{re.escape(_OPEN + _CLOSE)}]")


def cut_passages(documents: Sequence[Document]) -> list[Passage]:
    """The passages of all documents in order; ``ordinal`` is the index in the returned list."""
    passages: list[Passage] = []
    for index, document in enumerate(documents):
        for passage in _document_passages(index, document, len(passages)):
            passages.append(passage)
    return passages


def _document_passages(index: int, document: Document, ordinal: int) -> Iterator[Passage]:
    for number, block, section in with_sections(document):
        if block.level:
            continue
        for start, end in sentences(document.text, block.start, block.end):
            struck = [s for s in block.struck if s[0] < end and s[1] > start]
            clauses = tuple(_free_clauses(document.text, start, end, struck))
            if clauses:
                yield Passage(ordinal, index, number, start, end, section, clauses, block.asks, bool(struck))
                ordinal += 1


def with_sections(document: Document) -> Iterator[tuple[int, Block, tuple[str, ...]]]:
    """Every block with its number and the headings above it (its own text excluded)."""
    path: list[tuple[int, str]] = []
    for number, block in enumerate(document.blocks):
        if block.level:
            path = [(level, text) for level, text in path if level < block.level]
            yield number, block, tuple(text for _, text in path)
            path.append((block.level, document.text[block.start : block.end]))
        else:
            yield number, block, tuple(text for _, text in path)


def sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """``[start, end)`` of the sentences of ``text[start:end]``, white space at the edges left out."""
    found = []
    for first, last in _split(text, start, end, _SENTENCE_END):
        parts = _split(text, first, last, _SEMICOLON) if last - first > LONG_SENTENCE else [(first, last)]
        found += [_strip(text, *part) for part in parts]
    return [(first, last) for first, last in found if re.search(r"\w", text[first:last])]


def clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """``[start, end)`` of the clauses of a sentence; the closing mark belongs to none.

    A comma inside brackets or quotation marks does not end a clause.
    """
    shut = _enclosed(text, start, end)
    cuts = [
        match.span()
        for match in _CLAUSE_END.finditer(text, start, end)
        if not _inside_number(text, match) and not any(a < match.start() < b for a, b in shut)
    ]
    edges = [start, *(edge for cut in cuts for edge in cut), end]
    pairs = [_strip(text, a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return [(a, b) for a, b in pairs if re.search(r"\w", text[a:b])]


def _enclosed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where brackets and quotation marks open and close; one that is never closed encloses nothing."""
    opened: list[int] = []
    found: list[tuple[int, int]] = []
    for mark in _BRACKET.finditer(text, start, end):
        if mark[0] in _OPEN:
            opened.append(mark.start())
        elif opened:
            found.append((opened.pop(), mark.start()))
    return found


def _inside_number(text: str, match: re.Match[str]) -> bool:
    """``1,234`` and ``8:30`` are one figure."""
    return match[0] in ",:" and text[match.start() - 1].isdigit() and text[match.end() : match.end() + 1].isdigit()


def _free_clauses(text: str, start: int, end: int, struck: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for first, last in clauses(text, start, end):
        if not any(s < last and e > first for s, e in struck):
            yield first, last


def _split(text: str, start: int, end: int, boundary: re.Pattern[str]) -> list[tuple[int, int]]:
    cuts = [match.end() for match in boundary.finditer(text, start, end)]
    edges = [start, *cuts, end]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def section_texts(passages: Iterable[Passage]) -> set[str]:
    """All headings that stand above any of the passages."""
    return {heading for passage in passages for heading in passage.section}
