"""What a reload says: lines of plain text for the console, the command line and Telegram alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from bot.errors import GoldenError, KnowledgeError, Problem
from bot.publishing.model import Changes, Checked, Edition, FigureChange, Finding, Gap, GoldenResult, Kept, Reload, Step
from bot.render.messages import status, text

ACTIONS = ("found", "publish", "replace", "rollback", "synonym", "answer")
"""What editions are called, each with a message."""
SHOWN = 20
"""Lines of one kind that are listed; the rest is counted."""


def reload_lines(reload: Reload, locale: str) -> Iterator[str]:
    """What is in use now, and what differs from before."""
    key = "admin.unchanged" if reload.before.id == reload.after.id else "admin.reloaded"
    seconds = f"{reload.seconds:.1f}"
    yield text(locale, key, id=reload.after.id, before=reload.before.id, seconds=seconds)
    if reload.forced:
        yield text(locale, "admin.forced", count=len(reload.golden.failures))
        yield from shortened((str(failure) for failure in reload.golden.failures), locale)
    yield from _changes(reload.changes, locale)
    if reload.changes:
        yield text(locale, "admin.passages", before=reload.before.passages, after=reload.after.passages)
    yield golden_line(reload.golden, locale)


def _changes(changes: Changes, locale: str) -> Iterator[str]:
    for key in ("added", "changed", "removed"):
        yield from shortened(_documents(getattr(changes, key), f"admin.{key}", locale), locale)
    if changes.lexicon:
        yield text(locale, "admin.lexicon")
    if changes.figures:
        yield text(locale, "admin.figures", count=len(changes.figures))
        yield from shortened(("  " + figure_line(figure, locale) for figure in changes.figures), locale)


def _documents(titles: Mapping[str, str], key: str, locale: str) -> Sequence[str]:
    return [text(locale, key, title=text(locale, "format.title", title=title), id=id) for id, title in titles.items()]


def figure_line(figure: FigureChange, locale: str) -> str:
    """``固定资产投资目标 2021: 20%左右 → 18%左右``."""
    said = figure.name + (status(locale, figure.status) if figure.status else "")
    before = figure.before or text(locale, "admin.figure_new")
    after = figure.after or text(locale, "admin.figure_gone")
    return f"{' '.join(filter(None, (said, figure.period)))}: {before} → {after}"


def golden_line(golden: GoldenResult, locale: str) -> str:
    """How many golden questions were met."""
    if not golden.total:
        return text(locale, "admin.golden_none")
    return text(locale, "admin.golden", passed=golden.passed, total=golden.total)


def golden_question_lines(golden: Mapping[str, Any], met: bool, locale: str) -> Iterator[str]:
    """What a golden question will demand, and that today's answer does not meet it."""
    yield text(locale, "golden.will_add")
    demands = [text(locale, "golden.must", text=spellings[0]) for spellings in golden["quote"]]
    demands += [text(locale, "golden.must_not", text=forbidden) for forbidden in golden["must_not"]]
    yield from (f"  {line}" for line in (*demands, *([text(locale, "golden.refused")] if golden["refused"] else [])))
    if not met:
        yield text(locale, "golden.answered_today" if golden["refused"] else "golden.not_met")


def kept_line(kept: Kept, locale: str) -> str:
    """What became of it, with the line where it stands."""
    return text(locale, f"golden.{kept.state}", where=f"{kept.path}:{kept.line}")


def held_back_lines(error: KnowledgeError, locale: str) -> Iterator[str]:
    """Why nothing was swapped: every problem with its line and remedy."""
    count = len(error.problems)
    if isinstance(error, GoldenError):
        yield text(locale, "admin.held_back", count=count, total=error.total)
    else:
        yield text(locale, "admin.invalid", count=count)
    yield from shortened((f"  {problem}" for problem in error.problems), locale)


def check_lines(checked: Checked, locale: str) -> Iterator[str]:
    """Every problem, or that there is none; then the warnings."""
    yield from map(str, checked.problems)
    if checked.problems:
        yield text(locale, "check.problems", count=len(checked.problems))
    else:
        yield text(locale, "check.ok", documents=checked.documents)
        if checked.golden and checked.golden.total:
            yield golden_line(checked.golden, locale)
    yield from (finding_line(finding, locale) for finding in checked.warnings)
    if checked.warnings:
        yield text(locale, "check.warnings", count=len(checked.warnings))


def finding_line(finding: Finding, locale: str) -> str:
    """A warning: where, what, how to mend it, and the code that silences it."""
    return f"{finding_problem(finding, locale)} [{finding.code}]"


def finding_problem(finding: Finding, locale: str) -> Problem:
    """A warning in words."""
    said = (text(locale, f"{table}.{finding.code}", **finding.params) for table in ("warning", "warning_mend"))
    return Problem(finding.path, finding.line, *said)


def edition_line(edition: Edition, locale: str) -> str:
    """``12  2024-05-06 08:30  publish 新政策 (user:7)  snapshot``."""
    what = edition.action
    if edition.action in ACTIONS:
        what = text(locale, f"admin.action_{edition.action}", target=edition.target)
    return f"{edition.number}  {_time(edition.at)}  {what}  ({edition.by})  {edition.snapshot}"


def gap_line(gap: Gap, locale: str) -> str:
    """How often, which question, when last."""
    counts = {"refused": gap.refused, "disliked": gap.disliked}
    said = [text(locale, f"admin.gap_{kind}", count=count) for kind, count in counts.items() if count]
    return f"{gap.question}  ({text(locale, 'format.detail_join').join(said)}; {gap.last.astimezone():%Y-%m-%d})"


def entry_line(at: datetime, actor: int | None, action: str, target: str, before: object, after: object) -> str:
    """A line of the audit trail, with what was before and after as JSON."""
    by = "–" if actor is None else str(actor)
    change = " → ".join(json.dumps(value, ensure_ascii=False) for value in (before, after))
    return f"{_time(at)}  {by}  {action}  {target}  {change}"


def _time(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def step_line(step: Step, done: int, total: int, locale: str) -> str:
    """What a reload is at."""
    return text(locale, f"admin.step_{step}", **({"done": done, "total": total} if step == "golden" else {}))


def shortened(lines: Iterable[str], locale: str) -> Iterator[str]:
    """At most SHOWN lines, and how many more there are."""
    rest = iter(lines)
    yield from islice(rest, SHOWN)
    more = sum(1 for _ in rest)
    if more:
        yield text(locale, "admin.more", count=more)
