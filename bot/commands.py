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
from contextlib import suppress
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.batch import replies, whole
from bot.config import Config, load_config
from bot.console.screen import Screen, Steps, ui_locale
from bot.errors import ControlError, KnowledgeError, PublishError, QuestionError
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
    from bot.auditing import audit_trail
    from bot.console.repl import run
    from bot.console.session import Session

    config = _config(args)
    session = Session(Library(config, audit_trail(config)), config.ui.locale, ui_locale(config.ui.locale, os.environ))
    return run(session, Screen.on(sys.stdout), sys.stdin, config.state_dir)


def serve(args: argparse.Namespace) -> int:
    """The Telegram bot, until it is stopped."""
    from bot.assembly import Library, open_office, open_store, recover, serving
    from bot.auditing import audit_trail
    from bot.telegram.serve import run

    config = _config(args)
    recover(config)
    trail = audit_trail(config)
    library = Library(config, trail)
    office = open_office(config, library, trail)
    return run(config, library, open_store(config), lambda store: serving(config, library, store), office)


def reload(args: argparse.Namespace) -> int:
    """The running servers load the knowledge again; exit code 1 where the gate holds it back."""
    from bot.publishing.control import call_servers
    from bot.render.publishing import held_back_lines, reload_lines, step_line

    config = _config(args)
    locale = ui_locale(config.ui.locale, os.environ)
    steps = Steps(sys.stderr)
    try:
        done = call_servers(
            config.state_dir,
            f"cli:{getuser()}",
            force=args.force,
            progress=lambda step, part, total: steps.show(step_line(step, part, total, locale)),
        )
    except KnowledgeError as error:
        steps.clear()
        for line in held_back_lines(error, locale):
            _say(line)
        return FAILED
    steps.clear()
    for one in done:
        for line in reload_lines(one, locale):
            _say(line)
    return 0


def history(args: argparse.Namespace) -> int:
    """The published states of the knowledge folder, newest first."""
    from bot.assembly import published
    from bot.render.publishing import edition_line

    config = _config(args)
    locale = ui_locale(config.ui.locale, os.environ)
    editions = published(config)
    for edition in editions:
        _say(edition_line(edition, locale))
    if not editions:
        _say(text(locale, "admin.no_history"))
    return 0


def rollback(args: argparse.Namespace) -> int:
    """The folder as it was, through the gate; then running servers load it too. Exit code 1 where it is held back."""
    from bot.assembly import Library, open_publisher
    from bot.auditing import audit_trail
    from bot.publishing.control import call_servers
    from bot.render.publishing import held_back_lines, reload_lines

    config = _config(args)
    locale, by, trail = ui_locale(config.ui.locale, os.environ), f"cli:{getuser()}", audit_trail(config)
    publisher = open_publisher(config, Library(config, trail), trail)
    try:
        lines = list(reload_lines(publisher.rollback(args.number, by, force=args.force), locale))
        with suppress(ControlError):  # no server runs: then there is nothing more to do
            call_servers(config.state_dir, by, force=args.force)
    except KnowledgeError as error:
        _say("\n".join(held_back_lines(error, locale)))
        return FAILED
    _say("\n".join(lines))
    return 0


def audit(args: argparse.Namespace) -> int:
    """Who did what, newest first."""
    from bot.auditing import audit_entries
    from bot.render.publishing import entry_line

    config = _config(args)
    for entry in audit_entries(config, args.days):
        _say(entry_line(entry.at, entry.actor, entry.action, entry.target, entry.before, entry.after))
    return 0


def gaps(args: argparse.Namespace) -> int:
    """Questions that were refused or disliked, in groups, most asked first."""
    from bot.assembly import gaps_of
    from bot.render.publishing import gap_line

    config = _config(args)
    locale = ui_locale(config.ui.locale, os.environ)
    found = gaps_of(config, args.days)
    for gap in found:
        _say(gap_line(gap, locale))
    if not found:
        _say(text(locale, "admin.no_gaps"))
    return 0


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
    """Everything that is wrong with the knowledge, golden questions that are not met too, or that nothing is; and
    what misleads, which is a fault only with ``--strict``."""
    from bot.editing import checked
    from bot.render.json import check_json
    from bot.render.publishing import check_lines

    config = _config(args)
    locale = ui_locale(config.ui.locale, os.environ)
    found = checked(config)
    if args.json:
        _print_json(check_json(found, locale))
    else:
        for line in check_lines(found, locale):
            _say(line)
    return FAILED if found.problems or (args.strict and found.warnings) else 0


def golden_add(args: argparse.Namespace) -> int:
    """One question more that must go on being answered, or refused; exit code 1 where it was not added."""
    from bot.editing import keeping
    from bot.render.json import kept_json
    from bot.render.publishing import golden_question_lines, kept_line

    config = _config(args)
    locale = ui_locale(config.ui.locale, os.environ)
    if args.refuse and (args.must or args.must_not):
        raise QuestionError(text(locale, "golden.refuse_alone"))
    if not args.question.strip():
        raise QuestionError(text(locale, "golden.no_question"))
    if not args.yes and (args.json or not sys.stdin.isatty()):
        raise PublishError(text(locale, "golden.needs_yes"))
    made = keeping(config, whole(args.question), refused=args.refuse, must=args.must, must_not=args.must_not)
    if not args.json:
        _show_answer(made.answer, config)
        _say("")
    if made.golden is None:
        raise PublishError(text(locale, "golden.nothing_to_keep"))
    if not args.json and made.known is None:
        for line in golden_question_lines(made.golden.model_dump(), made.met, locale):
            _say(line)
    agreed = made.known is not None or args.yes or _confirmed(text(locale, "golden.confirm"))
    kept = made.keep() if agreed else made.declined()
    if args.json:
        _print_json(kept_json(kept, made.golden.model_dump(exclude_defaults=True), made.answer, config.ui.locale))
    else:
        _say(kept_line(kept, locale))
    return 0 if kept.state in ("added", "known") else FAILED


def _confirmed(question: str) -> bool:
    """Whether somebody at the terminal says yes; anything else is no."""
    try:
        return input(question).strip().lower() in ("y", "yes", "是", "好")
    except EOFError:
        return False


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
    from bot.assembly import build_assistant, knowledge_folder
    from bot.publishing.settling import settled

    return settled(knowledge_folder(config), lambda: build_assistant(config))


def _print_json(value: dict[str, Any]) -> None:
    _say(json.dumps(value, ensure_ascii=False))


def _say(line: object) -> None:
    Screen.on(sys.stdout).say(str(line))
