"""The command line: ``investor-bot`` and one of the commands that ``build_parser`` lists.

Only the standard library is imported here, so that ``--help`` is instant; each command imports what it
needs. Results go to standard output, errors as one line to standard error (with ``--json`` and ``--batch``
as an object to standard output), and the exit code is the error's.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from bot.errors import InvestorBotError, KnowledgeError

BROKEN_PIPE, INTERRUPTED = 141, 130
"""What a shell reports for a program that SIGPIPE or SIGINT ended."""
ERROR_IN_JSON = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _prepare_streams()
    atexit.register(gc.freeze)  # so that the process ends at once, without a last look for garbage
    args = build_parser().parse_args(argv)
    try:
        code = _run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has gone; whatever is still buffered must not fail again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _run(args: argparse.Namespace) -> int:
    from bot import commands

    try:
        return int(getattr(commands, args.run)(args))
    except InvestorBotError as error:
        return _report(error, as_json=getattr(args, "json", False) or getattr(args, "batch", None) is not None)


def _report(error: InvestorBotError, as_json: bool) -> int:
    if as_json:
        import json

        from bot.render.json import error_json

        sys.stdout.write(json.dumps(error_json(error), ensure_ascii=False) + "\n")
        return ERROR_IN_JSON
    sys.stderr.write(f"investor-bot: {_one_line(error)}\n")
    return error.exit_code


def _one_line(error: InvestorBotError) -> str:
    if isinstance(error, KnowledgeError) and len(error.problems) > 1:
        return f"{error.problems[0]} (and {len(error.problems) - 1} more: investor-bot check lists all)"
    return "; ".join(str(error).splitlines()) or type(error).__name__


def _prepare_streams() -> None:
    """Never fail on a character that the terminal's encoding lacks; a pipe always gets UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper) and not sys.stdin.isatty():
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="investor-bot",
        description="Answers investors' questions with verbatim, cited quotes from official documents.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    common = _common_options()
    knowledge = (_import, _check, _golden, _eval, _verify)
    for add in (_ask, _console, _serve, _reload, _history, _rollback, _audit, _gaps, *knowledge):
        add(commands, common)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("investor-bot")
        except PackageNotFoundError:
            number = "(not installed)"
        sys.stdout.write(f"investor-bot {number}\n")
        parser.exit()


_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What ``add_subparsers`` returns; argparse gives it no public name."""


def _common_options() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    group = common.add_argument_group("options of every command")
    group.add_argument("--knowledge", type=Path, metavar="DIR", help="folder with documents/ (default: bundled)")
    group.add_argument("--config", type=Path, metavar="FILE", help="TOML configuration (default: $BOT_CONFIG)")
    group.add_argument(
        "--lang",
        choices=("auto", "zh-Hans", "zh-Hant", "en"),
        help="language of labels and notes (default: the question's)",
    )
    return common


def _command(commands: _Commands, common: argparse.ArgumentParser, name: str, summary: str) -> argparse.ArgumentParser:
    run = name.replace("import", "import_sources").replace("eval", "evaluate")
    parser = commands.add_parser(name, parents=[common], help=summary, description=summary)
    parser.set_defaults(run=run)
    return parser


def _ask(commands: _Commands, common: argparse.ArgumentParser) -> None:
    parser = _command(commands, common, "ask", "answer one question, or a file of them")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("question", nargs="?", metavar="QUESTION", help="the question, in quotation marks")
    what.add_argument("--batch", metavar="FILE", help='JSON lines {"id","question","turns"}; - is standard input')
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    parser.add_argument("--explain", action="store_true", help="show terms, facets, weights and scores")


def _console(commands: _Commands, common: argparse.ArgumentParser) -> None:
    _command(commands, common, "console", "ask in a conversation; piped: one question a line")


def _serve(commands: _Commands, common: argparse.ArgumentParser) -> None:
    _command(commands, common, "serve", "answer on Telegram until stopped")


def _reload(commands: _Commands, common: argparse.ArgumentParser) -> None:
    parser = _command(commands, common, "reload", "let the running server load the knowledge again")
    parser.add_argument("--force", action="store_true", help="in spite of golden questions that fail")


def _history(commands: _Commands, common: argparse.ArgumentParser) -> None:
    _command(commands, common, "history", "list the published states of the knowledge folder")


def _rollback(commands: _Commands, common: argparse.ArgumentParser) -> None:
    parser = _command(commands, common, "rollback", "make the knowledge folder what it was")
    parser.add_argument("number", type=int, metavar="K", help="number of the state, as history lists it")
    parser.add_argument("--force", action="store_true", help="in spite of golden questions that fail")


def _audit(commands: _Commands, common: argparse.ArgumentParser) -> None:
    parser = _command(commands, common, "audit", "list who did what")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="of the last N days (default: 30)")


def _gaps(commands: _Commands, common: argparse.ArgumentParser) -> None:
    parser = _command(commands, common, "gaps", "list questions that found no answer or a bad one")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="of the last N days (default: 30)")


def _import(commands: _Commands, common: argparse.ArgumentParser) -> None:
    parser = _command(commands, common, "import", "turn listing pages, HTML, PDF, DOCX, TXT into documents")
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE", help="a file, or a folder of them")
    parser.add_argument("--into", required=True, type=Path, metavar="DIR", help="knowledge folder to write into")


def _check(commands: _Commands, common: argparse.ArgumentParser) -> None:
    parser = _command(commands, common, "check", "list everything that is wrong with the knowledge folder")
    parser.add_argument("--strict", action="store_true", help="warnings are problems too: exit code 1")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")


def _golden(commands: _Commands, common: argparse.ArgumentParser) -> None:
    summary = "keep questions that must go on being answered, or refused"
    parser = commands.add_parser("golden", help=summary, description=summary)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    summary = "ask a question, and add it to golden.jsonl with its answer of today"
    add = actions.add_parser("add", parents=[common], help=summary, description=summary)
    add.set_defaults(run="golden_add")
    add.add_argument("question", metavar="QUESTION", help="the question, in quotation marks")
    add.add_argument("--refuse", action="store_true", help="it must not be answered")
    add.add_argument(
        "--must", action="append", default=[], metavar="TEXT", help="what a quote must hold (default: the highlight)"
    )
    add.add_argument(
        "--must-not", action="append", default=[], metavar="TEXT", help="what must not stand before the answer"
    )
    add.add_argument("--yes", action="store_true", help="without asking back")
    add.add_argument("--json", action="store_true", help="JSON instead of text; needs --yes")


def _eval(commands: _Commands, common: argparse.ArgumentParser) -> None:
    parser = _command(commands, common, "eval", "measure the answers to questions with known answers")
    parser.add_argument("file", type=Path, metavar="FILE", help="JSON lines of questions")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="list the first N misses")


def _verify(commands: _Commands, common: argparse.ArgumentParser) -> None:
    parser = _command(commands, common, "verify", "say where a quote stands word for word")
    parser.add_argument("quote", metavar="QUOTE", help="the quote, in quotation marks")
    parser.add_argument("--json", action="store_true", help="JSON instead of text")
