"""Golden questions: what must still be answered, or refused, before a snapshot is put to use.

A line of ``golden.jsonl`` is ``{"question", "quote": [[…], …], "must_not": […], "turns": […]}`` or
``{"question", "refused": true}``. Each list in ``quote`` is one fact with its acceptable spellings (a string is
one spelling); every fact must stand in the first three quotes, and nothing of ``must_not`` in the first quote
before them. Blank lines and lines that begin with ``#`` are for the people who read the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from bot.answer.model import Answer
from bot.errors import KnowledgeError, Problem
from bot.publishing.model import GoldenResult
from bot.verdicts import Question, judge

FILE = "golden.jsonl"
SHOWN = 60
"""Characters of a quote that a failure shows."""

_EXAMPLE = '{"question": "…", "quote": [["10%左右"]], "must_not": []} 或 {"question": "…", "refused": true}'

Ask = Callable[[str, Sequence[str]], Answer]
Spellings = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
    Field(min_length=1),
]


class Golden(BaseModel):
    """One golden question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(min_length=1)
    turns: tuple[str, ...] = ()
    quote: tuple[Spellings, ...] = ()
    must_not: tuple[str, ...] = ()
    refused: bool = False

    @model_validator(mode="after")
    def _answered_or_refused(self) -> Golden:
        if bool(self.quote) == self.refused:
            raise ValueError("quote 与 refused 必须有且只有一个")
        return self


@dataclass(frozen=True)
class GoldenLine:
    """A golden question and where it stands."""

    golden: Golden
    path: str
    line: int


def load_golden(path: Path) -> tuple[GoldenLine, ...]:
    """The golden questions of a file, none where it does not exist. Raises KnowledgeError with every bad line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        what = "不是 UTF-8 编码" if isinstance(error, UnicodeDecodeError) else f"不能读取({error.strerror})"
        raise KnowledgeError([Problem(str(path), None, what, "另存为 UTF-8,检查读取权限")]) from None
    found: list[GoldenLine] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            found.append(GoldenLine(Golden.model_validate(json.loads(line)), str(path), number))
        except (json.JSONDecodeError, ValidationError) as error:
            problems.append(Problem(str(path), number, f"不是黄金问题({_reason(error)})", f"写成 {_EXAMPLE}"))
    if problems:
        raise KnowledgeError(problems)
    return tuple(found)


def with_golden(data: bytes | None, golden: Golden) -> bytes:
    """The file (None: there is none yet) with one golden question more; all that stands in it stays to the byte."""
    before = data or b""
    line = json.dumps(golden.model_dump(exclude_defaults=True), ensure_ascii=False)
    return before + (b"\n" if before and not before.endswith(b"\n") else b"") + line.encode() + b"\n"


def _reason(error: json.JSONDecodeError | ValidationError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"第 {error.colno} 个字符处不是 JSON"
    first: dict[str, Any] = dict(error.errors(include_input=False, include_url=False)[0])
    if first["type"] == "extra_forbidden":
        return f"未知字段 {first['loc'][0]}"
    return ".".join(map(str, first["loc"])) + " " + str(first["msg"]).removeprefix("Value error, ")


def run_golden(
    lines: Sequence[GoldenLine], ask: Ask, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> GoldenResult:
    """Ask every question and judge its answer."""
    failures = tuple(_failures(lines, ask, progress))
    return GoldenResult(len(lines) - len(failures), len(lines), failures)


def _failures(lines: Sequence[GoldenLine], ask: Ask, progress: Callable[[int, int], None]) -> Iterator[Problem]:
    for number, line in enumerate(lines, 1):
        answer = ask(line.golden.question, line.golden.turns)
        if not met(line.golden, answer):
            yield _failure(line, answer)
        progress(number, len(lines))


def met(golden: Golden, answer: Answer) -> bool:
    """Whether an answer is what a golden question asks for."""
    question = Question(id=golden.question, question=golden.question, answers=golden.quote, forbidden=golden.must_not)
    verdict = judge(question, answer)
    return verdict.good if golden.refused else verdict.fact3 and not verdict.wrong


def _failure(line: GoldenLine, answer: Answer) -> Problem:
    golden = line.golden
    first = answer.citations[0] if answer.citations else None
    shown = f"答了“{first.quote[:SHOWN]}”({first.document.id})" if first else "没有答"
    wanted = "应当不答" if golden.refused else "应当答出" + "、".join(f"“{spellings[0]}”" for spellings in golden.quote)
    where = f" {first.document.id} 里的那一句" if first else "该有这句话的那篇资料"
    mend = f"检查{where}、它的标题和“> 问:”行;若这一改动是对的,就改 {FILE} 的这一行"
    return Problem(line.path, line.line, f"问“{golden.question}”,{wanted},现在{shown}", mend)
