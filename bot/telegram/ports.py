"""What the bot needs of the answering core. ``bot.assembly.Library`` satisfies ``Answering``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.answer.checking import Check
from bot.answer.model import Answer, Citation, Topic
from bot.corpus.model import Document


class Asking(Protocol):
    """One immutable state of the knowledge that can be asked; thread-safe."""

    @property
    def snapshot(self) -> str:
        """The name of this state."""
        ...

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document, in the order of the folder."""
        ...

    def ask(self, question: str, turns: Sequence[str] = ()) -> Answer:
        """Answer a question; ``turns`` are the earlier questions of the dialogue, oldest first."""
        ...

    def widen(self, citation: Citation, steps: int) -> Citation:
        """The citation with its quote widened by ``steps`` neighbouring sentences on each side, still verbatim."""
        ...

    def check(self, claim: str) -> Check:
        """Whether a quote stands in the documents, and where its source is claimed beside it, whether it does there."""
        ...

    def find_verbatim(self, quote: str) -> tuple[Citation, ...]:
        """Where ``quote`` stands in the documents; white space, width and script do not matter, digits do."""
        ...

    def examples(self, locale: str) -> tuple[str, ...]:
        """Return up to six questions that can be answered."""
        ...

    def place_names(self, place: str) -> Mapping[str, str]:
        """Return the names of a place by its id, one a locale; none for an unknown one."""
        ...

    def topics(self, locale: str) -> tuple[Topic, ...]:
        """Return questions by theme, each of which is answered; may take seconds the first time."""
        ...


class Answering(Protocol):
    """Holds the current state; a reload swaps it, a request keeps the one that it began with."""

    @property
    def current(self) -> Asking:
        """The state to ask now."""
        ...
