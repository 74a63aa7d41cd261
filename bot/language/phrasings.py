"""What people meant who asked alike: questions once put by others, each with the concepts of what answered it.

A question in words that no name of the lexicon covers is compared with them by its character pairs and triples
(and Latin words); the concepts of those most alike are a weak clue. ``phrasings.jsonl`` holds one a line:
``{"q": "刚拿地能马上开挖吗", "concepts": ["take-land-start"]}``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.cache import Cache, Kept
from bot.errors import KnowledgeError, Problem
from bot.language.lists import Lists, distinct
from bot.language.normalise import fold
from bot.language.vocabulary import Vocabulary

ALIKE, CONCEPTS = 15, 12
"""Questions that are listened to, and concepts that are taken from them."""
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9&\-]+")


@dataclass(frozen=True)
class Phrasing:
    """A question that somebody put (folded), and the ids of the concepts that answered it."""

    text: str
    concepts: tuple[str, ...]


@dataclass(frozen=True)
class Meant:
    """``concepts`` with the strength of each (the likeliest 1); ``likeness`` of the most similar question, 0 to 1."""

    concepts: tuple[tuple[str, float], ...] = ()
    likeness: float = 0.0


class Grams(msgspec.Struct, array_like=True):
    """Which questions hold which gram, and which concepts answered which question (numbers in ``concepts``)."""

    trie: bytes
    holders: Lists
    lengths: bytes
    concepts: list[str]
    answers: Lists

    @classmethod
    def of(cls, known: Sequence[Phrasing], stop: Collection[str]) -> Grams:
        """``stop`` are words that say nothing (what, about, 多少)."""
        silent = frozenset(stop)
        grams = [_grams(phrasing.text) - silent for phrasing in known]
        holders: dict[str, list[int]] = {}
        for number, found in enumerate(grams):
            for gram in found:
                holders.setdefault(gram, []).append(number)
        vocabulary = Vocabulary(holders)
        rarity = {gram: math.log(len(known) / len(numbers)) for gram, numbers in holders.items()}
        concepts = list(dict.fromkeys(concept for phrasing in known for concept in phrasing.concepts))
        number_of = {concept: number for number, concept in enumerate(concepts)}
        lengths = np.array([_norm(rarity[gram] for gram in sorted(found)) or 1.0 for found in grams])
        return cls(
            vocabulary.to_bytes(),
            Lists.of(holders[gram] for gram in vocabulary),
            lengths.tobytes(),
            concepts,
            Lists.of([number_of[c] for c in phrasing.concepts] for phrasing in known),
        )


class Phrasings:
    """Finds what was meant by questions in similar words. Immutable; empty where there is nothing to learn from."""

    def __init__(self, known: Sequence[Phrasing] = (), stop: Collection[str] = frozenset()) -> None:
        self._load(Grams.of(known, stop))

    @classmethod
    def from_grams(cls, grams: Grams) -> Phrasings:
        """What ``Grams.of`` gave."""
        phrasings = cls.__new__(cls)
        phrasings._load(grams)
        return phrasings

    def _load(self, grams: Grams) -> None:
        self._vocabulary = Vocabulary.from_bytes(grams.trie)
        self._first_holder, self._holders = grams.holders.arrays()
        self._first_answer, self._answers = grams.answers.arrays()
        self._length: NDArray[np.float64] = np.frombuffer(grams.lengths)
        self._concepts = grams.concepts
        count = np.bincount(self._answers, minlength=len(grams.concepts))
        self._telling: list[float] = np.log(len(self._length) / np.maximum(count, 1)).tolist()

    def meant(self, text: str) -> Meant:
        """The concepts that folded ``text`` probably asks for."""
        numbers = [n for gram in sorted(_grams(text)) if (n := self._vocabulary.number(gram)) is not None]
        holders = [self._holders[self._first_holder[n] : self._first_holder[n + 1]] for n in numbers]
        rarity = [math.log(len(self._length) / len(held)) for held in holders]
        norm = _norm(rarity)
        if not norm:
            return Meant()
        shared = np.repeat([rare**2 for rare in rarity], list(map(len, holders)))
        known, where = distinct(np.concatenate(holders))
        if len(known) < ALIKE:
            known, where = np.arange(len(self._length)), np.concatenate(holders)
        alike = np.bincount(where, shared, len(known)) / (self._length[known] * norm)
        nearest = np.argsort(-alike, kind="stable")[:ALIKE]
        votes: dict[int, float] = {}
        for number, likeness in zip(known[nearest].tolist(), alike[nearest].tolist(), strict=True):
            for concept in self._answers[self._first_answer[number] : self._first_answer[number + 1]].tolist():
                votes[concept] = votes.get(concept, 0.0) + likeness**2 * self._telling[concept]
        chosen = sorted(votes.items(), key=lambda v: -v[1])[:CONCEPTS]
        top = chosen[0][1] if chosen else 0.0
        if not top:
            return Meant()
        return Meant(tuple((self._concepts[c], v / top) for c, v in chosen), float(alike[nearest[0]]))


def _grams(text: str) -> set[str]:
    found: set[str] = set()
    for run in _RUN.findall(text):
        if run[0] >= "\u3400":
            found.update(run[i : i + n] for n in (2, 3) for i in range(len(run) - n + 1))
        elif not run.isdigit():
            found.add(run)
    return found


def _norm(weights: Iterable[float]) -> float:
    return math.sqrt(sum(weight**2 for weight in weights))


def load_phrasings(
    files: Sequence[Path], concepts: Collection[str], stop: Collection[str] = (), kept: Kept | None = None
) -> Phrasings:
    """All lines of all files. Raises KnowledgeError naming each line that is no phrasing or names no concept.

    ``kept`` keeps the result between runs; its key stands for all that is given here.
    """
    return Phrasings.from_grams(
        (kept or Kept(Cache())).remember("phrasings", Grams, lambda: Grams.of(_read(files, concepts), stop))
    )


def _read(files: Iterable[Path], concepts: Collection[str]) -> list[Phrasing]:
    known: list[Phrasing] = []
    problems: list[Problem] = []
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                ids = tuple(entry["concepts"])
                unknown = [c for c in ids if c not in concepts]
                if unknown:
                    raise ValueError(f"no concept has the id {unknown[0]!r}")
                known.append(Phrasing(fold(entry["q"]), ids))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                hint = 'write {"q": "question", "concepts": ["id"]} with ids of the lexicon'
                problems.append(Problem(str(path), number, f"not a phrasing: {error}", hint))
    if problems:
        raise KnowledgeError(problems)
    return known
