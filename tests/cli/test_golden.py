"""``golden add``: a question with its answer of today becomes a line of golden.jsonl."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.publishing.golden import load_golden
from tests.cli.runner import HUANGPU, QUESTION, Cli, objects, one_line_error

NOWHERE = "广州天河区2021年有多少家高新技术企业"
WRITTEN = '# 答得出的\r\n\r\n{"question":  "2021年固定资产投资目标", "quote": ["20%左右"]}'
"""Lines as somebody typed them: a comment, their own line ends and blanks, no end of line at the end."""


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A folder with one report and one golden question."""
    (tmp_path / "k" / "documents").mkdir(parents=True)
    (tmp_path / "k" / "documents" / "gz.md").write_text(HUANGPU, encoding="utf-8")
    (tmp_path / "k" / "golden.jsonl").write_bytes(WRITTEN.encode())
    return tmp_path / "k"


def lines(knowledge: Path) -> list[dict[str, Any]]:
    """The golden questions that the gate reads."""
    return [line.golden.model_dump(exclude_defaults=True) for line in load_golden(knowledge / "golden.jsonl")]


def at_terminal(cli: Cli, typed: str, *arguments: object) -> tuple[int, str]:
    """Run the command with a terminal as its input; the exit code and what it printed."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *map(str, arguments)],
            stdin=theirs,
            capture_output=True,
            encoding="utf-8",
            cwd=cli.cwd,
            env=cli.environment,
            timeout=120,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    return done.returncode, done.stdout + done.stderr


def test_what_is_highlighted_must_go_on_being_quoted(cli: Cli, knowledge: Path) -> None:
    """The answer is shown as ask shows it, one line is added, the others stay to the byte, and the gate passes."""
    added = cli("golden", "add", QUESTION, "--yes", "--knowledge", knowledge)
    assert (added.returncode, added.stderr) == (0, "")
    assert added.stdout.startswith(cli("ask", QUESTION, "--knowledge", knowledge).stdout)
    assert added.stdout.endswith(f"Added: {knowledge / 'golden.jsonl'}:4\n")
    assert lines(knowledge)[1:] == [{"question": QUESTION, "quote": (("10%左右",),)}]
    data = (knowledge / "golden.jsonl").read_bytes()
    assert data.startswith(WRITTEN.encode() + b"\n{")
    assert data.endswith(b"}\n")
    assert "2 of 2 passed" in cli("check", "--knowledge", knowledge).stdout


def test_it_survives_edits_around_the_figure_and_no_other(cli: Cli, knowledge: Path) -> None:
    """The sentence is worded anew: the gate passes. The figure is another one: it does not."""
    cli("golden", "add", QUESTION, "--yes", "--knowledge", knowledge)
    report = knowledge / "documents" / "gz.md"
    report.write_text(HUANGPU.replace("地区生产总值增长10%左右,", "地区生产总值预期增长10%左右;"), encoding="utf-8")
    assert "2 of 2 passed" in cli("check", "--knowledge", knowledge).stdout
    report.write_text(HUANGPU.replace("10%左右", "9%左右"), encoding="utf-8")
    held = cli("check", "--knowledge", knowledge)
    assert "golden.jsonl:4: " in held.stdout
    assert held.returncode == 1


def test_a_question_is_not_added_twice(cli: Cli, knowledge: Path) -> None:
    """Worded a little differently it is the same one; where it demands something else, nothing is done but said."""
    cli("golden", "add", QUESTION, "--yes", "--knowledge", knowledge)
    before = (knowledge / "golden.jsonl").read_bytes()
    again = cli("golden", "add", f"请问{QUESTION}?", "--yes", "--knowledge", knowledge)
    assert (again.stdout.splitlines()[-1], again.returncode) == (
        f"Already there, not added again: {knowledge / 'golden.jsonl'}:4",
        0,
    )
    other = cli("golden", "add", QUESTION, "--must", "20%左右", "--yes", "--knowledge", knowledge)
    assert "golden.jsonl:4 — edit that line" in other.stdout
    assert other.returncode == 1
    assert (knowledge / "golden.jsonl").read_bytes() == before


def test_demands_can_be_given(cli: Cli, knowledge: Path) -> None:
    """What must be quoted and what must not, each as often as needed."""
    demands = ["--must", "10%左右", "--must", "地区生产总值", "--must-not", "4.1%", "--must-not", "8%左右"]
    assert cli("golden", "add", QUESTION, *demands, "--yes", "--knowledge", knowledge).returncode == 0
    assert lines(knowledge)[-1] == {
        "question": QUESTION,
        "quote": (("10%左右",), ("地区生产总值",)),
        "must_not": ("4.1%", "8%左右"),
    }
    assert "2 of 2 passed" in cli("check", "--knowledge", knowledge).stdout


def test_what_has_no_answer_can_be_kept_so(cli: Cli, knowledge: Path) -> None:
    """With --refuse; without it, nothing is kept, and the error says what to do."""
    nothing = cli("golden", "add", NOWHERE, "--yes", "--knowledge", knowledge)
    assert nothing.returncode == 1
    assert "--refuse" in one_line_error(nothing)
    assert (knowledge / "golden.jsonl").read_bytes() == WRITTEN.encode()
    kept = cli("golden", "add", NOWHERE, "--refuse", "--yes", "--knowledge", knowledge)
    assert "Note" not in kept.stdout
    assert lines(knowledge)[-1] == {"question": NOWHERE, "refused": True}
    assert "2 of 2 passed" in cli("check", "--knowledge", knowledge).stdout


@pytest.mark.parametrize(
    ("demand", "said"), [(["--refuse"], "answered today"), (["--must", "99%"], "today's answer is another one")]
)
def test_what_is_not_so_today_is_kept_and_said(cli: Cli, knowledge: Path, demand: list[str], said: str) -> None:
    """The gate will hold reloads back until the knowledge is mended: that is what was asked for."""
    kept = cli("golden", "add", QUESTION, *demand, "--yes", "--knowledge", knowledge)
    assert said in kept.stdout
    assert kept.returncode == 0
    assert cli("check", "--knowledge", knowledge).returncode == 1


def test_at_a_terminal_it_asks_back(cli: Cli, knowledge: Path) -> None:
    """Yes adds, anything else does not."""
    code, shown = at_terminal(cli, "\n", "golden", "add", QUESTION, "--knowledge", knowledge)
    assert (code, "Not added." in shown) == (1, True)
    assert (knowledge / "golden.jsonl").read_bytes() == WRITTEN.encode()
    code, shown = at_terminal(cli, "y\n", "golden", "add", QUESTION, "--knowledge", knowledge)
    assert (code, "Add it? [y/N]" in shown) == (0, True)
    assert len(lines(knowledge)) == 2


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_without_a_terminal_somebody_must_have_said_yes(cli: Cli, knowledge: Path, more: list[str]) -> None:
    """One line says so, before anything is asked or written."""
    refused = cli("golden", "add", QUESTION, *more, "--knowledge", knowledge, stdin="y\n")
    said = refused.stdout if more else one_line_error(refused)
    assert "--yes" in said
    assert refused.returncode == (2 if more else 1)
    assert (knowledge / "golden.jsonl").read_bytes() == WRITTEN.encode()


def test_as_json(cli: Cli, knowledge: Path) -> None:
    """What was added and where, with the answer as ``ask --json`` has it; errors as everywhere."""
    (kept,) = objects(cli("golden", "add", QUESTION, "--yes", "--json", "--knowledge", knowledge))
    assert {key: kept[key] for key in ("question", "state", "line", "met")} == {
        "question": QUESTION,
        "state": "added",
        "line": 4,
        "met": True,
    }
    assert kept["golden"] == {"question": QUESTION, "quote": [["10%左右"]]}
    assert kept["answer"]["answers"][0]["highlights"]
    assert objects(cli("golden", "add", QUESTION, "--yes", "--json", "--knowledge", knowledge))[0]["state"] == "known"
    (error,) = objects(cli("golden", "add", NOWHERE, "--yes", "--json", "--knowledge", knowledge))
    assert error["error"]["kind"] == "publish"


def test_the_first_question_makes_the_file(cli: Cli, knowledge: Path) -> None:
    """The knowledge that comes with the program is left alone, and so is a folder whose file is wrong."""
    (knowledge / "golden.jsonl").unlink()
    assert cli("golden", "add", QUESTION, "--yes", "--knowledge", knowledge).returncode == 0
    assert len(lines(knowledge)) == 1
    assert "knowledge.path" in one_line_error(cli("golden", "add", QUESTION, "--yes"))
    (knowledge / "golden.jsonl").write_text("nonsense\n", encoding="utf-8")
    assert "golden.jsonl:1: " in one_line_error(cli("golden", "add", QUESTION, "--yes", "--knowledge", knowledge))
    assert (knowledge / "golden.jsonl").read_text(encoding="utf-8") == "nonsense\n"


@pytest.mark.parametrize("question", ["一行\n两行\u2028三行", "   "])
def test_a_line_is_one_question(cli: Cli, knowledge: Path, question: str) -> None:
    """Whatever it is made of; an empty one is none."""
    done = cli("golden", "add", question, "--refuse", "--yes", "--knowledge", knowledge)
    assert len(lines(knowledge)) == (2 if question.strip() else 1)
    assert done.returncode == (0 if question.strip() else 2)
