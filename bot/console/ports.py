"""What the console needs of the answering core. ``bot.assembly.Library`` satisfies ``Answering``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.answer.model import Answer, Citation
from bot.corpus.model import Document
from bot.publishing.model import Kept, Reload


class Asking(Protocol):
    """One immutable state of the knowledge that can be asked."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document, in the order of the folder."""
        ...

    def ask(self, question: str, turns: Sequence[str] = (), *, explain: bool = False) -> Answer:
        """Answer a question; ``turns`` are the earlier questions of the conversation, oldest first."""
        ...

    def widen(self, citation: Citation, steps: int) -> Citation:
        """The citation with its quote widened by ``steps`` neighbouring sentences."""
        ...

    def examples(self, locale: str) -> tuple[str, ...]:
        """Up to six questions that can be answered."""
        ...


class Answering(Protocol):
    """Holds the current state; a reload swaps it."""

    @property
    def current(self) -> Asking:
        """The state to ask now."""
        ...

    def keep(self, answer: Answer, turns: Sequence[str] = (), *, refused: bool = False) -> Kept:
        """Make a golden question of what was asked: it must go on being answered so, or refused.

        Raises PublishError or KnowledgeError where it cannot be written.
        """
        ...

    def reload(self, by: str = "console", *, force: bool = False) -> Reload:
        """Build the state anew; raises KnowledgeError and keeps the old one where something is wrong.

        ``force`` swaps although golden questions are not met.
        """
        ...
