"""Questions with several sides: two places, two years, two figures that compete. Each side gets its quote first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from bot.answer.gates import PlaceGate
from bot.answer.question import Question
from bot.answer.ranking import Candidate
from bot.language.period import agreement

_STATUSES = ("target", "result", "estimate")
COMPARABLE = 0.8
"""Share of the best score that another side must reach to be shown before the rest."""


def arrange(asked: Question, gate: PlaceGate, found: Sequence[Candidate]) -> list[Candidate]:
    """``found`` with the best quote of every side in front; other orders stay. No quote stands twice."""
    found = _distinct(found)
    sides = _sides(asked, gate)
    if sides is None:
        return found
    first: dict[Hashable, Candidate] = {}
    for candidate in found:
        for side in sides(candidate):
            first.setdefault(side, candidate)
    named = len(asked.periods) > 1 or len(gate.asked) > 1
    chosen = [first[side] for side in _order(asked, gate, list(first))]
    front = [c for c in dict.fromkeys(chosen) if named or c.score >= COMPARABLE * found[0].score]
    return [*front, *(c for c in found if c not in front)]


def _order(asked: Question, gate: PlaceGate, sides: list[Hashable]) -> list[Hashable]:
    """Sides as the question names them; those that it does not name by their best quote."""
    named: list[Hashable] = [*gate.asked, *asked.periods, *_STATUSES, *range(len(asked.spans))]
    return sorted(sides, key=lambda side: named.index(side) if side in named else len(named))


def _sides(asked: Question, gate: PlaceGate) -> Callable[[Candidate], Iterable[Hashable]] | None:
    """What tells the sides of this question apart; None where it has one side only."""
    figures = [n for n, span in enumerate(asked.spans) if any(t[0] == "n" for t, _ in span.terms)]
    if len(gate.asked) > 1 or (asked.places.open and not asked.places.named):
        return lambda c: [c.chosen.clause.stated.place]
    if len(asked.periods) > 1:
        return lambda c: _periods(asked, c)
    if {"target", "result"} <= asked.status:
        return lambda c: [s for s in [c.chosen.clause.stated.status] if s in _STATUSES]
    if len(figures) > 1:
        return lambda c: [n for n in figures if max(s.own[n] for s in c.scores) >= 1.0]
    return None


def _periods(asked: Question, candidate: Candidate) -> list[Hashable]:
    stated = candidate.chosen.clause.stated
    times = [t for t in (stated.years, *stated.others) if t]
    return [p for p in asked.periods if any(agreement(p, t) >= 0.9 for t in times)]


def _distinct(found: Sequence[Candidate]) -> list[Candidate]:
    """One candidate for each sentence text (the same words may stand twice in a document)."""
    kept: dict[str, Candidate] = {}
    for candidate in found:
        kept.setdefault(candidate.chosen.clause.terms.folded.source, candidate)
    return list(kept.values())
