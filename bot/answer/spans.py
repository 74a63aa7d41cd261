"""The content of a question: spans, each with the index terms that match it and what it weighs.

A span is matched as a concept of the lexicon or by its surface, whichever fits a clause better. Names of the
lexicon are read first (the longest), then figures, misspelled names, Latin words, and words of the dictionary.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.language.lexicon import FORM, Mention
from bot.language.segment import Token
from bot.language.segment import edges as word_edges
from bot.language.values import find_values
from bot.search.index import Index

_HAN = re.compile(r"[\u3400-\u9fff]")
_RUN = re.compile(r"[\u3400-\u9fff]{2,}")
_LATIN = re.compile(r"[a-z][a-z0-9.\-&']*[a-z0-9]|[a-z]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_PARTICLES = re.compile(r"[到至在于从年末底的以前后内里“”\s\-]|\b(?:by|in|to|until|through|the|for|period|of)\b")
_ASKED = re.compile(r"多少|几|什么|怎么|哪|多[大长久高快]")
_SPLIT = re.compile(
    r"(?P<verb>[\u4e00-\u9fff]{1,2}?)(?:了|过|出|到|咗)?(?:多少|几多|几)(?:个点|个|家|名|位|套|户|项|条|台|栋|所|间|座|亩|亿|万|钱|成|倍|%)?(?:的)?"
    r"(?P<rest>[\u4e00-\u9fff]{1,4})"
)
WORD_CAP = 6.0
ABSENT = 2.0
"""Weight of a word that no passage has: it cannot choose among passages, only lower the confidence."""
ABSENT_NAME = 3.5
"""Weight of a known thing that no passage names."""
HINT_WEIGHT = 0.5
"""What a word that only suggests its concept weighs against one that names it."""
LIGHT = 0.15
"""What an English word weighs that is too common to be a clue (set, right, win)."""
GENERIC = 0.6
"""Everyday verbs and qualities weigh less than the thing they are said of."""
PARENT, HINTED, PARTIAL, GLOSS = 0.5, 0.6, 0.8, 0.85


@dataclass(frozen=True)
class Span:
    """A stretch of content of the folded question.

    ``terms`` are the index terms that match it, with the strength of each (1 the same thing); ``weight`` is
    what it counts for; ``focus`` is the thing whose number or name is asked; ``required`` must be matched.
    """

    text: str
    start: int
    end: int
    weight: float
    terms: tuple[tuple[str, float], ...]
    focus: bool = False
    required: bool = False
    elsewhere: bool = False
    """A place that no document is about: what is said of it must name it."""
    concepts: tuple[str, ...] = ()
    named: bool = False
    """It is the name of a thing (a form of a concept that is no everyday verb or quality)."""

    @property
    def figure(self) -> bool:
        """It is a figure that the question states."""
        return any(term[0] == "n" for term, _ in self.terms)


@dataclass
class SpanReader:
    """Cuts the question into spans: lexicon names first (the longest), then figures, then words."""

    text: str
    index: Index
    masked: Sequence[tuple[int, int]]
    taken: list[tuple[int, int]] = field(default_factory=list)

    def read(self) -> list[Span]:
        # The lexicon is of investment and customs; in texts about no place at all it would only mislead.
        names = self._concepts() if self.index.places else ()
        spans = [*self._figures(), *names, *self._repaired(), *self._latin(), *self._words()]
        return sorted(spans, key=lambda s: s.start) or self._unread()

    def _unread(self) -> list[Span]:
        """What is left where every word is too common to choose by: in general texts it may yet be a name."""
        if self.index.places:
            return []
        return [self._word_span(run[0], *run.span()) for a, b in self._gaps() for run in _RUN.finditer(self.text, a, b)]

    def _concepts(self) -> Iterable[Span]:
        stop = self.index.language.questions.stop
        lexicon = self.index.language.lexicon
        whole = [
            m
            for m in lexicon.found(self.text, self._edges())
            if self._allowed(m) and self.text[m.start : m.end] not in stop
        ]
        mentions = lexicon.nested([*whole, *self._split_names()])
        for start, end in _stretches(mentions):
            self.taken.append((start, end))
            inside = [m for m in mentions if start <= m.start and m.end <= end]
            parts = self._parts(start, end, [m for m in whole if start <= m.start and m.end <= end])
            span = self._concept_span(start, end, inside)
            if not parts:
                yield span
            for a, b in parts:
                part = self._concept_span(a, b, [m for m in inside if a <= m.start and m.end <= b])
                yield replace(part, terms=_with_whole(part.terms, span))

    def _parts(self, start: int, end: int, inside: Sequence[Mention]) -> list[tuple[int, int]]:
        """Two names that make up a longer one (知识城|投资): a text may name one of them a sentence earlier."""
        lexicon = self.index.language.lexicon
        if any(lexicon.concepts[m.concept].required for m in inside):
            return []
        named = {
            (m.start, m.end)
            for m in inside
            if m.strength == FORM and m.end - m.start >= 2 and lexicon.concepts[m.concept].group != "generic"
        }
        cuts = [b for a, b in named if a == start and (b, end) in named]
        return [(start, cuts[0]), (cuts[0], end)] if cuts else []

    def _split_names(self) -> Iterable[Mention]:
        """Names that a question word splits (减了多少税 names 减税, 开出多少家公司 names 开公司)."""
        for match in _SPLIT.finditer(self.text):
            joined = match["verb"] + match["rest"]
            cut = len(match["verb"])
            for mention in self.index.language.lexicon.found(joined):
                if mention.start < cut < mention.end and mention.strength == FORM:
                    gap = match.start("rest") - match.start("verb") - cut
                    yield replace(
                        mention, start=mention.start + match.start("verb"), end=mention.end + gap + match.start("verb")
                    )

    def _edges(self) -> set[int]:
        """Where words begin or end, in the whole question and in what is left of it (黄埔区|委书记, 区委书记)."""
        segmenter = self.index.language.segmenter
        pieces = [(0, len(self.text)), *self._gaps()]
        return {start + edge for start, end in pieces for edge in word_edges(segmenter.tokens(self.text[start:end]))}

    def _allowed(self, mention: Mention) -> bool:
        """Free text, or a longer name that holds a place or question words itself (黄埔马拉松, 奖多少)."""
        if any(mention.start < b and a < mention.end for a, b in self.taken):
            return False
        if _ASKED.search(self.text[mention.start : mention.end]):
            return self.index.language.lexicon.concepts[mention.concept].required
        if self._only_facet(mention):
            return False
        return all(
            mention.end <= a
            or b <= mention.start
            or (mention.start <= a and b <= mention.end and mention.end - mention.start > b - a)
            for a, b in self.masked
        )

    def _only_facet(self, mention: Mention) -> bool:
        """A place or a time with nothing but particles around it (到2025年, by 2025): a facet, no content."""
        inside = [(a, b) for a, b in self.masked if mention.start <= a and b <= mention.end]
        if not inside:
            return False
        rest = "".join(
            c
            for i, c in enumerate(self.text[mention.start : mention.end], mention.start)
            if not any(a <= i < b for a, b in inside)
        )
        return not _PARTICLES.sub("", rest)

    def _concept_span(self, start: int, end: int, group: Sequence[Mention], surface: str = "") -> Span:
        lexicon = self.index.language.lexicon
        terms: dict[str, float] = {}
        whole = [m for m in group if (m.start, m.end) == (start, end)] or group
        for mention in group:
            strength = 1.0 if mention.strength == FORM else HINTED * min(1.0, (3 / len(whole)) ** 0.5)
            strength *= 1.0 if mention in whole else PARTIAL
            _raise(terms, f"c:{mention.concept}", strength)
            for parent in lexicon.ancestors[mention.concept]:
                _raise(terms, f"c:{parent}", PARENT * strength)
        surface = surface or self.text[start:end]
        strong = tuple(m.concept for m in whole if m.strength == FORM)
        required = any(lexicon.concepts[c].required for c in strong)
        for term, strength in self._surface(surface):
            if not required or term[0] == "w":  # 书记 is not in 总书记: what must be there is looked for whole
                _raise(terms, term, strength)
        weight = self._concept_weight(whole, strong)
        return Span(
            surface,
            start,
            end,
            min(weight, WORD_CAP),
            tuple(terms.items()),
            required=required,
            elsewhere=self._elsewhere(surface)
            if not strong
            else any(lexicon.concepts[c].group == "company" for c in strong),
            concepts=tuple(dict.fromkeys(m.concept for m in whole)),
            named=any(lexicon.concepts[c].group != "generic" for c in strong),
        )

    def _concept_weight(self, group: Sequence[Mention], strong: Sequence[str]) -> float:
        lexicon = self.index.language.lexicon
        weight = max(self._weight(f"c:{m.concept}") for m in group)
        if not strong:
            return HINT_WEIGHT * weight * min(1.0, math.sqrt(2 / len(group)))
        if not any(self.index.frequency(f"c:{c}") for c in strong) and not any(
            lexicon.concepts[c].required for c in strong
        ):
            return ABSENT_NAME
        generic = all(lexicon.concepts[c].group == "generic" for c in strong)
        return weight * GENERIC if generic else weight

    def _word_weight(self, word: str) -> float:
        if not self.index.frequency(f"w:{word}"):
            return ABSENT
        return self._weight(f"w:{word}") * self._rarity(word)

    def _rarity(self, word: str) -> float:
        """0.3 for the commonest words of the language, 1 for rare ones (jieba's dictionary frequencies)."""
        common = self.index.language.segmenter.commonness(word)
        return min(1.0, max(0.3, (-math.log(common) - 6.0) / 5.0)) if common else 1.0

    def _figures(self) -> Iterable[Span]:
        for value in find_values(self.text):
            if self._free(value.start, value.end):
                number = _NUMBER.search(self.text[value.start : value.end])
                if number:
                    self.taken.append((value.start, value.end))
                    yield Span(
                        self.text[value.start : value.end],
                        value.start,
                        value.end,
                        4.0,
                        ((f"n:{number[0]}", 1.0),),
                    )

    def _repaired(self) -> Iterable[Span]:
        """Names mistyped with a homophone."""
        language = self.index.language
        for start, end in list(self._gaps()):
            tokens = language.segmenter.tokens(self.text[start:end])
            for repair in language.speller.homophones(self.text[start:end], tokens, language.questions.stop):
                yield self._named(repair.name, start + repair.start, start + repair.end)

    def _latin(self) -> Iterable[Span]:
        """Latin words beyond the lexicon: pinyin, a slip of a known name, or English with a translation."""
        for start, end in list(self._gaps()):
            words = [
                m for m in _LATIN.finditer(self.text, start, end) if m[0] not in self.index.language.questions.stop
            ]
            while words:
                length, span = self._latin_span(words)
                self.taken.append((span.start, span.end))
                yield span
                words = words[length:]

    def _latin_span(self, words: Sequence[re.Match[str]]) -> tuple[int, Span]:
        """The span of the longest run of leading ``words`` that means something, and how many words it takes."""
        language = self.index.language
        for length in range(min(4, len(words)), 0, -1):
            run = words[:length]
            phrase, start, end = " ".join(m[0] for m in run), run[0].start(), run[-1].end()
            translations = self._translations(phrase)
            if translations:
                weight = min(WORD_CAP, max(self._weight(term) for term, _ in translations))
                if phrase in language.questions.light:
                    weight *= LIGHT
                return length, Span(phrase, start, end, weight, (*translations, (f"w:{phrase}", 1.0)))
        slip = language.speller.latin(words[0][0])
        if slip:
            return 1, self._named(slip, *words[0].span())
        return 1, self._word_span(words[0][0], *words[0].span())

    def _translations(self, phrase: str) -> list[tuple[str, float]]:
        """Index terms of the translations that occur in some passage."""
        found: dict[str, float] = {}
        for word, strength in self.index.language.glosses.translate(phrase):
            term = f"w:{word}" if len(word) != 2 else f"b:{word}"
            if len(word) > 1 and self.index.frequency(term):
                _raise(found, term, GLOSS * strength)
        return list(found.items())[:12]

    def _named(self, name: str, start: int, end: int) -> Span:
        """The span for ``name`` though something else was typed at ``start`` to ``end``."""
        self.taken.append((start, end))
        mentions = [m for m in self.index.language.lexicon.mentions(name) if m.end - m.start == len(name)]
        return self._concept_span(start, end, mentions, name) if mentions else self._word_span(name, start, end)

    def _words(self) -> Iterable[Span]:
        stop = self.index.language.questions.stop
        for start, end in self._gaps():
            for token in self._with_names(self.index.language.segmenter.tokens(self.text[start:end])):
                if token.text not in stop and not token.text.isdigit() and not self._is_function(token.text):
                    yield self._word_span(token.text, start + token.start, start + token.end)

    def _with_names(self, tokens: Iterable[Token]) -> Sequence[Token]:
        """Names that the dictionary does not know come apart into single characters (雍|闿): here they are whole."""
        stop, whole, name = self.index.language.questions.stop, list[Token](), False
        for token in tokens:
            single = len(token.text) == 1 and token.text not in stop
            if single and name and whole[-1].end == token.start:
                whole[-1] = Token(whole[-1].text + token.text, whole[-1].start, token.end)
            else:
                whole.append(token)
            name = single
        return whole

    def _elsewhere(self, word: str) -> bool:
        """A geographic name that is no city of a known place: what is said of it must name it."""
        language = self.index.language
        return bool(self.index.places) and language.segmenter.is_place(word) and word not in language.gazetteer.cities

    def _is_function(self, word: str) -> bool:
        return self.index.language.segmenter.is_function(word)

    def _word_span(self, word: str, start: int, end: int) -> Span:
        weight = min(self._word_weight(word), WORD_CAP)
        if len(word) == 1:
            weight *= 0.4
        away = self.index.language.segmenter.is_place(word) and word not in self.index.language.gazetteer.cities
        known = bool(self.index.places)
        return Span(
            word, start, end, weight, tuple(self._surface(word)), required=away and known, elsewhere=away and not known
        )

    def _surface(self, word: str) -> Iterable[tuple[str, float]]:
        """The word itself; for Chinese also its character pairs and characters, as weaker evidence."""
        yield f"w:{word}", 1.0
        han = [c for c in word if _HAN.match(c)]
        if len(han) == len(word) > 1:
            pairs = [word[i : i + 2] for i in range(len(word) - 1)]
            yield from ((f"b:{p}", (0.95 if len(word) == 2 else 0.7 / len(pairs))) for p in pairs)
            yield from ((f"u:{c}", 0.42 / len(han)) for c in dict.fromkeys(han))

    def _gaps(self) -> Iterable[tuple[int, int]]:
        edges = sorted([*self.taken, *self.masked])
        at = 0
        for start, end in edges:
            if at < start:
                yield at, start
            at = max(at, end)
        if at < len(self.text):
            yield at, len(self.text)

    def _free(self, start: int, end: int) -> bool:
        return all(end <= a or start >= b for a, b in [*self.taken, *self.masked])

    def _weight(self, term: str) -> float:
        return self.index.idf(term)


def _with_whole(terms: Sequence[tuple[str, float]], whole: Span) -> tuple[tuple[str, float], ...]:
    """The terms of a part, and the concept of the whole name, which says as much."""
    raised = dict(terms)
    for concept in whole.concepts:
        _raise(raised, f"c:{concept}", 1.0)
    return tuple(raised.items())


def _raise(terms: dict[str, float], term: str, strength: float) -> None:
    terms[term] = max(terms.get(term, 0.0), strength)


def _stretches(mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    """Stretches that are read as names: of overlapping ones the longest, a form counting more than a hint."""
    strength: dict[tuple[int, int], float] = {}
    for mention in mentions:
        stretch = mention.start, mention.end
        strength[stretch] = max(strength.get(stretch, 0.0), mention.strength)
    order = sorted(strength, key=lambda s: (-(s[1] - s[0]) - 2 * (strength[s] >= FORM), s[0]))
    kept: list[tuple[int, int]] = []
    for start, end in order:
        if all(end <= a or start >= b for a, b in kept):
            kept.append((start, end))
    return sorted(kept)
