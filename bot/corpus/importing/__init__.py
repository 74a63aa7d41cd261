"""Real sources (portal listings, text, HTML, PDF, DOCX) → Markdown documents of a knowledge folder.

The pieces, in the order in which a source passes them: ``files`` (and ``listing``, ``reflow``) make raw
articles, ``identity`` (and ``places``) reads what they are, ``structure`` (``numbering``, ``headings``,
``runin``) finds their sections, ``leftovers`` strikes out writing instructions, ``document`` makes the
Markdown, ``shelf`` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bot.corpus.importing import files
from bot.corpus.importing.document import Draft, draft
from bot.corpus.importing.model import ImportedDocument, ImportReport, ImportWarning
from bot.corpus.importing.shelf import Shelf
from bot.errors import ImportSourceError, Problem

Progress = Callable[[int, int, str], None]
"""Called before each file with its number (from 1), the number of files, and its name."""

__all__ = ["ImportReport", "ImportWarning", "ImportedDocument", "Progress", "import_sources"]


def import_sources(sources: Sequence[Path], into: Path, *, progress: Progress | None = None) -> ImportReport:
    """Turn ``sources`` (files and folders) into documents under ``into/documents/``.

    Importing the same again changes nothing; a changed source replaces its document; what was edited by
    hand is never overwritten. A file that cannot be read becomes a failure of the report, the rest goes on.
    """
    batch = _Batch(Shelf(into))
    found = [file for source in sources for file in batch.find(source)]
    for number, (path, name) in enumerate(found, 1):
        if progress:
            progress(number, len(found), name)
        batch.read(path, name)
    return batch.report()


class _Batch:
    """The import under way: collects documents, warnings and failures."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._documents: list[ImportedDocument] = []
        self._warnings: list[ImportWarning] = []
        self._failures: list[Problem] = []

    def find(self, source: Path) -> list[tuple[Path, str]]:
        try:
            found, skipped = files.find(source)
        except ImportSourceError as error:
            self._failures.append(Problem(str(source), None, str(error)))
            return []
        self._warnings += skipped
        return found

    def read(self, path: Path, name: str) -> None:
        try:
            articles = files.read(path, name)
        except ImportSourceError as error:
            self._failures.append(Problem(str(path), None, str(error)))
            return
        for article in articles:
            self._put(draft(article), path)

    def _put(self, made: Draft, path: Path) -> None:
        self._warnings += made.warnings
        try:
            made, target, state = self._shelf.put(made)
        except ImportSourceError as error:
            self._failures.append(Problem(str(path), None, f"《{made.identity.title}》{error}"))
            return
        place = made.identity.place
        self._documents.append(
            ImportedDocument(
                path=target,
                id=made.id,
                title=made.identity.title,
                place=place.id if place else None,
                place_name=place.name if place else None,
                state=state,
                source=made.source,
            )
        )

    def report(self) -> ImportReport:
        return ImportReport(tuple(self._documents), tuple(self._warnings), tuple(self._failures))
