"""What a reload is and brings. Frozen data, no behaviour but look-ups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.errors import Problem

Step = Literal["reading", "golden", "comparing"]
Progress = Callable[[Step, int, int], None]
"""Called with a step, how much of it is done, and how much there is to do (0, 0 where it is not counted)."""


def silent(_step: Step, _done: int, _total: int) -> None:
    """Progress that nobody follows."""


@dataclass(frozen=True)
class Snapshot:
    """One loaded state of the knowledge. ``id`` is a short hash of documents and lexicon: same content, same id.

    ``by`` is who loaded it (``start``, ``console``, ``user:123`` …); ``names`` counts the lexicon's concepts.
    """

    id: str
    loaded_at: datetime
    by: str
    documents: int
    passages: int
    names: int


@dataclass(frozen=True)
class FigureChange:
    """A figure of a changed document that now reads otherwise; ``before`` or ``after`` is empty where there is none.

    ``name`` is what the figure is said of, ``period`` and ``status`` as in the facets of an answer.
    """

    document: str
    section: tuple[str, ...]
    name: str
    period: str
    status: str | None
    before: str
    after: str


@dataclass(frozen=True)
class Changes:
    """What differs between two snapshots: titles of documents by id, and figures of the changed ones."""

    added: dict[str, str]
    changed: dict[str, str]
    removed: dict[str, str]
    lexicon: bool = False
    figures: tuple[FigureChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.lexicon)


@dataclass(frozen=True)
class GoldenResult:
    """How many golden questions were met, and what is wrong with the others, each with its line and remedy."""

    passed: int = 0
    total: int = 0
    failures: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Kept:
    """What became of a golden question that was to be added: where it stands now, or stood before.

    ``known`` stood there already, ``other`` too, but it demands something else; ``met`` is whether the answer of
    today is what the new question demands.
    """

    state: Literal["added", "known", "other", "declined"]
    path: str
    line: int | None
    met: bool


@dataclass(frozen=True)
class Reload:
    """A reload that was carried out. ``forced`` where it went through although golden questions failed."""

    before: Snapshot
    after: Snapshot
    changes: Changes
    golden: GoldenResult
    forced: bool
    seconds: float


@dataclass(frozen=True)
class Edition:
    """A published state: its number (rising), when, by whom, what was done, and its files by digest."""

    number: int
    at: datetime
    by: str
    action: str
    target: str
    files: Mapping[str, str]
    snapshot: str = ""


@dataclass(frozen=True)
class Gap:
    """Questions of one meaning. ``key`` is what they are ignored by, ``question`` how they are asked most often."""

    key: str
    question: str
    refused: int
    disliked: int
    last: datetime

    @property
    def asked(self) -> int:
        """How often."""
        return self.refused + self.disliked


@dataclass(frozen=True)
class Finding:
    """Something in the knowledge that is not wrong, but will mislead or be in vain: a warning of ``check``.

    ``code`` names the kind, ``params`` are those of its messages (``warning.<code>`` and ``warning_mend.<code>``).
    """

    code: str
    path: str
    line: int | None
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """All that ``check`` finds in a knowledge folder. Without ``documents`` (how many) it cannot be loaded, without
    ``golden`` its golden questions cannot be asked."""

    documents: int | None = None
    golden: GoldenResult | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Finding, ...] = ()
