"""``history``, ``rollback`` and ``audit``, as an officer types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.assembly import Library, open_publisher
from bot.config import load_config
from bot.publishing.publisher import Change
from tests.cli.runner import HUANGPU, QUESTION, Cli, one_line_error


@pytest.fixture
def published(cli: Cli, tmp_path: Path) -> Path:
    """A folder in which a target was published that replaced another one."""
    (tmp_path / "k" / "documents").mkdir(parents=True)
    (tmp_path / "k" / "documents" / "gz.md").write_text(HUANGPU, encoding="utf-8")
    cli.environment = cli.environment | {"BOT_STATE_DIR": str(tmp_path / "state")}
    config = load_config(knowledge={"path": tmp_path / "k"}, state_dir=tmp_path / "state")
    files: dict[str, bytes | None] = {"documents/gz.md": HUANGPU.replace("10%左右", "9%左右").encode()}
    open_publisher(config, Library(config)).publish(Change(files, "user:7", "replace", "工作报告"))
    return tmp_path / "k"


def test_back_to_what_was_there(cli: Cli, published: Path) -> None:
    """History lists the states; going back answers as before, is listed itself, and is in the audit trail."""
    newest, found = cli("history", "--knowledge", published).stdout.splitlines()
    assert newest.startswith("2 ")
    assert "replaced 工作报告  (user:7)" in newest
    assert found.startswith("1 ")
    back = cli("rollback", 1, "--knowledge", published)
    assert (back.returncode, back.stderr) == (0, "")
    assert ": 9%左右 → 10%左右" in back.stdout
    assert "10%左右" in cli("ask", QUESTION, "--knowledge", published).stdout
    assert cli("history", "--knowledge", published).stdout.startswith("3 ")
    assert "rollback  1" in cli("audit").stdout


def test_golden_questions_hold_it_back(cli: Cli, published: Path, tmp_path: Path) -> None:
    """Exit code 1 and the line, nothing changed; with --force it is done."""
    config = load_config(knowledge={"path": published}, state_dir=tmp_path / "state")
    publisher = open_publisher(config, Library(config))
    for wanted, force in (("10%左右", True), ("9%左右", False)):
        golden = f'{{"question": "{QUESTION}", "quote": ["{wanted}"]}}'
        publisher.publish(Change({"golden.jsonl": golden.encode()}, "user:7", "publish", "golden"), force=force)
    held = cli("rollback", 3, "--knowledge", published)
    assert held.returncode == 1
    assert "golden.jsonl:1: " in held.stdout
    assert "9%左右" in (published / "golden.jsonl").read_text(encoding="utf-8")
    assert cli("rollback", 3, "--force", "--knowledge", published).returncode == 0
    assert "10%左右" in (published / "golden.jsonl").read_text(encoding="utf-8")


def test_a_number_that_is_not_there(cli: Cli, published: Path) -> None:
    """One line with those that are."""
    result = cli("rollback", 9, "--knowledge", published)
    assert result.returncode == 1
    assert "没有第 9 版" in one_line_error(result)


def test_nothing_published_yet(cli: Cli, tmp_path: Path, folder: Path) -> None:
    """It says so; the knowledge that comes with the program cannot be changed."""
    environment = {"BOT_STATE_DIR": str(tmp_path / "fresh")}
    assert cli("history", "--knowledge", folder, **environment).stdout == "Nothing has been published yet.\n"
    assert "knowledge.path" in one_line_error(cli("rollback", 1, **environment))
