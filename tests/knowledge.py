"""Documents written for a test, of districts that do not exist."""

from __future__ import annotations

from typing import Any

from bot.answer.assistant import Assistant
from bot.corpus.loader import parse
from bot.corpus.model import Document
from bot.language.language import Language
from bot.search.index import build_index

NORTH, SOUTH = "x-临江市北岭区", "x-临江市南浦区"


def document(text: str, **front: Any) -> Document:
    """A document with ``text`` as its body; ``front`` is its front matter (a title is made up)."""
    lines = [f"{key}: {value}" for key, value in ({"title": "招商资料"} | front).items()]
    return parse("\n".join(["---", *lines, "---", text]))


def assistant(language: Language, *documents: Document) -> Assistant:
    """An assistant that knows only ``documents``."""
    return Assistant(build_index(documents, language))
