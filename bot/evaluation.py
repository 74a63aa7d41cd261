"""``eval``: ask a file of questions with known answers, count what was right, say how sure that is."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bot.answer.model import Answer
from bot.errors import QuestionError
from bot.verdicts import Question, Verdict, judge

Z95 = 1.959964
"""Two-sided 95 % quantile of the normal distribution."""

Ask = Callable[[str, Sequence[str]], Answer]
Explain = Callable[[Question], Iterable[str]]


@dataclass(frozen=True)
class Share:
    """``hits`` of ``total`` questions."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share itself, 0 where nothing was asked."""
        return self.hits / self.total if self.total else 0.0

    def interval(self) -> tuple[float, float]:
        """The Wilson score interval (Wilson 1927) at 95 %: sound for small samples and near 0 and 1."""
        if not self.total:
            return (0.0, 1.0)
        n, p, z2 = self.total, self.value, Z95**2
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = Z95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return (max(0.0, middle - half), min(1.0, middle + half))

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.value:.3f}  [{low:.3f}, {high:.3f}]  {self.hits}/{self.total}"


def load_questions(path: Path) -> tuple[Question, ...]:
    """The questions of a JSON lines file. Raises QuestionError with file and line where one is wrong."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise QuestionError(f"{path}: cannot read the questions: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise QuestionError(f"{path}: not UTF-8 text at byte {error.start}") from error
    return tuple(_question(path, number, line) for number, line in enumerate(lines, 1) if line.strip())


def _question(path: Path, number: int, line: str) -> Question:
    try:
        return Question.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise QuestionError(f"{path}:{number}: {key + ': ' if key else ''}{first['msg']}") from error


def run(questions: Iterable[Question], ask: Ask) -> tuple[Verdict, ...]:
    """Every question asked with its earlier turns, and judged."""
    return tuple(judge(question, ask(question.question, question.turns)) for question in questions)


def measures(verdicts: Sequence[Verdict]) -> dict[str, Share]:
    """The measures over all verdicts, those without a question left out."""
    asked = [verdict for verdict in verdicts if verdict.question.answers]
    silent = [verdict for verdict in verdicts if not verdict.question.answers]
    shares = {
        "fact@1": _share(verdict.good for verdict in asked),
        "fact@3": _share(verdict.fact3 for verdict in asked),
        "wrong@1": _share(verdict.wrong for verdict in asked),
        "exact": _share(verdict.exact for verdict in asked),
        "answered": _share(verdict.answered for verdict in asked),
        "abstain": _share(verdict.good for verdict in silent),
    }
    return {name: share for name, share in shares.items() if share.total}


def _share(hits: Iterable[bool]) -> Share:
    values = list(hits)
    return Share(sum(values), len(values))


def report(verdicts: Sequence[Verdict], misses: int = 0, explain: Explain | None = None) -> Iterator[str]:
    """The lines of the report: measures with their intervals, by category, by language, then misses, each with
    the lines of ``explain`` (what was understood, which clauses competed) where it is given."""
    yield f"{'questions':<10} {len(verdicts)}"
    for name, share in measures(verdicts).items():
        yield f"{name:<10} {share}"
    yield from _groups("category", verdicts, lambda verdict: verdict.question.group)
    asked = [verdict for verdict in verdicts if verdict.question.answers]
    yield from _groups("language", asked, lambda verdict: verdict.question.lang or "?")
    missed = [verdict for verdict in verdicts if not verdict.good][:misses]
    if missed:
        yield ""
    for verdict in missed:
        yield _miss(verdict)
        yield from (f"     {line}" for line in (explain(verdict.question) if explain else ()))


def _groups(title: str, verdicts: Sequence[Verdict], key: Callable[[Verdict], str]) -> Iterator[str]:
    groups: defaultdict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        groups[key(verdict)].append(verdict.good)
    if groups:
        yield ""
        yield f"{title} (fact@1, or abstain for unanswerable ones)"
    for name, hits in sorted(groups.items()):
        yield f"  {name:<26} {_share(hits)}"


def _miss(verdict: Verdict) -> str:
    question = verdict.question
    shown = " ".join(verdict.first.split())[:120] or "(no answer)"
    return f"MISS {question.id} {question.group} | {question.question} => {shown}"
