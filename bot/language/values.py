"""Figures with their unit and qualifier: what they are (share, money, count, area, time …) and where they stand.

Works on folded text. A value is the whole expression a reader needs: ``超3600亿元``, ``10%左右``, ``8.2%、10.1%``,
``12亿到15亿美元``, ``每月4万片``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# kind → units; the order inside a kind does not matter, longer units are tried first.
UNITS: dict[str, tuple[str, ...]] = {
    "percent": ("%", "个百分点", "百分点", "成", "‰"),
    "money": ("万亿元", "亿元", "万元", "元", "美元", "港元", "欧元", "人民币", "新元", "澳元"),
    "area": ("平方公里", "平方千米", "平方米", "公顷", "亩", "平米"),
    "length": ("公里", "千米", "米", "英寸", "纳米", "厘米", "海里"),
    "duration": (
        "分钟",
        "小时",
        "个小时",
        "天",
        "日内",
        "个工作日",
        "工作日",
        "个月",
        "周",
        "个季度",
        "秒",
        "年内",
    ),
    "multiple": ("倍", "番"),
    "rank": (),
    "weight": ("吨", "公斤", "千克", "斤", "标准煤"),
    "energy": ("千瓦时", "千瓦", "兆瓦", "度"),
    "concentration": ("微克/立方米", "微克", "毫克"),
    "people": ("名", "人次", "人", "位", "院士"),
    "firm": ("家",),
    "home": ("套", "户", "间"),
    "building": ("幢", "栋", "座", "所"),
    "machine": ("台", "部", "辆", "架", "艘", "列"),
    "count": (
        "个",
        "项",
        "条",
        "件",
        "份",
        "次",
        "场",
        "宗",
        "只",
        "片",
        "张",
        "种",
        "类",
        "届",
        "支",
        "单",
        "处",
        "对",
        "批",
        "笔",
        "门",
        "款",
        "级",
        "辆次",
        "标箱",
        "席",
        "位次",
        "大",
        "道",
        "环",
        "强",
        "板块",
    ),
}
KIND_OF_UNIT = {unit: kind for kind, units in UNITS.items() for unit in units}
_UNIT = "|".join(sorted(map(re.escape, KIND_OF_UNIT), key=len, reverse=True))
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_HAN_NUMBER = r"[一二两三四五六七八九十百千]+"
_SCALE = r"(?:万亿|千亿|百亿|十亿|千万|百万|亿|万|千|百)?(?:多|余)?(?:亿|万)?"
_BEFORE = (
    r"(?:不到|不足|未满|累计超过|累计超|力争达到|不少于|不低于|不高于|不超过|低于|高于|少于|多于|超过|突破|达到|最长|最高|最多"
    r"|最低|至少|将近|接近|约为|大约|约|近|超|逾|达|每年|每月|每天|每平方公里)?"
)
_AFTER = r"(?:左右|以上|以下|以内|上下|多|余|之内)?"
_ONE = rf"{_NUMBER}{_SCALE}(?:{_UNIT})?"
_VALUE = re.compile(
    rf"(?P<fraction>\d+/\d+)"
    rf"|(?P<rank>第(?:\d+|{_HAN_NUMBER})(?:位|名)?(?![\d一二三四五六七八九十百]|季度|届|产业|方|次|期|个|条|轮|批|代|章|节|款|类|版|天|号|五个|四个|三个))"
    rf"|{_BEFORE}(?P<first>{_NUMBER})(?P<scale>{_SCALE})(?P<unit>{_UNIT})?"
    rf"(?:(?P<glue>[、到至~\-—–]+)(?P<second>{_NUMBER})(?P<scale2>{_SCALE})(?P<unit2>{_UNIT})?)*{_AFTER}"
    rf"|{_BEFORE}(?<![〇零一二三四五六七八九])(?P<han>{_HAN_NUMBER})(?P<hanscale>(?:万亿|千亿|百亿|亿|万)?)(?P<hanunit>个月|天|(?<=[二两三四五六七八九十])大(?!型|批|量|幅|湾)|分钟|小时|倍|番|成|家|倍多|个国家|名|套|亿元|万元|年)"
)
_YEAR = re.compile(r"(?:19|20)\d\d(?=年|[-/.]\d|$)")


@dataclass(frozen=True)
class Value:
    """A figure in folded text: ``text[start:end]``; ``unit`` as written, ``kind`` a key of ``UNITS``."""

    start: int
    end: int
    kind: str
    unit: str


def find_values(text: str) -> list[Value]:
    """The figures of folded ``text`` in order; years, dates and numbers inside names are left out."""
    return [value for match in _VALUE.finditer(text) if (value := _value(text, match))]


def _value(text: str, match: re.Match[str]) -> Value | None:
    start, end = match.span()
    if match["fraction"]:
        return Value(start, end, "multiple", "/")
    if match["rank"]:
        return Value(start, end, "rank", "第")
    if match["han"]:
        unit = match["hanunit"]
        return Value(start, end, KIND_OF_UNIT.get(unit, "duration" if unit == "年" else "count"), unit)
    unit = match["unit2"] or match["unit"] or ""
    if text[start - 1 : start] == "第" or text[max(0, start - 1) : start + 1].startswith("第"):
        return None
    if _is_name_part(text, match, unit):
        return None
    scale = match["scale2"] or match["scale"] or ""
    kind = KIND_OF_UNIT.get(unit) or ("amount" if scale else "number")
    return Value(start, end, kind, unit)


def _is_name_part(text: str, match: re.Match[str], unit: str) -> bool:
    start, end = match.start("first"), match.end()
    if _YEAR.match(text, start) or (
        (not unit and text[match.end("first") : match.end("first") + 1] in {"年", "月", "日", "号", "楼"})
        or text.startswith("周年", match.end("first"))
    ):
        return True
    before = text[start - 1 : start]
    return bool(
        not unit
        and not match["scale"]
        and (
            (before.isascii() and before.isalpha()) or (text[end : end + 1].isalpha() and text[end : end + 1].isascii())
        )
    )


def unit_kinds(text: str) -> set[str]:
    """Kinds of the units that folded ``text`` spells out after 多少 or 几 (``几家`` → firm, ``几个点`` → percent)."""
    asked = re.findall(
        rf"([做搞改修建开设铺布选]?)(?:了|出|完)?(?:多少|几多|几)[万千百十]?(个百分点|个点|{_UNIT})", text
    )
    return {
        ("count" if made else "percent") if unit == "个点" else KIND_OF_UNIT.get(unit, "percent")
        for made, unit in asked
    }


def units_asked(text: str) -> set[str]:
    """The counters that folded ``text`` spells out after 多少 or 几 (``几张`` → 张)."""
    return set(re.findall(rf"(?:多少|几多|几)[万千百十亿]?({_UNIT})", text))
