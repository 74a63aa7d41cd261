"""Figures by what they are said of, and what changed between two versions of a document."""

from __future__ import annotations

import pytest

from bot.language.language import Language
from bot.publishing.figures import figure_changes, figures
from tests.knowledge import document

HEADING = "# 2021年工作安排\n\n"


def changed(language: Language, before: str, after: str) -> list[tuple[str, str, str]]:
    """Name, old and new value of each figure that changed."""
    old, new = (
        figures(document(HEADING + text, place="gz-huangpu", kind="work-report"), language) for text in (before, after)
    )
    return [(change.name, change.before, change.after) for change in figure_changes("报告", old, new)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("固定资产投资增长20%左右。", "固定资产投资增长18%左右。", [("固定资产投资", "20%左右", "18%左右")]),
        ("地区生产总值增长10%左右。", "地区生产总值增长10%左右。新增学位1万个。", [("学位", "", "1万个")]),
        ("院士91名,上市公司63家。", "上市公司63家。", [("院士", "91名", "")]),
        ("院士91名。上市公司63家。", "上市公司63家。院士91名。", []),
        ("引进项目100个。", "引进项目100个。\n\n# 2021年其他目标\n\n院士91名。", [("院士", "", "91名")]),
    ],
)
def test_what_changed(language: Language, before: str, after: str, expected: list[tuple[str, str, str]]) -> None:
    """The figure that reads otherwise, not the one that only stands elsewhere."""
    assert changed(language, before, after) == expected


def test_a_renamed_heading_changes_no_figure(language: Language) -> None:
    """And a figure that changes on the way is still paired."""
    text = "{}\n\n固定资产投资增长{}。院士91名。"
    old = figures(document(text.format("# 2021年工作安排", "20%左右"), kind="work-report"), language)
    new = figures(document(text.format("# 2021年目标与安排", "18%左右"), kind="work-report"), language)
    (change,) = figure_changes("报告", old, new)
    assert (change.before, change.after) == ("20%左右", "18%左右")


def test_target_and_result_are_not_compared(language: Language) -> None:
    """They are figures of their own."""
    old = figures(document("# 2021年工作目标\n\n固定资产投资增长20%。", kind="work-report"), language)
    new = figures(document("# 2021年完成情况\n\n固定资产投资增长20%。", kind="work-report"), language)
    assert {(c.status, c.before, c.after) for c in figure_changes("报告", old, new)} == {
        ("target", "20%", ""),
        ("result", "", "20%"),
    }
