"""Places by rule: known ones from ``places.toml``, the homophones among them, and names nobody listed.

Two places of the corpus sound the same. A city beside the sound decides (``广州黄浦`` is 广州市黄埔区); the
character alone is a strong hint; ``huangpu`` alone leaves it open.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from bot.errors import KnowledgeError, Problem
from bot.language.names import DisplayNames
from bot.language.normalise import fold

_SUFFIX = re.compile(r"特别行政区|自治区|新区|开发区|经开区|高新区|自贸区|海关|[区市县省镇]")


_SYLLABLE = (
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan"
    r"|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|er|a|o|e|i|u|v))"
)
_LATIN_SUFFIX = re.compile(rf"\b{_SYLLABLE}{{2,4}}\s+(?:district|customs|city|county|province|new area)\b")


class Place(BaseModel):
    """One place of ``places.toml``; the keys are explained at the top of that file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    en: str | None = None
    city: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    wide: bool = False

    @field_validator("city", "forms", "alone", "sounds", "parts", "unless")
    @classmethod
    def _folded(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(fold, names))


@dataclass(frozen=True)
class PlaceReading:
    """What a question says about places.

    ``named``: these and no others. ``likely``: named by a character that its homophone shares. ``open``: the
    sound alone. ``hinted``: something within the place was named. ``unknown``: names of places nobody knows
    here. ``spans`` are the stretches of the folded text that were understood as places.
    """

    named: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    hinted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


@dataclass
class Gazetteer:
    """All places that documents may name. ``names`` maps an id to its display name in Chinese."""

    places: Mapping[str, Place] = field(default_factory=dict)

    def name(self, place: str | None) -> str | None:
        """``广州市黄埔区`` for ``gz-huangpu``; the bare name for an ``x-…`` id."""
        if place is None:
            return None
        return self.places[place].name if place in self.places else place.removeprefix("x-")

    def english(self, place: str | None) -> str | None:
        known = self.places.get(place or "")
        return known.en if known and known.en else self.name(place)

    def names(self, place: str | None) -> DisplayNames:
        """Display names by locale; empty strings for no place."""
        return DisplayNames(self.name(place) or "", self.english(place) or "")

    def within(self, place: str | None) -> tuple[str, ...]:
        """Places that ``place`` lies in or is spoken of together with (黄埔海关 → 广州市黄埔区)."""
        known = self.places.get(place or "")
        return known.within if known else ()

    @cached_property
    def latin(self) -> frozenset[str]:
        """Words in Latin letters that name known places or parts of them."""
        names = (n for p in self.places.values() for n in (*p.forms, *p.alone, *p.sounds, *p.parts, *p.city))
        return frozenset(word for name in names for word in re.findall(r"[a-z]+", name))

    @cached_property
    def cities(self) -> frozenset[str]:
        """Folded names of the cities that known places lie in."""
        return frozenset(city for place in self.places.values() for city in place.city)

    def parts(self, place: str | None) -> tuple[str, ...]:
        """Folded names of areas and landmarks within ``place``."""
        known = self.places.get(place or "")
        return known.parts if known else ()

    def wide(self, place: str | None) -> bool:
        """The whole of which the other places are parts (全国): asked for only by name."""
        known = self.places.get(place or "")
        return bool(known and known.wide)

    def with_documents(self, ids: Iterable[str]) -> Gazetteer:
        """Also the places that only documents name (``x-深圳市南山区``), with their shorter names."""
        extra = {
            i: Place(id=i, name=i.removeprefix("x-"), forms=_short_names(i.removeprefix("x-")))
            for i in ids
            if i.startswith("x-")
        }
        return Gazetteer({**self.places, **extra})

    def read(self, text: str, is_place: Callable[[str], bool]) -> PlaceReading:
        """What folded ``text`` says about places. ``is_place`` tells whether a word is a geographic name in
        general; only such names can be unknown places."""
        strong, spans = self._strong(text)
        alone = {p.id: f for p in self.places.values() for f in p.alone if _free(text, f, spans)}
        sounding = {p.id: f for p in self.places.values() for f in p.sounds if _free(text, f, spans)}
        hinted = tuple(p.id for p in self.places.values() if any(f in text for f in p.parts))
        cities = {
            p.id: c for p in self.places.values() for c in p.city if (len(c) > 2 or not c.isascii()) and _find(text, c)
        }
        spans += [_find(text, f) or (0, 0) for f in {*alone.values(), *sounding.values(), *cities.values()}]
        return PlaceReading(
            named=tuple(strong),
            likely=tuple(i for i in (alone or ({} if strong or sounding else cities)) if i not in strong),
            open=tuple(i for i in sounding if i not in strong and i not in alone) if not alone else (),
            hinted=tuple(dict.fromkeys((*hinted, *cities))),
            unknown=(*_unknown(text, spans, is_place), *_unknown_latin(text, spans)),
            spans=tuple(s for s in spans if s != (0, 0)),
        )

    def _strong(self, text: str) -> tuple[list[str], list[tuple[int, int]]]:
        found: list[tuple[int, int, str]] = []
        for place in self.places.values():
            found += [
                (*span, place.id)
                for form in place.forms
                for span in _all(text, form)
                if not _cancelled(text, span, place)
            ]
            found += [(*span, place.id) for span in _city_and_sound(text, place)]
        taken = [(start, end) for start, end, _ in found]
        for place in self.places.values():
            found += [
                (*span, place.id)
                for span in _sound_and_city(text, place)
                if not any(span[0] < end and start < span[1] for start, end in taken)
            ]
        kept: list[tuple[int, int, str]] = []
        for start, end, place_id in sorted(found, key=lambda f: (f[0] - f[1], f[0])):
            if all(end <= s or start >= e for s, e, _ in kept):
                kept.append((start, end, place_id))
        kept.sort()
        return list(dict.fromkeys(i for _, _, i in kept)), [(s, e) for s, e, _ in kept]


def _unknown(text: str, spans: Sequence[tuple[int, int]], is_place: Callable[[str], bool]) -> Iterable[str]:
    """Names like 天河区, 拱北海关: a geographic name before the word for a district, city or office."""
    for match in _SUFFIX.finditer(text):
        for length in (4, 3, 2):
            start = match.start() - length
            name = text[max(0, start) : match.start()]
            if len(name) == length and is_place(name) and not any(s < match.end() and start < e for s, e in spans):
                yield name + match[0]
                break


def _unknown_latin(text: str, spans: Sequence[tuple[int, int]]) -> Iterable[str]:
    """``tianhe district``, ``gongbei customs``: a name in pinyin before the English word."""
    for match in _LATIN_SUFFIX.finditer(text):
        if not any(s < match.end() and start < e for s, e in spans for start in [match.start()]):
            yield match[0]


_COUNTED = frozenset("个些少各他这那")
"""What stands before a word for any country, not for this one."""


def _cancelled(text: str, span: tuple[int, int], place: Place) -> bool:
    """全国第一, 国家级 name no place, nor does 几个国家 the whole."""
    counted = place.wide and span[0] > 0 and text[span[0] - 1] in _COUNTED
    return counted or (bool(place.unless) and text.startswith(place.unless, span[1]))


def _city_and_sound(text: str, place: Place) -> Iterable[tuple[int, int]]:
    """City, then the sound close behind it (``上海那个黄埔``)."""
    cities, sounds = _alternatives(place.city), _alternatives(place.sounds)
    if cities and sounds:
        pattern = rf"(?<![a-z])(?:{cities})(?![a-z])[^。?!和与跟、同]{{0,3}}?(?:{sounds})(?:区|\s*district)?(?!海关)"
        yield from (match.span() for match in re.finditer(pattern, text))


def _sound_and_city(text: str, place: Place) -> Iterable[tuple[int, int]]:
    """The sound, then its city (``Huangpu District, Guangzhou``, ``黄浦,上海那边``)."""
    cities, sounds = _alternatives(place.city), _alternatives(place.sounds)
    if cities and sounds:
        between = r"[^。?!a-z和与跟、同]{0,5}(?:\s*(?:in|of)\s*)?"
        pattern = rf"(?:{sounds})(?:区|\s*district)?{between}(?<![a-z])(?:{cities})(?![a-z])"
        yield from (match.span() for match in re.finditer(pattern, text))


@lru_cache(maxsize=1024)
def _alternatives(names: tuple[str, ...]) -> str:
    return "|".join(re.escape(name) for name in names)


def _short_names(name: str) -> tuple[str, ...]:
    parts = re.findall(r"[^省市区县]+[省市区县]", name)
    last = parts[-1] if parts else name
    bare = last[:-1] if len(last) > 2 else last
    city = parts[-2][:-1] if len(parts) > 1 else ""
    return tuple(
        dict.fromkeys(n for n in (name, last, bare, city + last if city else "", city + bare if city else "") if n)
    )


def _find(text: str, name: str) -> tuple[int, int] | None:
    return next(iter(_all(text, name)), None)


def _all(text: str, name: str) -> list[tuple[int, int]]:
    if name not in text:
        return []
    edge = r"(?<![a-z])%s(?![a-z])" if name.isascii() else "%s"
    return [m.span() for m in re.finditer(edge % re.escape(name), text)]


def _free(text: str, name: str, spans: Sequence[tuple[int, int]]) -> bool:
    """The name stands somewhere outside the stretches already understood."""
    return any(all(end <= s or start >= e for s, e in spans) for start, end in _all(text, name))


def load_places(files: Iterable[Path]) -> Gazetteer:
    """Places of all ``places.toml`` files, later ones win by id. Raises KnowledgeError."""
    places: dict[str, Place] = {}
    for path in files:
        try:
            for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("place", []):
                place = Place.model_validate(entry)
                places[place.id] = place
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            raise KnowledgeError(
                [Problem(str(path), None, str(error).splitlines()[0], "see the comment at its top")]
            ) from error
    return Gazetteer(places)
