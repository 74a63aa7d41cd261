"""The shape of the house: what stands at the top, who may import which library, which contract holds whom.

The layers themselves are import-linter contracts in ``pyproject.toml``; ``.ci/run`` checks them.
"""

from __future__ import annotations

import ast
import fnmatch
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BOT = ROOT / "bot"

TOP_LEVEL = {"pyproject.toml", "README.md", "bot", "knowledge", "tests", "config.example.toml", "LICENSE"}
LOCK_FILES = "*.lock"

ONLY_IMPORTER = {
    "telegram": "telegram/",
    "httpx": "telegram/",
    "prometheus_client": "observe/",
    "pythonjsonlogger": "observe/",
    "rank_bm25": "search/memory.py",
    "tantivy": "search/tantivy.py",
    "opensearchpy": "search/opensearch.py",
    "watchfiles": "publishing/watching.py",
    "sqlalchemy": "store/",
    "alembic": "store/",
    "prompt_toolkit": "console/",
    "markitdown": "corpus/importing/files.py",
    "jieba": "nowhere: its dictionary is read, its code takes a second to start",
    "marisa_trie": "language/vocabulary.py",
    "opencc": "language/normalise.py",
}
"""Library → the folder or file of ``bot/`` that alone may import it."""

COMPOSERS = {
    "__main__",
    "assembly",
    "auditing",
    "batch",
    "cli",
    "commands",
    "editing",
    "evaluation",
    "import_report",
    "verdicts",
}
"""Modules that put the parts together: they may import anything, no contract holds them."""


def modules() -> list[Path]:
    return sorted(BOT.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The top-level names of the packages that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(("library", "where"), ONLY_IMPORTER.items())
def test_a_library_has_one_importer(library: str, where: str) -> None:
    """So that it can be replaced in one place."""
    importers = [path.relative_to(BOT).as_posix() for path in modules() if library in imported(path)]
    assert [importer for importer in importers if not importer.startswith(where)] == []


def test_nothing_is_imported_relatively() -> None:
    """An absolute import says which layer it reaches into."""
    nodes = [(path, node) for path in modules() for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    relative = [(path, n.lineno) for path, n in nodes if isinstance(n, ast.ImportFrom) and n.level]
    assert relative == []


def test_every_part_of_the_program_is_held_by_a_contract() -> None:
    """A new package or module needs one in pyproject.toml, or a place among the composers."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    held = {source.split(".")[1] for c in contracts for source in c["source_modules"] if "." in source}
    parts = {path.stem for path in BOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert sorted(parts - held - COMPOSERS - {"__init__"}) == []


def test_the_top_level_holds_what_was_asked_for_and_no_more() -> None:
    """Beside it only dotfiles, a lock file, and what git ignores."""
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()]
    allowed = [*TOP_LEVEL, LOCK_FILES, ".*", *ignored]
    names = [path.name for path in ROOT.iterdir()]
    assert [name for name in names if not any(fnmatch.fnmatch(name, a) for a in allowed)] == []
    assert TOP_LEVEL - set(names) == set()


def test_knowledge_holds_no_code() -> None:
    """Officers edit it; a release of knowledge runs nothing."""
    kinds = {path.suffix for path in (ROOT / "knowledge").rglob("*") if path.is_file()}
    assert kinds <= {".md", ".toml", ".jsonl"}
