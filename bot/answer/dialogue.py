"""Follow-ups: what a question leaves out it takes from the turn before.

A question that stands on its own starts a new topic; only its place and time may still carry over. One that is
elliptic (``那上海呢``, ``2025年的呢``, ``民营的呢``) keeps the topic and replaces what it names: a new place the
place, a new year the year, a new thing the thing of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answer.question import Question, Span, understand
from bot.language.lexicon import Lexicon
from bot.language.period import Years
from bot.language.places import PlaceReading
from bot.search.index import Index

_OPENING = re.compile(r"^(?:那么?|还有|另外|以及|and|what about|how about|then|so|also|咁|噉|同埋)")
_ENDING = re.compile(r"(?:的?呢|的話呢|的话|嘞|咧|又如何|又点|又係幾多|又怎样)[??。!]*$")
_SHORT = 9
KEPT = 0.6
"""Weight of what is only taken over, against what the question says itself."""


def resolve(question: str, turns: Sequence[str], index: Index) -> Question:
    """Understand ``question`` after the user's earlier ``turns`` (oldest first)."""
    current = understand(question, index)
    if not turns:
        return current
    before = resolve(turns[-1], turns[:-1][-4:], index)
    if not before.spans and not before.places.spans:
        return current
    return _continue(current, before, index) if _elliptic(current) else _new_topic(current, before)


def _elliptic(question: Question) -> bool:
    """It says too little to be understood alone."""
    if not question.spans:
        return True
    if _OPENING.search(question.text) or _ENDING.search(question.text):
        return len(question.spans) <= 3
    return len(question.text) <= _SHORT and len(question.spans) <= 2


def _new_topic(current: Question, before: Question) -> Question:
    """Only a place that the question does not name carries over, and only as a hint."""
    if current.places != PlaceReading():
        return current
    hinted = before.places.named or before.places.likely
    return replace(current, places=PlaceReading(hinted=hinted))


def _continue(current: Question, before: Question, index: Index) -> Question:
    new_place = bool(
        current.places.named or current.places.likely or current.places.open or current.places.unknown
    )
    return replace(
        current,
        spans=_merge(current.spans, before.spans, index.language.lexicon),
        places=current.places if new_place else _both(before.places, current.places),
        periods=_periods(current, before),
        pointing=current.pointing or (() if current.periods else before.pointing),
        status=current.status or before.status,
        manner=_manner(current, before),
        units=current.units or before.units,
    )


def _manner(current: Question, before: Question):  # type: ignore[no-untyped-def]
    return current.manner if current.manner.kinds else before.manner


def _both(before: PlaceReading, current: PlaceReading) -> PlaceReading:
    return replace(
        before, hinted=tuple(dict.fromkeys((*current.hinted, *before.hinted))), spans=current.spans
    )


def _periods(current: Question, before: Question) -> tuple[Years, ...]:
    if current.periods:
        return current.periods
    shift = {"next": 1, "previous": -1, "last": -1}
    step = next((shift[w] for w in current.pointing if w in shift), 0)
    return tuple((first + step, last + step) for first, last in before.periods)


def _merge(new: Sequence[Span], old: Sequence[Span], lexicon: Lexicon) -> tuple[Span, ...]:
    """The new spans, and the old ones that none of the new ones replaces."""
    groups = {lexicon.concepts[c].group for span in new for c in span.concepts}
    kept = [
        span
        for span in old
        if not any(lexicon.concepts[c].group in groups for c in span.concepts)
        and span.text not in {n.text for n in new}
    ]
    factor = KEPT if new else 1.0
    return (*new, *(replace(span, weight=span.weight * factor, required=False) for span in kept))
