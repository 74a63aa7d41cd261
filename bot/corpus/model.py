"""What the corpus consists of: documents and their sections. Frozen data, no behaviour but look-ups.

``Document.text`` is the body of the Markdown file exactly as it stands after the closing ``---`` of the
front matter (line ends as ``\\n``), headings and all. Every offset in the program is an index into it
(code points), so anybody can check a quote with the file and a text editor.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator

Kind = Literal["work-report", "article", "policy", "notice", "faq"]
Allowed = Literal[
    "figure-without-period",
    "figures-disagree",
    "heading-without-text",
    "place-undecided",
    "place-homophone",
    "clause-too-long",
]
"""Codes of warnings that a document may silence for itself."""


class FrontMatter(BaseModel):
    """The YAML block at the top of a document; only ``title`` is required. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str | None = Field(default=None, max_length=120, pattern=r"^[\w.\-]+$")
    title: str = Field(min_length=1, max_length=300)
    publisher: str | None = None
    date: dt.date | None = None
    place: str | None = None
    kind: Kind = "article"
    source: str | None = None
    listed: dt.date | None = None
    listed_as: str | None = None
    digest: bool = False
    caution: str | None = None
    allow: tuple[Allowed, ...] = ()

    @field_validator("allow", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """A list, words on one line, or nothing."""
        return re.split(r"[,\s\uff0c、]+", value.strip()) if isinstance(value, str) and value else value or ()

    @field_serializer("allow")
    def _as_list(self, value: tuple[Allowed, ...]) -> list[str]:
        return list(value)  # YAML knows no tuples


@dataclass(frozen=True)
class Block:
    """A heading or a paragraph of a document: ``text[start:end]`` without Markdown marks.

    ``level`` is 0 for a paragraph, 1–6 for a heading; ``asks`` are the other ways people put the
    question that this paragraph answers (indexed, never quoted); ``struck`` are the ``~~…~~`` stretches
    (offsets into the document's text, marks included) that must never be quoted.
    """

    start: int
    end: int
    level: int = 0
    asks: tuple[str, ...] = ()
    struck: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Document:
    """One loaded document: its id, its front matter, its text and the blocks found in it, in order.

    ``line`` is the line of the file where the text begins.
    """

    id: str
    meta: FrontMatter
    text: str
    blocks: tuple[Block, ...] = ()
    path: str = ""
    sha256: str = ""
    line: int = 1

    @property
    def title(self) -> str:
        return self.meta.title

    def line_at(self, offset: int) -> int:
        """The line of the file (from 1) where ``text[offset]`` stands."""
        return self.line + self.text.count("\n", 0, offset)


@dataclass(frozen=True)
class Passage:
    """A sentence of a document: the unit that is indexed and retrieved.

    ``start``/``end`` are offsets into the document's text; ``clauses`` are the ``[start, end)`` of its clauses,
    struck-out ones left out; ``section`` is the path of headings above it, outermost first. ``ordinal`` counts
    the passages of the whole snapshot, so ``ordinal ± 1`` are the neighbours (check ``document``).
    """

    ordinal: int
    document: int
    block: int
    start: int
    end: int
    section: tuple[str, ...] = ()
    clauses: tuple[tuple[int, int], ...] = ()
    asks: tuple[str, ...] = ()
    struck: bool = False

    @property
    def id(self) -> str:
        return f"{self.document}:{self.start}"
