"""How much a written figure says: numbers with the room that its qualifiers leave (超3000家, 约2.5亿元, 10%左右)."""

from __future__ import annotations

import re
from itertools import starmap

from bot.language.normalise import fold

Range = tuple[float, float]

AT_LEAST, AT_MOST, ABOUT = (1.0, 1.15), (0.85, 1.0), (0.95, 1.05)
"""What a qualifier leaves open, as multiples of the number."""

_NUMBER = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)([十百千万亿]*)")
_SCALE = {"十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}
_QUALIFIERS = (
    (AT_MOST, re.compile(r"不到|不足|未满|近|以下|以内|低于|不超过|少于|不高于|最长|最高|最多")),
    (AT_LEAST, re.compile(r"超|逾|突破|以上|[多余](?!少)|不少于|不低于|至少|高于|最低")),
    (ABOUT, re.compile(r"约|左右|接近|上下")),
)


def ranges(written: str) -> tuple[Range, ...]:
    """What each number of a figure may be: ``超1.4万亿元`` is 1.4e12 or somewhat more."""
    text = fold(written)
    low, high = next((room for room, pattern in _QUALIFIERS if pattern.search(text)), (1.0, 1.0))
    numbers = (_number(match[1], match[2]) for match in _NUMBER.finditer(text))
    return tuple((number * low, number * high) for number in numbers)


def _number(digits: str, scales: str) -> float:
    number = float(digits.replace(",", ""))
    for scale in scales:
        number *= _SCALE[scale]
    return number


def agree(one: str, other: str) -> bool:
    """Whether two figures can both be right; figures of different many numbers cannot be compared, and so agree."""
    left, right = ranges(one), ranges(other)
    return len(left) != len(right) or all(starmap(_overlap, zip(left, right, strict=True)))


def _overlap(one: Range, other: Range) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
