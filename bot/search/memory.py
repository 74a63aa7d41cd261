"""The reference engine: rank_bm25 over terms in memory. Right up to about 20,000 passages.

rank_bm25's traps are handled here: it divides by zero on an empty corpus; its idf falls to zero and below for
frequent terms, so Lucene's (always positive) takes its place; its order is unstable on ties; it scores every
passage for every term, so the column of a term is computed once and kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from bot.search.model import Hit, Terms

K1, B = 1.2, 0.6
_COLUMNS = 20_000


class _PositiveIdf(BM25Okapi):  # type: ignore[misc]  # rank_bm25 ships no types
    """BM25 with ``ln(1 + (N − n + ½)/(n + ½))`` (Lucene), which stays above zero for every term."""

    def _calc_idf(self, nd: dict[str, int]) -> None:
        self.nd = nd
        self.idf = {t: math.log(1 + (self.corpus_size - n + 0.5) / (n + 0.5)) for t, n in nd.items()}


class MemoryEngine:
    """BM25 over the terms of each passage, passages in ordinal order."""

    def __init__(self, passages: Iterable[Terms]) -> None:
        bags = [_bag(terms) for terms in passages]
        self._size = len(bags)
        self._model: Any = _PositiveIdf(bags, k1=K1, b=B) if any(bags) else None
        self._postings = _postings(bags)
        self._column = lru_cache(maxsize=_COLUMNS)(self._score_column)

    def __len__(self) -> int:
        return self._size

    def frequency(self, term: str) -> int:
        return len(self._postings.get(term, ()))

    def search(self, query: Terms, limit: int) -> Sequence[Hit]:
        scores = np.zeros(self._size)
        found = np.zeros(self._size, dtype=bool)
        for term in sorted(query):
            if term in self._postings:
                rows, column = self._column(term)
                scores[rows] += query[term] * column
                found[rows] = True
        rows = np.flatnonzero(found)
        order = rows[np.lexsort((rows, -scores[rows]))][:limit]
        return [Hit(int(row), float(scores[row])) for row in order]

    def _score_column(self, term: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        rows = np.array(self._postings[term])
        scores = self._model.get_batch_scores([term], self._postings[term])
        return rows, np.array(scores, dtype=float)


def _bag(terms: Terms) -> list[str]:
    """rank_bm25 counts tokens: a term of weight 3 is given three times."""
    return [term for term, weight in terms.items() for _ in range(max(1, round(weight)))]


def _postings(bags: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    postings: dict[str, list[int]] = {}
    for row, bag in enumerate(bags):
        for term in dict.fromkeys(bag):
            postings.setdefault(term, []).append(row)
    return postings
