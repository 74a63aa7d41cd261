"""BM25 as all engines mean it; and of chosen passages, exactly as the reference engine computes it, for engines
that find passages by scores that are almost right: what they find is scored anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.language.lists import Integers
from bot.search.bags import Bags
from bot.search.model import Hit, Terms

K1, B = 1.2, 0.6


def idf(frequency: int, size: int) -> float:
    """What a term is worth that ``frequency`` of ``size`` passages hold, always above zero: Lucene's
    ``ln(1 + (N − n + ½)/(n + ½))`` (Robertson–Spärck Jones, one added)."""
    return math.log(1 + (size - frequency + 0.5) / (frequency + 0.5))


def norms(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """By passage ``1 − b + b · length/average``."""
    return 1 - B + B * lengths / (lengths.mean() if lengths.any() else 1.0)


class Scorer:
    """Scores passages of ``bags``."""

    def __init__(self, bags: Bags) -> None:
        self._bags = bags
        self._norms = K1 * norms(bags.lengths)

    def best(self, query: Terms, ordinals: Integers, limit: int) -> Sequence[Hit]:
        """The hits among ``ordinals``, each of which shares a term with ``query``: by falling score, equal scores by
        rising ordinal, at most ``limit``."""
        ordinals = np.sort(ordinals)
        scores = self.scores(query, ordinals)
        order = np.argsort(-scores, kind="stable")[:limit]
        return list(map(Hit, ordinals[order].tolist(), scores[order].tolist()))

    def scores(self, query: Terms, ordinals: Integers) -> NDArray[np.float64]:
        """What each of ``ordinals`` scores for ``query``."""
        known = [term for term in sorted(query) if self._bags.frequency(term)]
        counts = self._counts([self._bags.names[term] for term in known], ordinals)
        scores = np.zeros(len(ordinals))
        for term, count in zip(known, counts, strict=True):  # one by one, in order: as rounding goes elsewhere
            scores += query[term] * (self._idf(term) * (count * (K1 + 1) / (count + self._norms[ordinals])))
        return scores

    def shares(self, query: Terms, ordinals: Integers) -> NDArray[np.float64]:
        """``scores`` as shares of what a passage of mean length scores that holds each term once; a term that no
        passage holds counts there as well."""
        whole = sum(weight * self._idf(term) for term, weight in query.items())
        return self.scores(query, ordinals) / (whole or 1.0)

    def _idf(self, term: str) -> float:
        return idf(self._bags.frequency(term), len(self._bags))

    def _counts(self, terms: Sequence[int], ordinals: Integers) -> NDArray[np.float64]:
        """How often each of ``terms`` (rows of the result) counts in each of ``ordinals`` (columns)."""
        row = np.full(len(self._bags.names), -1)
        row[list(terms)] = np.arange(len(terms))
        places, owners = self._bags.passages.places(ordinals)
        rows = row[self._bags.terms[places]]
        held = np.flatnonzero(rows >= 0)
        counts = np.zeros((len(terms), len(ordinals)))
        counts[rows[held], owners[held]] = self._bags.weights[places[held]]
        return counts
