"""``ask``: one question, JSON, batches."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.runner import HUANGPU, QUESTION, Cli, objects


def test_ask_shows_the_quote_with_its_source(cli: Cli, folder: Path) -> None:
    """Piped: highlight in 【…】, title, date, no colours."""
    result = cli("ask", QUESTION, "--knowledge", folder)
    assert result.returncode == 0
    assert "【" in result.stdout
    assert "10%左右" in result.stdout
    assert "《2021年黄埔区政府工作报告》" in result.stdout
    assert "2021-03-01" in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stderr == ""


def test_json_has_the_contract_and_the_same_citations(cli: Cli, folder: Path) -> None:
    """One object; every quote of it stands in the text output and word for word in its document."""
    text = cli("ask", QUESTION, "--knowledge", folder).stdout.replace("【", "").replace("】", "")
    (answer,) = objects(cli("ask", "--json", QUESTION, "--knowledge", folder))
    assert set(answer) == {"question", "status", "answers", "notes", "elapsed_ms"}
    assert answer["status"] == "answered"
    assert [found["quote"] for found in answer["answers"] if found["quote"] not in text] == []
    body = HUANGPU.split("---\n", 2)[2]
    start, end = answer["answers"][0]["span"]
    assert body[start:end] == answer["answers"][0]["quote"]


def test_explain_adds_the_explanation(cli: Cli, folder: Path) -> None:
    """In JSON as a key of its own."""
    (answer,) = objects(cli("ask", "--json", "--explain", QUESTION, "--knowledge", folder))
    assert answer["explanation"]["candidates"]


def test_lang_decides_on_the_labels(cli: Cli, folder: Path) -> None:
    """By option, or by the environment."""
    for run in (
        cli("ask", QUESTION, "--knowledge", folder, "--lang", "en"),
        cli("ask", QUESTION, "--knowledge", folder, BOT_UI__LOCALE="en"),
    ):
        assert "target" in run.stdout


def test_odd_questions_are_no_error(cli: Cli, folder: Path) -> None:
    """Empty, endless, half a character, full of marks: an object each, exit code 0."""
    odd = ["", "  ", "?", "\x00", "黄" * 5000, "\udcff", "--", "<b>&{0}%s", "2021" * 500, "😀", "\u202e"]
    stdin = "\n".join(json.dumps({"id": number, "question": question}) for number, question in enumerate(odd))
    result = cli("ask", "--batch", "-", "--knowledge", folder, stdin=stdin)
    assert [reply["error"] for reply in objects(result) if "error" in reply] == []
    assert (len(objects(result)), result.returncode) == (len(odd), 0)


def test_an_empty_question_can_be_asked(cli: Cli, folder: Path) -> None:
    """It is a question, not a missing argument."""
    result = cli("ask", "", "--json", "--knowledge", folder)
    assert objects(result)[0]["answers"] == []
    assert result.returncode == 0


def test_a_batch_answers_what_it_can(cli: Cli, folder: Path) -> None:
    """In order, with ids; a bad line is an error object and the exit code 2."""
    lines = [{"id": "a", "question": QUESTION}, {"id": "c", "question": "?", "turns": [QUESTION]}]
    stdin = f"{json.dumps(lines[0])}\nnonsense\n{json.dumps(lines[1])}\n"
    result = cli("ask", "--batch", "-", "--knowledge", folder, stdin=stdin)
    first, second, third = objects(result)
    assert (first["id"], second["id"], third["id"]) == ("a", None, "c")
    assert second["error"]["message"].startswith("line 2")
    assert result.returncode == 2


def test_a_batch_file_without_faults_exits_with_0(cli: Cli, folder: Path, tmp_path: Path) -> None:
    """A file instead of standard input."""
    (tmp_path / "batch.jsonl").write_text(json.dumps({"id": "a", "question": QUESTION}), encoding="utf-8")
    result = cli("ask", "--batch", "batch.jsonl", "--knowledge", folder)
    assert ([answer["id"] for answer in objects(result)], result.returncode) == (["a"], 0)
