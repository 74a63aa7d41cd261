"""The commands of the command line: each takes the parsed arguments and returns its exit code.

Whatever is heavy is imported inside the command that needs it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.batch import replies, whole
from bot.config import Config, load_config
from bot.console.screen import Screen, ui_locale
from bot.errors import KnowledgeError, QuestionError
from bot.render.messages import text

if TYPE_CHECKING:
    from bot.answer.assistant import Assistant
    from bot.answer.model import Answer

FAILED, ERROR_IN_BATCH = 1, 2


def ask(args: argparse.Namespace) -> int:
    """Answer one question or a batch of them."""
    config = _config(args)
    assistant = _assistant(config)
    if args.batch is not None:
        return _ask_batch(args, config, assistant)
    answer = assistant.ask(whole(args.question), explain=args.explain)
    if args.json:
        from bot.render.json import answer_json

        _print_json(answer_json(answer, config.ui.locale))
    else:
        _show_answer(answer, config)
    return 0


def _show_answer(answer: Answer, config: Config) -> None:
    from bot.render.console import answer_lines, explanation_lines
    from bot.render.layout import locale_of

    screen = Screen.on(sys.stdout)
    screen.show(answer_lines(answer, config.ui.locale))
    if answer.explanation is not None:
        screen.say("")
        screen.show(explanation_lines(answer.explanation, locale_of(answer, config.ui.locale)))


def _ask_batch(args: argparse.Namespace, config: Config, assistant: Assistant) -> int:
    def answered(question: str, turns: Sequence[str]) -> Answer:
        return assistant.ask(question, turns, explain=args.explain)

    code = 0
    for reply in replies(_lines(args.batch), answered, config.ui.locale):
        _print_json(reply)
        code = ERROR_IN_BATCH if "error" in reply else code
    return code


def _lines(name: str) -> Iterable[bytes]:
    """The lines of a file, of standard input for ``-``. Raises QuestionError where it cannot be read."""
    if name == "-":
        return sys.stdin.buffer
    try:
        return io.BytesIO(Path(name).read_bytes())
    except OSError as error:
        raise QuestionError(f"{name}: cannot read the batch: {error.strerror}") from error


def console(args: argparse.Namespace) -> int:
    """The conversation at the terminal."""
    from bot.assembly import Library
    from bot.console.repl import run
    from bot.console.session import Session

    config = _config(args)
    session = Session(Library(config), config.ui.locale, ui_locale(config.ui.locale, os.environ))
    return run(session, Screen.on(sys.stdout), sys.stdin, config.state_dir)


def serve(args: argparse.Namespace) -> int:
    """The Telegram bot, until it is stopped."""
    from bot.assembly import Library, open_store
    from bot.telegram.serve import run

    config = _config(args)
    return run(config, Library(config), open_store(config))


def import_sources(args: argparse.Namespace) -> int:
    """Sources turned into documents; exit code 1 where one of them could not be read."""
    from bot.corpus.importing import import_sources as run
    from bot.import_report import Progress, report_lines

    config = _config(args)
    progress = Progress(sys.stderr)
    try:
        report = run(args.sources, args.into, progress=progress)
    finally:
        progress.done()
    Screen.on(sys.stdout).show(report_lines(report, ui_locale(config.ui.locale, os.environ)))
    return FAILED if report.failures else 0


def check(args: argparse.Namespace) -> int:
    """Everything that is wrong with the knowledge, or one line that nothing is."""
    config = _config(args)
    locale = ui_locale(config.ui.locale, os.environ)
    try:
        assistant = _assistant(config)
    except KnowledgeError as error:
        for problem in error.problems:
            _say(problem)
        _say(text(locale, "check.problems", count=len(error.problems)))
        return FAILED
    _say(text(locale, "check.ok", documents=len(assistant.documents)))
    return 0


def evaluate(args: argparse.Namespace) -> int:
    """Measures over a file of questions with known answers."""
    from bot.evaluation import load_questions, report, run
    from bot.render.console import explanation_lines, plain
    from bot.verdicts import Question

    questions = load_questions(args.file)
    config = _config(args)
    assistant = _assistant(config)
    locale = ui_locale(config.ui.locale, os.environ)

    def explain(question: Question) -> Iterable[str]:
        found = assistant.ask(question.question, question.turns, explain=True).explanation
        return plain(explanation_lines(found, locale)).splitlines() if found else []

    for line in report(run(questions, assistant.ask), args.misses, explain):
        _say(line)
    return 0


def verify(args: argparse.Namespace) -> int:
    """Where a quote stands word for word; exit code 1 where it stands nowhere, or not where it is said to."""
    from bot.render.console import citation_lines
    from bot.render.json import citation_json

    config = _config(args)
    locale = ui_locale(config.ui.locale, os.environ)
    checked = _assistant(config).check(whole(args.quote))
    code = 0 if checked.outcome == "found" else FAILED
    if args.json:
        found = [citation_json(citation) for citation in checked.citations]
        _print_json({"quote": args.quote, "outcome": checked.outcome, "found": found})
        return code
    screen = Screen.on(sys.stdout)
    screen.say(text(locale, f"verify.{checked.outcome}", count=len(checked.citations)))
    for citation in checked.citations:
        screen.show(citation_lines(citation, locale))
    return code


def _config(args: argparse.Namespace) -> Config:
    """The configuration with what the command line sets on top."""
    overrides: dict[str, Any] = {}
    if args.knowledge is not None:
        overrides["knowledge"] = {"path": args.knowledge}
    if args.lang is not None:
        overrides["ui"] = {"locale": args.lang}
    named = args.config or os.environ.get("BOT_CONFIG")
    return load_config(Path(named) if named else None, **overrides)


def _assistant(config: Config) -> Assistant:
    from bot.assembly import build_assistant

    return build_assistant(config)


def _print_json(value: dict[str, Any]) -> None:
    _say(json.dumps(value, ensure_ascii=False))


def _say(line: object) -> None:
    Screen.on(sys.stdout).say(str(line))
