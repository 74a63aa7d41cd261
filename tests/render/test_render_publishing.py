"""What a reload says, in three languages."""

from __future__ import annotations

import pytest

from bot.errors import GoldenError, KnowledgeError, Problem
from bot.publishing.model import Changes, GoldenResult
from bot.render.messages import LOCALES
from bot.render.publishing import SHOWN, held_back_lines, reload_lines, step_line
from tests.samples import reload, snapshot

PROBLEM = Problem("golden.jsonl", 7, "问“甲”,应当答出“乙”", "改资料")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_part_is_said(locale: str) -> None:
    """Ids, documents, passages, figures, golden questions, time."""
    said = "\n".join(reload_lines(reload(), locale))
    for part in ("aaaaaaaaaaaa", "bbbbbbbbbbbb", "新政策", "旧通知", "40 → 42", "2021: 20%左右 → 18%左右", "0.9"):
        assert part in said


def test_nothing_changed_is_said_plainly() -> None:
    """Two lines: that it is the same, and the golden questions."""
    same = reload(after=snapshot(), changes=Changes({}, {}, {}))
    assert list(reload_lines(same, "en")) == [
        "Nothing has changed: the snapshot is still aaaaaaaaaaaa, 0.9 s.",
        "Golden questions: 3 of 3 passed",
    ]


def test_a_forced_reload_says_so_with_the_questions() -> None:
    """Whoever reads it sees what was overridden."""
    said = list(reload_lines(reload(forced=True, golden=GoldenResult(2, 3, (PROBLEM,))), "zh-Hans"))
    assert any("强制" in line for line in said)
    assert str(PROBLEM) in said


def test_why_it_was_held_back() -> None:
    """Golden questions and mistakes are told apart; each with line and remedy."""
    golden = list(held_back_lines(GoldenError([PROBLEM], 9), "zh-Hans"))
    invalid = list(held_back_lines(KnowledgeError([PROBLEM]), "zh-Hans"))
    assert "9 个黄金问题中有 1 个" in golden[0]
    assert "1 处错误" in invalid[0]
    assert golden[1] == invalid[1] == f"  {PROBLEM}"


def test_long_lists_are_counted() -> None:
    """A message has a limit."""
    said = list(held_back_lines(KnowledgeError([PROBLEM] * (SHOWN + 5)), "en"))
    assert len(said) == 1 + SHOWN + 1
    assert said[-1] == "… and 5 more."


@pytest.mark.parametrize("locale", LOCALES)
def test_progress_counts_golden_questions(locale: str) -> None:
    """The other steps are only named."""
    assert "3" in step_line("golden", 3, 12, locale)
    assert step_line("reading", 0, 0, locale) != step_line("comparing", 0, 0, locale)
