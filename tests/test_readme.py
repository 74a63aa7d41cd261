"""README.md tells the truth: commands, options, exit codes, the JSON example and the conversation."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import cli, commands
from bot.config import Config
from bot.console.session import COMMANDS as CONSOLE_COMMANDS
from bot.errors import InvestorBotError
from bot.render.json import answer_json, error_json
from bot.telegram.pages import COMMANDS as TELEGRAM_COMMANDS
from tests.samples import answer

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETUP = "python3.11 -m venv .venv && "
PROMPT = "› "
LEFT_OUT = "…"


def blocks(language: str) -> list[str]:
    """The code blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def shell_lines() -> list[str]:
    """Every line that a reader may copy into a shell."""
    typed = [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    return [*(line for block in blocks("sh") for line in block.splitlines()), *typed]


def inline_commands() -> list[str]:
    """Commands in running text: between backticks."""
    return re.findall(r"`(investor-bot [a-z-][^`]*)`", README)


def arguments(line: str) -> Iterator[list[str]]:
    """The arguments of each ``investor-bot`` in a shell line; comments and redirections left out."""
    for part in re.split(r"&&|\|", line):
        words = shlex.split(part.split(">", 1)[0], comments=True)
        names = [number for number, word in enumerate(words) if Path(word).name == "investor-bot"]
        yield from (words[number + 1 :] for number in names)


def parsers() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command."""
    (subparsers,) = (action for action in cli.build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(subparsers.choices)


def investor_bot(state: Path, *words: str, stdin: str = "") -> str:
    """What the program prints on the bundled knowledge."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", *words],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=kept | {"BOT_STATE_DIR": str(state)},
        timeout=240,
        check=True,
    )
    return done.stdout


def test_the_two_commands_are_there() -> None:
    """One sets up and asks, one sets up and tests; each a single line that needs nothing else."""
    ask, test = (line.removeprefix(SETUP) for line in shell_lines() if line.startswith(SETUP))
    assert re.fullmatch(r'\.venv/bin/pip install \. && \.venv/bin/investor-bot ask "[^"]+"', ask)
    assert test == ".venv/bin/pip install -e '.[test]' && .venv/bin/pytest"


def test_extras_exist() -> None:
    """Whatever README says to install in brackets is an extra of the project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = set(re.findall(r"'\.\[([\w,]+)\]'", README))
    assert {"test", "import"} <= named <= set(project["optional-dependencies"])


def test_every_command_shown_is_one() -> None:
    """It parses: command, options and arguments as written."""
    shown = [found for line in shell_lines() for found in arguments(line)]
    assert len(shown) > len(parsers())
    for words in [*shown, *(found for line in inline_commands() for found in arguments(line))]:
        if words != ["--version"]:
            cli.build_parser().parse_args(words)


@pytest.mark.parametrize("name", parsers())
def test_every_command_and_option_is_documented(name: str) -> None:
    """In the table of commands, and its options somewhere in the text or the examples."""
    options = [option for action in parsers()[name]._actions for option in action.option_strings]
    assert f"| `{name}` |" in README
    assert [option for option in options if option.startswith("--") and option not in README] == []


def test_commands_within_console_and_telegram_are_documented() -> None:
    """Each by its name."""
    names = [*CONSOLE_COMMANDS, *(f"/{name}" for name in TELEGRAM_COMMANDS)]
    assert [name for name in names if not re.search(rf"`{name}[`\s]", README)] == []


def test_every_exit_code_is_documented() -> None:
    """Those of the error tree, of the commands and of signals."""
    errors = [InvestorBotError, *InvestorBotError.__subclasses__()]
    codes = {error.exit_code for error in errors} | {commands.FAILED, commands.ERROR_IN_BATCH}
    codes |= {0, cli.ERROR_IN_JSON, cli.BROKEN_PIPE, cli.INTERRUPTED}
    rows = re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE)
    assert sorted(int(code) for row in rows for code in row.split(",")) == sorted(codes)


def test_environment_variables_are_settings() -> None:
    """Each that README names sets a key that exists."""
    named = set(re.findall(r"\bBOT_([A-Z_]+)\b(?!>)", README)) - {"CONFIG", "_"}
    for variable in named:
        fields: Any = Config.model_fields
        for key in variable.lower().split("__"):
            assert key in fields, f"BOT_{variable}"
            fields = getattr(fields[key].annotation, "model_fields", {})


def test_links_lead_somewhere() -> None:
    """Relative ones to a file of the repository."""
    links = re.findall(r"\]\(([^)]+)\)", README)
    local = [link for link in links if not link.startswith("http")]
    assert "config.example.toml" in local
    assert [link for link in local if not (ROOT / link).is_file()] == []


def shape(value: Any) -> Any:
    """The keys of an object, all the way down; of a list those of its first element."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def test_the_json_example_has_the_keys_of_the_contract() -> None:
    """No more and no less than what the renderer makes; the error object too."""
    (example,) = map(json.loads, blocks("json"))
    made = answer_json(answer())
    assert set(example) == set(made)
    assert {**shape(example["answers"][0]), "highlights": None} == {
        **shape(made["answers"][0]),
        "highlights": None,
    }
    assert set(example["notes"][0]) == {"kind", "text"}
    (error,) = re.findall(r'`(\{"id": "q7".*?\}\})`', README)
    assert shape(json.loads(error)) == shape(error_json(InvestorBotError("…"), "q7"))


def test_the_json_example_is_what_the_program_prints(tmp_path: Path) -> None:
    """Word for word but for the time taken and the score."""
    (example,) = map(json.loads, blocks("json"))
    printed = json.loads(investor_bot(tmp_path, "ask", "--json", example["question"]))
    for found in (example, printed):
        del found["elapsed_ms"], found["answers"][0]["score"]
    assert printed == example, json.dumps(printed, ensure_ascii=False)


def test_the_conversation_is_what_the_program_prints(tmp_path: Path) -> None:
    """Its questions, asked in this order, bring every line shown, in order; … stands for lines left out."""
    (session,) = (block for block in blocks("console") if PROMPT in block)
    lines = [line for line in session.splitlines() if line and not line.startswith("$ ")]
    questions = [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]
    printed = investor_bot(tmp_path, "console", stdin="\n".join(questions))
    rest = iter(printed.splitlines())
    missing = [line for line in lines if not line.startswith((PROMPT, LEFT_OUT)) and line not in rest]
    assert missing == [], printed
