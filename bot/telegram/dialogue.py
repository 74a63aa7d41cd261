"""The dialogues in memory: the last questions and the language of each chat and topic.

Bounded twice, so that memory stays small however many people write: the dialogue that was quiet
longest is forgotten first, and each keeps only its last questions.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

MAX_DIALOGUES = 2000
MAX_TURNS = 6

Key = tuple[int, int | None]
"""Chat id and the id of the topic in it (None outside topics)."""


@dataclass
class Dialogue:
    """One dialogue. ``locale`` is what ``/lang`` chose, ``spoken`` the language of the last question."""

    turns: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_TURNS))
    locale: str | None = None
    spoken: str | None = None

    def remember(self, question: str) -> None:
        """Add a question, which later ones may refer to."""
        self.turns.append(question)


class Dialogues:
    """The dialogues by chat and topic; asking for one makes it."""

    def __init__(self, limit: int = MAX_DIALOGUES) -> None:
        self._limit = limit
        self._dialogues: OrderedDict[Key, Dialogue] = OrderedDict()

    def __len__(self) -> int:
        return len(self._dialogues)

    def of(self, key: Key) -> Dialogue:
        """Return the dialogue of ``key``, the most recently used from now on."""
        dialogue = self._dialogues.setdefault(key, Dialogue())
        self._dialogues.move_to_end(key)
        if len(self._dialogues) > self._limit:
            self._dialogues.popitem(last=False)
        return dialogue
