"""Leftovers of writing instructions ("弱化数据表述后…"): found, struck out, warned of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from bot.corpus.importing.phrases import table

# A comma or stop between digits ("1,164", "56.4") is part of a figure.
CLAUSE = re.compile(r"(?:[^,\uff0c。;\uff1b:\uff1a!\uff01?\uff1f\n]|(?<=\d)[,:](?=\d))+")


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{entry['pattern']})" for entry in table("leftovers")["leftover"]))


def struck_out(paragraph: str) -> str:
    """``paragraph`` with every clause that contains a leftover between ``~~`` marks; nothing else changes."""
    return CLAUSE.sub(lambda clause: _struck(clause[0]), paragraph)


def _struck(clause: str) -> str:
    bare = clause.strip()
    if "~~" in clause or not _pattern().search(bare):
        return clause
    return clause.replace(bare, f"~~{bare}~~")


def found(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """The clauses of ``paragraphs`` that contain a leftover, in order."""
    clauses = (clause[0].strip() for paragraph in paragraphs for clause in CLAUSE.finditer(paragraph))
    return tuple(clause for clause in clauses if _pattern().search(clause))


def caution(clauses: Sequence[str]) -> str:
    """What the reader of a document with these leftovers should know."""
    return (
        f"原文有写作指令的残留（{len(clauses)} 处，如“{clauses[0]}”），已用删除线标出，不作引用；"
        "文中数据未注明出处，引用前请核对官方公告。"
    )
