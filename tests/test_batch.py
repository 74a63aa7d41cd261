"""A batch: one line in, one object out, in order, whatever the lines hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer.model import Answer
from bot.batch import replies, whole
from bot.errors import KnowledgeError, Problem
from tests.samples import answer


def echo(question: str, turns: Sequence[str]) -> Answer:
    """Answers with the question and, as suggestions, the turns that came along."""
    return answer(question=question, suggestions=tuple(turns))


def run(*lines: str | bytes) -> list[dict[str, Any]]:
    return list(replies([line.encode() if isinstance(line, str) else line for line in lines], echo))


def test_answers_come_in_order_with_their_ids() -> None:
    """The id stands first, whatever JSON value it is; blank lines are nothing."""
    found = run('{"id": "b", "question": "一"}\n', "\n", '{"id": 7, "question": "二"}', '{"question": "三"}')
    assert [(reply["id"], reply["question"]) for reply in found] == [("b", "一"), (7, "二"), (None, "三")]
    assert next(iter(found[0])) == "id"


def test_turns_are_handed_over() -> None:
    """Earlier questions go along, none is none."""
    seen: list[tuple[str, ...]] = []

    def ask(question: str, turns: Sequence[str]) -> Answer:
        seen.append(tuple(turns))
        return echo(question, turns)

    lines = [b'{"question": "?", "turns": ["a", "b"]}', b'{"question": "?", "turns": null}']
    assert len(list(replies(lines, ask))) == 2
    assert seen == [("a", "b"), ()]


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        '{"id": "x"',
        "[]",
        '"a string"',
        '{"id": "x"}',
        '{"id": "x", "question": 3}',
        '{"id": "x", "question": "?", "turns": "a"}',
        '{"id": "x", "question": "?", "turns": [1]}',
        b"\xff\xfe{}",
        "[" * 100_000,
        '{"question": ' + "9" * 5000 + "}",
    ],
)
def test_a_bad_line_is_an_error_with_its_number(bad: str | bytes) -> None:
    """The other lines are answered all the same."""
    first, second, third = run('{"id": "a", "question": "?"}', bad, '{"id": "c", "question": "?"}')
    assert (first["id"], third["id"]) == ("a", "c")
    assert set(second) == {"id", "error"}
    assert second["error"]["kind"] == "question"
    assert second["error"]["message"].startswith("line 2: ")


def test_the_id_is_kept_where_it_can_be_read() -> None:
    """An object with a wrong question still names itself."""
    assert run('{"id": "x", "question": 3}')[0]["id"] == "x"


def test_an_error_of_one_question_stays_with_it() -> None:
    """What goes wrong while answering, foreseen or not, is that line's error."""

    def ask(question: str, turns: Sequence[str]) -> Answer:
        if question == "known":
            raise KnowledgeError([Problem("a.md", 1, "gone")])
        return echo(question, [str(1 // len(turns))])

    lines = [b'{"question": "known"}', b'{"question": "?"}', b'{"question": "?", "turns": ["a"]}']
    found = list(replies(lines, ask))
    assert [reply.get("error", {}).get("kind") for reply in found] == ["knowledge", "internal", None]


@given(st.lists(st.fixed_dictionaries({"id": st.text(), "question": st.text()}), max_size=5))
def test_any_question_comes_back_with_its_id(rows: list[dict[str, str]]) -> None:
    """Ids and questions survive the way through JSON unchanged."""
    found = run(*(json.dumps(row) for row in rows))
    back = [json.loads(json.dumps(reply, ensure_ascii=False)) for reply in found]
    assert [{"id": reply["id"], "question": reply["question"]} for reply in back] == rows


def test_lone_surrogates_are_replaced() -> None:
    """Half a character, which JSON allows, never reaches the core; whole ones stay."""
    assert whole("黄\ud800埔") == "黄\ufffd埔"
    assert whole("\ud83d\ude00") == "😀"
    assert run(r'{"question": "黄\ud800埔"}')[0]["question"] == "黄\ufffd埔"
