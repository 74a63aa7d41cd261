"""Times: years, five-year plans, and the words that point at them from a document or a question.

A period is a pair of years ``(first, last)``; a single year has ``first == last``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

Years = tuple[int, int]

_HAN_DIGIT = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0}
_HAN_YEAR = re.compile(r"([〇零一二三四五六七八九]{4})(?=年)")
_PLAN_NUMBER = {
    "九": 9,
    "十": 10,
    "十一": 11,
    "十二": 12,
    "十三": 13,
    "十四": 14,
    "十五": 15,
    "十六": 16,
    "十七": 17,
}
_PLAN = re.compile(
    r"(?<![一二三四五六七八九十])(十[一二三四五六七]?|九)五(?=[”\"']?(?:时期|期间|规划|计划|末|收官|开局|以来|目标|[^\w]|$|[^一二三四五六七八九十百千万年月日天个项条家次届人名位岁%]))"
)
_PLAN_DIGITS = re.compile(r"(?<!\d)(1[1-7])5(?:规划|时期|期间|计划|末)")
_PLAN_EN = re.compile(
    r"\b(1[1-7])th\s+five[\s-]year|\b(eleventh|twelfth|thirteenth|fourteenth|fifteenth)\s+five[\s-]year"
)
_PLAN_ORDINAL = {"eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15}
_RANGE = re.compile(r"(?<!\d)((?:19|20)\d\d)年?(?:[-—–~至到])((?:19|20)\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)(?!\s*(?:家|个|万|亿|套|元|名|户|台|项|米))")
_YEAR_TEXT = re.compile(r"(?<![\d.])((?:19|20)\d\d)(?=年|[-/.]\d{1,2}[-/.]\d{1,2})")
_SHORT_YEAR = re.compile(
    r"(?<![\d.第])(1[0-9]|2[0-9]|3[0-5])年(?!来|间|以上|左右|期|前|后|经验|历史|内(?!资)|了|多|的?老|以内)"
)
_SHORT_YEAR_LOOSE = re.compile(
    r"(?<![\d.第])(2[0-9]|1[5-9])(?=(?:和|与|跟|、|对比|同|vs)\d\d年)|(?<=到)(2[0-9])(?=年|的|$)"
)
_NOW = re.compile(
    r"现在|目前|当前|如今|眼下|最新|而家|宜家|依家|今时今日|至今|到今日"
    r"|\bnow\b|\bcurrently\b|\bcurrent\b|\blatest\b|\btoday\b|so far"
)
_RELATIVE = {
    "this": re.compile(r"今年|本年度|本年|\bthis year\b"),
    "last": re.compile(r"去年|上年|上一年|旧年|\blast year\b|过去一年|一年来"),
    "next": re.compile(r"明年|下一年|下年度|出年|来年|第二年|\bnext year\b|\bfollowing year\b|the year after"),
    "previous": re.compile(r"前年|前一年|上一年度|\bprevious year\b|\byear before\b"),
    "next five": re.compile(
        r"以后五年|未来五年|今后五年|接下来五年|下一个五年|后五年|往后五年|五年(?:以后|之后|后)"
        r"|未来5年|接下来5年|next five years|coming five years"
    ),
    "five": re.compile(
        r"五年来|过去五年|过去的五年|近五年|这五年|5年来|过去5年"
        r"|五年间|五年里|五年(?=累计|总共|一共|合计|下来)|(?:past|last) five years|five years"
    ),
}


@dataclass(frozen=True)
class Period:
    """A time named in folded text; ``word`` is ``now``, ``this``, ``last``, ``next`` … where it only points."""

    start: int
    end: int
    years: Years | None = None
    word: str | None = None


def plan_years(number: int) -> Years:
    """Years of the n-th five-year plan (the 13th is 2016–2020, the 14th 2021–2025)."""
    first = 1951 + 5 * number
    return first, first + 4


def label(years: Years) -> str:
    """``2021`` or ``2016-2020``."""
    return str(years[0]) if years[0] == years[1] else f"{years[0]}-{years[1]}"


def find_periods(text: str, *, question: bool = False) -> list[Period]:
    """Times in folded ``text`` in order. In a question also bare and two-digit years and pointing words count."""
    found = [*_plans(text), *_years(text, question)]
    if question:
        found += [Period(m.start(), m.end(), word="now") for m in _NOW.finditer(text)]
    found += [Period(m.start(), m.end(), word=word) for word, rx in _RELATIVE.items() for m in rx.finditer(text)]
    return sorted(_without_overlap(found), key=lambda p: p.start)


def _plans(text: str) -> Iterable[Period]:
    for match in _PLAN.finditer(text):
        years = plan_years(_PLAN_NUMBER[match[1]])
        at_end = re.match(r"[”\"']?(?:规划)?末", text[match.end() :])
        yield Period(
            match.start(),
            match.end() + (at_end.end() if at_end else 0),
            (years[1], years[1]) if at_end else years,
        )
    for match in _PLAN_DIGITS.finditer(text):
        yield Period(match.start(), match.end(), plan_years(int(match[1])))
    for match in _PLAN_EN.finditer(text):
        yield Period(match.start(), match.end(), plan_years(int(match[1] or _PLAN_ORDINAL[match[2]])))


def _years(text: str, question: bool) -> Iterable[Period]:
    for match in _RANGE.finditer(text):
        yield Period(match.start(), match.end(), (int(match[1]), int(match[2])))
    for match in _HAN_YEAR.finditer(text):
        year = int("".join(str(_HAN_DIGIT[c]) for c in match[1]))
        if 1900 <= year < 2100:
            yield Period(match.start(), match.end() + 1, (year, year))
    for match in (_YEAR if question else _YEAR_TEXT).finditer(text):
        end = match.end() + (text[match.end() : match.end() + 1] == "年")
        yield Period(match.start(), end, (int(match[1]), int(match[1])))
    if question:
        for match in [*_SHORT_YEAR.finditer(text), *_SHORT_YEAR_LOOSE.finditer(text)]:
            year = 2000 + int(next(g for g in match.groups() if g))
            yield Period(match.start(), match.end(), (year, year))


def _without_overlap(found: list[Period]) -> list[Period]:
    kept: list[Period] = []
    for period in sorted(found, key=lambda p: (p.start - p.end, p.start)):
        if all(period.end <= k.start or period.start >= k.end for k in kept):
            kept.append(period)
    return kept


def agreement(asked: Years, stated: Years) -> float:
    """How well a stated period answers an asked one: 1 the same, .9 the span that the asked year ends (``十三五末``),
    .8 only the last year of the asked span, .5 another part of it, .3 only a span around the asked year, 0 another
    time."""
    if asked == stated:
        return 1.0
    if asked[1] == stated[1]:
        return 0.9 if asked[0] == asked[1] else 0.8
    if asked[0] <= stated[0] and stated[1] <= asked[1]:
        return 0.5
    if stated[0] <= asked[0] and asked[1] <= stated[1]:
        return 0.3
    return 0.0
