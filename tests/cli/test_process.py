"""The command as a process: options, errors in one line, exit codes, pipes and signals."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import build_parser
from tests.cli.runner import QUESTION, Cli, objects, one_line_error

COMMANDS = {
    "ask": ["?"],
    "console": [],
    "serve": [],
    "import": ["source.txt", "--into", "dir"],
    "check": [],
    "eval": ["file"],
    "verify": ["quote"],
}


@pytest.mark.parametrize(("command", "arguments"), COMMANDS.items())
def test_every_command_takes_knowledge_config_and_lang(command: str, arguments: list[str]) -> None:
    """The three common options stand behind any command."""
    options = ["--knowledge", "k", "--config", "c.toml", "--lang", "zh-Hant"]
    args = build_parser().parse_args([command, *arguments, *options])
    assert (args.knowledge, args.config, args.lang) == (Path("k"), Path("c.toml"), "zh-Hant")


def test_starting_is_cheap(cli: Cli) -> None:
    """Nothing of others is imported before a command asks for it."""
    script = "import sys, bot.cli; bot.cli.build_parser(); print(*sys.modules)"
    env = cli.environment
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env, check=True)
    ours = {"pydantic", "rich", "telegram", "jieba", "numpy", "prompt_toolkit", "sqlalchemy", "bot.commands"}
    assert ours & set(loaded.stdout.split()) == set()


@pytest.mark.parametrize("arguments", [[], ["ask"], ["ask", "?", "--batch", "-"], ["ask", "?", "--lang", "de"], ["x"]])
def test_wrong_usage_is_explained(cli: Cli, arguments: list[str]) -> None:
    """The usage and what is wrong, exit code 2."""
    result = cli(*arguments)
    assert result.returncode == 2
    assert "usage: investor-bot" in result.stderr


def test_a_reader_that_goes_away_is_no_error(cli: Cli, folder: Path) -> None:
    """`… | head -1` ends quietly."""
    lines = json.dumps({"question": QUESTION}) + "\n"
    with cli.start("ask", "--batch", "-", "--knowledge", folder) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(lines)
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(lines * 3)
        process.stdin.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_an_interrupt_ends_quietly(cli: Cli, folder: Path) -> None:
    """Ctrl-C while it waits: no traceback, the shell's exit code."""
    with cli.start("console", "--knowledge", folder) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(QUESTION + "\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == ""
    assert process.returncode == 130


def test_errors_of_json_are_objects(cli: Cli, folder: Path) -> None:
    """A missing batch file, a missing knowledge folder: on standard output, exit code 2."""
    cases: dict[str, list[object]] = {
        "question": ["--batch", "none.jsonl", "--knowledge", folder],
        "knowledge": ["--json", "?", "--knowledge", "none"],
        "config": ["--json", "?", "--config", "none.toml"],
    }
    for kind, arguments in cases.items():
        result = cli("ask", *arguments)
        (found,) = objects(result)
        assert (found["id"], found["error"]["kind"], result.returncode) == (None, kind, 2)
        assert result.stderr == ""


def test_errors_are_one_line_with_their_exit_code(cli: Cli, tmp_path: Path) -> None:
    """No traceback: what is wrong, where."""
    (tmp_path / "c.toml").write_text("[telegram]\ntokn = 'secret-token'\n", encoding="utf-8")
    wrong_config = cli("check", "--config", "c.toml")
    assert "telegram.tokn" in one_line_error(wrong_config)
    assert "secret-token" not in wrong_config.stderr
    assert wrong_config.returncode == 2
    missing = cli("ask", "?", "--knowledge", "none")
    assert "none" in one_line_error(missing)
    assert missing.returncode == 1


def test_serve_without_a_token_says_so(cli: Cli, folder: Path) -> None:
    """One line and the exit code of serving."""
    result = cli("serve", "--knowledge", folder)
    assert "BOT_TELEGRAM__TOKEN" in one_line_error(result)
    assert result.returncode == 3
