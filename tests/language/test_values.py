"""Figures with unit and qualifier, and numbers that are none."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.normalise import fold
from bot.language.values import UNITS, find_values, unit_kinds


def values(source: str) -> list[tuple[str, str]]:
    """The figures of ``source`` as they are written, with their kind."""
    text = fold(source)
    return [(text[v.start : v.end], v.kind) for v in find_values(text)]


@pytest.mark.parametrize(
    ("source", "expected", "kind"),
    [
        ("增长10%左右", "10%左右", "percent"),
        ("增长１０％左右", "10%左右", "percent"),
        ("增长8.2%、10.1%", "8.2%、10.1%", "percent"),
        ("提高56.4个百分点", "56.4个百分点", "percent"),
        ("占全国七成", "七成", "percent"),
        ("12亿到15亿美元", "12亿到15亿美元", "money"),
        ("总投资超3600亿元", "超3600亿元", "money"),
        ("产值 1.4 万亿元", "1.4万亿元", "money"),
        ("每平方公里127.53亿元", "每平方公里127.53亿元", "money"),
        ("收储土地1.1万亩", "1.1万亩", "area"),
        ("拆除1490万平方米", "1490万平方米", "area"),
        ("产能每月4万片", "每月4万片", "count"),
        ("占全国1/10", "1/10", "multiple"),
        ("增长2.3倍", "2.3倍", "multiple"),
        ("增长三倍", "三倍", "multiple"),
        ("排全国第6位", "第6位", "rank"),
        ("排全国第十二位", "第十二位", "rank"),
        ("缓税最长3个月", "最长3个月", "duration"),
        ("缓税两个月", "两个月", "duration"),
        ("开办企业仅需0.5天", "0.5天", "duration"),
        ("30 分钟直达", "30分钟", "duration"),
        ("企业1,234家", "1,234家", "firm"),
        ("落户500多家", "500多家", "firm"),
        ("近百家", "近百家", "firm"),
        ("200-300家", "200-300家", "firm"),
        ("超过800家企业", "超过800家", "firm"),
        ("5万户以上", "5万户以上", "home"),
        ("院士91名", "91名", "people"),
        ("推出20条", "20条", "count"),
        ("不少于6个", "不少于6个", "count"),
        ("不到3天办结", "不到3天", "duration"),
        ("不足5%", "不足5%", "percent"),
        ("2000家企业", "2000家", "firm"),
    ],
)
def test_a_value_is_the_whole_expression(source: str, expected: str, kind: str) -> None:
    """Number, scale, unit, and the qualifier before and after it."""
    assert values(source) == [(expected, kind)]


@pytest.mark.parametrize(
    "source",
    [
        "2021年3月1日",
        "2025-07-08",
        "2021 年",
        "二〇二一年",
        "二〇三五年远景目标",
        "到2025年",
        "24号楼",
        "3月5日",
        "5G基站",
        "3D打印",
        "AI4S",
        "第三方机构",
        "第三产业",
        "第一季度",
        "第12届大会",
        "没有数字",
        "",
    ],
)
def test_these_are_no_values(source: str) -> None:
    """Years, dates, numbers inside names, ordinals of parts and sessions."""
    assert values(source) == []


@pytest.mark.parametrize("source", ["44证合一", "12345热线", "“1+2+9”产业体系", "135规划"])
def test_numbers_of_names_count_nothing(source: str) -> None:
    """They may be numbers, but have no unit."""
    assert {v.unit for v in find_values(fold(source))} <= {""}


def test_several_values_come_in_order() -> None:
    """Each with its own kind."""
    found = values("引进项目154个,总投资超3500亿元,增长20%左右")
    assert found == [("154个", "count"), ("超3500亿元", "money"), ("20%左右", "percent")]


@given(st.text(max_size=60), st.integers(1, 9999), st.sampled_from(["%", "亿元", "家", "万亩", "分钟"]))
def test_values_stand_where_they_say(noise: str, number: int, unit: str) -> None:
    """Ordered stretches inside the text, of a known kind."""
    text = fold(f"{noise},{number}{unit}。{noise}")
    found = find_values(text)
    assert all(0 <= v.start < v.end <= len(text) for v in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert {v.kind for v in found} <= {*UNITS, "amount", "number"}


@given(st.integers(1, 999_999), st.sampled_from(["家", "亿元", "%", "平方米", "个月", "倍"]))
def test_any_number_with_a_unit_is_a_value(number: int, unit: str) -> None:
    """Also one that looks like a year: 2000家 is a count."""
    assert values(f"共{number}{unit}") == [(f"{number}{unit}", values(f"3{unit}")[0][1])]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("有多少家企业", {"firm"}),
        ("几家上市", {"firm"}),
        ("多少亿元", {"money"}),
        ("百分之几", set()),
        ("拆了多少平方米", {"area"}),
        ("有什么优势", set()),
    ],
)
def test_the_unit_that_is_asked_for(question: str, expected: set[str]) -> None:
    """Spelt out after 多少 or 几."""
    assert unit_kinds(fold(question)) == expected
