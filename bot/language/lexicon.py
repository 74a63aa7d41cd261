"""The lexicon: concepts with the many names that people and officials give them.

Read from ``lexicon/*.toml``. A ``[[concept]]`` has an ``id``, a ``group``, optional ``parents`` (broader
concepts), ``forms`` (names that mean it), ``hints`` (words that only suggest it), ``required`` (an attribute
that must stand in the text when a question asks for it), ``en`` and ``note``. All names are folded when they
are loaded, so script, case and width do not matter.
"""

from __future__ import annotations

import re
import tomllib
from array import array
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.cache import Kept
from bot.errors import KnowledgeError, Problem
from bot.language.normalise import fold
from bot.language.vocabulary import Vocabulary

FORM, HINT = 1.0, 0.5
INNER = 0.6
"""Share of a name's strength where it is only part of a longer name (收入 in 一般公共预算收入)."""
COUNTRY = "country"
"""Group of the countries: named wherever they stand, also as part of a longer name."""
KEPT_TEXTS = 8192
"""Texts whose mentions are remembered."""
LONG_NAME = 4
"""Names of this many characters are long enough to be no accident, whatever the segmenter says."""
_ENDING = re.compile(r"(?:s|es|ing|ed|'s)(?![a-z])")


class Concept(BaseModel):
    """One indicator, thing, action or attribute of the field."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # validated only when read from files

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9\-]*$")
    group: str = "generic"
    parents: tuple[str, ...] = ()
    forms: tuple[str, ...] = Field(min_length=1)
    hints: tuple[str, ...] = ()
    required: bool = False
    en: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Mention:
    """A concept named in a folded text: ``text[start:end]``, as a form (1.0) or a hint (0.5)."""

    concept: str
    start: int
    end: int
    strength: float


class Names(msgspec.Struct, array_like=True):
    """Every name with its owners. The owners of name ``n`` (its number in the trie) are those from ``first[n]`` to
    ``first[n + 1]``: the concept's number in ``concepts`` and whether the name is a form of it."""

    concepts: list[str]
    trie: bytes
    first: bytes
    owners: bytes
    forms: bytes
    longest: int

    @classmethod
    def of(cls, owners: Mapping[str, Sequence[tuple[str, float]]]) -> Names:
        """``owners`` by name: the ids of concepts with the strength of the name for each."""
        vocabulary = Vocabulary(owners)
        claims = [owners[name] for name in vocabulary]
        concepts = sorted({concept for claim in claims for concept, _ in claim})
        numbers = {concept: number for number, concept in enumerate(concepts)}
        first = array("I", [0])
        for claim in claims:
            first.append(first[-1] + len(claim))
        return cls(
            concepts,
            vocabulary.to_bytes(),
            first.tobytes(),
            array("I", (numbers[concept] for claim in claims for concept, _ in claim)).tobytes(),
            bytes(strength == FORM for claim in claims for _, strength in claim),
            max(map(len, owners), default=0),
        )


@dataclass
class Lexicon:
    """All concepts, with the names of each as a trie: every name in a text is found in one pass."""

    concepts: Mapping[str, Concept]
    ancestors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: Names = field(default_factory=lambda: Names.of({}))

    def __post_init__(self) -> None:
        self._trie = Vocabulary.from_bytes(self.names.trie)
        self._first, self._owners = array("I", self.names.first), array("I", self.names.owners)
        self.mentioned = lru_cache(maxsize=KEPT_TEXTS)(self._mentioned)

    def mentions(self, text: str, edges: Container[int] | None = None) -> list[Mention]:
        """Every concept named in folded ``text``; a shorter name inside a longer one counts less, unless its
        concept is the longer one's ancestor or the longer name is a mere hint.

        ``edges`` are the positions where words begin or end: a short Chinese name that would cut a word in two
        (开工 in 开/工厂, 大学 in 大/学习) is no mention.
        """
        return self.nested(self.found(text, edges))

    def _mentioned(self, text: str) -> tuple[Mention, ...]:
        """``mentions`` of a text that comes again and again (a clause of a document)."""
        return tuple(self.mentions(text))

    def found(self, text: str, edges: Container[int] | None = None) -> list[Mention]:
        """All names in folded ``text`` by their ends, nested ones with their full strength."""
        found = [
            mention
            for start in range(len(text))
            if not (start and _joined(text[start - 1], text[start]))
            for mention in self._beginning(text, start, edges)
        ]
        return sorted(found, key=lambda m: (m.end, m.start))

    def _beginning(self, text: str, start: int, edges: Container[int] | None) -> Iterator[Mention]:
        """The names that begin at ``start``."""
        for name, number in self._trie.beginning(text[start : start + self.names.longest]):
            end = start + len(name)
            if _whole_word(text, end) and (edges is None or _on_edges(text, start, end, edges)):
                for owner in range(self._first[number], self._first[number + 1]):
                    strength = FORM if self.names.forms[owner] else HINT
                    yield Mention(self.names.concepts[self._owners[owner]], start, end, strength)

    def nested(self, found: Sequence[Mention]) -> list[Mention]:
        """``found`` in order, with less strength for names that are only part of a longer one."""
        strong = [m for m in found if m.strength == FORM]
        return [
            m
            if not any(self._hides(big, m) for big in strong if _inside(m, big))
            else replace(m, strength=m.strength * INNER)
            for m in sorted(found, key=lambda m: (m.start, -m.end))
        ]

    def _hides(self, big: Mention, small: Mention) -> bool:
        if self.concepts[small.concept].group == COUNTRY:  # 与欧盟、韩国互认 names 韩国 all the same
            return False
        return small.concept not in self.ancestors.get(big.concept, frozenset())

    @cached_property
    def forms(self) -> Forms:
        """All forms (not hints), folded."""
        return Forms(self._trie, self._first, self.names.forms)


@dataclass(frozen=True)
class Forms(Collection[str]):
    """The names that are a form of some concept, looked up in the trie of all names."""

    names: Vocabulary
    first: array[int]
    strong: bytes

    def __contains__(self, name: object) -> bool:
        number = self.names.number(name) if isinstance(name, str) else None
        return number is not None and self._is_form(number)

    def __iter__(self) -> Iterator[str]:
        return (name for number, name in enumerate(self.names) if self._is_form(number))

    def __len__(self) -> int:
        return sum(map(self._is_form, range(len(self.names))))

    def _is_form(self, number: int) -> bool:
        return any(self.strong[self.first[number] : self.first[number + 1]])


def _on_edges(text: str, start: int, end: int, edges: Container[int]) -> bool:
    return end - start >= LONG_NAME or text[start].isascii() or (start in edges and end in edges)


def _inside(small: Mention, big: Mention) -> bool:
    return small.start >= big.start and small.end <= big.end and small.end - small.start < big.end - big.start


def _whole_word(text: str, end: int) -> bool:
    """Latin names need word boundaries (``ai`` is not in ``paid``); a plural or -ing ending is allowed."""
    if end == len(text) or not _joined(text[end - 1], text[end]):
        return True
    return _ENDING.match(text, end) is not None


def _joined(left: str, right: str) -> bool:
    """Two Latin letters, or two digits, belong to one word (``2021gdp`` are two)."""
    return (
        left.isascii()
        and right.isascii()
        and ((left.isalpha() and right.isalpha()) or (left.isdigit() and right.isdigit()))
    )


def load_concepts(files: Iterable[Path]) -> dict[str, Concept]:
    """Concepts of all files, later files win over earlier ones by id.

    Raises KnowledgeError naming every file with a syntax error, an unknown key or an unknown parent.
    """
    concepts: dict[str, Concept] = {}
    problems: list[Problem] = []
    for path in files:
        try:
            for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("concept", []):
                concept = Concept.model_validate(entry)
                concepts[concept.id] = concept
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            problems.append(Problem(str(path), None, str(error).splitlines()[0], "see knowledge/README.md"))
    problems += [
        Problem(f"lexicon:{c.id}", None, f"unknown parent {p!r}", "name an existing concept id")
        for c in concepts.values()
        for p in c.parents
        if p not in concepts
    ]
    if problems:
        raise KnowledgeError(problems)
    return concepts


class _Kept(msgspec.Struct, array_like=True):
    """A lexicon between runs: by id the packed concepts and their ancestors; the names."""

    concepts: dict[str, msgspec.Raw]
    ancestors: dict[str, frozenset[str]]
    names: Names


class _Packed(Mapping[str, Concept]):
    """Concepts that are unpacked one by one, when they are looked at."""

    def __init__(self, packed: Mapping[str, msgspec.Raw]) -> None:
        self._packed = packed
        self._unpacked: dict[str, Concept] = {}

    def __getitem__(self, concept: str) -> Concept:
        found = self._unpacked.get(concept)
        if found is None:
            found = Concept.model_construct(**_tuples(msgspec.msgpack.decode(self._packed[concept])))
            self._unpacked[concept] = found
        return found

    def __contains__(self, concept: object) -> bool:
        return concept in self._packed

    def __iter__(self) -> Iterator[str]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


def load_lexicon(files: Iterable[Path], kept: Kept) -> Lexicon:
    """The lexicon of ``files``, from the cache where nothing has changed. Raises KnowledgeError."""

    def compute() -> _Kept:
        lexicon = build_lexicon(load_concepts(files))
        packed = {c.id: msgspec.Raw(msgspec.msgpack.encode(c.model_dump())) for c in lexicon.concepts.values()}
        return _Kept(packed, dict(lexicon.ancestors), lexicon.names)

    known = kept.remember("lexicon", _Kept, compute)
    return Lexicon(_Packed(known.concepts), known.ancestors, known.names)


def build_lexicon(concepts: Mapping[str, Concept]) -> Lexicon:
    """Make the matcher. Raises KnowledgeError where one form belongs to two unrelated concepts."""
    ancestors = {c: frozenset(_ancestors(c, concepts)) for c in concepts}
    owners: dict[str, list[tuple[str, float]]] = {}
    for concept in concepts.values():
        for strength, names in ((FORM, concept.forms), (HINT, concept.hints)):
            for name in {fold(n) for n in names} - {""}:
                owners.setdefault(name, []).append((concept.id, strength))
    _refuse_ambiguous(owners, ancestors)
    return Lexicon(concepts, ancestors, Names.of(owners))


def _refuse_ambiguous(owners: Mapping[str, list[tuple[str, float]]], ancestors: Mapping[str, frozenset[str]]) -> None:
    problems = []
    for name, claims in sorted(owners.items()):
        strong = [c for c, strength in claims if strength == FORM]
        clash = [
            (a, b)
            for i, a in enumerate(strong)
            for b in strong[i + 1 :]
            if a not in ancestors[b] and b not in ancestors[a]
        ]
        problems += [
            Problem(
                f"lexicon:{a}",
                None,
                f"the form {name!r} also belongs to {b!r}",
                "keep it in one of them, or make it a hint",
            )
            for a, b in clash
        ]
    if problems:
        raise KnowledgeError(problems)


def _ancestors(concept: str, concepts: Mapping[str, Concept]) -> Iterable[str]:
    seen: set[str] = set()
    queue = list(concepts[concept].parents)
    while queue:
        parent = queue.pop()
        if parent not in seen and parent in concepts:
            seen.add(parent)
            queue.extend(concepts[parent].parents)
    return seen
