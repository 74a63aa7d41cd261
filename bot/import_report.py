"""What ``import`` prints: a table of the documents, what to look at, what could not be read; progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.cells import cell_len, set_cell_size

from bot.corpus.importing import ImportedDocument, ImportReport
from bot.corpus.loader import load_document
from bot.errors import KnowledgeError
from bot.render.console import Line, Piece
from bot.render.messages import text

MANY = 10
"""From this many files on progress is shown in a pipe too, a line each."""
NAME_WIDTH = 60


def report_lines(report: ImportReport, locale: str) -> Iterator[Line]:
    """The whole report, a line each."""
    if report.documents:
        yield from _table(report.documents, locale)
    for warning in report.warnings:
        yield (Piece(text(locale, "import.warning", text=str(warning)), "note"),)
    for failure in report.failures:
        yield (Piece(text(locale, "import.failure", text=str(failure)), "caution"),)
    yield (Piece(_summary(report, locale), "heading"),)


def _table(documents: Sequence[ImportedDocument], locale: str) -> Iterator[Line]:
    head = (
        text(locale, "import.status"),
        *(text(locale, f"label.{key}") for key in ("date", "place", "title")),
    )
    rows = [head, *(_row(document) for document in documents)]
    widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = (set_cell_size(cell, width) for cell, width in zip(row[:-1], widths, strict=False))
        yield (Piece("  ".join((*cells, row[-1])), "" if number else "heading"),)


def _row(document: ImportedDocument) -> tuple[str, str, str, str]:
    place = " ".join(part for part in (document.place, document.place_name) if part)
    return document.state, _date(document), place or "–", document.title


def _date(document: ImportedDocument) -> str:
    """The date in the document's front matter; a file that was edited by hand may lack a readable one."""
    try:
        date = load_document(document.path).meta.date
    except KnowledgeError:
        return "?"
    return date.isoformat() if date else "–"


def _summary(report: ImportReport, locale: str) -> str:
    return text(
        locale,
        "import.summary",
        documents=len(report.documents),
        written=len(report.written),
        unchanged=len(report.unchanged),
        replaced=len(report.replaced),
        failed=len(report.failures),
    )


class Progress:
    """Says which file is being read: one changing line on a terminal, lines in a pipe for many files."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()

    def __call__(self, number: int, total: int, name: str) -> None:
        """Show file ``number`` of ``total``, called before it is read."""
        line = f"[{number}/{total}] {name}"
        if self._terminal:
            self._write(f"\r{set_cell_size(line, NAME_WIDTH)}")
        elif total >= MANY:
            self._write(line + "\n")

    def done(self) -> None:
        """Clear the changing line."""
        if self._terminal:
            self._write("\r" + " " * NAME_WIDTH + "\r")

    def _write(self, value: str) -> None:
        self._stream.write(value)
        self._stream.flush()
