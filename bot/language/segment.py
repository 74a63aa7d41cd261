"""Words of a folded text, by the dictionary of jieba and its way of segmenting (most probable path, no HMM).

jieba itself takes a second to read its dictionary in each process. Here the dictionary becomes a succinct trie
once, which the cache keeps; the words are the same as ``jieba.cut(text, HMM=False)`` gives.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

from bot.cache import Cache, program
from bot.language.vocabulary import Vocabulary

_FUNCTION_TAGS = frozenset(
    "d df dg c p r rr rz rg u uj ul uv uz ug ud y f q m mq e o h k t zg".split()  # noqa: SIM905 - a list of tags
)
"""jieba's tags of words that carry no content of their own (adverbs, particles, measures, times …)."""
_PLACE, _FUNCTION = 1, 2
KEPT_TEXTS = 1024
"""Texts whose words are remembered."""
_BLOCK = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+")
"""What jieba cuts into words; every other character stands alone."""


@dataclass(frozen=True)
class Token:
    """A word and where it stands in the folded text."""

    text: str
    start: int
    end: int


class _Words(msgspec.Struct, array_like=True):
    """The dictionary: a trie, and by the numbers of its words their frequencies and classes (bits)."""

    trie: bytes
    frequencies: bytes
    classes: bytes
    total: int
    longest: int


class Segmenter:
    """Words of folded text. ``cache`` keeps the compiled dictionary between runs."""

    def __init__(self, cache: Cache | None = None) -> None:
        words = (cache or Cache()).remember("words", program(), _Words, _compile)
        self._words = Vocabulary.from_bytes(words.trie)
        self._frequencies = array("I", words.frequencies)
        self._classes = words.classes
        self._total, self._longest = words.total, words.longest
        self._log_total = math.log(words.total)
        self._known_tokens = lru_cache(maxsize=KEPT_TEXTS)(self._tokens)

    def _frequency(self, word: str) -> int:
        number = self._words.number(word)
        return 0 if number is None else self._frequencies[number]

    def _is(self, word: str, bit: int) -> bool:
        number = self._words.number(word)
        return number is not None and bool(self._classes[number] & bit)

    def commonness(self, word: str) -> float:
        """Share of the word in general Chinese (jieba's dictionary), 0 where it is unknown."""
        return self._frequency(word) / self._total

    def known(self, word: str) -> bool:
        """True for a word of the dictionary (a prefix that is no word of its own is not one)."""
        return self._frequency(word) > 0

    def is_place(self, word: str) -> bool:
        """True for a geographic name of jieba's dictionary (its tag ``ns``), with or without its suffix."""
        return self._is(word, _PLACE)

    def is_function(self, word: str) -> bool:
        """True for adverbs, prepositions, pronouns, particles and measure words of jieba's dictionary."""
        return self._is(word, _FUNCTION)

    def tokens(self, text: str) -> list[Token]:
        """Chinese words, Latin words and numbers of ``text``, in order; punctuation and spaces are left out."""
        return list(self._known_tokens(text))

    def _tokens(self, text: str) -> tuple[Token, ...]:
        """``tokens`` of a text that comes again (the stretches of a question come several times)."""
        return tuple(Token(text[a:b], a, b) for a, b in self._pieces(text) if text[a].isalnum())

    def _pieces(self, text: str) -> Iterator[tuple[int, int]]:
        at = 0
        for block in _BLOCK.finditer(text):
            yield from ((i, i + 1) for i in range(at, block.start()))
            yield from _joined(text, block.start(), self._cut(block[0]))
            at = block.end()
        yield from ((i, i + 1) for i in range(at, len(text)))

    def _cut(self, block: str) -> list[int]:
        """The end of the word that begins at each position, on the most probable way from there to the end."""
        size = len(block)
        best, ends = [0.0] * (size + 1), [0] * size
        for start in range(size - 1, -1, -1):
            top, end = -math.inf, start + 1
            for word, number in self._words.beginning(block[start : start + self._longest]):
                frequency = self._frequencies[number]
                if frequency:
                    after = start + len(word)
                    score = math.log(frequency) - self._log_total + best[after]
                    if score >= top:
                        top, end = score, after
            best[start] = top if top > -math.inf else best[end] - self._log_total
            ends[start] = end
        return ends


def _joined(text: str, offset: int, ends: list[int]) -> Iterator[tuple[int, int]]:
    """The words on the way, single Latin letters and digits in a row as one."""
    at, run = 0, 0
    while at < len(ends):
        end = ends[at]
        single = end - at == 1 and text[offset + at].isascii() and text[offset + at].isalnum()
        if not single and run < at:
            yield offset + run, offset + at
        if not single:
            yield offset + at, offset + end
            run = end
        at = end
    if run < at:
        yield offset + run, offset + at


def _compile() -> _Words:
    frequencies, classes, total = _read_dictionary()
    vocabulary = Vocabulary({*frequencies, *classes})
    words = list(vocabulary)
    return _Words(
        vocabulary.to_bytes(),
        array("I", (frequencies.get(word, 0) for word in words)).tobytes(),
        bytes(classes.get(word, 0) for word in words),
        total,
        max(map(len, words)),
    )


def _read_dictionary() -> tuple[dict[str, int], dict[str, int], int]:
    """Frequencies of the words, the classes of those that have any (places without their suffix too), and the sum of
    all frequencies (of words that come twice both, as jieba has it)."""
    frequencies: dict[str, int] = {}
    classes: dict[str, int] = {}
    total = 0
    for word, frequency, tag in _lines():
        frequencies[word] = frequency
        total += frequency
        if tag == "ns" and len(word) > 1:
            for name in (word, _bare(word)):
                classes[name] = classes.get(name, 0) | _PLACE
        elif tag in _FUNCTION_TAGS:
            classes[word] = classes.get(word, 0) | _FUNCTION
    return frequencies, classes, total


def _lines() -> Iterator[tuple[str, int, str]]:
    """Word, frequency and tag of each line of jieba's dictionary, without importing jieba."""
    spec = find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("jieba is not installed: its dictionary is needed to read Chinese")
    with Path(spec.submodule_search_locations[0], "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, frequency, tag = line.split()
            yield word, int(frequency), tag


def _bare(name: str) -> str:
    """``天河`` for ``天河区``."""
    return name[:-1] if len(name) > 2 and name[-1] in "省市区县镇州" else name


def edges(tokens: Iterable[Token]) -> set[int]:
    """Positions where words begin or end."""
    return {position for token in tokens for position in (token.start, token.end)}
