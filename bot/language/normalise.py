"""Fold the ways of writing the same text into one, and remember where every character came from.

NFKC (full-width to half-width), lower case, Traditional to Simplified (OpenCC ``t2s``), no zero-width
characters, no white space between a Chinese character or a figure and its neighbour (``4000 亿元`` reads
like ``4000亿元``). Recognisers and terms work on the folded text; quotes and highlights go back to the source
through ``Normalised.span``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

_SPACE = re.compile(r"\s")
_ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_CJK = r"\u3400-\u9fff"
# A space is noise unless it stands between two Latin words or numbers ("web 2.0", "3 000" stays apart).
_NOISE_SPACE = re.compile(rf"(?<![a-z0-9.,\s])\s+|\s+(?![a-z0-9\s])|(?<=\s)\s+|(?<=[0-9])\s+(?=[a-z]?[{_CJK}])")
# Characters that only Traditional (or only Cantonese) writing uses; enough to tell the script of a question.
_t2s = OpenCC("t2s")


@lru_cache(maxsize=1)
def _s2t() -> OpenCC:
    """Loaded when it is first needed: a dictionary takes 20 ms."""
    return OpenCC("s2t")


@dataclass(frozen=True)
class Normalised:
    """Folded ``text``; character ``i`` of it stands for ``source[starts[i]:ends[i]]``."""

    source: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the source behind ``text[start:end]``; empty stretches map to an empty stretch."""
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else len(self.source)
            return at, at
        return self.starts[start], self.ends[end - 1]


def simplify(text: str) -> str:
    """Traditional to Simplified, length kept (a phrase that would change length is converted by character)."""
    if text.isascii():
        return text
    converted: str = _t2s.convert(text)
    return converted if len(converted) == len(text) else "".join(map(_simplify_character, text))


@lru_cache(maxsize=8192)
def _simplify_character(character: str) -> str:
    converted: str = _t2s.convert(character)
    return converted if len(converted) == 1 else character


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    if character in _ZERO_WIDTH or "\ud800" <= character <= "\udfff":
        return ""  # a lone surrogate is no character, and no library takes it
    return unicodedata.normalize("NFKC", character).lower()


def normalise(source: str) -> Normalised:
    """Fold ``source``; every index of the result can be taken back to the source."""
    characters: list[str] = []
    starts: list[int] = []
    for index, character in enumerate(source):
        for folded in _fold_character(character):
            characters.append(folded)
            starts.append(index)
    text = simplify("".join(characters))
    keep = _kept(text)
    return Normalised(
        source,
        "".join(text[i] for i in keep),
        tuple(starts[i] for i in keep),
        tuple(starts[i] + 1 for i in keep),
    )


def _kept(text: str) -> list[int]:
    if not _SPACE.search(text):
        return list(range(len(text)))
    dropped: set[int] = set()
    for match in _NOISE_SPACE.finditer(text):
        dropped.update(range(match.start(), match.end()))
    return [i for i in range(len(text)) if i not in dropped]


def fold(source: str) -> str:
    """The folded text alone."""
    text = simplify("".join(map(_fold_character, source)))
    return "".join(text[i] for i in _kept(text)) if _SPACE.search(text) else text


def is_traditional(text: str) -> bool:
    """True where the text uses characters that Simplified writing does not have."""
    return any(
        c != _simplify_character(c) and _s2t().convert(_simplify_character(c)) != _simplify_character(c) for c in text
    )


def to_traditional(text: str) -> str:
    """Simplified to Traditional, for text of our own (never for quotes)."""
    converted: str = _s2t().convert(text)
    return converted
