"""Which place a text is about, decided by counting what the text itself says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bot.corpus.importing.phrases import table

HEAD = 400
"""Characters in which a report says where and before whom it was given."""
SPEECH, FULL, SHORT, CITY = 100, 3, 1, 1
"""Weights: spoken before its congress; named in full; in short; a city, which holds many places."""
ENOUGH = 2
"""Less evidence than this is no decision."""

CONGRESS = re.compile(r"在(?P<place>[一-龥]{2,15}?)?第[一二三四五六七八九十]+届(?P<national>全国)?人民代表大会")


@dataclass(frozen=True)
class Place:
    """A place: its id (``x-<name>`` where it is not one of ours), its name, its publisher of reports."""

    id: str
    name: str
    publisher: str


@dataclass(frozen=True)
class _Known:
    place: Place
    full: re.Pattern[str]
    short: re.Pattern[str]
    title: re.Pattern[str]


@cache
def _known() -> tuple[_Known, ...]:
    return tuple(
        _Known(
            Place(entry["id"], entry["name"], entry.get("publisher", f"{entry['name']}人民政府")),
            re.compile("|".join(entry["full"])),
            re.compile("|".join([*entry["full"], *entry["short"]])),
            re.compile(entry["title"]),
        )
        for entry in table("places")["place"]
    )


def named(name: str) -> Place:
    """The place of this full name, known or not."""
    for known in _known():
        if name == known.place.name or known.full.fullmatch(name):
            return known.place
    return Place(f"x-{name}", name, f"{name}人民政府")


def by_id(id: str) -> Place:
    """The place of this id; of an id that the importer does not know, the id is the name too."""
    ours = (known.place for known in _known() if known.place.id == id)
    return next(ours, Place(id, id.removeprefix("x-"), f"{id.removeprefix('x-')}人民政府"))


def congress(text: str) -> Place | None:
    """The place before whose people's congress the text was spoken; None where it says nothing like that."""
    match = CONGRESS.search(text, 0, HEAD)
    if match is None:
        return None
    if match["national"]:
        return named("全国")
    return named(match["place"]) if match["place"] else None


def decide(text: str) -> Place | None:
    """The place that ``text`` is about; None where it says too little."""
    scores = Counter(dict(_scores(text)))
    if not scores:
        return None
    (best, score), *rest = scores.most_common(2)
    if score < ENOUGH or (rest and rest[0][1] == score):
        return None
    return best


def _scores(text: str) -> Iterator[tuple[Place, int]]:
    scores: Counter[Place] = Counter()
    for known in _known():
        full = len(known.full.findall(text))
        short = len(known.short.findall(text)) - full
        scores[known.place] += FULL * full + SHORT * short
    for name, weight in _cities(text):
        scores[named(name)] += weight
    if speaker := congress(text):
        scores[speaker] += SPEECH
    yield from ((place, score) for place, score in scores.items() if score > 0)


def _cities(text: str) -> Iterator[tuple[str, int]]:
    """Cities and districts that are none of ours: ``深圳市南山区`` (later also ``南山区``), ``杭州市``."""
    pattern, no_district = _city_patterns()
    ours = {known.place.name for known in _known()}
    districts: dict[str, str] = {}
    for match in pattern.finditer(text):
        city, district = match["city"], match["district"] or ""
        if no_district.search(district):
            district = ""
        if city + district in ours:
            continue
        if district:
            districts.setdefault(district, city)
        yield city + district, FULL if district else CITY
    for district, city in districts.items():
        yield city + district, text.count(district) - text.count(city + district)


@cache
def _city_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    cities = table("places")["cities"]
    names = "|".join(sorted(cities["names"].split(), key=len, reverse=True))
    pattern = rf"(?P<city>(?:{names})市)(?P<district>[一-龥]{{1,4}}?(?:新区|区|县))?"
    return re.compile(pattern), re.compile(cities["no_district"])


def misleads(title: str, place: Place | None) -> Place | None:
    """The other place that ``title`` names although the text is about ``place``; None where it does not."""
    if place is None:
        return None
    others = (known.place for known in _known() if known.title.search(title) and known.place != place)
    return next(others, None)
