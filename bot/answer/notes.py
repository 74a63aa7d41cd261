"""Remarks beside the quotes: an open place, figures that differ, a source to be read with care."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.answer.gates import PlaceGate
from bot.answer.highlighting import best_value
from bot.answer.model import Note
from bot.answer.question import Question
from bot.answer.ranking import Candidate
from bot.language.period import label
from bot.search.index import Index

ALIKE = 0.85
"""Share of the best score from which another quote answers the same question."""


def notes_for(asked: Question, gate: PlaceGate, shown: Sequence[Candidate], index: Index) -> tuple[Note, ...]:
    """All remarks on an answer, each once."""
    rivals = [c for c in shown if c.score >= ALIKE * shown[0].score]
    notes = [*_place(asked, gate, rivals, index), *_conflict(asked, rivals, index), *_cautions(shown, index)]
    return tuple(notes)


def _place(asked: Question, gate: PlaceGate, rivals: Sequence[Candidate], index: Index) -> list[Note]:
    if asked.places.named or (len(gate.asked) == 1 and not asked.places.likely):
        return []
    places = list(dict.fromkeys(p for c in rivals if (p := c.chosen.clause.stated.place)))
    if len(places) > 1:
        return [Note("place", "place_open", {"a": _name(places[0], index), "b": _name(places[1], index)})]
    if places and len(index.places) > 1 and not asked.places.likely:
        return [Note("place", "place_assumed", {"place": _name(places[0], index)})]
    return []


def _conflict(asked: Question, rivals: Sequence[Candidate], index: Index) -> list[Note]:
    """Different figures for the same place and question: shown with time and status, never reconciled."""
    found = [f for c in rivals if (f := _figure(asked, c, index))]
    figures = [figure for kind, figure in found if kind == found[0][0]]  # 15条 is no other figure for 187家
    same_place = [f for f in figures if f["place"] == figures[0]["place"]]
    if not asked.wants_figure or len({f["value"] for f in same_place}) < 2:
        return []
    notes = [Note("conflict", "conflict", {"figures": same_place[:3]})]
    if len({(f.get("period"), f.get("status")) for f in same_place[:3]}) > 1:
        notes.append(Note("conflict", "not_comparable"))
    return notes


def _figure(asked: Question, candidate: Candidate, index: Index) -> tuple[str, dict[str, Any]] | None:
    """The kind of the clause's figure, and the figure with what it is about."""
    clause = candidate.chosen.clause
    value = best_value(asked, clause, index.language.lexicon)
    if value is None:
        return None
    start, end = clause.terms.folded.span(value.start, value.end)
    stated = clause.stated
    figure: dict[str, Any] = {
        "value": clause.terms.folded.source[start:end],
        "place": _name(stated.place, index),
    }
    if stated.years:
        figure["period"] = label(stated.years)
    if stated.status in ("target", "result", "estimate"):
        figure["status"] = stated.status
    return value.kind, figure


def _cautions(shown: Sequence[Candidate], index: Index) -> list[Note]:
    documents = dict.fromkeys(c.passage.passage.document for c in shown)
    return [
        Note("caution", "caution", {"title": d.title, "text": d.meta.caution})
        for n in documents
        if (d := index.documents[n]).meta.caution
    ]


def _name(place: str | None, index: Index) -> Mapping[str, str]:
    return index.language.gazetteer.names(place)
