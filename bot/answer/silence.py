"""When not to answer, and what to say instead. A wrong figure is worse than none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.answer.gates import PlaceGate
from bot.answer.model import Note, Status
from bot.answer.question import Question
from bot.answer.ranking import Candidate, rank
from bot.language.period import label
from bot.language.questions import QuestionRules
from bot.search.index import Index

CONFIDENT = 0.5
"""Score that a quote must reach: the share of the question's weight that it covers, times how well its place,
time, status and figure fit."""


@dataclass(frozen=True)
class Reason:
    """Why there is no answer: the status, the message key of the reply and its parameters, and notes."""

    status: Status
    reply: str
    params: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def before_search(text: str, rules: QuestionRules) -> Reason | None:
    """Nothing asked, small talk, or something documents must not be asked."""
    if not re.search(r"\w", text):
        return Reason("clarify", "clarify.empty")
    small = rules.small_talk(text)
    if small is not None:
        return Reason("smalltalk", f"smalltalk.{small}")
    refused = rules.refusal(text)
    return Reason("no_answer", f"no_answer.{refused}") if refused else None


def before_ranking(asked: Question, index: Index) -> Reason | None:
    """A place that no document is about, or nothing to look for."""
    unknown = [name for name in asked.places.unknown if not _mentioned(name, index)]
    missing = [
        name
        for p in asked.places.named
        if p not in index.places and p != "cn" and (name := index.language.gazetteer.name(p))
    ]
    if unknown or (missing and not set(asked.places.named) & set(index.places)):
        return Reason("no_answer", "no_answer.place", notes=(_gap_place((unknown or missing)[0], index),))
    if not asked.spans:
        return Reason("clarify", "clarify.short")
    return None


def _mentioned(name: str, index: Index) -> bool:
    """The name stands in some passage (all its character pairs do, which is enough to look for it)."""
    return all(index.frequency(f"b:{name[i : i + 2]}") for i in range(len(name) - 1))


def _gap_place(place: str, index: Index) -> Note:
    gazetteer = index.language.gazetteer
    have = [{"zh-Hans": gazetteer.name(p) or p, "en": gazetteer.english(p) or p} for p in index.places]
    return Note("gap", "gap_place", {"place": place, "have": have})


def confident(asked: Question, found: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that cover enough of the question to be shown."""
    return [c for c in found if c.score >= CONFIDENT]


def after_ranking(asked: Question, found: Sequence[Candidate], index: Index, gate: PlaceGate) -> Reason:
    """Say what is missing: the year, the attribute, or the thing itself."""
    required = [span.text for span in asked.spans if span.required]
    if required:
        return Reason("no_answer", "no_answer.fact", notes=(Note("gap", "gap_fact", {"what": required[0]}),))
    if asked.periods:
        have = _other_periods(asked, index, gate)
        if have:
            return Reason("no_answer", "no_answer.period", notes=(Note("gap", "gap_period", {"have": have}),))
    return Reason("no_answer", "no_answer.unknown")


def _other_periods(asked: Question, index: Index, gate: PlaceGate) -> list[str]:
    """Periods for which the question would be answered."""
    from dataclasses import replace

    timeless = replace(asked, periods=())
    years = [c.chosen.clause.stated.years for c in confident(timeless, rank(timeless, index, gate))[:8]]
    return sorted({label(y) for y in years if y})
