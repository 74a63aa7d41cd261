"""Leftovers of writing instructions are found, struck out and warned of."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.corpus.importing import import_sources
from bot.corpus.importing.leftovers import caution, found, struck_out
from bot.corpus.loader import load_document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("根据数据弱化表述后,企业增加。", "~~根据数据弱化表述后~~,企业增加。"),
        ("弱化数据后说明覆盖面广,前景好。", "~~弱化数据后说明覆盖面广~~,前景好。"),
        ("实施管理,杜绝虚构内容和概念偷换。", "实施管理,~~杜绝虚构内容和概念偷换~~。"),
        ("提升效率\uff0c避免使用年份之外的日期表述。", "提升效率\uff0c~~避免使用年份之外的日期表述~~。"),
        ("公正透明,无虚构内容", "公正透明,~~无虚构内容~~"),
        ("缩短周期,保障内容官方可溯源;提升能力。", "缩短周期,~~保障内容官方可溯源~~;提升能力。"),
        ("避免了任何概念偷换或数据夸大。", "~~避免了任何概念偷换或数据夸大~~。"),
        ("弱化数据后达1,164家,增长5%。", "~~弱化数据后达1,164家~~,增长5%。"),
    ],
)
def test_the_clause_is_struck_out(text: str, expected: str) -> None:
    """From one punctuation mark to the next; the marks and the rest stay."""
    assert struck_out(text) == expected
    assert len(found([text])) == 1


@pytest.mark.parametrize(
    "text",
    [
        "推广区块链溯源系统,强化监管。",
        "经营者不得虚构交易,严禁偷换概念。",
        "数据显示企业增长,避免信用风险。",
        "杜绝安全事故。",
    ],
)
def test_ordinary_clauses_stay(text: str) -> None:
    """Words that also occur in real rules and reports are no leftovers by themselves."""
    assert struck_out(text) == text


@given(
    st.lists(
        st.sampled_from(["弱化数据后", "无虚构内容", "企业1,164家", "增长5.4%", ",", "。", ";", "\uff0c", " ", "~~"])
    )
)
def test_only_marks_are_added(parts: list[str]) -> None:
    """Without the marks the text is what it was, and striking twice is striking once."""
    text = "".join(parts)
    once = struck_out(text)
    assert once.replace("~~", "") == text.replace("~~", "")
    assert struck_out(once) == once


def test_the_caution_says_what_and_how_many() -> None:
    """A reader learns why to check the figures."""
    text = caution(["无虚构内容", "杜绝偷换概念"])
    assert "2 处" in text
    assert "无虚构内容" in text


def test_the_real_articles(seeds: Path, tmp_path: Path) -> None:
    """Three of six have leftovers; their clauses are struck in the loaded documents, nothing else is."""
    documents = [load_document(made.path) for made in import_sources([seeds], tmp_path).documents]
    struck = [[item.text[a:b] for block in item.blocks for a, b in block.struck] for item in documents]
    assert [len(stretches) for stretches in struck] == [0, 0, 9, 1, 1, 0]
    assert [bool(item.meta.caution) for item in documents] == [False, False, True, True, True, False]
    assert "~~杜绝偷换概念~~" in struck[2]
