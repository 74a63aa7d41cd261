"""What ``import`` shows while it runs."""

from __future__ import annotations

import io

from bot.corpus.importing import ImportReport
from bot.errors import Problem
from bot.import_report import MANY, Progress, report_lines
from bot.render.console import plain


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_one_changing_line() -> None:
    """And nothing is left of it at the end."""
    out = Terminal()
    progress = Progress(out)
    progress(1, 2, "很长的名字" * 30)
    progress(2, 2, "b.txt")
    progress.done()
    assert "\n" not in out.getvalue()
    assert "[2/2] b.txt" in out.getvalue()
    assert out.getvalue().endswith(" \r")


def test_progress_in_a_pipe_is_shown_for_many_files_only() -> None:
    """A few files need none."""
    few, many = io.StringIO(), io.StringIO()
    Progress(few)(1, MANY - 1, "a.txt")
    Progress(many)(1, MANY, "a.txt")
    assert (few.getvalue(), many.getvalue()) == ("", f"[1/{MANY}] a.txt\n")


def test_a_report_without_documents_still_counts() -> None:
    """Failures are named with their reason; no empty table."""
    report = ImportReport(failures=(Problem("a.pdf", None, "no text"),))
    assert plain(report_lines(report, "en")).splitlines() == [
        "Failed: a.pdf: no text",
        "Documents: 0. Written 0, unchanged 0, replaced 0; failed 1.",
    ]
