"""What an editor of the knowledge does at the command line beside writing documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.answer.model import Answer
from bot.assembly import Library, build_assistant
from bot.config import Config
from bot.errors import KnowledgeError, PublishError
from bot.publishing.folder import GOLDEN, Folder
from bot.publishing.golden import Golden, GoldenLine, load_golden, met
from bot.publishing.keeping import draft, keep, known
from bot.publishing.model import Checked, Kept
from bot.publishing.office import BUNDLED


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
        cls, config: Config, question: str, *, refused: bool, must: Sequence[str], must_not: Sequence[str]
    ) -> Keeping:
        """Ask the configured knowledge. Raises PublishError for the one that comes with the bot, KnowledgeError."""
        if config.knowledge.path is None:
            raise PublishError(BUNDLED)
        folder = Folder(config.knowledge.path)
        lines = load_golden(folder.path / GOLDEN)
        answer = build_assistant(config).ask(question)
        golden = draft(answer, refused=refused, must=must, must_not=must_not)
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


def checked(config: Config) -> Checked:
    """Everything that is wrong with the configured knowledge, or misleads; raises nothing for it."""
    try:
        library = Library(config)
    except KnowledgeError as error:
        return Checked(problems=error.problems)
    found = Checked(len(library.current.documents), warnings=library.review())
    try:
        golden = library.golden()
    except KnowledgeError as error:
        return replace(found, problems=error.problems)
    return replace(found, golden=golden, problems=golden.failures)
