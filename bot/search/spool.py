"""Passages written to a temporary file once, measured while they pass, and read back in chunks.

An engine outside of this process needs the whole collection twice: first its size, lengths and digest, then the
passages themselves. They come as an iterator that is read once, and may be more than fit into memory as terms.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType

from bot.search.model import Terms

_IN_MEMORY = 64 * 2**20
"""Bytes from which the passages go to disk."""


class PassageSpool:
    """Term frequencies of passages in ordinal order. A context manager, which removes the file.

    ``lengths`` are the numbers of tokens of the passages, ``frequencies`` counts the passages of each term,
    ``digest`` is the same for the same passages whatever the order of their terms.
    """

    def __init__(self, passages: Iterable[Terms]) -> None:
        self.lengths = array("Q")
        self.frequencies: Counter[str] = Counter()
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by __exit__
        digest = hashlib.sha256()
        for terms in passages:
            digest.update(self._add({term: max(1, round(terms[term])) for term in sorted(terms)}))
        self.digest = digest.hexdigest()

    def __len__(self) -> int:
        return len(self.lengths)

    def __enter__(self) -> PassageSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def average(self) -> float:
        """Average number of tokens; 0 for no passages."""
        return sum(self.lengths) / max(1, len(self.lengths))

    def chunks(self, size: int) -> Iterator[tuple[int, Sequence[Mapping[str, int]]]]:
        """``size`` passages at a time, with the ordinal of the first; the last chunk may be shorter."""
        self._file.seek(0)
        for first in range(0, len(self), size):
            lines = [self._file.readline() for _ in range(min(size, len(self) - first))]
            yield first, [json.loads(line) for line in lines]

    def _add(self, counts: Mapping[str, int]) -> bytes:
        self.lengths.append(sum(counts.values()))
        self.frequencies.update(counts.keys())
        line = json.dumps(counts, separators=(",", ":")).encode() + b"\n"
        self._file.write(line)
        return line
