"""Plain text → paragraphs: lines that were broken in the middle of a sentence are joined again.

A blank line ends a paragraph. Within a block of lines, a line that ends a sentence ends the paragraph too
(the usual Chinese text file has a paragraph a line) unless all lines of the block are of one width, as a
converter or an editor wraps them. Nothing but white space and invisible characters is ever dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
BLANKS = re.compile("[ \t\u00a0\u2002-\u200a\u202f\u3000]+")
HIDDEN_BREAK = re.compile(rf"(?<=[^\n])\n{INVISIBLE.pattern}+\n(?=[^\n])")
ENDS = re.compile(r"[。!?\uff01\uff1f;\uff1b:\uff1a…][”’」』)）》]*$")
CLOSERS = tuple("”’」』）)》〉】。，、；：！？,;:!?%％")
OPENERS = tuple("“‘「『（(《〈【、，,—的和与及或在对为")
_HAN = "[一二三四五六七八九十百]+"
NUMBERED = re.compile(rf"(?:{_HAN}、|[(\uff08]{_HAN}[)\uff09]|第{_HAN}[章节条编])")
LATIN = re.compile(r"[A-Za-z0-9,.;:)]$")
LONG = 25
"""Characters: a longer line without an end of sentence was broken by a layout, not by its author."""
FRAGMENT, MAX_FRAGMENTED = 12, 12
"""Characters of a line, and lines of a block, that links on a page may have broken up."""
MAX_WRAP = 120
"""Characters: no layout wraps at more."""


def cleaned(text: str) -> str:
    """``text`` with ``\\n`` line ends, without invisible characters, runs of blanks as one space each.

    A line of nothing but invisible characters is no blank line: a layout broke the sentence around it.
    """
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    whole = HIDDEN_BREAK.sub("", whole)
    return BLANKS.sub(" ", INVISIBLE.sub("", whole))


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a plain text, each on one line, without outer blanks."""
    return tuple(paragraph for block in _blocks(cleaned(text)) for paragraph in _joined(block))


def _blocks(text: str) -> Iterator[list[str]]:
    block: list[str] = []
    for line in (*text.split("\n"), ""):
        if line.strip():
            block.append(line.strip())
        elif block:
            yield block
            block = []


def _joined(block: Sequence[str]) -> Iterator[str]:
    wrapped = _is_wrapped(block)
    current = block[0]
    for i, line in enumerate(block[1:], 1):
        if not NUMBERED.match(line) if wrapped else _goes_on(current, block, i):
            current += _glue(current, line) + line
        else:
            yield current
            current = line
    yield current


def _goes_on(current: str, block: Sequence[str], i: int) -> bool:
    """Whether ``block[i]`` continues the sentence of ``current``, the paragraph as joined so far."""
    line, last = block[i], i == len(block) - 1
    if line.startswith(CLOSERS) or current.endswith(OPENERS):
        return True
    if ENDS.search(current) or NUMBERED.match(line):
        return False
    if NUMBERED.match(current) and len(current) <= LONG * 2:
        return len(line) <= 6 and last and not ENDS.search(line)
    broken = len(current) > LONG or "。" in current or current.startswith("——")
    return broken or (last and len(line) <= 2) or _in_fragments(block, i)


def _in_fragments(block: Sequence[str], i: int) -> bool:
    """Whether ``block[i]`` is one of the words that a page of links falls into, each on a line of its own.

    Such are two or more short lines within a paragraph of prose; a single one is a heading.
    """
    if len(block) > MAX_FRAGMENTED or not ENDS.search(block[-1]) or not any(ENDS.search(line) for line in block[:i]):
        return False
    shorts = [len(line) <= FRAGMENT and not ENDS.search(line) for line in block]
    return shorts[i - 1] and (shorts[i] or (i >= 2 and shorts[i - 2]))


def _is_wrapped(block: Sequence[str]) -> bool:
    width = max(map(len, block))
    full = sum(len(line) >= 0.85 * width for line in block)
    return len(block) >= 4 and width <= MAX_WRAP and full >= 0.75 * (len(block) - 1)


def _glue(left: str, right: str) -> str:
    """Words of Latin script need the blank that the line end was; Chinese needs none."""
    return " " if LATIN.search(left[-1:]) and re.match(r"[A-Za-z(]", right) and left[-1].isascii() else ""
