"""What to mark in a quote: the answer itself, as short as it can be.

A figure is marked with its unit and qualifier. Otherwise the answer is what the sentence adds to the question:
a name in quotation marks, a list, a thing with a telling last word (…中心, …机制), else the clause. Offsets only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.answer.question import Question
from bot.answer.scoring import ClauseScore
from bot.language.lexicon import Lexicon
from bot.language.values import Value
from bot.search.index import AnalysedClause

HIGHLIGHT_MAX, SHOWN = 30, 3
NEAR = {0: 1.0, 1: 0.88, -1: 0.82}
"""How much a clause counts by its distance from the best one; any other 0.65."""
FAR = 0.65
ATTACHED = 4
"""Characters between a name and a figure that says how much it is."""
_STOP = r",。;:、()“”《》\uff0c\uff1b\uff1a\uff08\uff09\s"
_QUOTED = re.compile(r"[“《「『][^”》」』]{2,40}[”》」』](?:[、和及与]?[“《「『][^”》」』]{2,40}[”》」』])*")
_LIST = re.compile(rf"[^{_STOP}]{{2,24}}(?:、[^{_STOP}]{{1,24}})+(?:[和及与][^{_STOP}]{{2,16}})?")
_ITEM = re.compile(r"[^、]+")
_LEAD = (
    r"(?:积极|加快|全面|持续|深入|大力|推进|推动|建设|打造|成功|举办|出台|实施|落实|设立|设置|引进|推出|形成|开展|启动|建立|完善"
    r"|加强|强化|争取|争创|创建|聚焦|依托|包括|以及|广泛|推广|如|与|和|在|着力|支持|探索|获批|入选|获评|筹建|共建|上线|运营|建成|通过)*"
)
_THING = re.compile(
    rf"{_LEAD}(?P<name>[^{_STOP}]{{2,24}}?(?:中心|园区|产业园|机制|系统|平台|工作室|工程|行动|计划|办法|细则|条例|清单|模式|基地"
    r"|示范区|试验区|创新区|试点|先行区|合作区|实验室|研究院|学院|大学|医院|学校|论坛|峰会|大会|大奖|品牌|小镇|走廊|站|港|岛"
    r"|步行街|大道|地铁|隧道|高速|快速通道|公园|博物馆|图书馆|剧院|银行|基金|公司|集团|指挥中心|服务|制度|体系|课程|活动|通道|保险|产品))"
)
_PLACE = re.compile(rf"(?:落户|位于|设在|坐落|落地|进驻|选址|入驻)(?P<name>[^{_STOP}]{{2,16}})")
_LATIN = re.compile(r"[A-Z][A-Za-z]+(?: [A-Z]?[A-Za-z]+)+")
_COUNTED = frozenset({"count", "firm", "people", "home", "building", "machine", "amount", "number"})
_FIT = {
    "list": {"list": 1.2, "quoted": 1.0, "thing": 0.9, "clause": 0.8},
    "where": {"place": 1.25, "thing": 1.05, "list": 0.9, "quoted": 0.8, "clause": 0.8},
    "name": {"quoted": 1.1, "thing": 1.05, "list": 0.95, "clause": 0.85},
    "latin": {"latin": 1.5},
    "open": {"clause": 1.0, "quoted": 1.0, "list": 0.9, "thing": 0.85},
}
"""How well each form of answer fits each kind of question."""


def highlights(
    question: Question, scores: Sequence[ClauseScore], best: int, span: tuple[int, int], lexicon: Lexicon
) -> list[tuple[int, int]]:
    """Offsets (in the document's text) of the answer within the quote ``span``, the likeliest first."""
    clause = scores[best].clause
    found = _figure(question, clause, _anchors(question, clause, lexicon))
    found = found or _telling(question, scores, best, span)
    if clause.end - clause.start <= HIGHLIGHT_MAX:
        found.append((clause.start, clause.end))
    inside = [(a, b) for a, b in dict.fromkeys(found) if span[0] <= a < b <= span[1]]
    return inside or [_tail(clause, span)]


def _figure(question: Question, clause: AnalysedClause, anchors: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The figure that answers; also of a name without any asking word (2021年GDP目标), where the clause says how much
    that is."""
    value = _best_value(question, clause, anchors)
    if value is None:
        return []
    asked = question.wants_figure or "date" in question.manner.kinds
    bare = not question.manner.kinds and any(span.named for span in question.spans)
    told = bare and bool(anchors) and _distance(value, anchors) <= ATTACHED
    return [_source(clause, value.start, value.end)] if asked or told else []


def best_value(question: Question, clause: AnalysedClause, lexicon: Lexicon) -> Value | None:
    """The figure of the clause that fits the kind asked and stands nearest to what was asked for."""
    return _best_value(question, clause, _anchors(question, clause, lexicon))


def _best_value(question: Question, clause: AnalysedClause, anchors: Sequence[tuple[int, int]]) -> Value | None:
    text = clause.terms.text
    values = [v for v in clause.terms.values if text[v.start : v.end] not in question.text] or clause.terms.values
    return min(values, key=lambda v: (-_value_fit(question, v), _distance(v, anchors), v.start), default=None)


def figure_gap(question: Question, clause: AnalysedClause, lexicon: Lexicon) -> int:
    """Characters between the name of what was asked and its figure; 0 where the clause names or counts nothing."""
    anchors = _anchors(question, clause, lexicon)
    value = _best_value(question, clause, anchors)
    return _distance(value, anchors) if value and anchors else 0


def _value_fit(question: Question, value: Value) -> int:
    if value.kind in question.units:
        return 3
    measured = ("percent", "money", "duration", "area", "rank")
    kind = next((k for k in question.manner.kinds if k in measured), "number")
    if kind == "number":
        return 2 if value.kind in _COUNTED else 1 if value.kind != "rank" else 0
    return 2 if value.kind == kind or (kind == "money" and value.kind == "amount") else 0


def _anchors(question: Question, clause: AnalysedClause, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Where the clause names what the question names."""
    text, wanted = clause.terms.text, question.concepts
    found = [
        (m.start, m.end)
        for m in lexicon.mentioned(text)
        if m.concept in wanted or not wanted.isdisjoint(lexicon.ancestors[m.concept])
    ]
    places = [(at, at + len(span.text)) for span in question.spans if (at := text.find(span.text)) >= 0]
    return found + places


def _distance(value: Value, anchors: Sequence[tuple[int, int]]) -> int:
    """A figure belongs to the name it follows most closely; before the name is twice as far."""
    gaps = (value.start - end if value.start >= end else 2 * max(0, start - value.end) for start, end in anchors)
    return min(gaps, default=0)


def _telling(
    question: Question, scores: Sequence[ClauseScore], best: int, span: tuple[int, int]
) -> list[tuple[int, int]]:
    """What the quote adds to the question, by form and by nearness to the best clause."""
    fits = _FIT[next((k for k in ("latin", "where", "list", "name") if k in question.manner.kinds), "open")]
    ranked = []
    for number, score in enumerate(scores):
        if not span[0] <= score.clause.start < span[1]:
            continue
        near = NEAR.get(number - best, FAR)
        for form, start, end in _forms(score.clause):
            fresh = _novelty(
                question,
                score.clause.terms.folded.source[start - score.clause.start : end - score.clause.start],
            )
            ranked.append((near * fits.get(form, 0.5) * fresh, -start, (start, end)))
    ranked.sort(reverse=True)
    return [stretch for _, _, stretch in ranked[:SHOWN]]


def _forms(clause: AnalysedClause) -> Iterator[tuple[str, int, int]]:
    """Stretches of at most HIGHLIGHT_MAX characters that may be an answer, with their form."""
    text = clause.terms.folded.source
    found: list[tuple[str, int, int]] = [("clause", 0, len(text))]
    found += [("quoted", *m.span()) for m in _QUOTED.finditer(text)]
    found += [("latin", *m.span()) for m in _LATIN.finditer(text)]
    found += [("thing", *m.span("name")) for m in _THING.finditer(text)]
    found += [("place", *m.span("name")) for m in _PLACE.finditer(text)]
    found += [("list", *stretch) for m in _LIST.finditer(text) for stretch in _list_stretches(m)]
    return ((form, clause.start + a, clause.start + b) for form, a, b in found if 1 < b - a <= HIGHLIGHT_MAX)


def _list_stretches(match: re.Match[str]) -> list[tuple[int, int]]:
    """The whole list where it is short, else its items."""
    if len(match[0]) <= HIGHLIGHT_MAX:
        return [match.span()]
    return [(match.start() + m.start(), match.start() + m.end()) for m in _ITEM.finditer(match[0])]


def _novelty(question: Question, stretch: str) -> float:
    """Share of the stretch's characters that the question does not have; an answer is more than an echo."""
    characters = [c for c in stretch if c.isalnum()]
    fresh = sum(c not in question.text for c in characters) / (len(characters) or 1)
    return 0.3 + 0.7 * fresh


def _tail(clause: AnalysedClause, span: tuple[int, int]) -> tuple[int, int]:
    """The end of a long clause, where Chinese puts what is new."""
    end = min(clause.end, span[1])
    return max(clause.start, span[0], end - HIGHLIGHT_MAX), end


def _source(clause: AnalysedClause, start: int, end: int) -> tuple[int, int]:
    first, last = clause.terms.folded.span(start, end)
    return clause.start + first, clause.start + last
