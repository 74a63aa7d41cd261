"""Which text holds which term, and how strongly, for all texts of the index at once.

A text is a row: a clause, or a title, a heading, an ask above a passage. The rows that hold a term lie end to end,
term by term, so the few terms of a question lead to all texts that matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.language.facets import Stated
from bot.language.lists import Integers, Ragged
from bot.search.bags import Bags


@dataclass(frozen=True)
class Texts:
    """All texts of an index. By passage: its clauses (``clauses``), its context (``context``: rows and kinds), its
    paragraph (``paragraphs``, a number of its own for each paragraph of the corpus), what the engine gets (``bags``).
    By clause: its row, its facets (``stated``, numbers into ``facets``) and whether it has a figure (``figured``).
    By term: the rows that hold it (``holders``) and how strongly (``strengths``, numbers into ``levels``). By name of
    a part of a place: the clauses that name it and are about that place (``parts``)."""

    numbers: dict[str, int]
    frequencies: NDArray[np.int32]
    rows: int
    holders: Ragged
    holding: Integers
    strengths: NDArray[np.int32]
    levels: NDArray[np.float64]
    clauses: Ragged
    clause_rows: Integers
    facets: tuple[Stated, ...]
    stated: Integers
    figured: NDArray[np.bool_]
    parts: dict[str, Integers]
    context: Ragged
    context_rows: Integers
    context_kinds: NDArray[np.uint8]
    context_texts: dict[int, str]
    paragraphs: Integers
    bags: Bags

    def frequency(self, term: str) -> int:
        """Number of passages whose own text surely holds ``term``."""
        number = self.numbers.get(term)
        return 0 if number is None else int(self.frequencies[number])

    def strength(self, rows: Integers, terms: Sequence[str]) -> NDArray[np.float64]:
        """How strongly (0 to 1) each of ``terms`` (rows of the result) is held by each of ``rows`` (columns), which
        are all different."""
        known = [(index, number) for index, term in enumerate(terms) if (number := self.numbers.get(term)) is not None]
        found = np.zeros((len(terms), len(rows)))
        if known:
            column = np.full(self.rows, -1)
            column[rows] = np.arange(len(rows))
            indexes, numbers = np.array(known).T
            places, owners = self.holders.places(numbers)
            columns = column[self.holding[places]]
            held = np.flatnonzero(columns >= 0)
            found[indexes[owners[held]], columns[held]] = self.levels[self.strengths[places[held]]]
        return found
