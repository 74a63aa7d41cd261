"""One conversation at the console, without a terminal: a line in, lines to show out."""

from __future__ import annotations

import difflib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.answer.model import Answer, Citation
from bot.console.ports import Answering, Asking
from bot.corpus.model import Document
from bot.errors import KnowledgeError, PublishError, SearchUnavailableError
from bot.render.console import Line, Piece, answer_lines, citation_lines, explanation_lines
from bot.render.hits import hit_lines
from bot.render.layout import DOT, locale_of
from bot.render.messages import text
from bot.render.publishing import held_back_lines, kept_line, reload_lines

TURNS = 5
"""How many earlier questions a follow-up may lean on."""
FULL = 3
"""How many citations are shown in full at once; /more shows the others."""
FORCE, REFUSE = "--force", "--refuse"
LANGUAGES = ("auto", "zh-Hans", "zh-Hant", "en")

COMMANDS = {
    "/help": "",
    "/sources": "",
    "/more": "",
    "/context": "[n]",
    "/explain": "",
    "/hit": "…",
    "/golden": f"[…|{REFUSE}]",
    "/lang": "[auto|zh-Hans|zh-Hant|en]",
    "/reload": f"[{FORCE}]",
    "/quit": "",
}
"""The commands with their arguments, in the order of /help."""
ALIASES = {"/exit": "/quit", "/q": "/quit", "/?": "/help", "/h": "/help"}


@dataclass(frozen=True)
class Reply:
    """What to show for one line, and whether the conversation is over."""

    lines: tuple[Line, ...] = ()
    over: bool = False


@dataclass(frozen=True)
class _Asked:
    """The last question: who answered it, in which conversation."""

    answer: Answer
    by: Asking
    turns: tuple[str, ...]


class Session:
    """Keeps the turns, the last answer and the language that was chosen."""

    def __init__(self, library: Answering, setting: str = "auto", locale: str = "zh-Hans") -> None:
        """``setting``: the language that is set, or auto; ``locale``: what to speak before any question."""
        self.library = library
        self.setting = setting
        self._locale = locale
        self._turns: deque[str] = deque(maxlen=TURNS)
        self._last: _Asked | None = None
        self._steps: dict[int, int] = {}
        self._handlers: dict[str, Callable[[str], Reply]] = {
            "/help": self._help,
            "/sources": self._sources,
            "/more": self._more,
            "/context": self._context,
            "/explain": self._explain,
            "/hit": self._hit,
            "/golden": self._golden,
            "/lang": self._lang,
            "/reload": self._reload,
            "/quit": lambda _: Reply(over=True),
        }

    @property
    def locale(self) -> str:
        """The language to speak now: the one that is set, else that of the last question."""
        return self._locale if self.setting == "auto" else self.setting

    def banner(self) -> Reply:
        """The greeting."""
        return self._say("console.banner", count=len(self.library.current.documents))

    def handle(self, line: str) -> Reply:
        """Answer a question or carry out a command; a blank line is nothing."""
        try:
            return self._handle(line.strip())
        except SearchUnavailableError as error:
            return Reply((*self._say("console.search_away").lines, (Piece(f"   {error}", "caution"),)))

    def _handle(self, line: str) -> Reply:
        if not line.startswith("/"):
            return self._ask(line) if line else Reply()
        name, _, argument = line.partition(" ")
        handler = self._handlers.get(ALIASES.get(name.lower(), name.lower()))
        return handler(argument.strip()) if handler else self._unknown(name)

    def _ask(self, question: str) -> Reply:
        assistant, turns = self.library.current, tuple(self._turns)
        answer = assistant.ask(question, turns)
        self._last = _Asked(answer, assistant, turns)
        self._steps = {}
        self._turns.append(question)
        self._locale = locale_of(answer)
        lines = answer_lines(answer, self.locale, FULL)
        hidden = len(answer.citations) - FULL
        if hidden > 0:
            lines += self._say("console.more_hint", count=hidden).lines
        return Reply(lines)

    def _help(self, _: str) -> Reply:
        lines: list[Line] = [(Piece(text(self.locale, "console.help")),)]
        for name, argument in COMMANDS.items():
            what = text(self.locale, f"console.help_{name[1:]}")
            lines.append((Piece(f"  {name} {argument}".ljust(36), "title"), Piece(what)))
        return Reply(tuple(lines))

    def _sources(self, _: str) -> Reply:
        documents = self.library.current.documents
        cited = {citation.document.id for citation in self._citations()}
        lines = [_source(document, self.locale, document.id in cited) for document in documents]
        return Reply((*self._say("console.sources", count=len(documents)).lines, *lines))

    def _more(self, _: str) -> Reply:
        hidden = self._citations()[FULL:]
        return Reply(tuple(_spaced(hidden, self.locale))) if hidden else self._say("console.nothing_more")

    def _context(self, argument: str) -> Reply:
        citations = self._citations()
        if self._last is None or not citations:
            return self._say("console.nothing_yet")
        number = int(argument) if argument.isdecimal() else 0 if argument else 1
        if not 1 <= number <= len(citations):
            return self._say("console.no_such_quote", number=argument, count=len(citations))
        steps = self._steps.get(number, 0)
        before = self._last.by.widen(citations[number - 1], steps) if steps else citations[number - 1]
        wider = self._last.by.widen(citations[number - 1], steps + 1)
        if wider.span == before.span:
            return self._say("console.whole_context")
        self._steps[number] = steps + 1
        return Reply(citation_lines(wider, self.locale))

    def _explain(self, _: str) -> Reply:
        if self._last is None:
            return self._say("console.nothing_yet")
        again = self._last.by.ask(self._last.answer.question, self._last.turns, explain=True)
        if again.explanation is None:
            return self._say("console.nothing_yet")
        return Reply(explanation_lines(again.explanation, self.locale))

    def _hit(self, question: str) -> Reply:
        """Why each candidate won or lost; the conversation does not count, so that the test can be repeated."""
        if not question:
            return self._say("hit.usage")
        answer = self.library.current.ask(question, explain=True)
        return _styled(hit_lines(answer, self.locale), "")

    def _golden(self, argument: str) -> Reply:
        """Keep the last question with its answer; one that is asked here is shown first."""
        if argument and argument != REFUSE:
            return Reply((*self._ask(argument).lines, *self._say("console.golden_hint").lines))
        if self._last is None:
            return self._say("console.nothing_yet")
        try:
            kept = self.library.keep(self._last.answer, self._last.turns, refused=argument == REFUSE)
        except (KnowledgeError, PublishError) as error:
            return _styled(str(error).splitlines(), "caution")
        if kept.state == "declined":
            return self._say("console.golden_nothing")
        lines = [kept_line(kept, self.locale)]
        if not kept.met:
            lines.append(text(self.locale, "golden.answered_today" if argument else "golden.not_met"))
        return _styled(lines, "hint")

    def _lang(self, argument: str) -> Reply:
        chosen = {name.lower(): name for name in LANGUAGES}.get(argument.lower())
        if argument and chosen is None:
            return self._say("console.lang_unknown", lang=argument)
        self.setting = chosen or self.setting
        return self._say("console.lang_now", lang=self.setting)

    def _reload(self, argument: str) -> Reply:
        try:
            lines = reload_lines(self.library.reload(force=argument == FORCE), self.locale)
        except KnowledgeError as error:
            return _styled(held_back_lines(error, self.locale), "caution")
        return _styled(lines, "hint")

    def _unknown(self, name: str) -> Reply:
        near = difflib.get_close_matches(name.lower(), COMMANDS, n=1, cutoff=0.6)
        if near:
            return self._say("console.did_you_mean", command=name, hint=near[0])
        return self._say("console.unknown_command", command=name)

    def _citations(self) -> Sequence[Citation]:
        return self._last.answer.citations if self._last else ()

    def _say(self, key: str, **params: object) -> Reply:
        return Reply(((Piece(text(self.locale, key, **params), "hint"),),))


def _styled(lines: Iterable[str], style: str) -> Reply:
    return Reply(tuple((Piece(line, style),) for line in lines))


def _spaced(citations: Sequence[Citation], locale: str) -> Iterator[Line]:
    for citation in citations:
        yield from citation_lines(citation, locale)
        yield ()


def _source(document: Document, locale: str, cited: bool) -> Line:
    meta = document.meta
    about = (meta.publisher, meta.date.isoformat() if meta.date else None, meta.source)
    more = "".join(DOT + part for part in about if part)
    title = text(locale, "format.title", title=document.title)
    return (Piece(" * " if cited else "   ", "label"), Piece(title, "title"), Piece(more, "source"))
