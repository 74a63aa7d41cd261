"""The words and patterns of ``data/structure.toml``, compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

# Whoever types on a Chinese keyboard writes either width; the patterns are written with the half-width comma.
COMMA = re.compile(r",(?![^\[]*\])")
EITHER_COMMA = r"[,\\uff0c]"


@dataclass(frozen=True)
class Phrases:
    """See ``structure.toml`` for what each is."""

    heading_nouns: tuple[str, ...]
    heading_goes_on: tuple[str, ...]
    restarts: tuple[str, ...]
    restart_follows: re.Pattern[str]
    closed_predicate: re.Pattern[str]
    open_predicate: re.Pattern[str]
    second_predicate: re.Pattern[str]
    figures: re.Pattern[str]
    no_heading: re.Pattern[str]
    statement: re.Pattern[str]
    openers: re.Pattern[str]
    openers_anywhere: re.Pattern[str]


def table(name: str) -> dict[str, Any]:
    """The TOML file ``data/<name>.toml`` of this package."""
    return tomllib.loads((files(__package__) / "data" / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def phrases() -> Phrases:
    data = table("structure")
    openers = data["opener"]
    return Phrases(
        heading_nouns=tuple(sorted(data["heading_nouns"], key=len, reverse=True)),
        heading_goes_on=tuple(data["heading_goes_on"]),
        restarts=tuple(sorted(data["restarts"], key=len, reverse=True)),
        openers=_any(entry["pattern"] for entry in openers),
        openers_anywhere=_any(entry["pattern"] for entry in openers if entry.get("anywhere")),
        **{
            name: re.compile(data[name])
            for name in (
                "restart_follows",
                "closed_predicate",
                "open_predicate",
                "second_predicate",
                "figures",
                "no_heading",
                "statement",
            )
        },
    )


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{COMMA.sub(EITHER_COMMA, pattern)})" for pattern in patterns))
