"""``check``: warnings beside problems, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.runner import HUANGPU, QUESTION, Cli, objects

EMPTY = HUANGPU + "\n# 附件\n"


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A folder with one report that ends with a heading and nothing below it."""
    (tmp_path / "k" / "documents").mkdir(parents=True)
    (tmp_path / "k" / "documents" / "gz.md").write_text(EMPTY, encoding="utf-8")
    return tmp_path / "k"


def test_warnings_come_after_the_verdict(cli: Cli, knowledge: Path) -> None:
    """With file, line, remedy and code; the exit code stays 0, unless warnings are not to be."""
    result = cli("check", "--knowledge", knowledge)
    line = EMPTY.splitlines().index("# 附件") + 1
    ok, warning, count = result.stdout.splitlines()
    assert ok == "OK: documents: 1, problems: 0."
    assert warning.startswith(f"{knowledge / 'documents' / 'gz.md'}:{line}: nothing stands below the heading “附件” — ")
    assert warning.endswith(" [heading-without-text]")
    assert count.startswith("Warnings: 1.")
    assert result.returncode == 0
    assert cli("check", "--strict", "--knowledge", knowledge).returncode == 1


def test_a_warning_can_be_silenced(cli: Cli, knowledge: Path) -> None:
    """In the document: then it is not told, and not strict either."""
    text = EMPTY.replace("place:", "allow: heading-without-text\nplace:")
    (knowledge / "documents" / "gz.md").write_text(text, encoding="utf-8")
    result = cli("check", "--strict", "--knowledge", knowledge)
    assert (result.stdout, result.returncode) == ("OK: documents: 1, problems: 0.\n", 0)


def test_problems_come_with_the_warnings(cli: Cli, knowledge: Path) -> None:
    """Golden questions that fail do not hide what else there is to mend."""
    golden = {"question": QUESTION, "refused": True}
    (knowledge / "golden.jsonl").write_text(json.dumps(golden), encoding="utf-8")
    result = cli("check", "--knowledge", knowledge, "--lang", "zh-Hans")
    assert "golden.jsonl:1: " in result.stdout
    assert "[heading-without-text]" in result.stdout
    assert result.returncode == 1


def test_as_json(cli: Cli, knowledge: Path) -> None:
    """One object; each warning with its code, in the language that is asked for."""
    (found,) = objects(cli("check", "--json", "--lang", "zh-Hans", "--knowledge", knowledge))
    assert (found["documents"], found["golden"], found["problems"]) == (1, {"passed": 0, "total": 0}, [])
    (warning,) = found["warnings"]
    assert set(warning) == {"code", "path", "line", "what", "mend"}
    assert (warning["code"], warning["what"]) == ("heading-without-text", "标题“附件”下面没有正文")
    (knowledge / "documents" / "gz.md").write_text("---\ntitel: x\n---\ntext\n", encoding="utf-8")
    broken = cli("check", "--json", "--knowledge", knowledge)
    (found,) = objects(broken)
    assert (found["documents"], found["golden"], found["warnings"], broken.returncode) == (None, None, [], 1)
    assert {problem["line"] for problem in found["problems"]} == {1, 2}
