"""A loaded state of the knowledge, and what differs between two of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from bot.answer.model import Answer
from bot.corpus.model import Document
from bot.language.language import Language
from bot.publishing.figures import figure_changes, figures
from bot.publishing.model import Changes, FigureChange, Snapshot

ID = 12
"""Hexadecimal digits of a snapshot's id."""


class Asking(Protocol):
    """What answers from one snapshot; thread-safe."""

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document, in the order of the folder."""
        ...

    def ask(self, question: str, turns: Sequence[str] = ()) -> Answer:
        """Answer a question; ``turns`` are the earlier ones, oldest first."""
        ...


AskingT = TypeVar("AskingT", bound=Asking)


@dataclass(frozen=True)
class State(Generic[AskingT]):
    """A snapshot with what answers from it, and the language that it was read with (``lexicon``: its digest)."""

    snapshot: Snapshot
    assistant: AskingT
    language: Language
    lexicon: str


def snapshot_id(documents: Iterable[Document], lexicon: str) -> str:
    """The id of a snapshot: which documents, with which bytes, read with which lexicon."""
    parts = sorted(f"{document.id}\0{document.sha256}" for document in documents)
    return hashlib.sha256("\n".join([lexicon, *parts]).encode()).hexdigest()[:ID]


def lexicon_digest(folders: Sequence[Path]) -> str:
    """SHA-256 over all files of the lexicon folders with their names."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.iterdir() if path.is_file()):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.name}\0{content}\n".encode())
        digest.update(b"\n")
    return digest.hexdigest()


def changes(before: State[AskingT], after: State[AskingT]) -> Changes:
    """What differs between two states; figures are compared in documents that both have."""
    old = {document.id: document for document in before.assistant.documents}
    new = {document.id: document for document in after.assistant.documents}
    changed = [id for id in new if id in old and old[id].sha256 != new[id].sha256]
    return Changes(
        {id: new[id].title for id in new if id not in old},
        {id: new[id].title for id in changed},
        {id: old[id].title for id in old if id not in new},
        before.lexicon != after.lexicon,
        tuple(change for id in changed for change in _figures(old[id], new[id], after.language)),
    )


def _figures(old: Document, new: Document, language: Language) -> Iterable[FigureChange]:
    """Both versions read with the new language, so that only the documents can differ."""
    yield from figure_changes(new.title, figures(old, language), figures(new, language))
