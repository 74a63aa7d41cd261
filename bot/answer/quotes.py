"""From the best clause to a quote: the shortest stretch that can be understood alone, and what to highlight.

Everything here returns offsets; the text is cut out of the document at the very end, never put together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from bot.answer.question import Question, Span
from bot.answer.scoring import ClauseScore
from bot.language.lexicon import Lexicon
from bot.language.values import Value
from bot.search.index import AnalysedClause, AnalysedPassage

QUOTE_MAX = 200
SENTENCE_MAX = 160
HIGHLIGHT_MAX = 30
_NAMES = re.compile(
    r"[“《「『\"][^”》」』\"]{2,40}[”》」』\"](?:[、和及与]?[“《「『\"][^”》」』\"]{2,40}[”》」』\"])*"
)
_STOP = r",。;:、(\uff0c\uff1b\uff1a\uff08\s"
_LIST = re.compile(rf"[^{_STOP}]{{2,16}}(?:、[^{_STOP}]{{1,16}})+(?:[和及与以][^{_STOP}]{{2,12}})?")
_COUNTED = frozenset({"count", "firm", "people", "home", "building", "machine", "amount", "number"})


def quote_span(
    question: Question, passage: AnalysedPassage, scores: Sequence[ClauseScore], best: int
) -> tuple[int, int]:
    """Offsets of the quote in the document's text, at most ``QUOTE_MAX`` long."""
    first, last = _figure_reach(scores, best) if question.wants_figure else (0, len(scores) - 1)
    limit = QUOTE_MAX if question.wants_figure else SENTENCE_MAX
    start, end = _shrink(passage.clauses, first, last, best, limit)
    return start, min(end, start + QUOTE_MAX)


def _figure_reach(scores: Sequence[ClauseScore], best: int) -> tuple[int, int]:
    """Clauses back to the one that names what the figure is of, where the clause itself does not."""
    lacking = scores[best].seen - scores[best].own > 0.15
    first = best
    for i in range(best - 1, -1, -1):
        if np.any(lacking & (scores[i].own > scores[best].own + 0.15)):
            first = i
    return first, best


def _shrink(
    clauses: Sequence[AnalysedClause], first: int, last: int, best: int, limit: int
) -> tuple[int, int]:
    """Drop clauses from the far ends until the stretch fits; the best clause always stays."""
    while clauses[last].end - clauses[first].start > limit and (first < best or last > best):
        if last > best and (last - best >= best - first or first == best):
            last -= 1
        else:
            first += 1
    return clauses[first].start, clauses[last].end


def highlights(question: Question, clause: AnalysedClause, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Offsets (in the document's text) of the answer inside the clause, the likeliest first, then the clause
    itself where it is short enough to be taken in at a glance."""
    found: list[tuple[int, int]] = []
    if question.wants_figure or "date" in question.manner.kinds:
        found += _figure(question, clause, lexicon)
    else:
        found += _names(question, clause)
    whole = (clause.start, clause.end)
    if clause.end - clause.start <= HIGHLIGHT_MAX and whole not in found:
        found.append(whole)
    return found or [_tail(clause)]


def _figure(question: Question, clause: AnalysedClause, lexicon: Lexicon) -> list[tuple[int, int]]:
    value = best_value(question, clause, lexicon)
    return [_source(clause, value.start, value.end)] if value else []


def best_value(question: Question, clause: AnalysedClause, lexicon: Lexicon) -> Value | None:
    """The figure of the clause that fits the kind asked and stands nearest to what was asked for."""
    anchors = _anchors(question.spans, clause, lexicon)
    return min(
        clause.terms.values, key=lambda v: (-_fit(question, v), _distance(v, anchors), v.start), default=None
    )


def _fit(question: Question, value: Value) -> int:
    if value.kind in question.units:
        return 3
    kind = next(
        (k for k in question.manner.kinds if k in {"percent", "money", "duration", "area", "rank", "number"}),
        "number",
    )
    if kind == "number":
        return 2 if value.kind in _COUNTED else 1 if value.kind != "rank" else 0
    return 2 if value.kind == kind or (kind == "money" and value.kind == "amount") else 0


def _anchors(spans: Iterable[Span], clause: AnalysedClause, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Where the clause names what the question names."""
    wanted = {t[2:]: s for span in spans for t, s in span.terms if t[0] == "c"}
    found = [
        (m.start, m.end)
        for m in lexicon.mentions(clause.terms.text)
        if m.concept in wanted or lexicon.ancestors[m.concept] & wanted.keys()
    ]
    for span in spans:
        at = clause.terms.text.find(span.text)
        if at >= 0:
            found.append((at, at + len(span.text)))
    return found


def _distance(value: Value, anchors: Sequence[tuple[int, int]]) -> int:
    """A figure belongs to the name it follows most closely; before the name is twice as far."""
    return min(
        (
            value.start - end if value.start >= end else 2 * max(0, start - value.end)
            for start, end in anchors
        ),
        default=0,
    )


def _names(question: Question, clause: AnalysedClause) -> list[tuple[int, int]]:
    """Quoted names and lists that are not the question's own words."""
    source = clause.terms.folded.source
    found = [m.span() for pattern in (_NAMES, _LIST) for m in pattern.finditer(source)]
    fresh = [(a, b) for a, b in found if not _only_question(question, source[a:b])]
    return [(clause.start + a, clause.start + b) for a, b in fresh[:2] if b - a <= 60]


def _only_question(question: Question, stretch: str) -> bool:
    return all(c in question.text for c in re.findall(r"[\u3400-\u9fff]", stretch))


def _tail(clause: AnalysedClause) -> tuple[int, int]:
    """The end of a long clause, where Chinese puts what is new."""
    return max(clause.start, clause.end - HIGHLIGHT_MAX), clause.end


def _source(clause: AnalysedClause, start: int, end: int) -> tuple[int, int]:
    first, last = clause.terms.folded.span(start, end)
    return clause.start + first, clause.start + last
