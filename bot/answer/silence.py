"""When not to answer, and what to say instead. A wrong figure is worse than none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bot.answer.gates import PlaceGate, official
from bot.answer.model import Note, Status
from bot.answer.question import Question
from bot.answer.ranking import Candidate, rank
from bot.language.period import agreement, label
from bot.language.questions import QuestionRules
from bot.search.index import Index

CONFIDENT = 0.5
"""Assurance that the best quote must reach to be shown."""
GENERAL, TRANSLATED = 0.4, 0.3
"""The same for general texts, where nothing but the words can be compared, or their translations."""
HAVE = 8
"""Periods that are named where the asked one is missing, the newest."""
RIVAL = 0.55
"""Share of the best score from which others are shown beside it."""
SURE = 0.8
"""The same where the question sounds off the topic."""
WORD = 0.85
"""Strength of a translation from which an English word is a word and no name."""


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
    return Reason("no_answer", f"no_answer.{refused}") if refused in ("injection", "opinion", "realtime") else None


def before_ranking(asked: Question, index: Index) -> Reason | None:
    """A place that no document is about, or nothing to look for."""
    unknown = [name for name in asked.places.unknown if index.places and not _mentioned(name, index)]
    missing = [
        name
        for p in asked.places.named
        if p not in index.places and p != "cn" and (name := index.language.gazetteer.name(p))
    ]
    if unknown or (missing and not set(asked.places.named) & set(index.places)):
        return Reason("no_answer", "no_answer.place", notes=(_gap_place((unknown or missing)[0], index),))
    if asked.periods and index.places and not _known_time(asked, index):
        have = sorted(label(years) for years in index.years)
        return Reason("no_answer", "no_answer.period", notes=(Note("gap", "gap_period", {"have": have[-HAVE:]}),))
    if not asked.spans or (index.places and _one_word(asked, index)):
        return Reason("clarify", "clarify.short")
    return None


def _known_time(asked: Question, index: Index) -> bool:
    """Some document speaks of a time that was asked for."""
    return any(agreement(period, years) for period in asked.periods for years in index.years)


def _one_word(asked: Question, index: Index) -> bool:
    """A single word says nothing of what is wanted, nor do a letter, figures or a word that no text has beside it, nor
    a mere guess at a misspelled one."""
    words = [span for span in asked.spans if sum(map(str.isalpha, span.text)) > 1]
    if not words:
        return True
    known = [s for s in words if s.required or any(index.frequency(term) for term, _ in s.terms)]
    words = known or words
    said = "".join(span.text for span in asked.spans)
    whole = sum(map(str.isalpha, asked.text)) - sum(map(str.isalpha, said)) <= 1
    alone = len(words) == 1 and (whole or words[0].text not in asked.text)
    return alone and not (asked.manner.kinds or asked.periods or asked.places.named or asked.places.hinted)


def _mentioned(name: str, index: Index) -> bool:
    """The name stands in some passage (all its character pairs do, which is enough to look for it); an English
    word before district or city is no name."""
    if name.isascii():
        return any(strength >= WORD for _, strength in index.language.glosses.translate(name.split()[0]))
    return all(index.frequency(f"b:{name[i : i + 2]}") for i in range(len(name) - 1))


def _gap_place(place: str, index: Index) -> Note:
    have = [index.language.gazetteer.names(p) for p in index.places]
    return Note("gap", "gap_place", {"place": place, "have": have})


def confident(asked: Question, found: Sequence[Candidate], rules: QuestionRules) -> list[Candidate]:
    """What may be shown: nothing unless the best is assured enough (more so where the question sounds off the
    topic), then whatever comes near it."""
    if not found:
        return []
    if assurance(asked, found) < (SURE if rules.refusal(asked.text) else _usual(asked, found[0])):
        return []
    return [c for c in found if c.score >= RIVAL * found[0].score]


def _usual(asked: Question, best: Candidate) -> float:
    """The assurance that ``best`` must reach where nothing speaks against an answer."""
    if official(best.chosen.clause.stated):
        return CONFIDENT
    return TRANSLATED if asked.text.isascii() else GENERAL


def assurance(asked: Question, found: Sequence[Candidate]) -> float:
    """How sure the best candidate is: its score; more where a long question is covered (chatter is never covered
    whole), where the sentence names the things asked for, and where no rival comes close."""
    best, spans = found[0], asked.spans
    sentence = np.maximum.reduce([s.own for s in best.scores])
    named = [(span.weight, float(sentence[n])) for n, span in enumerate(spans) if span.named]
    covered = sum(w * m for w, m in named) / sum(w for w, _ in named) if named else 0.5
    margin = best.score - (found[1].score if len(found) > 1 else 0.0)
    return best.score + 0.03 * (min(len(spans), 7) - 3) + 0.1 * (covered - 0.5) + 0.3 * min(margin, 0.3)


def after_ranking(asked: Question, index: Index, gate: PlaceGate) -> Reason:
    """Say what is missing: the year, the attribute, or the thing itself."""
    refused = index.language.questions.refusal(asked.text)
    if refused:
        return Reason("no_answer", f"no_answer.{refused}")
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
    timeless = replace(asked, periods=())
    years = [
        c.chosen.clause.stated.years
        for c in confident(timeless, rank(timeless, index, gate), index.language.questions)[:8]
    ]
    return sorted({label(y) for y in years if y})
