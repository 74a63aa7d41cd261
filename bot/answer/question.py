"""What a question asks: spans of content with the terms that can answer each, and the facets it names.

Everything a question says ends up in one of two places: a facet (place, period, status, kind of answer) or a
``Span`` of content. A span is matched as a concept or by its surface, whichever fits a clause better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.answer.spans import Span, SpanReader
from bot.language.language import Language
from bot.language.period import Years, find_periods, plan_years
from bot.language.places import PlaceReading
from bot.language.questions import FIGURES, Manner
from bot.language.segment import Segmenter
from bot.language.values import unit_kinds, units_asked
from bot.search.index import Index
from bot.search.model import Terms
from bot.search.terms import surface_terms

_ASKING = re.compile(
    r"百分之(?:几|多少)|第几|(?:有|系|係|是)?(?:几多|多少|几|幾)(?:钱|个点|个|家|名|位|套|户|项|条|台|栋|幢|座|所|次|场|件|张|片|只|辆|间|种|类|倍|成|份|款|门|天|年|个月|月|号|分钟|小时|亿|万|亩|元|平方米|平方公里|平米|公里|人|岁|届|层|吨|度|支|单|笔|批|期|级|大|日|时|耐|点|钟)?"
    r"|多(?:久|大|长|高|远|快|深|宽)|有没有|会不会|是不是|能不能|可不可以|要不要|有冇|系咪|哪(?:些|个|家|位|里|儿|年|天|几|条|所|间|种|方面|边)?|边(?:度|个|啲)|什么时候|什么|为什么|怎么样|怎样|怎么|如何|点样|点解|咩|乜嘢|乜|啥|(?<![\u4e00-\u9fff])一(?:家|个|间|年|条|名|套|下)"
)
_BARE = re.compile(r"(?:多少|几多)(?:啊|呀|呢|了|咧|哦)*(?:[\s,.。?!;、]|$)")
_COUNTING = re.compile(r"多少|几|多[大高长快]|数|总量|规模|谁|哪|比|how|number|which|what")
_RULES = re.compile(r"政策|办法|细则|条例|规定|措施|扶持|polic(?:y|ies)|\brules?\b|measures")
_SHIFT = {"this": 0, "last": -1, "next": 1}
_LETTER = re.compile(r"[a-z]")
_GROWTH = re.compile(r"增速|增幅|涨幅|增长率|growth rate")
GIST = 0.8
"""Share of a question's weight that similar questions add where they are the same (less by their likeness)."""
COUNTED = 0.4
"""What a word still weighs that is understood as a facet already."""
SIDED = 0.1
"""What a figure still weighs that is said of one side of a comparison."""
WORDING = {"w": 0.75, "b": 2.0, "u": 1.0}
"""Weights of words, character pairs and characters where only the wording can be compared."""
LATIN = 4.0
"""Weight of a Latin word or a number there, about as much as a Chinese word with its pairs and characters."""
UNSPOKEN = 1.5
"""Weight of content below which a question about growth is about the economy as a whole."""


@dataclass(frozen=True)
class Question:
    """A question understood. ``periods`` are all years named, ``now`` the newest is wanted."""

    source: str
    text: str
    spans: tuple[Span, ...] = ()
    places: PlaceReading = field(default_factory=PlaceReading)
    periods: tuple[Years, ...] = ()
    pointing: tuple[str, ...] = ()
    meant: tuple[Years, ...] = ()
    """Years that pointing words (今年) probably mean; they only weigh, for the speaker may mean others."""
    status: frozenset[str] = frozenset()
    manner: Manner = field(default_factory=lambda: Manner((), ()))
    wording: Terms = field(default_factory=dict)
    """All that it says but the question words, in terms: general texts are found by it."""
    gist: Span | None = None
    """What people meant who asked alike: a clue beside the words, where there is one."""
    units: frozenset[str] = frozenset()
    counters: frozenset[str] = frozenset()
    """Units as the question spells them (几张 → 张); ``units`` are their kinds."""

    @cached_property
    def wants_figure(self) -> bool:
        return any(kind in FIGURES for kind in self.manner.kinds)

    @cached_property
    def bare(self) -> bool:
        """多少 with nothing counted behind it (GDP目标是多少), or not even that: any kind of figure may answer."""
        return bool(_BARE.search(self.text)) or not _COUNTING.search(self.text)

    @cached_property
    def wants_list(self) -> bool:
        return "list" in self.manner.kinds

    @cached_property
    def wants_rules(self) -> bool:
        """A policy is asked for: a document with a name answers."""
        return bool(_RULES.search(self.text))

    @cached_property
    def concepts(self) -> frozenset[str]:
        """Ids of the concepts that match its spans."""
        return frozenset(term[2:] for span in self.spans for term, _ in span.terms if term[0] == "c")

    @cached_property
    def scored(self) -> tuple[Span, ...]:
        """What clauses are scored by: ``spans``, then ``gist``."""
        return (*self.spans, self.gist) if self.gist else self.spans

    @cached_property
    def total(self) -> float:
        return sum(span.weight for span in self.scored) or 1e-9


def understand(source: str, index: Index) -> Question:
    """Read ``source`` with the snapshot's lexicon and frequencies."""
    language = index.language
    text = language.read(source)
    places = language.gazetteer.read(text, language.segmenter.is_place)
    periods = [*find_periods(text, question=True), *language.questions.named_periods(text)]
    manner = language.questions.read(text)
    masked = [*places.spans, *((p.start, p.end) for p in periods), *_asking(text, language.segmenter)]
    spans = SpanReader(text, index, masked).read()
    status = frozenset(language.status.all("question", text))
    if {"target", "result"} <= status:  # the figure belongs to one side only (说要涨10%,结果呢)
        spans = [replace(s, weight=s.weight * SIDED) if s.figure else s for s in spans]
    facets = [*language.status.spans("question", text), *manner.spans]
    pointing = tuple(dict.fromkeys(p.word for p in periods if p.word))
    question = Question(
        source=source,
        text=text,
        spans=_focus(_lighter(spans, facets), text),
        places=places,
        periods=_compared(tuple(dict.fromkeys(p.years for p in periods if p.years)), pointing, index),
        pointing=pointing,
        meant=_meant(pointing, index),
        status=status,
        manner=manner,
        units=frozenset(unit_kinds(text)),
        counters=frozenset(units_asked(text)),
        wording=_wording(text, spans, language) if index.general else {},
    )
    return _with_gist(_with_economy(question, index), index)


def _with_gist(question: Question, index: Index) -> Question:
    """Add what others meant by similar words; in texts about no place the lexicon's concepts would mislead."""
    meant = index.language.phrasings.meant(question.text) if index.places and question.spans else None
    if meant is None or not meant.concepts:
        return question
    weight = GIST * meant.likeness * sum(span.weight for span in question.spans)
    return replace(question, gist=Span("", 0, 0, weight, tuple((f"c:{c}", s) for c, s in meant.concepts)))


def _compared(named: tuple[Years, ...], pointing: Sequence[str], index: Index) -> tuple[Years, ...]:
    """A year named beside 今年 or 明年 is compared with it (20年拆的跟今年要拆的): both are asked for."""
    years = tuple(dict.fromkeys((*named, *_pointed(pointing, index))))
    return years if named or len(years) > 1 else ()


def _pointed(pointing: Sequence[str], index: Index) -> list[Years]:
    """The years that 今年, 去年, 明年 probably mean: those around the newest report's."""
    year = index.newest_report
    return [] if year is None else [(year + _SHIFT[w], year + _SHIFT[w]) for w in pointing if w in _SHIFT]


def _meant(pointing: Sequence[str], index: Index) -> tuple[Years, ...]:
    """The years that 今年, 明年, 未来五年 probably mean: those of the newest report."""
    year = index.newest_report
    if year is None:
        return ()
    plans = [
        plan_years(n) for n in range(9, 30) if "next five" in pointing and plan_years(n)[0] <= year <= plan_years(n)[1]
    ]
    past = [(year - 5, year - 1)] if "five" in pointing else []
    return (*_pointed(pointing, index), *plans, *past)


def _with_economy(question: Question, index: Index) -> Question:
    """Growth of nothing in particular (``20年黄埔涨了多少``) is growth of the economy."""
    concept = index.language.questions.economy
    said = sum(span.weight for span in question.spans if not span.figure)
    bare = "percent" in question.manner.kinds and (
        said < UNSPOKEN or (bool(_GROWTH.search(question.text)) and not any(s.named for s in question.spans))
    )
    if (
        not bare
        or concept not in index.language.lexicon.concepts
        or not (question.places.spans or question.periods or question.meant)
    ):
        return question
    span = Span(concept, 0, 0, 4.0, ((f"c:{concept}", 1.0),), concepts=(concept,), named=True)
    return replace(question, spans=(span, *question.spans))


def _asking(text: str, segmenter: Segmenter) -> Iterable[tuple[int, int]]:
    """Where question words stand with their measure word; the 人 of 几多人才 belongs to 人才 (the 里 of 哪里弄 does
    not belong to 里弄)."""
    for match in _ASKING.finditer(text):
        end = match.end()
        measured = match[0][0] not in "哪什怎如为点咩乜啥边"
        if measured and end - match.start() > 1 and segmenter.known(text[end - 1 : end + 1]) and end < len(text):
            end -= 1
        yield match.start(), end


def _wording(text: str, spans: Sequence[Span], language: Language) -> Terms:
    """Words, character pairs and characters of ``text`` without its question words; a word of another language counts
    once, however many translations it has."""
    terms: dict[str, float] = {}
    for piece in _around(text, _asking(text, language.segmenter)):
        for term in (*(f"w:{token.text}" for token in language.segmenter.tokens(piece)), *surface_terms(piece)):
            if term[2:] not in language.questions.stop and not _LETTER.search(term[2:]):
                terms[term] = LATIN if term.isascii() else WORDING[term[0]]
    for span in spans:
        if span.text.isascii():
            terms |= {term: LATIN * strength / len(span.terms) for term, strength in span.terms if term[0] in WORDING}
    return terms


def _around(text: str, stretches: Iterable[tuple[int, int]]) -> Iterable[str]:
    """What of ``text`` stands before, between and after ``stretches``, which are in order."""
    at = 0
    for start, end in stretches:
        yield text[at:start]
        at = end
    yield text[at:]


def _lighter(spans: Sequence[Span], facets: Sequence[tuple[int, int]]) -> list[Span]:
    """Words that already count as a facet (承认 as a problem) weigh less as content."""
    return [
        replace(s, weight=s.weight * COUNTED) if any(a <= s.start and s.end <= b for a, b in facets) else s
        for s in spans
    ]


def _focus(spans: Sequence[Span], text: str) -> tuple[Span, ...]:
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
