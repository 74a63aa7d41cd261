"""Follow-ups: what a question leaves out it takes from the turn before.

A question that stands on its own starts a new topic; only its place and time may still carry over. One that is
elliptic (``那上海呢``, ``2025年的呢``, ``民营的呢``) keeps the topic and replaces what it names: a new place the
place, a new year the year, a new thing the thing of the same kind.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.answer.question import Question, understand
from bot.answer.spans import Span
from bot.language.lexicon import Lexicon
from bot.language.period import Years
from bot.language.places import PlaceReading
from bot.search.index import Index

_OPENING = re.compile(r"^(?:那么?|还有|另外|以及|and|what about|how about|then|so|also|咁|噉|同埋)")
_ENDING = re.compile(r"(?:的?呢|的話呢|的话|嘞|咧|又如何|又点|又係幾多|又怎样)[??。!]*$")
_QUALITY = re.compile(r"的呢|的话|方面|那边|的$|的[?]$")
_SHORT = 9
KEPT, FADED = 0.6, 0.2
"""Weight of what is only taken over, against what the question says itself."""
THING = 2.5
"""Weight from which a span names a thing, not only a quality."""


def resolve(question: str, turns: Sequence[str], index: Index) -> Question:
    """Understand ``question`` after the user's earlier ``turns`` (oldest first)."""
    current = understand(question, index)
    if not turns:
        return current
    before = resolve(turns[-1], turns[:-1][-4:], index)
    if not before.places.spans and not any(span.concepts for span in before.spans):
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
    places = current.places
    new_place = bool(places.named or places.likely or places.open or places.unknown)
    if not new_place and places.hinted:
        places, new_place = replace(places, named=places.hinted[:1]), True
    return replace(
        current,
        spans=_merge(current.spans, before.spans, current.text, index.language.lexicon),
        places=places if new_place else _both(before.places, current.places),
        periods=_periods(current, before),
        meant=current.meant if not current.periods else (),
        pointing=current.pointing or (() if current.periods else before.pointing),
        status=current.status or before.status,
        manner=current.manner if current.manner.kinds else before.manner,
        units=current.units or before.units,
        counters=current.counters or before.counters,
        gist=current.gist and replace(current.gist, weight=current.gist.weight * KEPT),  # few words say little
    )


def _both(before: PlaceReading, current: PlaceReading) -> PlaceReading:
    return replace(before, hinted=tuple(dict.fromkeys((*current.hinted, *before.hinted))), spans=current.spans)


def _periods(current: Question, before: Question) -> tuple[Years, ...]:
    if current.periods:
        return current.periods
    shift = {"next": 1, "previous": -1, "last": -1, "next five": 5}
    step = next((shift[w] for w in current.pointing if w in shift), 0)
    return tuple((first + step, last + step) for first, last in before.periods)


def _merge(new: Sequence[Span], old: Sequence[Span], text: str, lexicon: Lexicon) -> tuple[Span, ...]:
    """The new spans, and the old ones that none of the new ones replaces.

    A quality alone (``民营的呢``, ``增速呢``) keeps the thing it is said of; another thing (``病床呢``) takes
    its place.
    """
    groups = {lexicon.concepts[c].group for span in new for c in span.concepts} - {"generic"}
    kept = [span for span in old if not _replaced(span, groups, lexicon) and span.text not in {n.text for n in new}]
    quality = _QUALITY.search(text) or len(kept) < len(old) or not any(span.weight >= THING for span in new)
    factor = 1.0 if not any(span.weight >= THING for span in new) else KEPT if quality else FADED
    return (*new, *(replace(span, weight=span.weight * factor, required=False, elsewhere=False) for span in kept))


def _replaced(span: Span, groups: Collection[str], lexicon: Lexicon) -> bool:
    return any(lexicon.concepts[c].group in groups for c in span.concepts)
