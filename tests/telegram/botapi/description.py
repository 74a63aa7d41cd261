"""The Bot API's description of itself: its methods, their parameters and the types of those.

Two sources, one shape. The complete description is a JSON file outside the repository
(``INVESTOR_BOT_SHARED``, by default ``../shared`` beside the repository's root); the reduced one is
``reduced.toml`` beside this module: the methods that the bot uses, written by hand, so that the tests
of the bot run anywhere.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
REDUCED = Path(__file__).with_name("reduced.toml")


@dataclass(frozen=True)
class Field:
    """A parameter of a method or a member of an object; ``types`` are alternatives, best first."""

    name: str
    types: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class Description:
    """Methods and types by name; ``subtypes`` are the concrete types of an abstract one."""

    methods: Mapping[str, tuple[Field, ...]]
    types: Mapping[str, tuple[Field, ...]]
    subtypes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    complete: bool = True


def complete_path() -> Path:
    """Return where the complete description is expected (the file may be absent)."""
    shared = Path(os.environ.get("INVESTOR_BOT_SHARED") or ROOT.parent / "shared")
    return shared / "telegram" / "botapi-10.1.json"


def complete(path: Path) -> Description:
    """Read the complete description from its JSON file."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Description(
        methods={name: tuple(_fields_of_json(entry)) for name, entry in data["methods"].items()},
        types={name: tuple(_fields_of_json(entry)) for name, entry in data["types"].items()},
        subtypes={name: tuple(entry.get("subtypes", ())) for name, entry in data["types"].items()},
    )


def reduced() -> Description:
    """Read the reduced description: ``name = "Integer|String!"``, ``!`` for a required one."""
    data = tomllib.loads(REDUCED.read_text(encoding="utf-8"))
    return Description(
        methods={name: tuple(_fields_of_toml(table)) for name, table in data["methods"].items()},
        types={name: tuple(_fields_of_toml(table)) for name, table in data["types"].items()},
        subtypes={name: tuple(names) for name, names in data["subtypes"].items()},
        complete=False,
    )


def best_available() -> Description:
    """Return the complete description where its file is there, else the reduced one."""
    path = complete_path()
    return complete(path) if path.is_file() else reduced()


def _fields_of_json(entry: Mapping[str, Any]) -> Iterator[Field]:
    for item in entry.get("fields", ()):
        yield Field(item["name"], tuple(item["types"]), bool(item["required"]))


def _fields_of_toml(table: Mapping[str, str]) -> Iterator[Field]:
    for name, types in table.items():
        yield Field(name, tuple(types.rstrip("!").split("|")), types.endswith("!"))
