"""What a question asks: spans of content with the terms that can answer each, and the facets it names.

Everything a question says ends up in one of two places: a facet (place, period, status, kind of answer) or a
``Span`` of content. A span is matched as a concept or by its surface, whichever fits a clause better.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.language.lexicon import FORM, Mention
from bot.language.normalise import fold
from bot.language.period import Years, find_periods
from bot.language.places import PlaceReading
from bot.language.questions import FIGURES, Manner
from bot.language.segment import edges as word_edges
from bot.language.values import find_values, unit_kinds
from bot.search.index import Index

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z][a-z0-9.\-&']*[a-z0-9]|[a-z]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_ASKING = re.compile(
    r"百分之(?:几|多少)|第几|(?:有|系|係|是)?(?:几多|多少|几|幾)(?:钱|个点|个|家|名|位|套|户|项|条|台|栋|幢|座|所|次|场|件|张|片|只|辆|间|种|类|倍|成|份|款|门|天|年|个月|月|号|分钟|小时|亿|万|亩|元|平方米|平方公里|平米|公里|人|岁|届|层|吨|度|支|单|笔|批|期|级|大|日|时|耐|点|钟)?"
    r"|多(?:久|大|长|高|远|快|深|宽)|有没有|会不会|是不是|能不能|可不可以|要不要|有冇|系咪|哪(?:些|个|家|位|里|儿|年|天|几|条|所|间|种|方面|边)?|边(?:度|个|啲)|什么时候|什么|为什么|怎么样|怎样|怎么|如何|点样|点解|咩|乜嘢|乜|啥|(?<![\u4e00-\u9fff])一(?:家|个|间|年|条|名|套|下)"
)
WORD_CAP = 6.0
ABSENT = 2.0
"""Weight of a word that no passage has: it cannot choose among passages, only lower the confidence."""
COUNTED = 0.4
"""What a word still weighs that is understood as a facet already."""
GENERIC = 0.6
"""Everyday verbs and qualities weigh less than the thing they are said of."""
PARENT, HINTED, GLOSS = 0.35, 0.6, 0.6


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
    concepts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question understood. ``periods`` are all years named, ``now`` the newest is wanted."""

    source: str
    text: str
    spans: tuple[Span, ...] = ()
    places: PlaceReading = PlaceReading()
    periods: tuple[Years, ...] = ()
    pointing: tuple[str, ...] = ()
    status: frozenset[str] = frozenset()
    manner: Manner = Manner((), ())
    units: frozenset[str] = frozenset()

    @property
    def wants_figure(self) -> bool:
        return any(kind in FIGURES for kind in self.manner.kinds)

    @property
    def total(self) -> float:
        return sum(span.weight for span in self.spans) or 1e-9


def understand(source: str, index: Index) -> Question:
    """Read ``source`` with the snapshot's lexicon and frequencies."""
    language = index.language
    text = language.speller.from_pinyin(fold(source))
    places = language.gazetteer.read(text, language.segmenter.is_place)
    periods = [*find_periods(text, question=True), *language.questions.named_periods(text)]
    manner = language.questions.read(text)
    masked = [
        *places.spans,
        *((p.start, p.end) for p in periods),
        *(m.span() for m in _ASKING.finditer(text)),
    ]
    spans = _SpanReader(text, index, masked).read()
    return Question(
        source=source,
        text=text,
        spans=_focus(
            _lighter(spans, [*language.status.spans("question", text), *manner.spans]), manner, text
        ),
        places=places,
        periods=tuple(dict.fromkeys(p.years for p in periods if p.years)),
        pointing=tuple(dict.fromkeys(p.word for p in periods if p.word)),
        status=frozenset(language.status.all("question", text)),
        manner=manner,
        units=frozenset(unit_kinds(text)),
    )


@dataclass
class _SpanReader:
    """Cuts the question into spans: lexicon names first (the longest), then figures, then words."""

    text: str
    index: Index
    masked: Sequence[tuple[int, int]]
    taken: list[tuple[int, int]] = field(default_factory=list)

    def read(self) -> list[Span]:
        spans = [*self._figures(), *self._concepts(), *self._repaired(), *self._latin(), *self._words()]
        return sorted(spans, key=lambda s: s.start)

    def _concepts(self) -> Iterable[Span]:
        stop = self.index.language.questions.stop
        edges = word_edges(self.index.language.segmenter.tokens(self.text))
        mentions = [
            m
            for m in self.index.language.lexicon.mentions(self.text, edges)
            if self._allowed(m) and self.text[m.start : m.end] not in stop
        ]
        for group in _longest(mentions):
            first = group[0]
            self.taken.append((first.start, first.end))
            yield self._concept_span(first.start, first.end, group)

    def _allowed(self, mention: Mention) -> bool:
        """Free text, or a name that itself holds question words (奖多少)."""
        return self._free(mention.start, mention.end) or (
            bool(_ASKING.search(self.text[mention.start : mention.end]))
            and all(mention.end <= a or mention.start >= b for a, b in self.taken)
        )

    def _concept_span(self, start: int, end: int, group: Sequence[Mention], surface: str = "") -> Span:
        lexicon = self.index.language.lexicon
        terms: dict[str, float] = {}
        for mention in group:
            strength = 1.0 if mention.strength == FORM else HINTED
            _raise(terms, f"c:{mention.concept}", strength)
            for parent in lexicon.ancestors[mention.concept]:
                _raise(terms, f"c:{parent}", PARENT * strength)
        surface = surface or self.text[start:end]
        for term, strength in self._surface(surface):
            _raise(terms, term, strength)
        strong = tuple(m.concept for m in group if m.strength == FORM)
        weight = self._concept_weight(group, strong, surface)
        required = any(lexicon.concepts[c].required for c in strong)
        return Span(
            surface,
            start,
            end,
            min(weight, WORD_CAP),
            tuple(terms.items()),
            required=required,
            concepts=tuple(m.concept for m in group),
        )

    def _concept_weight(self, group: Sequence[Mention], strong: Sequence[str], surface: str) -> float:
        lexicon = self.index.language.lexicon
        weight = max(self._weight(f"c:{m.concept}") for m in group)
        if not strong:
            return 0.6 * min(weight, self._word_weight(surface))
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
                m
                for m in _LATIN.finditer(self.text, start, end)
                if m[0] not in self.index.language.questions.stop
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
        return (
            self._concept_span(start, end, mentions, name) if mentions else self._word_span(name, start, end)
        )

    def _words(self) -> Iterable[Span]:
        stop = self.index.language.questions.stop
        for start, end in self._gaps():
            for token in self.index.language.segmenter.tokens(self.text[start:end]):
                if token.text not in stop and not token.text.isdigit():
                    yield self._word_span(token.text, start + token.start, start + token.end)

    def _word_span(self, word: str, start: int, end: int) -> Span:
        weight = min(self._word_weight(word), WORD_CAP)
        if len(word) == 1 and _HAN.match(word):
            weight *= 0.4
        required = (
            self.index.language.segmenter.is_place(word) and word not in self.index.language.gazetteer.cities
        )
        return Span(word, start, end, weight, tuple(self._surface(word)), required=required)

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


def _raise(terms: dict[str, float], term: str, strength: float) -> None:
    terms[term] = max(terms.get(term, 0.0), strength)


def _longest(mentions: Sequence[Mention]) -> list[list[Mention]]:
    """Mentions grouped by stretch; of overlapping stretches the longest stays (forms before hints)."""
    by_stretch: dict[tuple[int, int], list[Mention]] = {}
    for mention in mentions:
        by_stretch.setdefault((mention.start, mention.end), []).append(mention)
    order = sorted(by_stretch, key=lambda s: (s[0] - s[1], -max(m.strength for m in by_stretch[s]), s[0]))
    kept: list[tuple[int, int]] = []
    for start, end in order:
        if all(end <= a or start >= b for a, b in kept):
            kept.append((start, end))
    return [by_stretch[s] for s in sorted(kept)]


def _lighter(spans: Sequence[Span], facets: Sequence[tuple[int, int]]) -> list[Span]:
    """Words that already count as a facet (承认 as a problem) weigh less as content."""
    return [
        replace(s, weight=s.weight * COUNTED) if any(a <= s.start and s.end <= b for a, b in facets) else s
        for s in spans
    ]


def _focus(spans: Sequence[Span], manner: Manner, text: str) -> tuple[Span, ...]:
    """Mark the span right beside 多少/几/哪: its number or name is what is asked."""
    asked = [m.span() for m in re.finditer(r"多少|几(?!乎)|哪|什么|how many|how much|which|what", text)]
    marked = list(spans)
    for start, end in asked:
        after = next((i for i, s in enumerate(marked) if 0 <= s.start - end <= 3), None)
        before = next((i for i in reversed(range(len(marked))) if 0 <= start - marked[i].end <= 3), None)
        chosen = after if after is not None else before
        if chosen is not None:
            marked[chosen] = replace(marked[chosen], focus=True)
    return tuple(marked)
