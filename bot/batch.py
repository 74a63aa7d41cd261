"""``ask --batch``: JSON lines in, JSON lines out, in order; a bad line is an error object, not the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.answer.model import Answer
from bot.errors import InvestorBotError, QuestionError
from bot.render.json import answer_json, error_json

Ask = Callable[[str, Sequence[str]], Answer]


@dataclass(frozen=True)
class Request:
    """One line of a batch; ``id`` is whatever JSON value the line gave, or None."""

    id: object
    question: str
    turns: tuple[str, ...] = ()


def replies(lines: Iterable[bytes], ask: Ask, locale: str = "auto") -> Iterator[dict[str, Any]]:
    """One object for every line that is not blank: the answer, or an error naming the line; with the id."""
    for number, raw in enumerate(lines, 1):
        if raw.strip():
            yield _reply(raw, number, ask, locale)


def _reply(raw: bytes, number: int, ask: Ask, locale: str) -> dict[str, Any]:
    identity: object = None
    try:
        values = _values(raw, number)
        identity = values.get("id")
        request = _request(values, number)
        answer = ask(request.question, request.turns)
        return {"id": request.id, **answer_json(answer, locale)}
    except InvestorBotError as error:
        return error_json(error, identity)
    except Exception as error:  # one question that breaks the program must not take the others with it
        return error_json(error, identity)


def _values(raw: bytes, number: int) -> dict[str, Any]:
    try:
        values = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise QuestionError(f"line {number}: not UTF-8 text (byte {error.start + 1})") from error
    except json.JSONDecodeError as error:
        raise QuestionError(f"line {number}: not JSON: {error.msg} (column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"line {number}: JSON that cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise QuestionError(f'line {number}: should be an object such as {{"id": "q1", "question": "…"}}')
    return values


def _request(values: dict[str, Any], number: int) -> Request:
    question, turns = values.get("question"), values.get("turns") or []
    if not isinstance(question, str):
        raise QuestionError(f'line {number}: "question" should be a string')
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
        raise QuestionError(f'line {number}: "turns" should be a list of strings, the earlier questions')
    return Request(values.get("id"), whole(question), tuple(map(whole, turns)))


def whole(question: str) -> str:
    """``question`` as valid Unicode: halves of surrogate pairs are joined, lone ones replaced."""
    return question.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
