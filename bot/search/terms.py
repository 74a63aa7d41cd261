"""Texts as terms. Everything that can be matched is a term with a prefix:

``w:`` a word, ``b:`` two neighbouring characters, ``u:`` one character, ``c:`` a concept of the lexicon that is
named, ``h:`` one that is hinted at,
``place:``, ``period:``, ``status:``, ``value:`` facets. Passages and questions go through the same code.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from bot.language.language import Language
from bot.language.lexicon import FORM
from bot.language.normalise import Normalised, normalise
from bot.language.segment import edges
from bot.language.values import Value, find_values

_HAN = re.compile(r"[\u3400-\u9fff]+")
NAMED = 0.75
"""Strength from which a text names a concept; below it only hints."""
ANCESTOR = 0.8
"""How much a text about a narrower concept answers a question about the broader one."""


@dataclass(frozen=True)
class Reading:
    """What is read in a stretch of text: the strength of its concepts (by bare id), and its figures."""

    folded: Normalised
    concepts: Mapping[str, float]
    values: tuple[Value, ...]

    @property
    def text(self) -> str:
        return self.folded.text


@dataclass(frozen=True)
class TextTerms(Reading):
    """A reading with all its terms."""

    terms: frozenset[str]

    def strength(self, term: str) -> float:
        """How strongly the text holds ``term``, which is one of its terms: less than 1 for some concepts."""
        return self.concepts[term[2:]] if term[0] == "c" else 1.0

    def indexed(self, term: str) -> str:
        """``term`` as the index holds it: ``h:`` for a concept that the text only hints at."""
        return "h" + term[1:] if term[0] == "c" and self.concepts[term[2:]] < NAMED else term

    def certain(self) -> Iterable[str]:
        """Terms that the text surely holds: all but concepts that are only hinted at or implied."""
        return (t for t in self.terms if t[0] != "c" or self.concepts[t[2:]] == FORM)


def read_text(source: str, language: Language) -> TextTerms:
    """Terms of ``source``."""
    folded = normalise(source)
    text = folded.text
    tokens = language.segmenter.tokens(text)
    concepts = concept_strengths(text, language, edges(tokens))
    terms = {f"w:{token.text}" for token in tokens}
    terms.update(surface_terms(text), (f"c:{concept}" for concept in concepts))
    return TextTerms(folded, concepts, tuple(find_values(text)), frozenset(terms))


def surface_terms(text: str) -> Iterable[str]:
    """Character pairs and characters of the Chinese runs of folded ``text``."""
    for run in _HAN.findall(text):
        yield from (f"b:{run[i : i + 2]}" for i in range(len(run) - 1))
        yield from (f"u:{character}" for character in run)


def concept_strengths(text: str, language: Language, word_edges: Container[int]) -> dict[str, float]:
    """Concepts named in folded ``text`` and their ancestors, with the strongest mention of each."""
    found: dict[str, float] = {}
    for mention in language.lexicon.mentions(text, word_edges):
        found[mention.concept] = max(found.get(mention.concept, 0.0), mention.strength)
        for ancestor in language.lexicon.ancestors[mention.concept]:
            found[ancestor] = max(found.get(ancestor, 0.0), ANCESTOR * mention.strength)
    return found


def index_terms(parts: Iterable[tuple[TextTerms, int]]) -> dict[str, float]:
    """Terms of several texts (own text, headings, title, asks), each with its frequency factor."""
    bag: dict[str, float] = {}
    for text, times in parts:
        for term in map(text.indexed, text.terms):
            bag[term] = max(bag.get(term, 0.0), times)
    return bag
