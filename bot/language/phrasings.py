"""What people meant who asked alike: questions once put by others, each with the concepts of what answered it.

A question in words that no name of the lexicon covers is compared with them by its character pairs and triples
(and Latin words); the concepts of those most alike are a weak clue. ``phrasings.jsonl`` holds one a line:
``{"q": "刚拿地能马上开挖吗", "concepts": ["take-land-start"]}``.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.errors import KnowledgeError, Problem
from bot.language.normalise import fold

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


class Phrasings:
    """Finds what was meant by questions in similar words. Immutable; empty where there is nothing to learn from."""

    def __init__(self, known: Sequence[Phrasing] = (), stop: Collection[str] = frozenset()) -> None:
        """``stop`` are words that say nothing (what, about, 多少)."""
        self._known = known
        silent = frozenset(stop)
        grams = [_grams(phrasing.text) - silent for phrasing in known]
        holders: dict[str, list[int]] = {}
        for number, found in enumerate(grams):
            for gram in found:
                holders.setdefault(gram, []).append(number)
        self._holders = {gram: np.array(numbers) for gram, numbers in holders.items()}
        self._rarity = {gram: math.log(len(known) / len(numbers)) for gram, numbers in holders.items()}
        self._length: NDArray[np.float64] = np.array([_norm(self._rarity[g] for g in found) or 1.0 for found in grams])
        count = Counter(concept for phrasing in known for concept in phrasing.concepts)
        self._telling = {concept: math.log(len(known) / number) for concept, number in count.items()}

    def meant(self, text: str) -> Meant:
        """The concepts that folded ``text`` probably asks for."""
        grams = [gram for gram in _grams(text) if gram in self._rarity]  # stop words are not in it
        norm = _norm(self._rarity[gram] for gram in grams)
        if not norm:
            return Meant()
        alike = np.zeros(len(self._known))
        for gram in grams:
            alike[self._holders[gram]] += self._rarity[gram] ** 2
        alike /= self._length * norm
        nearest = np.argsort(-alike, kind="stable")[:ALIKE]
        votes: dict[str, float] = {}
        for number in nearest:
            for concept in self._known[number].concepts:
                vote = float(alike[number]) ** 2 * self._telling[concept]
                votes[concept] = votes.get(concept, 0.0) + vote
        chosen = sorted(votes.items(), key=lambda v: -v[1])[:CONCEPTS]
        top = chosen[0][1] if chosen else 0.0
        return Meant(tuple((c, v / top) for c, v in chosen), float(alike[nearest[0]])) if top else Meant()


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


def load_phrasings(files: Iterable[Path], concepts: Collection[str], stop: Collection[str] = ()) -> Phrasings:
    """All lines of all files. Raises KnowledgeError naming each line that is no phrasing or names no concept."""
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
    return Phrasings(known, stop)
