"""What an admin does to the knowledge, each as one blocking call; adapters only ask, show and pass on.

``by`` is who does it, as in a snapshot. Every call raises PublishError, KnowledgeError or GoldenError with the
reason and the remedy, and then nothing has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.answer.model import Answer, Citation
from bot.corpus.model import Document
from bot.errors import PublishError
from bot.language.lexicon import Lexicon
from bot.publishing.gaps import answer_here, find_concept, synonym
from bot.publishing.model import Edition, GoldenResult, Progress, Reload, Snapshot, silent
from bot.publishing.publisher import Publisher
from bot.publishing.staging import Field, Source, Staged, Staging

BUNDLED = "自带的资料不能在这里修改 — 在配置里把 knowledge.path 设为自己的资料夹"


class Explaining(Protocol):
    """One state of the knowledge, asked with an explanation."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document."""
        ...

    def ask(self, question: str, turns: Sequence[str] = (), *, explain: bool = False) -> Answer:
        """Answer a question."""
        ...

    def find_verbatim(self, quote: str) -> tuple[Citation, ...]:
        """Where ``quote`` stands."""
        ...


class Library(Protocol):
    """The knowledge in use: ``bot.assembly.Library``."""

    @property
    def current(self) -> Explaining:
        """The state in use."""
        ...

    @property
    def snapshot(self) -> Snapshot:
        """What is known of it."""
        ...

    @property
    def lexicon(self) -> Lexicon:
        """Its lexicon."""
        ...

    def golden(self) -> GoldenResult:
        """How it does on the golden questions."""
        ...

    def reload(self, by: str = "", *, force: bool = False, progress: Progress = silent) -> Reload:
        """Build the state anew and swap it."""
        ...


class Office:
    """The knowledge, changes to it, and what waits to become one. ``publisher`` None: it may not be changed."""

    def __init__(self, library: Library, publisher: Publisher | None, staging: Staging) -> None:
        self.library = library
        self.staging = staging
        self._publisher = publisher

    @property
    def publisher(self) -> Publisher:
        """Who carries out changes."""
        if self._publisher is None:
            raise PublishError(BUNDLED)
        return self._publisher

    def reload(self, by: str, force: bool, progress: Progress) -> Reload:
        """Load the folder as it is now."""
        return self.library.reload(by, force=force, progress=progress)

    def stage(self, source: Source, by: str) -> Staged:
        """Read what was sent; where nothing may be published, that is said before."""
        if self._publisher is None:
            raise PublishError(BUNDLED)
        return self.staging.stage(source, by)

    def edit(self, id: str, field: Field, value: str) -> Staged:
        """Correct what was recognised."""
        return self.staging.edit(id, field, value)

    def publish(self, id: str, by: str, *, replace: bool, force: bool, progress: Progress) -> Reload:
        """Publish what waits; it waits no more afterwards."""
        change = self.staging.change(id, by, replace=replace)
        done = self.publisher.publish(change, force=force, progress=progress)
        self.staging.discard(id)
        return done

    def history(self) -> list[Edition]:
        """The published states, newest first."""
        return self.publisher.history.editions()

    def rollback(self, number: int, by: str, *, force: bool, progress: Progress) -> Reload:
        """Back to a published state."""
        return self.publisher.rollback(number, by, force=force, progress=progress)

    def teach(self, word: str, name: str, by: str, progress: Progress) -> Reload:
        """Teach that ``word`` means what ``name`` (a name or id of the lexicon) means."""
        concept, folder = find_concept(self.library.lexicon, name), self.publisher.folder
        return self.publisher.publish(lambda: synonym(folder, word, concept, by), progress=progress)

    def point_out(self, question: str, document_id: str, span: tuple[int, int], by: str, progress: Progress) -> Reload:
        """Say that the paragraph at ``span`` of a document answers ``question``."""
        document = next((d for d in self.library.current.documents if d.id == document_id), None)
        if document is None:
            raise PublishError(f"文件 {document_id} 已经不在资料里 — 另选一句")
        folder = self.publisher.folder
        return self.publisher.publish(lambda: answer_here(folder, document, span, question, by), progress=progress)
