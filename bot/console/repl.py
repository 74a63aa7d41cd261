"""The loop around a session: prompt_toolkit at a terminal, plain lines in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.console.screen import Screen
from bot.console.session import Session

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

HISTORY = "console-history"


def run(session: Session, screen: Screen, stdin: TextIO, state_dir: Path) -> int:
    """Converse until /quit or the end of the input; always 0."""
    if stdin.isatty() and screen.stream.isatty():
        screen.show(session.banner().lines)
        converse(session, screen, _prompted(session, state_dir))
    else:
        converse(session, screen, stdin)
    return 0


def converse(session: Session, screen: Screen, lines: Iterable[str]) -> None:
    """Show the reply to each line, a blank line after each."""
    for line in lines:
        reply = session.handle(line)
        if reply.over:
            return
        if reply.lines:
            screen.show(reply.lines)
            screen.say("")


def _prompted(session: Session, state_dir: Path) -> Iterator[str]:
    """Lines typed at the prompt until end of file; Ctrl-C drops the line, as in every shell."""
    prompt = _prompt(session, state_dir)
    while True:
        try:
            yield prompt.prompt("› ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _prompt(session: Session, state_dir: Path) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory

    from bot.console.completion import SessionCompleter

    file = history_file(state_dir)
    history: History = FileHistory(str(file)) if file else InMemoryHistory()
    return PromptSession(history=history, completer=SessionCompleter(session), complete_while_typing=False)


def history_file(state_dir: Path) -> Path | None:
    """The file for the history, readable by its owner only; None where it cannot be written."""
    file = state_dir / HISTORY
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError:
        return None
    return file
