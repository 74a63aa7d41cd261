"""What a clause must not contradict: the place, the time, the status and the kind of figure that were asked.

A named place and a named year exclude; everything else only weighs less. The factors are ordinal (which mismatch
is worse), they are not fitted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.answer.question import Question
from bot.language.facets import Stated
from bot.language.period import Years, agreement
from bot.language.places import Gazetteer
from bot.language.questions import FIGURES
from bot.language.values import Value

EXCLUDED = 0.0
UNDATED_FIGURE, NO_FIGURE = 0.4, 0.3
MEASURED = frozenset({"money", "duration", "area", "length", "weight", "energy", "machine", "concentration"})
"""Kinds of figure that nothing else can stand for."""
_COUNTED = frozenset({"count", "firm", "people", "home", "building", "machine", "amount", "number"})
_KINDS: dict[str, frozenset[str]] = {
    "percent": frozenset({"percent", "multiple"}),
    "money": frozenset({"money", "amount"}),
    "duration": frozenset({"duration"}),
    "area": frozenset({"area"}),
    "rank": frozenset({"rank"}),
}


@dataclass(frozen=True)
class PlaceGate:
    """Factor by place id; ``others`` for every place not listed. ``asked`` are the places to be answered."""

    factors: dict[str | None, float]
    others: float
    asked: tuple[str, ...] = ()

    def factor(self, place: str | None) -> float:
        return self.factors.get(place, self.others)


def place_gate(question: Question, gazetteer: Gazetteer, known: Iterable[str]) -> PlaceGate:
    """How the places of a question restrict documents. ``known`` are places that documents are about."""
    reading, known = question.places, set(known)
    named = [p for p in reading.named if p in known]
    likely = [p for p in reading.likely if p in known]
    turned = [p for p in reading.hinted if p in known and p not in likely]
    if named:
        factors: dict[str | None, float] = dict.fromkeys([*named, *likely], 1.0)
        return PlaceGate(_with_kin(factors, gazetteer, known, 0.8), EXCLUDED, tuple(named) + tuple(likely))
    if len(likely) == 1 and turned and not set(likely) & set(reading.hinted):
        return PlaceGate({turned[0]: 1.0, likely[0]: 0.5}, EXCLUDED, (turned[0],))
    if likely:
        return PlaceGate(_with_kin(dict.fromkeys(likely, 1.0), gazetteer, known, 0.9), 0.45, tuple(likely))
    if reading.open:
        return PlaceGate(_with_kin(dict.fromkeys(reading.open, 1.0), gazetteer, known, 0.9), 0.4, ())
    return PlaceGate(dict.fromkeys(reading.hinted, 1.0), 0.9 if reading.hinted else 1.0, ())


def _with_kin(
    factors: dict[str | None, float], gazetteer: Gazetteer, known: set[str], factor: float
) -> dict[str | None, float]:
    """A body that belongs to a named place answers for it too (黄埔海关 for 黄埔), with less weight."""
    kin = {k: factor for k in known if k not in factors and set(gazetteer.within(k)) & set(factors)}
    return {**factors, **kin}


def period_factor(question: Question, stated: Stated) -> float:
    """1 where the clause's time is the asked one; 0 where it is another, and for a figure of no known time."""
    if not question.periods:
        return 1.0
    times = [t for t in (stated.years, *stated.others) if t]
    if not times:
        return UNDATED_FIGURE if question.wants_figure else 0.8
    best = max(agreement(asked, t) for asked in question.periods for t in times)
    return {1.0: 1.0, 0.9: 0.97, 0.5: 0.7, 0.3: 0.55}.get(best, EXCLUDED)


def status_factor(question: Question, status: str | None) -> float:
    """A result does not answer a question about a target, nor the other way round."""
    if "problem" in question.status:
        return 1.0 if status == "problem" else 0.8
    asked = question.status & {"target", "result", "estimate"}
    if not asked or status in asked:
        return 1.0
    if status is None or status == "problem":
        return 0.92
    if "estimate" in asked or status == "estimate":
        return 0.9 if "target" not in asked else 0.6
    return 0.55 if len(asked) == 1 else 1.0


def value_factor(question: Question, values: Iterable[Value]) -> float:
    """A question for a figure wants a figure of its kind. Money, time, area and other measured units exclude any
    other (亿元 is no %, 几天 is no 家); counters only weigh (家 or 个)."""
    values = list(values)
    kinds = [k for k in question.manner.kinds if k in FIGURES]
    if not kinds:
        return 1.0
    measured = (question.units | set(kinds)) & MEASURED
    if measured and not any(v.kind in _accepted(kind) for v in values for kind in measured):
        return EXCLUDED
    return max((_value_fit(question, kinds[0], value) for value in values), default=NO_FIGURE)


def _accepted(kind: str) -> frozenset[str]:
    return _KINDS.get(kind, frozenset({kind}))


def _value_fit(question: Question, kind: str, value: Value) -> float:
    if question.units and value.kind in question.units:
        return 1.05
    if kind == "number":
        counted = value.kind in _COUNTED
        return (
            (0.85 if question.units else 1.0)
            if counted
            else (0.6 if value.kind in {"percent", "rank"} else 0.9)
        )
    return 1.0 if value.kind in _accepted(kind) else 0.6


def newest(periods: Iterable[Years | None]) -> int | None:
    """The last year that any of ``periods`` reaches."""
    return max((p[1] for p in periods if p), default=None)
