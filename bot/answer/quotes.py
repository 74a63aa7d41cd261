"""From the best clause to a quote: the shortest stretch that can be understood alone, and what to highlight.

Everything here returns offsets; the text is cut out of the document at the very end, never put together.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

import numpy as np

from bot.answer.gates import official
from bot.answer.question import Question
from bot.answer.scoring import ClauseScore
from bot.search.index import AnalysedClause, AnalysedPassage, Index

QUOTE_MAX = 200
SENTENCE_MAX = 160
AMID = 3
"""Sentences on each side that may stand in the quote of a general text."""
SHORT = 45
"""Characters below which a sentence is quoted with the one after it."""
_INTRODUCES = re.compile(r"[:\uff1a]\s*$")


def quote_span(
    question: Question, index: Index, passage: AnalysedPassage, scores: Sequence[ClauseScore], best: int
) -> tuple[int, int]:
    """Offsets of the quote in the document's text, at most ``QUOTE_MAX`` long.

    For a figure the clause with what it needs to be understood; else the sentence, and what it only introduces.
    """
    text = index.documents[passage.passage.document].text
    low, high = _unbroken(text, passage.clauses, best)
    general = not official(scores[best].clause.stated)
    if question.wants_figure and not general:
        first = max(low, _figure_reach(scores, best))
        start, end = _shrink(passage.clauses, first, best, best, QUOTE_MAX)
    else:
        start, end = _shrink(passage.clauses, low, high, best, SENTENCE_MAX)
        if general:
            start, end = _amid(index, passage, start, end)
        elif end == passage.clauses[-1].end and not passage.passage.struck:
            end = _continued(index, passage, start, SHORT)
    return start, min(end, start + QUOTE_MAX)


def _unbroken(text: str, clauses: Sequence[AnalysedClause], best: int) -> tuple[int, int]:
    """The run of clauses around ``best`` without struck-out text between them (first and last, inclusive)."""
    first, last = best, best
    while first > 0 and "~~" not in text[clauses[first - 1].end : clauses[first].start]:
        first -= 1
    while last < len(clauses) - 1 and "~~" not in text[clauses[last].end : clauses[last + 1].start]:
        last += 1
    return first, last


def _continued(index: Index, passage: AnalysedPassage, start: int, short: int) -> int:
    """The end of what follows a sentence that only opens (``…存在一些挑战:``, ``二是营商环境还需优化。``)."""
    here, opens, end = passage.passage, introduces(index, passage), passage.clauses[-1].end
    for number in range(here.ordinal + 1, len(index.passages)):
        other = index.passages[number].passage
        near = other.document == here.document and not other.struck and other.section == here.section
        if not near or not (opens or (end - start < short and other.block == here.block)):
            break
        if other.end - start > QUOTE_MAX:
            return _last_clause(index.passages[number], start, end) if opens or short > SHORT else end
        end = other.end
    return end


def _amid(index: Index, passage: AnalysedPassage, start: int, end: int) -> tuple[int, int]:
    """A general text tells rather than lists: what is asked stands as often beside the clause that names it. Clauses
    before and after it in turn, as far as there is room."""
    text = index.documents[passage.passage.document].text
    clauses = [clause for near in _paragraph(index, passage) for clause in near.clauses]
    sides = deque([[c for c in reversed(clauses) if c.end <= start], [c for c in clauses if c.start >= end]])
    while sides:
        side = sides.popleft()
        if not side:
            continue
        low, high = min(start, side[0].start), max(end, side[0].end)
        if high - low <= SENTENCE_MAX and "~~" not in text[low:high]:
            start, end = low, high
            sides.append(side[1:])
    return start, end


def _paragraph(index: Index, passage: AnalysedPassage) -> list[AnalysedPassage]:
    """``passage`` and those near it in its paragraph, in order."""
    here = passage.passage
    ordinals = index.passages.of(here.document)
    near = range(max(ordinals.start, here.ordinal - AMID), min(ordinals.stop, here.ordinal + AMID + 1))
    return [p for p in map(index.passages.__getitem__, near) if p.passage.block == here.block]


def introduces(index: Index, passage: AnalysedPassage) -> bool:
    """The sentence ends with a colon: what it announces comes after it."""
    text = index.documents[passage.passage.document].text
    return bool(_INTRODUCES.search(text[passage.passage.start : passage.passage.end]))


def _last_clause(passage: AnalysedPassage, start: int, end: int) -> int:
    """The end of the last clause of ``passage`` that still fits, ``end`` where none does."""
    return max((c.end for c in passage.clauses if c.end - start <= QUOTE_MAX), default=end)


def _figure_reach(scores: Sequence[ClauseScore], best: int) -> int:
    """Back to the clause that names what the figure is of, where the best clause itself does not."""
    lacking = scores[best].seen - scores[best].own > 0.15
    first = best
    for i in range(best - 1, -1, -1):
        if np.any(lacking & (scores[i].own > scores[best].own + 0.15)):
            first = i
    return first


def _shrink(clauses: Sequence[AnalysedClause], first: int, last: int, best: int, limit: int) -> tuple[int, int]:
    """Drop clauses from the far ends until the stretch fits; the best clause always stays."""
    while clauses[last].end - clauses[first].start > limit and (first < best or last > best):
        if last > best and (last - best >= best - first or first == best):
            last -= 1
        else:
            first += 1
    return clauses[first].start, clauses[last].end
