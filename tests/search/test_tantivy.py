"""The engine on disk: its indexes are kept, changed, shared and found damaged."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.search.memory import MemoryEngine
from bot.search.model import Hit, Terms

pytest.importorskip("tantivy", reason="the extra 'large' is not installed")

from bot.search.tantivy import TantivyEngine

QUERY: Terms = {"w:a": 0.5, "w:3": 1.0, "w:x5": 2.0}


def passages(size: int, salt: str = "") -> list[Terms]:
    """``size`` passages of some words each; another ``salt`` gives others."""
    return [{f"w:{n % 7}": 1.0, f"w:x{n % 11}": 2.0, "w:a": 1.0, f"w:{n}{salt}": 1.0} for n in range(size)]


def reference(bags: Sequence[Terms], query: Terms = QUERY) -> Sequence[Hit]:
    """What the engine in memory finds."""
    return list(MemoryEngine(bags).search(query, 20))


def written(folder: Path) -> dict[str, int]:
    """Names and times of all files."""
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_the_same_passages_are_indexed_once(tmp_path: Path) -> None:
    """A second start opens what is there."""
    first = TantivyEngine(passages(50), tmp_path)
    before = written(tmp_path)
    second = TantivyEngine(passages(50), tmp_path)
    assert written(tmp_path).keys() - {".tantivy-meta.lock"} == before.keys() - {".tantivy-meta.lock"}
    assert list(second.search(QUERY, 20)) == list(first.search(QUERY, 20)) == reference(passages(50))


def test_a_change_writes_only_what_changed(tmp_path: Path) -> None:
    """Passages that come, go and move: hits are those of an index made at once."""
    old = passages(60)
    TantivyEngine(old, tmp_path)
    segments = {path.name for path in tmp_path.rglob("*.idx")}
    new = [{"w:x5": 2.0, "w:new": 1.0}, *old[30:], *old[:25], {"w:a": 1.0, "w:3": 2.0}]
    engine = TantivyEngine(new, tmp_path)
    assert list(engine.search(QUERY, 20)) == reference(new)
    (index,) = [path for path in tmp_path.iterdir() if len(list(path.glob("*.idx"))) > 1]
    assert segments < {path.name for path in index.glob("*.idx")}


def test_passages_that_are_alike_keep_their_places(tmp_path: Path) -> None:
    """Each of them is one; when one goes, one goes."""
    alike: Terms = {"w:a": 1.0, "w:3": 1.0}
    for count in (9, 8, 10):
        bags = [*passages(20), *([alike] * count)]
        assert list(TantivyEngine(bags, tmp_path).search({"w:3": 1.0}, 50)) == list(
            MemoryEngine(bags).search({"w:3": 1.0}, 50)
        )


@pytest.mark.parametrize("harm", ["damaged", "cut", "missing", "manifest", "version"])
def test_a_damaged_index_is_made_again(harm: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever happened to it; the log names it."""
    TantivyEngine(passages(50), tmp_path)
    (index,) = tmp_path.iterdir()
    file = index / "manifest" if harm == "manifest" else next(index.glob("*.idx"))
    content = file.read_bytes()
    if harm == "missing":
        file.unlink()
    elif harm == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif harm == "version":
        (index / "manifest").write_bytes(other_version((index / "manifest").read_bytes()))
    else:
        file.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    with caplog.at_level(logging.WARNING):
        engine = TantivyEngine(passages(50), tmp_path)
    assert list(engine.search(QUERY, 20)) == reference(passages(50))
    assert f"{index} cannot be used and is made again" in caplog.text
    caplog.clear()
    TantivyEngine(passages(50), tmp_path)
    assert caplog.text == ""


def other_version(manifest: bytes) -> bytes:
    """The manifest as an older program would have written it."""
    from bot.cache import packed, unpacked

    return packed(["0, tantivy 0.1", *unpacked(manifest, list)[1:]])


def test_an_index_of_another_version_is_not_gone_on_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays where it is, and another one is made."""
    TantivyEngine(passages(50), tmp_path)
    monkeypatch.setattr("bot.search.tantivy.VERSION", "2")
    engine = TantivyEngine(passages(50), tmp_path)
    assert list(engine.search(QUERY, 20)) == reference(passages(50))
    first, second = ({path.name for path in index.glob("*.idx")} for index in tmp_path.iterdir())
    assert not first & second


def test_readers_are_not_disturbed_by_changes(tmp_path: Path) -> None:
    """Whoever has an engine finds what it always found while newer ones are made and old ones are removed."""
    bags = passages(300)
    engine, expected = TantivyEngine(bags, tmp_path), reference(bags)
    wrong, stop = [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            if list(engine.search(QUERY, 20)) != expected:
                wrong.append(1)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(6):
        changed = [*passages(290), *passages(10, salt=f"-{number}")]
        assert list(TantivyEngine(changed, tmp_path).search(QUERY, 20)) == reference(changed)
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert len(list(tmp_path.iterdir())) == 3


RACE = """
import sys
from pathlib import Path
from bot.search.tantivy import TantivyEngine
for size in range(100, 110):
    engine = TantivyEngine([{f"w:{n}": 1.0, "w:a": 1.0} for n in range(size)], Path(sys.argv[1]))
    assert [hit.passage for hit in engine.search({"w:99": 1.0}, 5)] == [99]
"""


def test_processes_may_share_the_folder(tmp_path: Path) -> None:
    """Three make the same indexes at once; nothing is left over."""
    command = [sys.executable, "-c", RACE, str(tmp_path)]
    running = [
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in running] == [("", 0)] * 3
    assert all(path.name.startswith("passages-") for path in tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The index is held in memory, and the log says so."""
    (tmp_path / "index").write_text("no folder", encoding="utf-8")
    engine = TantivyEngine(passages(50), tmp_path / "index")
    assert list(engine.search(QUERY, 20)) == reference(passages(50))
    assert "held in memory" in caplog.text
