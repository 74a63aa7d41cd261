"""What a clause must not contradict: the place, the time, the status and the kind of figure that were asked.

A named place and a named year exclude; everything else only weighs less. The factors are ordinal (which mismatch
is worse), they are not fitted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.answer.question import Question
from bot.language.facets import Stated
from bot.language.period import Years, agreement
from bot.language.places import Gazetteer
from bot.language.questions import FIGURES
from bot.language.values import Value

_ALIKE = tuple(
    map(
        frozenset,
        (
            ("幢", "栋", "座", "个"),
            ("名", "位", "人", "个", "人次"),
            ("间", "所", "家", "个", "座", "套"),
            ("台", "部", "个", "辆"),
        ),
    )
)
"""Counters that may stand for each other."""
_STRICT = frozenset({"张", "台", "套", "户", "幢", "栋", "辆", "间", "所", "座", "名", "位", "人", "片", "公里", "米"})
_LATIN_NAME = re.compile(r"[A-Za-z]{3,} [A-Za-z]{3,}")
_MONTH = re.compile(r"\d ?月")
_DATE = re.compile(r"\d{4} ?年|\d+月\d+日")
_PERSON = re.compile(
    r"(?:长|院士|书记|主任|先生|女士|教授|行长|局长)[;\uff1b:\uff1a]?[赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹苏潘葛范彭鲁马方俞任袁柳史唐费薛雷贺汤罗郝毕邵汪毛戴宋庞熊纪舒项董梁杜阮蓝席季贾江童郭梅林钟徐邱高夏蔡田胡万管卢丁邓洪包石崔龚程陆段侯武刘叶黎白温欧施文][\u4e00-\u9fff]{1,2}"
    r"|[\u4e00-\u9fff]{2,3}院士"
)
_LIST = re.compile(r"[^、]{2,}、[^、]{2,}")
_WHERE = re.compile(
    r"落户|位于|坐落|选址|地处|落子|入驻|毗邻|[设建开放落]在|在[\u4e00-\u9fff]{2,10}(?:举办|举行|召开|落成|落地|开业|开工|建设|建成|投产|启用)"
)
_RULES = re.compile(
    r"[“《「][^”》」]*(?:办法|细则|条例|规定|意见|措施|政策|方案|条|计划|行动|清单|指引)[”》」]|若干[^,。]{0,6}(?:措施|政策|规定)"
)
_QUOTED = re.compile(r"[“《「][^”》」]{2,}[”》」]")

EXCLUDED = 0.0
WIDE = 0.8
"""The whole country beside its parts, where no place is named."""
UNDATED_FIGURE, NO_FIGURE, OTHER_TIME, OTHER_STATUS, LAST_YEAR, OTHER_YEAR = 0.4, 0.3, 0.6, 0.3, 0.93, 0.8
MEASURED = frozenset({"money", "duration", "area", "length", "weight", "energy", "machine", "concentration"})
"""Kinds of figure that nothing else can stand for."""
_COUNTED = frozenset({"count", "firm", "people", "home", "building", "machine", "amount", "number"})
_KINDS: dict[str, frozenset[str]] = {
    "percent": frozenset({"percent", "multiple"}),
    "money": frozenset({"money", "amount"}),
    "duration": frozenset({"duration"}),
    "area": frozenset({"area"}),
    "rank": frozenset({"rank"}),
}


@dataclass(frozen=True)
class PlaceGate:
    """Factor by place id; ``others`` for every place not listed. ``asked`` are the places to be answered."""

    factors: dict[str | None, float]
    others: float
    asked: tuple[str, ...] = ()

    def factor(self, place: str | None) -> float:
        return self.factors.get(place, self.others)


def place_gate(question: Question, gazetteer: Gazetteer, known: Iterable[str]) -> PlaceGate:
    """How the places of a question restrict documents. ``known`` are places that documents are about."""
    reading, known = question.places, set(known)
    named = [p for p in reading.named if p in known]
    likely = [p for p in reading.likely if p in known]
    turned = [p for p in reading.hinted if p in known and p not in likely]
    if any(not gazetteer.wide(p) for p in named):
        named = [p for p in named if not gazetteer.wide(p)]
    if named:
        factors: dict[str | None, float] = dict.fromkeys([*named, *likely], 1.0)
        return PlaceGate(_with_kin(factors, gazetteer, known, 0.8), EXCLUDED, tuple(named) + tuple(likely))
    if len(likely) == 1 and turned and not set(likely) & set(reading.hinted):
        return PlaceGate({turned[0]: 1.0, likely[0]: 0.5}, EXCLUDED, (turned[0],))
    if likely:
        others = 0.35 if question.wants_figure else 0.45
        return PlaceGate(_with_kin(dict.fromkeys(likely, 1.0), gazetteer, known, 0.9), others, tuple(likely))
    if reading.open:
        return PlaceGate(_with_kin(dict.fromkeys(reading.open, 1.0), gazetteer, known, 0.9), 0.4, ())
    wide: dict[str | None, float] = {p: WIDE for p in known if gazetteer.wide(p) and len(known) > 1}
    return PlaceGate({**wide, **dict.fromkeys(reading.hinted, 1.0)}, 0.9 if reading.hinted else 1.0, ())


def _with_kin(
    factors: dict[str | None, float], gazetteer: Gazetteer, known: set[str], factor: float
) -> dict[str | None, float]:
    """A body that belongs to a named place answers for it too (黄埔海关 for 黄埔), with less weight."""
    kin: dict[str | None, float] = {
        k: factor for k in known if k not in factors and set(gazetteer.within(k)) & set(factors)
    }
    return {**factors, **kin}


def official(stated: Stated) -> bool:
    """Documents about a place state the time of their figures by rule; in general texts the rules only guess."""
    return stated.place is not None


def period_factor(question: Question, stated: Stated) -> float:
    """1 where the clause's time is the asked one; 0 where it is another, and for a figure of no known time."""
    if not question.periods:
        return _meant_factor(question, stated)
    times = [t for t in (stated.years, *stated.others) if t]
    if not times:
        return UNDATED_FIGURE if question.wants_figure and official(stated) else 0.8
    best = max(agreement(asked, t) for asked in question.periods for t in times)
    around = 0.3 if question.wants_figure else 0.55
    return {1.0: 1.0, 0.9: 0.97, 0.8: 0.9, 0.5: 0.7, 0.3: around}.get(
        best, EXCLUDED if official(stated) else OTHER_TIME
    )


def _meant_factor(question: Question, stated: Stated) -> float:
    """今年 means the report's year to most; another year only weighs less."""
    if not question.meant or not stated.years:
        return 1.0
    if stated.years in question.meant:
        return 1.0
    return LAST_YEAR if any(agreement(asked, stated.years) >= 0.9 for asked in question.meant) else OTHER_YEAR


def status_factor(question: Question, status: str | None) -> float:
    """A result does not answer a question about a target, nor the other way round."""
    if "problem" in question.status:
        return 1.0 if status == "problem" else 0.8
    asked = question.status & {"target", "result", "estimate"}
    if not asked or status in asked:
        return 1.0
    if not question.wants_figure:
        return 0.9
    if status is None or status == "problem":
        return 0.92
    if "estimate" in asked or status == "estimate":
        return 0.9 if asked != {"target"} else 0.6
    return OTHER_STATUS if len(asked) == 1 else 1.0


def value_factor(question: Question, values: Iterable[Value], text: str, strict: bool = True) -> float:
    """A question for a figure wants a figure of its kind. Money, time, area and other measured units exclude any
    other (亿元 is no %, 几天 is no 家); counters only weigh (家 or 个). A figure of the question is no answer to it;
    ``text`` is the folded clause that ``values`` stand in; where not ``strict`` a wrong kind only weighs."""
    kinds = [k for k in question.manner.kinds if k in FIGURES]
    if not kinds:
        return 1.0
    values = [v for v in values if text[v.start : v.end] not in question.text]
    measured = (question.units | set(kinds)) & MEASURED
    if measured and not any(v.kind in _accepted(kind) for v in values for kind in measured):
        return EXCLUDED if strict else NO_FIGURE
    return max((_value_fit(question, kinds[0], value) for value in values), default=NO_FIGURE)


def _accepted(kind: str) -> frozenset[str]:
    return _KINDS.get(kind, frozenset({kind}))


def _value_fit(question: Question, kind: str, value: Value) -> float:
    if question.counters & _STRICT and value.kind in _COUNTED and not _same_counter(question.counters, value.unit):
        return 0.55
    if question.units and value.kind in question.units:
        return 1.05
    if kind == "number":
        if question.bare:
            return 0.9 if value.kind in _COUNTED else 0.8 if value.kind == "rank" else 1.0
        if value.kind in _COUNTED:
            return 0.85 if question.units else 1.0
        return 0.5 if question.units & _COUNTED or value.kind in {"percent", "rank"} else 0.99
    return 1.0 if value.kind in _accepted(kind) else 0.6


def _same_counter(asked: frozenset[str], unit: str) -> bool:
    return unit in asked or any(unit in alike and asked & alike for alike in _ALIKE)


def judges_form(question: Question) -> bool:
    """Whether ``form_factor`` tells clauses apart."""
    judged = (
        {"latin", "date"} if question.wants_figure else {"latin", "date", "where", "who", "list", "name", "meaning"}
    )
    return bool(judged & set(question.manner.kinds)) or (question.wants_rules and not question.wants_figure)


def form_factor(question: Question, source: str, strict: bool = True, dated: bool = False) -> float:
    """A list for 哪些, a year for 哪一年, Latin words for an English name: what looks like the answer wins."""
    kinds = question.manner.kinds
    if "latin" in kinds:
        return 1.2 if _LATIN_NAME.search(source) else 0.8
    if "date" in kinds:
        told = _MONTH.search(source) if "day" in kinds else _DATE.search(source) or dated
        return 1.1 if told else NO_FIGURE
    if "where" in kinds and not question.wants_figure:
        return 1.12 if _WHERE.search(source) else 1.0
    if "who" in kinds and not question.wants_figure:
        return 1.0 if _PERSON.search(source) else 0.6 if strict else 0.9
    if question.wants_figure:
        return 1.0
    if question.wants_rules and _RULES.search(source):
        return 1.1
    if "list" in kinds and _LIST.search(source):
        return 1.12
    return (
        1.06 if {"name", "list", "meaning"} & set(kinds) and (_QUOTED.search(source) or _LIST.search(source)) else 1.0
    )


def newest(periods: Iterable[Years | None]) -> int | None:
    """The last year that any of ``periods`` reaches."""
    return max((p[1] for p in periods if p), default=None)
