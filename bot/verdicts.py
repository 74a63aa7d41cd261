"""When an answer counts as right: one question with known answers against what was shown for it.

fact@1   every required fact stands in the first quote (in the first two, where the facts lie apart)
fact@3   every required fact stands in the first three quotes together
wrong@1  a forbidden string stands in the first quote before the answer, or without it
exact    a short highlight of the first quote holds the first fact, or is part of it
abstain  a question that cannot be answered got no answer

Only the first QUOTE_MAX characters of a quote count: showing a page is not answering. White space and
the difference of half and full width do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.answer.model import Answer, Citation

QUOTE_MAX, HIGHLIGHT_MAX, PART_MIN = 200, 30, 2

Alternatives = Sequence[str]
_HALF_WIDTH: Mapping[int, int] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class Question(BaseModel):
    """A line of a question file; without ``answers`` it is one that cannot be answered."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1)
    question: str
    lang: str = ""
    category: str = ""
    answers: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    kind: str = ""
    turns: tuple[str, ...] = ()
    gold_doc: Any = None
    evidence: Any = None

    @property
    def spread(self) -> bool:
        """Whether the facts lie in several passages."""
        return isinstance(self.gold_doc, list) or isinstance(self.evidence, list)

    @property
    def group(self) -> str:
        """The category, or ``unanswerable:`` with the kind."""
        return self.category if self.answers else f"unanswerable:{self.kind}".rstrip(":")


@dataclass(frozen=True)
class Verdict:
    """What one question brought. For an unanswerable one only ``good`` (abstained) says something."""

    question: Question
    answered: bool
    first: str
    good: bool
    fact3: bool = False
    wrong: bool = False
    exact: bool = False


def judge(question: Question, answer: Answer) -> Verdict:
    """The verdict on one answer."""
    answered = answer.status == "answered" and bool(answer.citations)
    shown = answer.citations if answered else ()
    quotes = [citation.quote[:QUOTE_MAX] for citation in shown]
    first = quotes[0] if quotes else ""
    if not question.answers:
        told = any(holds(quote, question.must_not) for quote in quotes)
        return Verdict(question, answered, first, good=not answered and not told)
    hit = _all_stand(quotes[: 2 if question.spread else 1], question)
    return Verdict(
        question,
        answered,
        first,
        good=hit,
        fact3=_all_stand(quotes[:3], question),
        wrong=_is_wrong(first, question),
        exact=hit and _is_exact(shown[0], question.answers[0]),
    )


def fold(value: str) -> str:
    """``value`` without white space and in half width."""
    return "".join(value.split()).translate(_HALF_WIDTH)


def holds(quote: str, alternatives: Iterable[str]) -> bool:
    """Whether one of the acceptable strings stands in the quote."""
    return _position(quote, alternatives) is not None


def _all_stand(quotes: Sequence[str], question: Question) -> bool:
    together = "\n".join(quotes)
    return all(holds(together, fact) for fact in question.answers)


def _position(quote: str, alternatives: Iterable[str]) -> int | None:
    folded = fold(quote)
    found = (folded.find(fold(alternative)) for alternative in alternatives)
    return min((position for position in found if position >= 0), default=None)


def _is_wrong(quote: str, question: Question) -> bool:
    bad = _position(quote, question.forbidden)
    if bad is None:
        return False
    good = [position for fact in question.answers if (position := _position(quote, fact)) is not None]
    return len(good) < len(question.answers) or bad < min(good)


def _is_exact(citation: Citation, fact: Alternatives) -> bool:
    spans = (citation.quote[start:end] for start, end in citation.highlights if end - start <= HIGHLIGHT_MAX)
    return any(holds(span, fact) or _is_part(fold(span), fact) for span in spans)


def _is_part(span: str, fact: Alternatives) -> bool:
    return len(span) >= PART_MIN and any(span in fold(alternative) for alternative in fact)
