"""Documents of which it cannot be told, or is written wrongly, what place they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.corpus.model import Document
from bot.language.language import Language
from bot.language.normalise import fold, normalise
from bot.language.places import Place
from bot.publishing.model import Finding

UNDECIDED, HOMOPHONE = "place-undecided", "place-homophone"
SHOWN = 6
"""Characters around a name that a finding shows."""

_OTHER_NAME = re.compile(r"[江河港]|军校|大道|大桥|马拉松")
"""What makes another name of a place's name: 黄浦江, 黄埔军校."""


def undecided_place(document: Document, language: Language) -> Iterator[Finding]:
    """A document without a place whose text names two or more, none of which lies in another."""
    if document.meta.place:
        return
    named = list(dict.fromkeys(_named(document, language)))
    within = {outer for place in named for outer in language.gazetteer.within(place)}
    left = [place for place in named if place not in within and not language.gazetteer.wide(place)]
    if len(left) > 1:
        names = "、".join(language.gazetteer.name(place) or place for place in left)
        yield Finding(UNDECIDED, document.path, 1, {"places": names})


def _named(document: Document, language: Language) -> Iterator[str]:
    """Every place that the title or a block calls by its name; a city alone names none of its districts."""
    gazetteer = language.gazetteer
    for text in (document.title, *(document.text[b.start : b.end] for b in document.blocks)):
        folded = fold(text)
        read = gazetteer.read(folded, lambda _: False)
        yield from read.named
        yield from (place for place in read.likely if any(name in folded for name in gazetteer.places[place].alone))


def misheard_place(document: Document, language: Language) -> Iterator[Finding]:
    """The name of a place that sounds like the document's own, where that other place is not what is meant
    (广州黄浦, or 黄浦区 in a document of 黄埔区 that nowhere says 上海市黄浦区). One finding for each other place."""
    places = language.gazetteer.places
    own = [places[i] for i in _home(document, language) if i in places]
    for other in places.values():
        if other not in own and any(set(other.sounds) & set(home.sounds) for home in own):
            wrong = list(_misheard(document, other, own, [fold(place.name) for place in places.values()]))
            yield from wrong[:1]


def _home(document: Document, language: Language) -> Iterable[str]:
    place = document.meta.place
    return (place, *language.gazetteer.within(place)) if place else ()


def _misheard(document: Document, other: Place, own: Sequence[Place], names: Sequence[str]) -> Iterator[Finding]:
    """``names`` are those of all places."""
    here, there = _cities(own), _cities([other])
    text = normalise(document.text)
    known = any(_before(text.text, start, there) for start, _ in _found(text.text, other.alone))
    for start, end in _found(text.text, other.alone):
        if _before(text.text, start, there) or _part_of_a_name(text.text, start, end, names):
            continue
        at, to = text.span(start, end)
        if (known and not _before(text.text, start, here)) or not _is_shown(document, at):
            continue
        params = {
            "around": document.text[max(0, at - SHOWN) : to + SHOWN].strip().replace("\n", " "),
            "right": "、".join(name for place in own for name in place.alone),
            "other": other.name,
        }
        yield Finding(HOMOPHONE, document.path, document.line_at(at), params)


def _cities(places: Iterable[Place]) -> tuple[str, ...]:
    return tuple(city for place in places for city in place.city if not city.isascii())


def _found(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    return (match.span() for name in names for match in re.finditer(re.escape(name), text))


def _before(text: str, start: int, cities: Iterable[str]) -> bool:
    """Whether one of the cities stands close before: 上海的黄浦."""
    return any(city in text[max(0, start - SHOWN) : start] for city in cities)


def _part_of_a_name(text: str, start: int, end: int, names: Iterable[str]) -> bool:
    """黄浦江 is a river, 黄埔海关 a place of its own."""
    longer = (at for name in names for at in _found(text, (name,)))
    return bool(_OTHER_NAME.match(text, end)) or any(a <= start and end <= b for a, b in longer)


def _is_shown(document: Document, offset: int) -> bool:
    """Whether it stands in a heading or a paragraph, not in a line of other questions or in struck-out text."""
    blocks = (block for block in document.blocks if block.start <= offset < block.end)
    return any(not any(a <= offset < b for a, b in block.struck) for block in blocks)
