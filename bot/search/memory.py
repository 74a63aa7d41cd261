"""The reference engine: rank_bm25 over terms in memory. Right up to about 20,000 passages.

rank_bm25's traps are handled here: it divides by zero on an empty corpus; its idf falls to zero and below for
frequent terms, so Lucene's (always positive) takes its place; its order is unstable on ties; it scores every
passage for every term, so the column of a term is computed once and kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from bot.search.bm25 import K1, B, idf
from bot.search.model import Hit, Terms

_COLUMNS = 20_000


class _Model(BM25Okapi):  # type: ignore[misc]  # rank_bm25 ships no types
    """rank_bm25's scores over frequencies that are counted already (its own start takes every token apart)."""

    def __init__(self, passages: Sequence[Terms]) -> None:
        self.k1, self.b = K1, B
        self.corpus_size = len(passages)
        self.doc_freqs = passages
        self.doc_len = np.array([sum(terms.values()) for terms in passages])
        self.avgdl = float(self.doc_len.mean())
        self.idf: dict[str, float] = {}

    def column(self, term: str, rows: Sequence[int]) -> list[float]:
        """Scores of the passages ``rows``, which are all that hold ``term``."""
        self.idf[term] = idf(len(rows), self.corpus_size)
        scores: list[float] = self.get_batch_scores([term], rows)
        return scores


class MemoryEngine:
    """BM25 over the terms of each passage, passages in ordinal order."""

    def __init__(self, passages: Iterable[Terms]) -> None:
        bags = list(passages)
        self._size = len(bags)
        self._model = _Model(bags) if any(bags) else None
        self._postings = _postings(bags)
        self._column = lru_cache(maxsize=_COLUMNS)(self._score_column)

    def __len__(self) -> int:
        return self._size

    def frequency(self, term: str) -> int:
        return len(self._postings.get(term, ()))

    def search(self, query: Terms, limit: int) -> Sequence[Hit]:
        known = [term for term in sorted(query) if term in self._postings]
        if not known or limit < 1:
            return []
        columns = [self._column(term) for term in known]
        weights = np.repeat([query[term] for term in known], [len(rows) for rows, _ in columns])
        rows, scores = (np.concatenate(parts) for parts in zip(*columns, strict=True))
        sums = np.asarray(np.bincount(rows, weights * scores, self._size), dtype=np.float64)
        return _best(sums, limit)

    def _score_column(self, term: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        rows = self._postings[term]
        scores = self._model.column(term, rows) if self._model else []
        return np.array(rows), np.array(scores, dtype=float)


def _best(scores: NDArray[np.float64], limit: int) -> list[Hit]:
    """The hits among all passages; every term that a passage shares with the query adds to its score."""
    rows = np.flatnonzero(scores)
    if limit < len(rows):
        least = np.partition(scores[rows], -limit)[-limit]
        rows = rows[scores[rows] >= least]
    rows = rows[np.argsort(-scores[rows], kind="stable")][:limit]
    return list(map(Hit, rows.tolist(), scores[rows].tolist()))


def _postings(passages: Iterable[Terms]) -> dict[str, list[int]]:
    postings: defaultdict[str, list[int]] = defaultdict(list)
    for row, terms in enumerate(passages):
        for term in terms:
            postings[term].append(row)
    return dict(postings)
