"""A small knowledge folder, an environment without settings, and the command that runs in them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.runner import HUANGPU, SHANGHAI, Cli

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge folder with two documents."""
    folder = tmp_path_factory.mktemp("knowledge")
    (folder / "documents").mkdir()
    (folder / "documents" / "gz.md").write_text(HUANGPU, encoding="utf-8")
    (folder / "documents" / "sh.md").write_text(SHANGHAI, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment of its own: a state folder shared by the all runs, no other setting."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    state = str(tmp_path_factory.mktemp("state"))
    return kept | {"BOT_STATE_DIR": state, "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8", "LC_ALL": ""}


@pytest.fixture
def cli(environment: dict[str, str], tmp_path: Path) -> Cli:
    return Cli(environment, tmp_path)
