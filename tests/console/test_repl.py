"""The loop around the session: piped, at a prompt, on a screen with and without colours."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.console.completion import SessionCompleter
from bot.console.repl import HISTORY, converse, history_file, run
from bot.console.screen import Screen, ui_locale
from bot.console.session import Session
from bot.render.console import Piece
from tests.console.test_session import Knowledge


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_piped_lines_are_questions(tmp_path: Path) -> None:
    """One question a line, no banner, no prompt, no colours; the end of the input ends it."""
    knowledge, out = Knowledge(), io.StringIO()
    code = run(Session(knowledge), Screen.on(out, {}), io.StringIO("一\n\n/help\n二\n"), tmp_path)
    assert code == 0
    assert [question for question, _ in knowledge.asked] == ["一", "二"]
    assert out.getvalue().startswith("1. 2021年")
    assert "\x1b" not in out.getvalue()


def test_quit_stops_reading(tmp_path: Path) -> None:
    """What follows /quit is not asked."""
    knowledge = Knowledge()
    run(Session(knowledge), Screen.on(io.StringIO(), {}), io.StringIO("一\n/quit\n二\n"), tmp_path)
    assert len(knowledge.asked) == 1


@pytest.fixture
def keyboard() -> Iterator[PipeInput]:
    """A keyboard and a terminal for prompt_toolkit."""
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        yield keys


def test_the_prompt_keeps_a_history_and_ends_at_end_of_file(keyboard: PipeInput, tmp_path: Path) -> None:
    """Typed lines are asked and remembered in state_dir; Ctrl-C drops a line, Ctrl-D ends."""
    knowledge, out = Knowledge(), Terminal()
    keyboard.send_text("一\nhalf\x03二\n\x04")
    run(Session(knowledge), Screen.on(out, {}), Terminal(), tmp_path / "new")
    assert [question for question, _ in knowledge.asked] == ["一", "二"]
    assert "+二" in (tmp_path / "new" / HISTORY).read_text(encoding="utf-8")
    assert "/help" in out.getvalue()


def test_a_state_folder_that_cannot_be_written_costs_only_the_history(tmp_path: Path) -> None:
    """The console works without a history file."""
    (tmp_path / "file").touch()
    assert history_file(tmp_path / "file" / "state") is None


def test_the_history_is_private(tmp_path: Path) -> None:
    """Others on the machine do not read what was asked."""
    file = history_file(tmp_path / "state")
    assert file is not None
    assert file.stat().st_mode & 0o077 == 0


def completions(text: str) -> list[str]:
    session = Session(Knowledge(), "en")
    found = SessionCompleter(session).get_completions(Document(text), CompleteEvent())
    return [completion.text for completion in found]


def test_completion_of_commands_languages_and_questions() -> None:
    """Each where it belongs; example questions hold what has been typed."""
    assert completions("/re") == ["/reload"]
    assert completions("/lang ZH") == ["zh-Hans", "zh-Hant"]
    assert completions("gdp") == ["黄埔区2021年GDP目标是多少"]
    assert completions("") == ["example en", "黄埔区2021年GDP目标是多少"]
    assert completions("nothing like it") == []


@pytest.mark.parametrize(
    ("stream", "environ", "coloured"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_only_on_a_terminal_that_wants_them(
    stream: io.StringIO, environ: dict[str, str], coloured: bool
) -> None:
    """Pipes, NO_COLOR and dumb terminals get plain text."""
    assert Screen.on(stream, environ).colours is coloured


def test_a_coloured_screen_keeps_long_lines_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quote that is longer than the terminal is wide can be copied without line ends in it."""
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    Screen(out, colours=True).show([(Piece("长" * 300, "mark"),)])
    assert "长" * 300 in out.getvalue()
    assert "\x1b[" in out.getvalue()


def test_converse_leaves_a_blank_line_between_replies() -> None:
    """Two answers are told apart."""
    out = io.StringIO()
    converse(Session(Knowledge()), Screen.on(out, {}), ["/more", "/more"])
    assert out.getvalue() == "没有更多引文了。\n\n没有更多引文了。\n\n"


@pytest.mark.parametrize(
    ("setting", "environ", "locale"),
    [
        ("en", {"LANG": "zh_CN.UTF-8"}, "en"),
        ("auto", {"LANG": "zh_TW.UTF-8"}, "zh-Hant"),
        ("auto", {"LANG": "en_US.UTF-8"}, "en"),
        ("auto", {"LC_ALL": "zh_CN", "LANG": "en_US"}, "zh-Hans"),
        ("auto", {"LANG": "C.UTF-8"}, "zh-Hans"),
        ("auto", {}, "zh-Hans"),
    ],
)
def test_the_language_before_any_question(setting: str, environ: dict[str, str], locale: str) -> None:
    """As set, else as the environment says, else Chinese."""
    assert ui_locale(setting, environ) == locale
