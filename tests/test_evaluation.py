"""The scorer: what counts as right, and how sure that is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer.model import Answer, Citation
from bot.errors import QuestionError
from bot.evaluation import Share, load_questions, measures, report, run
from bot.verdicts import Question, judge
from tests.samples import answer, citation, silence


def question(**changes: Any) -> Question:
    values: dict[str, Any] = {"id": "q", "question": "?", "lang": "zh-Hans", "category": "target"}
    return Question(**values | changes)


def quotes(*texts: str, highlight: str = "") -> Answer:
    return answer(*(_citation(rank, text, highlight) for rank, text in enumerate(texts, 1)))


def _citation(rank: int, text: str, highlight: str) -> Citation:
    start = text.find(highlight) if highlight else -1
    spans = ((start, start + len(highlight)),) if start >= 0 else ()
    return citation(rank=rank, quote=text, highlights=spans)


def test_every_fact_has_to_stand_in_the_first_quote() -> None:
    """One of two facts is not the answer; any spelling of a fact will do."""
    both = question(answers=[["10%左右", "百分之十"], ["20%"]])
    assert judge(both, quotes("增长百分之十,投资增长20%")).good
    assert not judge(both, quotes("增长10%左右", "投资增长20%")).good
    assert judge(both, quotes("增长10%左右", "别的", "投资增长20%")).fact3
    assert not judge(both, quotes("增长10%左右", "别的", "别的", "投资增长20%")).fact3


@pytest.mark.parametrize("where", ["gold_doc", "evidence"])
def test_facts_of_several_passages_may_stand_in_the_first_two_quotes(where: str) -> None:
    """Questions that compare need two quotes."""
    both = question(answers=[["10%"], ["20%"]], **{where: [1, 2]})
    assert judge(both, quotes("增长10%", "增长20%")).good
    assert not judge(both, quotes("增长10%", "别的", "增长20%")).good


def test_only_the_first_200_characters_count() -> None:
    """Showing a page is not answering."""
    asked = question(answers=[["10%"]])
    assert judge(asked, quotes("字" * 197 + "10%")).good
    assert not judge(asked, quotes("字" * 198 + "10%")).good


def test_white_space_and_width_do_not_count() -> None:
    """8% 以上 in full width is the same figure."""
    wide = "".join(chr(ord(char) + 0xFEE0) for char in "8%")
    assert judge(question(answers=[["8% 以上"]]), quotes(f"增长{wide}\u3000以\n上")).good


def test_wrong_is_a_forbidden_figure_before_or_without_the_answer() -> None:
    """A neighbouring figure after the answer does no harm."""
    asked = question(answers=[["10%"]], forbidden=["8%"])
    assert judge(asked, quotes("去年8%,今年10%")).wrong
    assert judge(asked, quotes("去年8%")).wrong
    assert not judge(asked, quotes("今年10%,去年8%")).wrong
    assert not judge(asked, quotes("别的", "去年8%")).wrong
    assert not judge(asked, silence()).wrong


def test_exact_is_a_short_highlight_with_the_first_fact() -> None:
    """The highlight holds the fact or is part of it, at least two characters, in a right answer."""
    asked = question(answers=[["增长10%左右"]])
    assert judge(asked, quotes("2021年增长10%左右。", highlight="年增长10%左右")).exact
    assert judge(asked, quotes("2021年增长10%左右。", highlight="10%")).exact
    assert not judge(asked, quotes("2021年增长10%左右。", highlight="1")).exact
    assert not judge(asked, quotes("2021年增长10%左右。", highlight="2021年")).exact
    assert not judge(asked, quotes("2021年增长10%左右。")).exact
    long = "增长10%左右" + "字" * 24
    assert not judge(asked, quotes(long, highlight=long)).exact
    assert not judge(asked, quotes("计划10%", highlight="10%")).exact


def test_abstaining_is_right_for_what_cannot_be_answered() -> None:
    """Any citation shown for an unanswerable question is a fault."""
    asked = question(category="", kind="near_miss", must_not=["10%"])
    assert judge(asked, silence()).good
    assert judge(asked, silence(status="smalltalk")).good
    assert not judge(asked, quotes("别的")).good
    assert judge(asked, silence()).question.group == "unanswerable:near_miss"


def test_the_report_counts_and_names_the_misses() -> None:
    """Measures with interval, groups, and as many misses as were asked for."""
    asked = [question(id="a", answers=[["10%"]]), question(id="b", answers=[["20%"]], lang="en")]
    verdicts = run([*asked, question(id="c", kind="offtopic")], lambda _question, _turns: quotes("增长10%"))
    lines = list(report(verdicts, misses=1))
    assert measures(verdicts)["fact@1"] == Share(1, 2)
    assert measures(verdicts)["abstain"] == Share(0, 1)
    assert any(line.startswith("fact@1") and "0.500" in line and "1/2" in line for line in lines)
    assert any("unanswerable:offtopic" in line for line in lines)
    assert any(line.split()[:1] == ["en"] for line in lines)
    assert [line for line in lines if line.startswith("MISS")] == ["MISS b target | ? => 增长10%"]


def test_a_miss_is_listed_with_its_explanation() -> None:
    """An editor sees what was understood, below the question that was missed."""
    question = Question(id="q", question="GDP?", answers=[["10%"]])
    lines = list(
        report(run([question], lambda _q, _t: Answer("GDP?", "no_answer")), 1, lambda q: [f"read {q.question}"])
    )
    assert lines[-2].startswith("MISS q")
    assert lines[-1].strip() == "read GDP?"


def test_earlier_turns_are_handed_over() -> None:
    """A follow-up is asked in its conversation."""
    seen: list[tuple[str, ...]] = []

    def ask(_question: str, turns: Any) -> Answer:
        seen.append(tuple(turns))
        return silence()

    run([question(turns=["一", "二"])], ask)
    assert seen == [("一", "二")]


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_interval_holds_the_share(hits: int, total: int) -> None:
    """The share lies within its interval, the interval within 0 and 1."""
    share = Share(min(hits, total), total)
    low, high = share.interval()
    assert 0 <= low <= share.value + 1e-12
    assert share.value - 1e-12 <= high <= 1


def test_the_interval_is_wilsons() -> None:
    """A published example: 8 of 10 give 0.490–0.943; nothing asked says nothing."""
    assert [round(bound, 3) for bound in Share(8, 10).interval()] == [0.49, 0.943]
    assert Share(0, 0).interval() == (0.0, 1.0)


def test_a_question_file_is_read_with_its_line_numbers(tmp_path: Path) -> None:
    """A blank line is nothing; a wrong one is named."""
    path = tmp_path / "q.jsonl"
    path.write_text('\ufeff{"id": "a", "question": "?", "answers": [["1"]], "note": "x"}\n\n', encoding="utf-8")
    assert [q.id for q in load_questions(path)] == ["a"]
    for wrong in ("{", '{"id": "b"}', '{"id": "b", "question": "?", "answers": "10%"}', "[]"):
        path.write_text('{"id": "a", "question": "?"}\n' + wrong, encoding="utf-8")
        with pytest.raises(QuestionError, match=r"q\.jsonl:2"):
            load_questions(path)


def test_a_question_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing or not text: one clear line."""
    binary = tmp_path / "b"
    binary.write_bytes(b"\xff\xfe")
    for path in (tmp_path / "none", binary):
        with pytest.raises(QuestionError, match=str(path)):
            load_questions(path)
