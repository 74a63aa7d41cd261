"""What the bot needs of the answering core. ``bot.assembly.Library`` satisfies ``Answering``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.answer.model import Answer, Topic
from bot.corpus.model import Document


class Asking(Protocol):
    """One immutable state of the knowledge that can be asked; thread-safe."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document, in the order of the folder."""
        ...

    def ask(self, question: str, turns: Sequence[str] = ()) -> Answer:
        """Answer a question; ``turns`` are the earlier questions of the dialogue, oldest first."""
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
