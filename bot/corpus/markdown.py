"""The body of a document → its blocks: headings and paragraphs, as offsets into the text.

Only as much Markdown as officers write: ATX headings, paragraphs, list items, quote lines, table rows,
``~~struck~~`` stretches, HTML comments and ``> 问:`` lines. Marks stay in the text (offsets are into it)
but outside ``text[start:end]`` of the block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.corpus.model import Block

Span = tuple[int, int]

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# "#标题" without the blank is what people type; "#话题#" is a hashtag and no heading.
HEADING = re.compile(r" {0,3}(?!#[^#\s]+#)(#{1,6})(?!#)[ \t]*(?P<text>\S.*?)?(?:[ \t]+#+)?[ \t]*$")
ASKS = re.compile(r"\s*[>\uff1e]\s*(?:问|問|[QqQ])\s*[:\uff1a]\s*(?P<asks>.*)$")
MARK = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])[ \t]+|\s*[>\uff1e][ \t]*")
RULE = re.compile(r"\s*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|`{3,}.*|~{3,}.*)$")
TABLE_RULE = re.compile(r"\s*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*$")
STRUCK = re.compile(r"~~(?=\S).+?~~", re.DOTALL)
BARS = re.compile(r"[|\uff5c]")


class MarkdownError(ValueError):
    """Something in the body that cannot be meant: ``offset`` into the text, what it is, how to mend it."""

    def __init__(self, offset: int, what: str, mend: str) -> None:
        super().__init__(what)
        self.offset, self.what, self.mend = offset, what, mend


@dataclass(frozen=True)
class _Line:
    """What is to be seen of one line, comments and outer blanks left out; ``kind`` decides how it joins."""

    kind: str
    start: int
    end: int
    level: int = 0
    asks: tuple[str, ...] = ()


def blocks(text: str) -> tuple[Block, ...]:
    """Find the blocks of ``text`` in order.

    Raises MarkdownError for a comment that is never closed and for a ``> 问:`` line without a paragraph.
    """
    comments = _comments(text)
    found: list[Block] = []
    joinable = askable = False
    for line in _lines(text, comments):
        if line.kind == "asks":
            _attach(found, line, askable)
            joinable = False
        elif line.kind == "blank":
            joinable = False
        elif line.kind == "text" and joinable:
            found[-1] = replace(found[-1], end=line.end)
        else:
            found.append(Block(line.start, line.end, line.level))
            joinable = line.kind in ("text", "item")
            askable = line.level == 0
    return tuple(_with_struck(text, block, comments) for block in found)


def _attach(found: list[Block], line: _Line, askable: bool) -> None:
    if not askable:
        raise MarkdownError(line.start, "“问:”行前面没有段落", "把“> 问:…”写在它所问的那一段正文后面")
    found[-1] = replace(found[-1], asks=found[-1].asks + line.asks)


def _comments(text: str) -> tuple[Span, ...]:
    if "<!--" not in text:
        return ()
    spans = tuple(match.span() for match in COMMENT.finditer(text))
    opened = text.find("<!--", spans[-1][1] if spans else 0)
    if opened >= 0:
        raise MarkdownError(opened, "注释 <!-- 没有结束", "在注释末尾加上 -->")
    return spans


def _lines(text: str, comments: Sequence[Span]) -> Iterator[_Line]:
    start = 0
    for raw in text.split("\n"):
        end = start + len(raw)
        seen = raw if not comments else _masked(text, start, end, comments)
        yield _classify(seen, start)
        start = end + 1


def _masked(text: str, start: int, end: int, comments: Sequence[Span]) -> str:
    """The line with its comments blanked out, same length, so that offsets stay right."""
    line = text[start:end]
    for left, right in comments:
        if left < end and right > start:
            a, b = max(left - start, 0), min(right - start, len(line))
            line = line[:a] + " " * (b - a) + line[b:]
    return line


def _classify(line: str, offset: int) -> _Line:
    if not line or line.isspace():
        return _Line("blank", offset, offset)
    if heading := HEADING.match(line):
        start, end = heading.span("text")
        level = len(heading[1])
        return _Line("heading", offset + start, offset + end, level) if start >= 0 else _Line("blank", offset, offset)
    if asks := ASKS.match(line):
        forms = tuple(filter(None, (form.strip() for form in BARS.split(asks["asks"]))))
        return _Line("asks", offset, offset + len(line), asks=forms)
    if RULE.match(line) or (TABLE_RULE.match(line) and "|" in line):
        return _Line("blank", offset, offset)
    if line.lstrip().startswith("|"):
        return _trimmed("row", line, offset, " \t|")
    if mark := MARK.match(line):
        inner = _trimmed("item", line[mark.end() :], offset + mark.end())
        return inner if inner.end > inner.start else _Line("blank", offset, offset)
    return _trimmed("text", line, offset)


def _trimmed(kind: str, line: str, offset: int, outer: str | None = None) -> _Line:
    start = offset + len(line) - len(line.lstrip(outer))
    end = offset + len(line.rstrip(outer))
    return _Line(kind, start, end) if end > start else _Line("blank", offset, offset)


def _with_struck(text: str, block: Block, comments: Sequence[Span]) -> Block:
    inside = text[block.start : block.end]
    struck = (
        [(block.start + m.start(), block.start + m.end()) for m in STRUCK.finditer(inside)] if "~~" in inside else []
    )
    struck += [span for span in comments if block.start <= span[0] and span[1] <= block.end]
    return replace(block, struck=tuple(sorted(struck))) if struck else block
