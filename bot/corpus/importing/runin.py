"""Run-in headings: a short sentence that names the topic of those after it ("激发企业创新活力。")."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.corpus.importing.phrases import phrases

MIN_LENGTH, MAX_LENGTH, MAX_LENGTH_IN_LINE = 6, 17, 24
"""Characters without the full stop, in the middle of a wall and at the beginning of a line."""
MIN_BODY = 100
"""Characters that must follow in a wall before the next one: a topic is more than a sentence."""
MIN_DISTANCE = 120
"""Characters between the beginnings of two: what comes earlier is a short sentence of the topic."""
MIN_LINE = 20
"""Characters that must follow in the line, where the source has a line a topic."""

SENTENCE = re.compile(r"[^。!?\uff01\uff1f;\uff1b]+[。!?\uff01\uff1f;\uff1b]+[”’]?")


RunIn = tuple[int, int, int]
"""Line, start and end of a run-in heading, its full stop included."""


def find(lines: Sequence[str], *, wall: bool, least: int) -> tuple[RunIn, ...]:
    """The run-in headings of one part; none where there are fewer than ``least`` of them.

    ``wall`` says that the source has lost its line breaks: then they stand in the middle of lines.
    """
    if not wall:
        found = _at_line_starts(lines)
    else:
        found = [(i, start, end) for i, line in enumerate(lines) for start, end in _in_wall(line)]
    return tuple(found) if len(found) >= least else ()


def _at_line_starts(lines: Sequence[str]) -> list[RunIn]:
    found = []
    for i, line in enumerate(lines):
        sentence = SENTENCE.match(line)
        if sentence and len(line) - sentence.end() >= MIN_LINE and _names_topic(sentence[0], MAX_LENGTH_IN_LINE):
            found.append((i, 0, sentence.end()))
    return found


def _in_wall(line: str) -> list[tuple[int, int]]:
    candidates = [
        match.span()
        for match in SENTENCE.finditer(line)
        if _names_topic(match[0], MAX_LENGTH) and (match.start() == 0 or line[match.start() - 1] not in ";;")
    ]
    if candidates and len(line) - candidates[-1][1] < MIN_BODY // 2:
        candidates.pop()
    return _alike(line, _apart(line, candidates))


def _apart(line: str, candidates: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of two that are too near to each other, the one that is built like the rest."""
    kept = list(candidates)
    i = 0
    while i + 1 < len(kept):
        (start, end), (following, _) = kept[i], kept[i + 1]
        if following - end >= MIN_BODY and following - start >= MIN_DISTANCE:
            i += 1
            continue
        kept.pop(i if _likeness(line, kept, i) < _likeness(line, kept, i + 1) else i + 1)
        i = max(i - 1, 0)
    return kept


def _likeness(line: str, spans: Sequence[tuple[int, int]], i: int) -> int:
    """How many of the others begin or end alike, or are about as long."""
    own = line[slice(*spans[i])]
    others = [line[slice(*span)] for j, span in enumerate(spans) if j != i]
    return sum(
        2 * (own[:2] == other[:2])
        + (own[:1] == other[:1])
        + (own[-3:] == other[-3:])
        + max(0, 2 - abs(len(own) - len(other)))
        for other in others
    )


def _alike(line: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where nearly all begin with the same word ("实施…", four of five), the odd one is a sentence."""
    first, count = Counter(line[start : start + 2] for start, _ in spans).most_common(1)[0] if spans else ("", 0)
    if count < 4 or count < 0.75 * len(spans):
        return spans
    return [span for span in spans if line.startswith(first, span[0])]


def _names_topic(sentence: str, longest: int) -> bool:
    words = phrases()
    bare = sentence.rstrip("。")
    if (
        bare == sentence
        or not MIN_LENGTH <= len(bare) <= longest
        or re.search(r"[,\uff0c:\uff1a;\uff1b!\uff01?\uff1f]", bare)
    ):
        return False
    return not (words.figures.search(bare) or words.no_heading.search(bare) or words.statement.search(bare))
