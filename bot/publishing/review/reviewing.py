"""All checks over one knowledge folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.corpus.model import Document
from bot.language.language import Language
from bot.publishing.model import Finding
from bot.publishing.review.disagreeing import disagreements
from bot.publishing.review.layout import empty_headings, long_clauses
from bot.publishing.review.periods import undated_figures
from bot.publishing.review.places import misheard_place, undecided_place
from bot.publishing.review.synonyms import concepts_twice, names_in_two_places


def review(documents: Sequence[Document], language: Language, lexicon: Path | None = None) -> tuple[Finding, ...]:
    """Findings by file and line, without those that a document allows for itself. ``lexicon`` is the folder's own."""
    found = [
        *(finding for document in documents for finding in _of_one(document, language)),
        *disagreements(documents, language),
        *(_of_lexicon(lexicon, language) if lexicon else ()),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.path, finding.line or 0)))


def _of_one(document: Document, language: Language) -> Iterator[Finding]:
    found = (
        *undated_figures(document, language),
        *empty_headings(document),
        *undecided_place(document, language),
        *misheard_place(document, language),
        *long_clauses(document),
    )
    return (finding for finding in found if finding.code not in document.meta.allow)


def _of_lexicon(folder: Path, language: Language) -> Iterator[Finding]:
    yield from concepts_twice(folder)
    yield from names_in_two_places(folder, language.gazetteer)
