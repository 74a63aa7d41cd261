"""Spelling: Chinese typed by sound and mistyped with a homophone, pinyin without tones, English with a typo.

Timid on purpose: a word that the dictionary knows is never touched, one character at most is taken to be wrong, and
it must sound the same. (Unrestricted repair turns 地址在 into 地旨在 and 升多少 into 省多少.)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import msgspec

from bot.cache import Cache, Kept
from bot.language.gloss import Glosses
from bot.language.segment import Segmenter, Token

_LATIN_RUN = re.compile(r"(?<![a-z0-9])[a-z]+(?: [a-z]+)*(?![a-z0-9])")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LONGEST, _SHORTEST = 6, 2
_FUZZY_LATIN = 5
"""Latin words shorter than this are too easily mistaken for others."""


@dataclass(frozen=True)
class Repair:
    """``text[start:end]`` is probably ``name``."""

    start: int
    end: int
    name: str


class _Spellings(msgspec.Struct, array_like=True):
    """Names by their sound (toneless pinyin), the commonest first; Latin names long enough to be mistyped."""

    by_sound: dict[str, list[str]]
    latin: list[str]


class Speller:
    """Knows the names of the lexicon and the words of the corpus by their sound.

    pypinyin and rapidfuzz take their time to load, so they are imported when first needed.
    """

    def __init__(
        self,
        names: Collection[str],
        words: Collection[str],
        segmenter: Segmenter,
        english: Glosses,
        kept: Kept | None = None,
    ) -> None:
        """``kept`` keeps the names' sounds between runs; its key stands for ``names`` and ``words`` too."""
        self._names = names
        self._words = words
        self._segmenter = segmenter
        self._english = english
        self._kept = kept or Kept(Cache())

    @cached_property
    def _spellings(self) -> _Spellings:
        return self._kept.remember("spellings", _Spellings, self._spell)

    def _spell(self) -> _Spellings:
        """Chinese names by their sound are short."""
        sounds: dict[str, list[str]] = {}
        for name in sorted({*self._names, *self._words}, key=lambda n: (-self._segmenter.commonness(n), n)):
            if _HAN.fullmatch(name) and _SHORTEST <= len(name) <= _LONGEST:
                sounds.setdefault(sound(name), []).append(name)
        latin = sorted(name for name in self._names if name.isascii() and len(name) >= _FUZZY_LATIN)
        return _Spellings(sounds, latin)

    def homophones(self, text: str, tokens: Sequence[Token], stop: frozenset[str]) -> list[Repair]:
        """Repairs of runs of single characters that no dictionary word covers (粤心 → 粤芯)."""
        found: list[Repair] = []
        for start, end in _windows(tokens):
            piece = text[start:end]
            if piece in self._names or self._segmenter.known(piece) or self._is_plain(piece, stop):
                continue
            name = next(
                (n for n in self._spellings.by_sound.get(sound(piece), []) if _differ(n, piece) == 1 and n not in stop),
                None,
            )
            if name and all(end <= r.start or start >= r.end for r in found):
                found.append(Repair(start, end, name))
        return found

    def _is_plain(self, piece: str, stop: frozenset[str]) -> bool:
        """Function words side by side are no misspelled name."""
        return all(character in stop for character in piece)

    def from_pinyin(self, text: str) -> str:
        """``text`` with its pinyin (``mubiao``, ``gu ding zi chan``) written in characters."""
        if not text or not re.search(r"[a-z]{2}", text):
            return text
        return _LATIN_RUN.sub(lambda run: self._read_run(run[0].split(" ")), text)

    def _read_run(self, words: list[str]) -> str:
        out: list[str] = []
        while words:
            length, name = next(
                ((n, name) for n in range(min(6, len(words)), 0, -1) if (name := self._sounded(words[:n]))),
                (1, words[0]),
            )
            out.append(name)
            words = words[length:]
        return " ".join(out)

    def _sounded(self, words: Sequence[str]) -> str | None:
        """The commonest name of that sound; an English word or a known Latin name is no pinyin."""
        joined = "".join(words)
        if len(joined) < _FUZZY_LATIN or joined in self._names or joined not in self._spellings.by_sound:
            return None
        if len(words) == 1 and self._english.translate(joined):
            return None
        return self._spellings.by_sound[joined][0]

    @lru_cache(maxsize=1024)  # noqa: B019 - a speller lives as long as its snapshot
    def latin(self, word: str) -> str | None:
        """The one lexicon name that ``word`` is a slip of, None where there is none."""
        if len(word) < _FUZZY_LATIN:
            return None
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        best = process.extractOne(word, self._spellings.latin, scorer=OSA.distance, score_cutoff=1)
        return best[0] if best else None


@lru_cache(maxsize=65536)
def sound(text: str) -> str:
    """Toneless pinyin in one word."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text))


def _differ(name: str, piece: str) -> int:
    return sum(a != b for a, b in zip(name, piece, strict=True)) if len(name) == len(piece) else 9


def _windows(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Stretches of two to four neighbouring tokens with a single character among them, the longest first."""
    found = []
    for first in range(len(tokens)):
        for last in range(first + 1, min(first + 4, len(tokens))):
            run = tokens[first : last + 1]
            joined = all(a.end == b.start for a, b in pairwise(run))
            if joined and any(len(t.text) == 1 for t in run) and all(_HAN.fullmatch(t.text) for t in run):
                found.append((run[0].start, run[-1].end))
    return sorted((s for s in found if s[1] - s[0] <= _LONGEST), key=lambda s: (s[0] - s[1], s[0]))
