"""Figures of which nobody can say when they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bot.corpus.model import Document
from bot.language.facets import report_year
from bot.language.language import Language
from bot.publishing.figures import Figure, read_figures
from bot.publishing.model import Finding

CODE = "figure-without-period"

_STANDING = {"policy", "notice", "faq"}
"""Kinds of documents whose figures hold until further notice: a tax rate has no year."""
_UNDATED = {"rank", "number", "duration", "length"}
"""Kinds of values that need none: 第一, 3个月, 30分钟, 12英寸."""


def undated_figures(document: Document, language: Language) -> Iterator[Finding]:
    """One finding a section: a year in its heading mends all of it."""
    if document.meta.kind in _STANDING or report_year(document) is not None:
        return
    sections: defaultdict[tuple[str, ...], list[Figure]] = defaultdict(list)
    for figure in read_figures(document, language):
        if not figure.key.period and figure.read.kind not in _UNDATED:
            sections[figure.key.section].append(figure)
    for first, *others in sections.values():
        params = {"figure": first.written, "count": 1 + len(others)}
        yield Finding(CODE, document.path, document.line_at(first.span[0]), params)
