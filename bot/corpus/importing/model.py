"""What an import hands on and reports. Frozen data, no behaviour but look-ups."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.errors import Problem

State = Literal["written", "replaced", "unchanged"]


@dataclass(frozen=True)
class ImportWarning:
    """Something a person should look at: ``kind`` for machines, ``text`` a sentence in Chinese."""

    kind: str
    source: str
    text: str

    def __str__(self) -> str:
        return f"{self.source}: {self.text}"


@dataclass(frozen=True)
class RawArticle:
    """One article as a source gives it, before anything is known about it.

    ``lines`` are its source paragraphs, whitespace normalised, nothing else changed; ``verbatim`` says
    that they are Markdown already and stay as they are. ``source`` identifies it between imports.
    """

    source: str
    lines: tuple[str, ...]
    title: str | None = None
    fallback_title: str = ""
    listed: dt.date | None = None
    verbatim: bool = False
    given: tuple[tuple[str, object], ...] = ()
    """Front matter that the source brings itself (a Markdown file); it wins over what the text says."""
    warnings: tuple[ImportWarning, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True)
class ImportedDocument:
    """One document of the import: where it is, what it is called, what place it is about."""

    path: Path
    id: str
    title: str
    place: str | None
    place_name: str | None
    state: State
    source: str


@dataclass(frozen=True)
class ImportReport:
    """What an import did: every document with its state, what to look at, what could not be read."""

    documents: tuple[ImportedDocument, ...] = ()
    warnings: tuple[ImportWarning, ...] = ()
    failures: tuple[Problem, ...] = ()

    @property
    def written(self) -> tuple[ImportedDocument, ...]:
        return self._in_state("written")

    @property
    def replaced(self) -> tuple[ImportedDocument, ...]:
        return self._in_state("replaced")

    @property
    def unchanged(self) -> tuple[ImportedDocument, ...]:
        return self._in_state("unchanged")

    def _in_state(self, state: State) -> tuple[ImportedDocument, ...]:
        return tuple(document for document in self.documents if document.state == state)
