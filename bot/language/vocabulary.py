"""Many distinct strings, numbered: a succinct trie that takes a few bytes a string and no time to load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import marisa_trie


class Vocabulary:
    """Distinct strings with the numbers 0 to n−1, in an order of the trie's own."""

    def __init__(self, strings: Iterable[str] = ()) -> None:
        self._trie: Any = marisa_trie.Trie(strings)

    @classmethod
    def from_bytes(cls, data: bytes) -> Vocabulary:
        """What ``to_bytes`` gave."""
        vocabulary = cls.__new__(cls)
        vocabulary._trie = marisa_trie.Trie().frombytes(data)
        return vocabulary

    def to_bytes(self) -> bytes:
        """To be kept."""
        data: bytes = self._trie.tobytes()
        return data

    def __len__(self) -> int:
        return len(self._trie)

    def __contains__(self, string: str) -> bool:
        return string in self._trie

    def __iter__(self) -> Iterator[str]:
        """All strings, in the order of their numbers."""
        return map(self._trie.restore_key, range(len(self._trie)))

    def string(self, number: int) -> str:
        """The string that has ``number``."""
        found: str = self._trie.restore_key(number)
        return found

    def number(self, string: str) -> int | None:
        """The string's number, None where it is not among them."""
        found: int | None = self._trie.get(string)
        return found

    def beginning(self, text: str) -> Iterator[tuple[str, int]]:
        """Every string that ``text`` begins with, the shortest first, with its number."""
        found: Iterator[tuple[str, int]] = self._trie.iter_prefixes_with_ids(text)
        return found
