"""A small knowledge folder that tests may change, and reloaders over it with the bundled language."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.answer.assistant import Assistant
from bot.assembly import bundled_knowledge, load_state
from bot.config import Config, load_config
from bot.language.language import Language
from bot.publishing.golden import FILE, load_golden
from bot.publishing.reloading import Reloader

REPORT = """# 三、2021年工作安排

2021年,黄埔区地区生产总值增长{gdp},固定资产投资增长{invest}。
"""


class Folder:
    """A knowledge folder on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "documents").mkdir(parents=True)

    def write(self, name: str, body: str, **front: Any) -> Path:
        """Write a document; ``front`` is its front matter."""
        lines = [f"{key}: {value}" for key, value in ({"title": name} | front).items()]
        file = self.path / "documents" / f"{name}.md"
        file.write_text("\n".join(["---", *lines, "---", body]), encoding="utf-8")
        return file

    def report(self, gdp: str = "10%左右", invest: str = "20%左右") -> Path:
        """Write the work report with these targets."""
        front = {
            "title": "2021年黄埔区政府工作报告",
            "place": "gz-huangpu",
            "kind": "work-report",
            "date": "2021-03-01",
        }
        return self.write("report", REPORT.format(gdp=gdp, invest=invest), **front)

    def golden(self, *lines: dict[str, Any]) -> None:
        """Write the golden questions."""
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (self.path / FILE).write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with one work report."""
    folder = Folder(tmp_path / "knowledge")
    folder.report()
    return folder


@pytest.fixture
def config(folder: Folder, tmp_path: Path) -> Config:
    """The configuration of a bot with that folder."""
    return load_config(knowledge={"path": folder.path}, state_dir=tmp_path / "state")


@pytest.fixture
def reloader(folder: Folder, config: Config, language: Language) -> Callable[[], Reloader[Assistant]]:
    """Makes reloaders over the folder; the language is the session's, so that they take no time."""

    def make() -> Reloader[Assistant]:
        return Reloader(lambda by: load_state(config, by, language, "bundled"), lambda: load_golden(folder.path / FILE))

    return make


@pytest.fixture
def warm(config: Config, cache: Path, language: Language) -> None:
    """What the session made of dictionaries and lexicon is in the bot's cache already, so that it starts at once."""
    assert language
    shutil.copytree(cache, config.state_dir / "cache")


@pytest.fixture(scope="session")
def bundled_folder() -> Path:
    """The knowledge that comes with the program."""
    return bundled_knowledge()
