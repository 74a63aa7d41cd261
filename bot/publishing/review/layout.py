"""Headings that stand above nothing, and clauses that no quote can hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bot.corpus.model import Document
from bot.corpus.passages import cut_passages
from bot.publishing.model import Finding
from bot.verdicts import QUOTE_MAX

EMPTY, LONG = "heading-without-text", "clause-too-long"
SHOWN = 20
"""Characters of a clause that a finding shows."""


def empty_headings(document: Document) -> Iterator[Finding]:
    """Headings that are followed by the next one of their level or a higher one, or by the end."""
    for block, after in pairwise((*document.blocks, None)):
        if block and block.level and (after is None or 0 < after.level <= block.level):
            heading = document.text[block.start : block.end]
            yield Finding(EMPTY, document.path, document.line_at(block.start), {"heading": heading})


def long_clauses(document: Document) -> Iterator[Finding]:
    """A quote is cut between clauses; one that is longer than a quote may be is cut in the middle."""
    for passage in cut_passages([document]):
        for start, end in passage.clauses:
            if end - start > QUOTE_MAX:
                params = {"start": document.text[start : start + SHOWN], "length": end - start, "limit": QUOTE_MAX}
                yield Finding(LONG, document.path, document.line_at(start), params)
