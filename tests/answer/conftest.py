"""Assistants for the tests of answering, and the golden questions answered once."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from bot.answer.assistant import Assistant
from bot.answer.model import Answer
from bot.assembly import bundled_knowledge
from bot.language.language import Language
from tests.answer.districts import districts
from tests.knowledge import assistant


@dataclass(frozen=True)
class Golden:
    """A golden question with its answer; ``must`` is empty where it is to be refused."""

    question: str
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    answer: Answer


@pytest.fixture(scope="session")
def golden(bundled: Assistant) -> tuple[Golden, ...]:
    """The golden questions, asked one after another."""
    lines = (bundled_knowledge() / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines if line.strip()]
    return tuple(
        Golden(e["question"], tuple(e.get("must", ())), tuple(e.get("must_not", ())), bundled.ask(e["question"]))
        for e in entries
    )


@pytest.fixture(scope="session")
def small(language: Language) -> Assistant:
    """An assistant over two made-up districts."""
    return assistant(language, *districts())
