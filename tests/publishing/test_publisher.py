"""Changes to the folder: all or nothing, through the gate, kept, undone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answer.assistant import Assistant
from bot.assembly import Library
from bot.config import Config
from bot.errors import GoldenError, KnowledgeError, PublishError
from bot.publishing.committing import Committer
from bot.publishing.folder import LONGEST_NAME, Folder, safe_name
from bot.publishing.model import Progress, Reload, Snapshot, silent
from bot.publishing.publisher import Change, Publisher
from bot.publishing.reloading import Reloader
from bot.publishing.trail import Deed
from tests.publishing.conftest import Folder as Knowledge

ROOT = Path(__file__).parents[2]
INVEST = "黄埔区2021年固定资产投资增长目标是多少"
NEW = "---\ntitle: 新政策\n---\n2024年起,黄埔区对新落户企业奖励500万元。\n".encode()


class Library_:
    """A reloader as the library shows itself to a publisher."""

    def __init__(self, reloader: Reloader[Assistant]) -> None:
        self.reloader = reloader

    @property
    def snapshot(self) -> Snapshot:
        return self.reloader.state.snapshot

    def reload(self, by: str = "", *, force: bool = False, progress: Progress = silent) -> Reload:
        return self.reloader.reload(by, force=force, progress=progress)

    def quote(self) -> str:
        return self.reloader.state.assistant.ask(INVEST).citations[0].quote


@pytest.fixture
def library(reloader: Callable[[], Reloader[Assistant]]) -> Library_:
    return Library_(reloader())


@pytest.fixture
def deeds() -> list[Deed]:
    return []


@pytest.fixture
def publisher(config: Config, folder: Knowledge, library: Library_, deeds: list[Deed]) -> Publisher:
    return Publisher(folder.path, config.state_dir, library, keep=3, trail=deeds.append)


def report(folder: Knowledge, invest: str) -> bytes:
    """The report with another target."""
    return (folder.path / "documents" / "report.md").read_bytes().replace("20%左右".encode(), invest.encode())


def change(files: dict[str, bytes | None], action: str = "publish") -> Change:
    return Change(files, "user:7", action, "新政策")


def test_a_change_is_published_and_kept(publisher: Publisher, library: Library_, deeds: list[Deed]) -> None:
    """The files are there, the library answers from them, the state before has a number too."""
    done = publisher.publish(change({"documents/new.md": NEW}))
    assert list(done.changes.added) == ["new"]
    assert library.snapshot == done.after
    assert publisher.folder.read("documents/new.md") == NEW
    assert [(e.number, e.action, e.by) for e in publisher.history.editions()] == [
        (2, "publish", "user:7"),
        (1, "found", "user:7"),
    ]
    (deed,) = deeds
    assert (deed.by, deed.action, deed.target) == ("user:7", "publish", "新政策")
    assert deed.before == {"documents/new.md": None}


def test_what_the_gate_holds_back_is_undone(publisher: Publisher, folder: Knowledge, library: Library_) -> None:
    """Golden questions or mistakes: the file is what it was, a new one is gone, nothing is in the history."""
    folder.golden({"question": INVEST, "quote": ["20%左右"]})
    before = publisher.folder.manifest()
    with pytest.raises(GoldenError):
        publisher.publish(change({"documents/report.md": report(folder, "18%左右"), "documents/new.md": NEW}))
    with pytest.raises(KnowledgeError):
        publisher.publish(change({"documents/bad.md": b"---\n---\n"}), force=True)
    assert publisher.folder.manifest() == before
    assert [edition.action for edition in publisher.history.editions()] == ["found"]
    assert library.quote().endswith("20%左右")
    done = publisher.publish(change({"documents/report.md": report(folder, "18%左右")}), force=True)
    assert done.forced
    assert library.quote().endswith("18%左右")


def test_going_back(publisher: Publisher, folder: Knowledge, library: Library_) -> None:
    """To the files of that number, those that came later gone; it is an edition of its own, so it can be undone too."""
    before = publisher.folder.manifest()
    publisher.publish(change({"documents/new.md": NEW}))
    publisher.publish(change({"documents/report.md": report(folder, "18%左右")}))
    done = publisher.rollback(1, "user:7")
    assert list(done.changes.removed) == ["new"]
    assert publisher.folder.manifest() == before
    assert library.quote().endswith("20%左右")
    publisher.rollback(3, "user:7")
    assert library.quote().endswith("18%左右")
    assert publisher.history.editions()[0].target == "3"
    with pytest.raises(PublishError, match="一样"):
        publisher.rollback(3, "user:7")


def test_only_the_last_states_are_kept(publisher: Publisher, folder: Knowledge) -> None:
    """Their contents stay, the others' go; an older number is named as gone with those that there are."""
    for number in range(5):
        publisher.publish(change({"documents/report.md": report(folder, f"1{number}%左右")}))
        folder.report()
    kept = publisher.history.editions()
    assert len(kept) == 3
    for edition in kept:
        for digest in edition.files.values():
            assert publisher.history.get(digest)
    objects = {digest for edition in kept for digest in edition.files.values()}
    assert {path.name for path in publisher.history._objects.iterdir()} == objects
    with pytest.raises(PublishError, match="没有第 1 版"):
        publisher.rollback(1, "user:7")


def test_damaged_history_is_noticed(publisher: Publisher) -> None:
    """Nothing false is ever restored."""
    publisher.publish(change({"documents/new.md": NEW}))
    before = publisher.folder.manifest()
    publisher.publish(change({"documents/new.md": None}))
    (publisher.history._objects / before["documents/new.md"]).write_bytes(b"something else")
    with pytest.raises(PublishError, match="已损坏"):
        publisher.rollback(2, "user:7")
    assert "documents/new.md" not in publisher.folder.manifest()


@pytest.mark.parametrize(
    "name",
    [
        "../outside.md",
        "/etc/passwd",
        "documents/../../x.md",
        "documents\\..\\x.md",
        "documents/x.sh",
        "x.md",
        "documents",
        "lexicon/x.md",
        "",
        ".git/hooks/x.md",
    ],
)
def test_nothing_outside_is_written(publisher: Publisher, tmp_path: Path, name: str) -> None:
    """Whatever a name says."""
    with pytest.raises(PublishError):
        publisher.publish(change({name: NEW}))
    assert not (tmp_path / "outside.md").exists()
    assert publisher.folder.names() == ["documents/report.md"]


def test_links_are_not_followed(publisher: Publisher, folder: Knowledge, tmp_path: Path) -> None:
    """Neither a file nor a folder that leads elsewhere is written through or read."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("geheim", encoding="utf-8")
    (folder.path / "documents" / "link.md").symlink_to(outside / "secret.md")
    (folder.path / "documents" / "folder").symlink_to(outside)
    for name in ("documents/link.md", "documents/folder/new.md"):
        with pytest.raises(PublishError, match="符号链接"):
            publisher.publish(change({name: NEW}))
        with pytest.raises(PublishError, match="符号链接"):
            publisher.folder.read(name)
    assert publisher.folder.names() == ["documents/report.md"]
    assert [path.name for path in outside.iterdir()] == ["secret.md"]


@pytest.mark.parametrize(
    "wanted", ["", "..", ".hidden", "a/b\\c:d*?", "CON", "lpt1.x", "数" * 300, "e\u0301", "-rf", "a\0b"]
)
def test_any_name_becomes_a_safe_one(wanted: str, tmp_path: Path) -> None:
    """One part of a path, never hidden, never an option, short enough, and a file can have it."""
    name = safe_name(wanted)
    assert name
    assert Path(name).name == name
    assert not name.startswith((".", "-"))
    assert len(name.encode()) <= LONGEST_NAME
    (tmp_path / f"{name}.md").touch()
    assert safe_name(name) == name


def test_a_full_disk_leaves_everything_as_it_was(
    publisher: Publisher, folder: Knowledge, library: Library_, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second file of a change cannot be written: the first one is put back, and it is said in plain words."""
    before, replaced = publisher.folder.manifest(), os.replace

    def full(source: str, target: Path) -> None:
        if Path(target).name == "second.md":
            raise OSError(28, "No space left on device")
        replaced(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(PublishError, match=r"second\.md.*No space left"):
        publisher.publish(change({"documents/report.md": report(folder, "18%左右"), "documents/second.md": NEW}))
    assert publisher.folder.manifest() == before
    assert library.quote().endswith("20%左右")


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(publisher: Publisher, folder: Knowledge) -> None:
    """A name that was free when it was chosen."""
    folder.write("new", "别人的正文。")
    with pytest.raises(PublishError, match="同名"):
        publisher.publish(Change({"documents/new.md": NEW}, "user:7", "publish", "", frozenset({"documents/new.md"})))
    assert "别人的正文" in publisher.folder.read("documents/new.md").decode()


def test_the_bundled_knowledge_is_not_written(config: Config, tmp_path: Path) -> None:
    """A folder of one's own has to be configured; the message says how."""
    from bot.assembly import open_publisher
    from bot.config import load_config

    with pytest.raises(PublishError, match=r"knowledge\.path"):
        open_publisher(load_config(state_dir=tmp_path / "state"), None)  # type: ignore[arg-type]  # not looked at


def test_publishing_processes_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    """Two hundred times: files are always whole, and after the next start the last published state is there."""
    folder = Knowledge(tmp_path / "k")
    for name in "abc":
        folder.write(name, "正文。", title="第0版")
    command = [sys.executable, str(ROOT / "tests/publishing/killing.py"), str(folder.path), str(tmp_path / "s"), "200"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    killed, undone, published = (int(part.split()[0]) for part in done.stdout.split(", "))
    assert killed == 200
    assert undone > 0, "no change was ever cut short: the moments prove nothing"
    assert published > 1, "no change ever came to count"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True).stdout


def test_publishing_commits_a_checkout(config: Config, folder: Knowledge, library: Library_, tmp_path: Path) -> None:
    """Only what belongs to the knowledge, with who did what; what is no checkout is published all the same."""
    publisher = Publisher(folder.path, config.state_dir, library, committed=Committer(folder.path))
    publisher.publish(change({"documents/new.md": NEW}))
    git(folder.path, "init", "-q")
    (folder.path / "notes.txt").write_text("mine", encoding="utf-8")
    publisher.publish(change({"documents/report.md": report(folder, "18%左右")}))
    assert "publish 新政策" in git(folder.path, "log", "--format=%s%n%b")
    assert "by user:7" in git(folder.path, "log", "--format=%b")
    assert git(folder.path, "status", "--porcelain") == "?? notes.txt\n"
    publisher.rollback(2, "user:8")
    assert git(folder.path, "log", "--format=%s").splitlines() == ["rollback 2", "publish 新政策"]


def test_the_real_library_publishes(config: Config, folder: Knowledge) -> None:
    """Put together as the program does."""
    from bot.assembly import open_publisher

    library = Library(config)
    publisher = open_publisher(config, library)
    publisher.publish(change({"golden.jsonl": json.dumps({"question": INVEST, "quote": ["20%左右"]}).encode()}))
    with pytest.raises(GoldenError):
        publisher.publish(change({"documents/report.md": report(folder, "18%左右")}))
    assert Folder(folder.path).names() == ["documents/report.md", "golden.jsonl"]
