"""Keeping a question: what is shown for it today becomes a golden question that every later change must meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.answer.model import Answer
from bot.publishing.folder import GOLDEN, Folder
from bot.publishing.gaps import key_of
from bot.publishing.golden import Golden, GoldenLine, load_golden, with_golden

FACTS = 3
"""Quotes that a golden question looks at, so that many facts can be taken over from an answer."""


def draft(
    answer: Answer,
    turns: Sequence[str] = (),
    *,
    refused: bool = False,
    must: Sequence[str] = (),
    must_not: Sequence[str] = (),
) -> Golden | None:
    """The golden question of an answer: it must hold ``must``, by default what is highlighted in it (a value with
    its unit, a name), so that the words around may change. None where nothing is answered and nothing demanded.

    An open or comparing question must keep the answers of all its sides.
    """
    facts = () if refused else _distinct(must) or _distinct(_highlighted(answer))
    if not facts and not refused:
        return None
    return Golden(
        question=_plain(answer.question),
        turns=tuple(map(_plain, turns)),
        quote=tuple((fact,) for fact in facts),
        must_not=_distinct(must_not),
        refused=refused,
    )


def _highlighted(answer: Answer) -> Iterable[str]:
    shown = answer.citations[: min(answer.lead, FACTS)] if answer.status == "answered" else ()
    marked = [(citation.quote, citation.highlights[0]) for citation in shown if citation.highlights]
    return (quote[start:end] for quote, (start, end) in marked)


def _distinct(facts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_plain, facts))))


def _plain(text: str) -> str:
    """On one line: a line of the file is one question."""
    return " ".join(text.split())


def known(golden: Golden, lines: Iterable[GoldenLine]) -> GoldenLine | None:
    """The line that asks the same already, politeness, punctuation, script and width aside."""
    asked = _asked(golden)
    return next((line for line in lines if _asked(line.golden) == asked), None)


def _asked(golden: Golden) -> tuple[str, ...]:
    return tuple(map(key_of, (*golden.turns, golden.question)))


def keep(folder: Folder, golden: Golden) -> GoldenLine:
    """Add a golden question to the folder's file, and say where it stands. Raises PublishError, KnowledgeError."""
    folder.write(GOLDEN, with_golden(folder.find(GOLDEN), golden))
    return load_golden(folder.path / GOLDEN)[-1]
