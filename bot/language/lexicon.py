"""The lexicon: concepts with the many names that people and officials give them.

Read from ``lexicon/*.toml``. A ``[[concept]]`` has an ``id``, a ``group``, optional ``parents`` (broader
concepts), ``forms`` (names that mean it), ``hints`` (words that only suggest it), ``required`` (an attribute
that must stand in the text when a question asks for it), ``en`` and ``note``. All names are folded when they
are loaded, so script, case and width do not matter.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ahocorasick
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import KnowledgeError, Problem
from bot.language.normalise import fold

FORM, HINT = 1.0, 0.5
INNER = 0.6
"""Share of a name's strength where it is only part of a longer name (收入 in 一般公共预算收入)."""
COUNTRY = "country"
"""Group of the countries: named wherever they stand, also as part of a longer name."""
LONG_NAME = 4
"""Names of this many characters are long enough to be no accident, whatever the segmenter says."""


class Concept(BaseModel):
    """One indicator, thing, action or attribute of the field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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


@dataclass
class Lexicon:
    """All concepts, with a matcher that finds every name in a text in one pass (Aho-Corasick)."""

    concepts: Mapping[str, Concept]
    ancestors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _matcher: Any = None

    def mentions(self, text: str, edges: Container[int] | None = None) -> list[Mention]:
        """Every concept named in folded ``text``; a shorter name inside a longer one counts less, unless its
        concept is the longer one's ancestor or the longer name is a mere hint.

        ``edges`` are the positions where words begin or end: a short Chinese name that would cut a word in two
        (开工 in 开/工厂, 大学 in 大/学习) is no mention.
        """
        return self.nested(self.found(text, edges))

    def found(self, text: str, edges: Container[int] | None = None) -> list[Mention]:
        """All names in folded ``text``, nested ones with their full strength."""
        if self._matcher is None:
            return []
        return [
            m
            for end, names in self._matcher.iter(text)
            for m in _at(text, end + 1, names)
            if edges is None or _on_edges(text, m, edges)
        ]

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

    def names(self) -> Iterable[str]:
        """All forms (not hints), folded."""
        return (fold(form) for concept in self.concepts.values() for form in concept.forms)


def _on_edges(text: str, mention: Mention, edges: Container[int]) -> bool:
    if mention.end - mention.start >= LONG_NAME or text[mention.start].isascii():
        return True
    return mention.start in edges and mention.end in edges


def _inside(small: Mention, big: Mention) -> bool:
    return small.start >= big.start and small.end <= big.end and small.end - small.start < big.end - big.start


def _at(text: str, end: int, names: Sequence[tuple[str, str, float]]) -> Iterable[Mention]:
    for name, concept, strength in names:
        start = end - len(name)
        if _whole_word(text, start, end):
            yield Mention(concept, start, end, strength)


def _whole_word(text: str, start: int, end: int) -> bool:
    """Latin names need word boundaries (``ai`` is not in ``paid``); a plural or -ing ending is allowed."""
    if start and _joined(text[start - 1], text[start]):
        return False
    ending = re.match(r"(?:s|es|ing|ed|'s)(?![a-z])", text[end : end + 4]) if text[end - 1].isascii() else None
    return ending is not None or end == len(text) or not _joined(text[end - 1], text[end])


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


def build_lexicon(concepts: Mapping[str, Concept]) -> Lexicon:
    """Make the matcher. Raises KnowledgeError where one form belongs to two unrelated concepts."""
    ancestors = {c: frozenset(_ancestors(c, concepts)) for c in concepts}
    owners: dict[str, list[tuple[str, float]]] = {}
    for concept in concepts.values():
        for strength, names in ((FORM, concept.forms), (HINT, concept.hints)):
            for name in {fold(n) for n in names} - {""}:
                owners.setdefault(name, []).append((concept.id, strength))
    _refuse_ambiguous(owners, ancestors)
    return Lexicon(concepts, ancestors, _automaton(owners))


def _automaton(owners: Mapping[str, list[tuple[str, float]]]) -> Any:
    if not owners:
        return None
    automaton = ahocorasick.Automaton()
    for name, concepts in owners.items():
        automaton.add_word(name, [(name, concept, strength) for concept, strength in concepts])
    automaton.make_automaton()
    return automaton


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
