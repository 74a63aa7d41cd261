"""Names that collide where loading the lexicon lets them pass.

A form of two unrelated concepts is an error when the lexicon is loaded; parents and children may share forms, and any
number of concepts hints. What remains is a name of two places, and a concept that a later file of the same folder
replaces unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bot.language.places import Gazetteer
from bot.publishing.gaps import SYNONYMS
from bot.publishing.model import Finding

TWICE, SHARED = "concept-twice", "name-in-two-places"
PLACES = "places.toml"

_WITHOUT_CONCEPTS = {PLACES, "status.toml", "questions.toml", PurePosixPath(SYNONYMS).name}
"""Files of the lexicon that define none, or replace them on purpose."""
_ID = re.compile(r"^\s*id\s*=\s*[\"']([^\"'\n]+)", re.MULTILINE)


def concepts_twice(folder: Path) -> Iterator[Finding]:
    """Concepts that stand twice in the files of one folder: the last one counts, the names of the first are lost."""
    first: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        for concept, line in () if path.name in _WITHOUT_CONCEPTS else _ids(path):
            if concept in first:
                yield Finding(TWICE, str(path), line, {"concept": concept, "where": first[concept]})
            first.setdefault(concept, f"{path}:{line}")


def _ids(path: Path) -> Iterator[tuple[str, int]]:
    """The ids of a file with their lines."""
    text = path.read_text(encoding="utf-8")
    return ((match[1], text.count("\n", 0, match.start(1)) + 1) for match in _ID.finditer(text))


def names_in_two_places(folder: Path, gazetteer: Gazetteer) -> Iterator[Finding]:
    """Names of a place of this folder that are a name of another place too; how they sound does not count."""
    path = folder / PLACES
    lines = dict(_ids(path)) if path.is_file() else {}
    owners: dict[str, str] = {}
    for place in gazetteer.places.values():
        for name in dict.fromkeys((*place.forms, *place.alone)):
            other = owners.setdefault(name, place.id)
            line = lines.get(place.id) or lines.get(other)
            if other != place.id and line:
                yield Finding(SHARED, str(path), line, {"name": name, "one": other, "two": place.id})
