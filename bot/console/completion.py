"""Tab at the prompt: commands behind ``/``, languages behind ``/lang``, else questions that can be asked."""

from __future__ import annotations

from collections.abc import Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from bot.console.session import COMMANDS, LANGUAGES, Session
from bot.render.messages import text


class SessionCompleter(Completer):
    """Completes the line of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, _: CompleteEvent) -> Iterator[Completion]:
        """Yield the completions of the text before the cursor."""
        typed = document.text_before_cursor.lstrip()
        if typed.startswith("/lang "):
            yield from _starting(typed.removeprefix("/lang ").lstrip(), LANGUAGES)
        elif typed.startswith("/"):
            yield from self._commands(typed)
        else:
            yield from self._questions(typed)

    def _commands(self, typed: str) -> Iterator[Completion]:
        for name in COMMANDS:
            if name.startswith(typed):
                what = text(self._session.locale, f"console.help_{name[1:]}")
                yield Completion(name, start_position=-len(typed), display_meta=what)

    def _questions(self, typed: str) -> Iterator[Completion]:
        """Example questions that hold what has been typed; each replaces it."""
        for question in self._session.library.current.examples(self._session.locale):
            if typed.lower() in question.lower():
                yield Completion(question, start_position=-len(typed))


def _starting(typed: str, values: tuple[str, ...]) -> Iterator[Completion]:
    for value in values:
        if value.lower().startswith(typed.lower()):
            yield Completion(value, start_position=-len(typed))
