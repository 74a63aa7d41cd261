"""Where text goes: with colours on a terminal, plain in a pipe or where NO_COLOR is set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TextIO

from bot.render.console import Line, plain, rich_text
from bot.render.messages import DEFAULT_LOCALE, resolve


@dataclass(frozen=True)
class Screen:
    """A stream that lines are shown on."""

    stream: TextIO
    colours: bool

    @classmethod
    def on(cls, stream: TextIO, environ: Mapping[str, str] = os.environ) -> Screen:
        """A screen with colours if ``stream`` is a terminal and nobody objects (no-color.org)."""
        wanted = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        return cls(stream, stream.isatty() and wanted)

    def show(self, lines: Iterable[Line]) -> None:
        """Print the lines; long ones are left to the terminal to wrap, so that a copied quote is whole."""
        if not self.colours:
            self.say(plain(lines))
            return
        from rich.console import Console

        Console(file=self.stream, highlight=False).print(rich_text(lines), soft_wrap=True)

    def say(self, text: str) -> None:
        """Print plain text at once: whoever reads a pipe gets each line when it is there."""
        self.stream.write(text + "\n")
        self.stream.flush()


class Steps:
    """What a command is at: one changing line on a terminal, nothing in a pipe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, line: str) -> None:
        """Say what goes on now, in place of what went on before."""
        if self._stream.isatty():
            self._stream.write(f"\r\x1b[K{line}")
            self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        self.show("")


def ui_locale(setting: str, environ: Mapping[str, str]) -> str:
    """The language of the interface before any question: as set, else the environment's, else Chinese."""
    if setting != "auto":
        return resolve(setting)
    tag = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return DEFAULT_LOCALE if tag.partition(".")[0] in ("", "C", "POSIX") else resolve(tag)
