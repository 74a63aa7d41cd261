"""Questions with several sides: two places, two years, two figures that compete. Each side gets its quote first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence

from bot.answer.gates import PlaceGate
from bot.answer.question import Question
from bot.answer.ranking import Candidate
from bot.language.period import agreement

_STATUSES = ("target", "result", "estimate")
RELATED, NEARLY, WEIGHED = 0.5, 0.5, 6
"""Two sides should speak of one thing: how sure the question names it, how much worse than the best quote of its
side one may be, and how many are looked at."""
COMPARABLE = 0.8
"""Share of the best score that another side must reach to be shown before the rest."""


def arrange(asked: Question, gate: PlaceGate, found: Sequence[Candidate]) -> tuple[list[Candidate], int]:
    """``found`` with the best quote of every side in front, other orders stay, no quote stands twice; and how many
    of the first belong together."""
    found = _distinct(found)
    sides = _sides(asked, gate)
    if sides is None:
        return found, 1
    ranked: dict[Hashable, list[Candidate]] = {}
    for candidate in found:
        for side in sides(candidate):
            ranked.setdefault(side, []).append(candidate)
    first = _alike(asked, ranked)
    named = len(asked.periods) > 1 or len(gate.asked) > 1
    chosen = [first[side] for side in _order(asked, gate, list(first))]
    front = [c for c in dict.fromkeys(chosen) if named or c.score >= COMPARABLE * found[0].score]
    return [*front, *(c for c in found if c not in front)], max(1, len(front))


def _alike(asked: Question, ranked: Mapping[Hashable, Sequence[Candidate]]) -> dict[Hashable, Candidate]:
    """The best candidate of every side; of two sides those that speak of the same thing where both do nearly as
    well (财政收入 is 财税总收入 here and 一般公共预算收入 there: only one of them can be compared)."""
    best = {side: candidates[0] for side, candidates in ranked.items()}
    if len(ranked) != 2:
        return best
    concepts = {t[2:] for span in asked.spans for t, strength in span.terms if t[0] == "c" and strength >= RELATED}
    (left, lefts), (right, rights) = (
        (side, [(c, _spoken(c, concepts)) for c in _nearly_best(candidates)]) for side, candidates in ranked.items()
    )
    pairs = [(a, b) for a, said_of_a in lefts for b, said_of_b in rights if said_of_a & said_of_b]
    if pairs:
        best[left], best[right] = max(pairs, key=lambda pair: pair[0].score + pair[1].score)
    return best


def _nearly_best(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    return [c for c in candidates if c.score >= NEARLY * candidates[0].score][:WEIGHED]


def _spoken(candidate: Candidate, concepts: Collection[str]) -> set[str]:
    """Which of ``concepts`` the chosen clause or those before it in the sentence name."""
    clauses = [s.clause for s in candidate.scores[: candidate.best + 1]]
    return {
        c for clause in clauses for c, strength in clause.terms.concepts.items() if c in concepts and strength >= 1.0
    }


def _order(asked: Question, gate: PlaceGate, sides: list[Hashable]) -> list[Hashable]:
    """Sides as the question names them; those that it does not name by their best quote."""
    named: list[Hashable] = [*gate.asked, *asked.periods, *_STATUSES, *range(len(asked.spans))]
    return sorted(sides, key=lambda side: named.index(side) if side in named else len(named))


def _sides(asked: Question, gate: PlaceGate) -> Callable[[Candidate], Iterable[Hashable]] | None:
    """What tells the sides of this question apart; None where it has one side only."""
    figures = [n for n, span in enumerate(asked.spans) if span.figure]
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
