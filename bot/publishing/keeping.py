"""Keeping a question: what is shown for it today becomes a golden question that every later change must meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.answer.model import Answer
from bot.errors import PublishError
from bot.publishing.folder import GOLDEN, Folder
from bot.publishing.gaps import key_of
from bot.publishing.golden import Golden, GoldenLine, load_golden, met, with_golden
from bot.publishing.model import Kept
from bot.publishing.office import BUNDLED

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


@dataclass(frozen=True)
class Keeping:
    """A question that is to become a golden one: its answer of today, what it will demand (None: there is nothing
    to demand), and the line that asks the same already."""

    folder: Folder
    answer: Answer
    golden: Golden | None
    known: GoldenLine | None

    @classmethod
    def of(
        cls,
        path: Path | None,
        answer: Answer,
        turns: Sequence[str] = (),
        *,
        refused: bool = False,
        must: Sequence[str] = (),
        must_not: Sequence[str] = (),
    ) -> Keeping:
        """Of an answer, for the folder at ``path``. Raises PublishError where that is the one that comes with the
        bot (None), KnowledgeError where its golden questions cannot be read."""
        if path is None:
            raise PublishError(BUNDLED)
        folder = Folder(path)
        lines = load_golden(folder.path / GOLDEN)
        golden = draft(answer, turns, refused=refused, must=must, must_not=must_not)
        return cls(folder, answer, golden, known(golden, lines) if golden else None)

    @property
    def met(self) -> bool:
        """Whether the answer of today is what will be demanded."""
        return self.golden is not None and met(self.golden, self.answer)

    def keep(self) -> Kept:
        """Add the question to the folder's file, unless it is there."""
        if self.golden is None:
            return self.declined()
        if self.known:
            return self._kept("known" if _same(self.known.golden, self.golden) else "other", self.known.line)
        return self._kept("added", keep(self.folder, self.golden).line)

    def declined(self) -> Kept:
        """Leave the file as it is."""
        return self._kept("declined", None)

    def _kept(self, state: Literal["added", "known", "other", "declined"], line: int | None) -> Kept:
        return Kept(state, str(self.folder.path / GOLDEN), line, self.met)


def _same(one: Golden, other: Golden) -> bool:
    """Whether both demand the same; how the question is worded does not count."""
    return one.model_copy(update={"question": other.question, "turns": other.turns}) == other
