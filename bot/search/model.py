"""What search takes and gives: weighted terms in, hits out. The score lives on the hit, never on the passage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

Terms = Mapping[str, float]
"""Term → weight, above zero. In a passage the weight is its frequency, in a query the factor of its score."""


class Hit(NamedTuple):
    """A passage (by ordinal) and its BM25 score; higher is better."""

    passage: int
    score: float


class Engine(Protocol):
    """Finds candidate passages by BM25 over terms.

    Every engine gives the same hits in the same order up to float rounding: by falling score, equal scores by
    rising ordinal; only passages that share a term with the query; at most ``limit``.
    """

    def search(self, query: Terms, limit: int) -> Sequence[Hit]:
        """Hits for weighted ``query`` terms; an empty query or an empty index gives none."""
        ...

    def frequency(self, term: str) -> int:
        """Number of passages that hold ``term``."""
        ...

    def __len__(self) -> int:
        """Number of passages indexed."""
        ...


Build = Callable[[Iterable[Terms]], Engine]
"""Builds an engine over passages, which come in ordinal order."""


@runtime_checkable
class Published(Protocol):
    """An engine whose index others see too: building it changes nothing for them, ``activate`` does."""

    def activate(self) -> None:
        """Make its index the current one. Raises SearchUnavailableError."""
        ...
