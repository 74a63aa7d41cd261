"""Blocks: headings, paragraphs, list items, rows, other questions, struck stretches."""

from __future__ import annotations

import pytest

from bot.corpus.markdown import MarkdownError, blocks


def texts(text: str) -> list[tuple[int, str]]:
    return [(block.level, text[block.start : block.end]) for block in blocks(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# 一、回顾\n\n## (一)经济 ##\n", [(1, "一、回顾"), (2, "(一)经济")]),
        ("#标题\n", [(1, "标题")]),
        ("#话题# 正文\n", [(0, "#话题# 正文")]),
        ("####### 七\n", [(0, "####### 七")]),
        ("甲。\n乙。\n\n丙。\n", [(0, "甲。\n乙。"), (0, "丙。")]),
        ("甲\n# 乙\n丙\n", [(0, "甲"), (1, "乙"), (0, "丙")]),
        ("  甲  \n", [(0, "甲")]),
        ("- 甲\n- 乙\n  续\n1. 丙\n", [(0, "甲"), (0, "乙\n  续"), (0, "丙")]),
        ("> 引用\n> 二行\n", [(0, "引用"), (0, "二行")]),
        ("| 项目 | 数 |\n|---|:-:|\n| 甲 | 1 |\n", [(0, "项目 | 数"), (0, "甲 | 1")]),
        ("甲\n\n---\n\n***\n\n乙\n", [(0, "甲"), (0, "乙")]),
        ("甲 <!-- 注 -->\n", [(0, "甲")]),
        ("甲\n<!-- 注\n# 假\n-->\n乙\n", [(0, "甲"), (0, "乙")]),
        ("#\n\n-\n", [(0, "-")]),
    ],
)
def test_blocks_cover_the_text_without_its_marks(text: str, expected: list[tuple[int, str]]) -> None:
    """Every kind of line becomes the block that a reader would see."""
    assert texts(text) == expected


@pytest.mark.parametrize(
    "line", ["> 问: 甲 | 乙|丙", "> 問:甲|乙|丙", ">Q\uff1a甲\uff5c乙\uff5c 丙", "\uff1e 问\uff1a甲|乙|丙|"]
)
def test_other_questions_belong_to_the_paragraph_before(line: str) -> None:
    """Half- and full-width marks alike; the line itself is no block."""
    (paragraph,) = blocks(f"正文。\n{line}\n")
    assert paragraph.asks == ("甲", "乙", "丙")


def test_other_questions_may_stand_after_a_blank_line_and_on_several_lines() -> None:
    """They add up, and end the paragraph."""
    text = "正文。\n\n> 问: 甲\n> 问: 乙\n另一段。\n"
    first, second = blocks(text)
    assert (first.asks, second.asks) == (("甲", "乙"), ())


def test_an_ordinary_question_is_a_paragraph() -> None:
    """Only a quote line is a list of other questions."""
    assert texts("问:在哪?\n\n答:在这。\n") == [(0, "问:在哪?"), (0, "答:在这。")]


def test_struck_stretches_are_recorded_with_their_marks() -> None:
    """Within the paragraph, over line ends, not over paragraphs."""
    text = "甲,~~乙~~,丙~~丁\n戊~~。\n\n一~~二\n\n三~~四\n"
    first, *rest = blocks(text)
    assert [text[a:b] for a, b in first.struck] == ["~~乙~~", "~~丁\n戊~~"]
    assert all(block.struck == () for block in rest)


def test_a_comment_within_a_sentence_is_never_quoted() -> None:
    """It counts as struck."""
    text = "甲<!-- 内部 -->乙。\n"
    (paragraph,) = blocks(text)
    assert [text[a:b] for a, b in paragraph.struck] == ["<!-- 内部 -->"]


def test_an_open_comment_would_swallow_the_rest() -> None:
    """So it is an error, at its place."""
    with pytest.raises(MarkdownError) as caught:
        blocks("甲\n<!-- 注\n乙\n")
    assert caught.value.offset == 2
