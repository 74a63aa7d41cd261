"""The engine in memory for few passages, another one for many."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.assembly import engine_builder
from bot.config import load_config
from bot.errors import ConfigError
from bot.search.memory import MemoryEngine
from bot.search.model import Engine, Terms

FEW: list[Terms] = [{"w:a": 1.0}, {"w:b": 1.0}]


def built(engine: str, tmp_path: Path) -> Engine:
    """What the configuration gives for FEW passages."""
    return engine_builder(load_config(state_dir=tmp_path, search={"engine": engine}))(FEW)


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra is not installed."""
    monkeypatch.setattr("bot.search.sized.find_spec", lambda _name: None)
    monkeypatch.setattr("bot.assembly.find_spec", lambda _name: None)


@pytest.fixture
def two_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no test needs twenty thousand."""
    monkeypatch.setattr("bot.search.sized.LARGE", 2)


def test_few_passages_are_held_in_memory(tmp_path: Path) -> None:
    """Nothing is written."""
    assert isinstance(built("auto", tmp_path), MemoryEngine)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("two_are_many")
def test_many_passages_are_searched_on_disk(tmp_path: Path) -> None:
    """In the folder of everything that the bot writes."""
    pytest.importorskip("tantivy", reason="the extra 'large' is not installed")
    engine = built("auto", tmp_path)
    assert not isinstance(engine, MemoryEngine)
    assert [hit.passage for hit in engine.search({"w:b": 1.0}, 5)] == [1]
    assert [path.name.partition("-")[0] for path in (tmp_path / "index").iterdir()] == ["passages"]


@pytest.mark.usefixtures("two_are_many", "absent")
def test_many_passages_are_held_in_memory_where_nothing_else_is_installed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And the log says what to install."""
    assert isinstance(built("auto", tmp_path), MemoryEngine)
    assert "pip install 'investor-bot[large]'" in caplog.text


def test_an_engine_that_is_named_is_used(tmp_path: Path) -> None:
    """However few passages there are."""
    pytest.importorskip("tantivy", reason="the extra 'large' is not installed")
    assert isinstance(built("memory", tmp_path), MemoryEngine)
    assert not isinstance(built("tantivy", tmp_path), MemoryEngine)


@pytest.mark.usefixtures("absent")
def test_an_engine_that_is_named_and_not_installed_is_an_error(tmp_path: Path) -> None:
    """Which says how to mend it."""
    with pytest.raises(ConfigError, match=r"investor-bot\[large\]"):
        built("tantivy", tmp_path)
