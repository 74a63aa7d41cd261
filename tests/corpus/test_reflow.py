"""Plain text: which lines are paragraphs and which were broken by a layout."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.corpus.importing.reflow import cleaned, paragraphs

LONG = "过去一年我国发展面临诸多矛盾叠加风险隐患交汇的严峻挑战成绩来之不易"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲。\n\n\n乙。\n", ["甲。", "乙。"]),
        ("甲。\r\n乙。\r\n", ["甲。", "乙。"]),
        ("\u3000\u3000甲。\n\u3000\u3000乙。\n", ["甲。", "乙。"]),
        ("政府工作报\n告\n\n各位代表:\n", ["政府工作报告", "各位代表:"]),
        (f"{LONG},新建\n高速铁路\n投产里程超过1900公里。\n", [f"{LONG},新建高速铁路投产里程超过1900公里。"]),
        (f"{LONG}“\n一带一路\n”建设进展快速。\n", [f"{LONG}“一带一路”建设进展快速。"]),
        ("收入达到74.4\n\u200b\n万亿元。\n", ["收入达到74.4万亿元。"]),
        ("标题\n\u200b\n\n正文。\n", ["标题", "正文。"]),
        ("一、总体要求\n坚持创新。\n", ["一、总体要求", "坚持创新。"]),
        ("申请材料\n身份证\n营业执照\n", ["申请材料", "身份证", "营业执照"]),
        ("保持稳健中性。今年广义货币M\n2\n预期增长12%。\n", ["保持稳健中性。今年广义货币M2预期增长12%。"]),
        (
            "前一段已完。\n党的全会\n正式明确\n核心地位,意义深远。\n",
            ["前一段已完。", "党的全会正式明确核心地位,意义深远。"],
        ),
    ],
)
def test_broken_sentences_are_joined_and_paragraphs_kept(text: str, expected: list[str]) -> None:
    """Each form as it occurs in files and on pages."""
    assert list(paragraphs(text)) == expected


def test_lines_of_one_width_are_one_paragraph() -> None:
    """Also where one of them happens to end with a full stop."""
    lines = ["甲" * 29 + "。", "乙" * 30, "丙" * 30, "丁" * 30, "戊" * 12 + "。"]
    assert paragraphs("\n".join(lines)) == ("".join(lines),)


def test_latin_words_keep_their_blank() -> None:
    """A line end between words of Latin script was a blank."""
    lines = ["the quick brown fox jumps over the lazy", "dog and then it does so once more to be"] * 3
    assert paragraphs("\n".join(lines)) == (" ".join(lines),)


@given(st.text(alphabet="甲乙。:、“” \t\n\r\u3000\u200b\ufeff\u00a0一(1)AB", max_size=200))
def test_nothing_but_blanks_and_invisible_characters_is_dropped(text: str) -> None:
    """Joined or not, every visible character stays, in order."""

    def visible(value: str) -> str:
        return "".join(c for c in value if not c.isspace() and c not in "\u200b\ufeff")

    assert visible("".join(paragraphs(text))) == visible(text)
    assert visible(cleaned(text)) == visible(text)
