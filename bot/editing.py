"""What an editor of the knowledge does at the command line beside writing documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.assembly import Library, build_assistant, without_cluster
from bot.config import Config
from bot.errors import KnowledgeError, PublishError
from bot.publishing.keeping import Keeping
from bot.publishing.model import Checked
from bot.publishing.office import BUNDLED


def keeping(config: Config, question: str, *, refused: bool, must: Sequence[str], must_not: Sequence[str]) -> Keeping:
    """Ask the configured knowledge a question that is to become a golden one. Raises PublishError, KnowledgeError."""
    if config.knowledge.path is None:
        raise PublishError(BUNDLED)  # before anything is loaded
    answer = build_assistant(config).ask(question)
    return Keeping.of(config.knowledge.path, answer, refused=refused, must=must, must_not=must_not)


def checked(config: Config) -> Checked:
    """Everything that is wrong with the configured knowledge, or misleads; raises nothing for it."""
    try:
        library = Library(without_cluster(config))
    except KnowledgeError as error:
        return Checked(problems=error.problems)
    found = Checked(len(library.current.documents), warnings=library.review())
    try:
        golden = library.golden()
    except KnowledgeError as error:
        return replace(found, problems=error.problems)
    return replace(found, golden=golden, problems=golden.failures)
