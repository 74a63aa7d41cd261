"""A disk that is full or read-only: nothing half done, a sentence that helps, and all well once it is mended."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assembly import Library, open_office, recover
from bot.config import Config, load_config
from bot.errors import GoldenError, PublishError
from bot.publishing.model import Step
from bot.publishing.office import Office
from bot.publishing.publisher import Change
from bot.publishing.staging import Source
from tests.disks import empty, fill, read_only, small_disk
from tests.publishing.conftest import Folder

INVEST = "黄埔区2021年固定资产投资增长目标是多少"
FULL = "磁盘已满.*— 腾出空间后再试"
LONG = "\n\n".join(f"2021年,黄埔区新建公园{number}个。" for number in range(4000))
"""About 150 kB."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    with small_disk(tmp_path / "disk") as path:
        yield path


@pytest.fixture
def folder(disk: Path) -> Folder:
    """A knowledge folder on that disk."""
    folder = Folder(disk / "knowledge")
    folder.report()
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Folder:
    """A knowledge folder on a disk with room."""
    folder = Folder(tmp_path / "knowledge")
    folder.report()
    return folder


def config_of(folder: Folder, state: Path) -> Config:
    return load_config(knowledge={"path": folder.path}, state_dir=state)


def office_of(config: Config) -> Office:
    return open_office(config, Library(config))


def quote(office: Office) -> str:
    return office.library.current.ask(INVEST).citations[0].quote


def new(text: str = "2024年起,黄埔区对新落户企业奖励500万元。") -> bytes:
    return f"---\ntitle: 新政策\n---\n{text}\n".encode()


def changed(folder: Folder, **files: bytes) -> Change:
    """The report with another target, and further documents."""
    report = (folder.path / "documents" / "report.md").read_bytes().replace("20%左右".encode(), "18%左右".encode())
    others: dict[str, bytes | None] = {f"documents/{name}.md": data for name, data in files.items()}
    return Change({"documents/report.md": report, **others}, "user:7", "publish", "新政策")


def leftovers(folder: Folder) -> list[Path]:
    return [path for path in folder.path.rglob(".*") if path.is_file()]


def test_a_full_disk_leaves_everything_as_it_was(disk: Path, folder: Folder, tmp_path: Path) -> None:
    """The second file of a change finds no room: the first is not touched either, and it works when there is room."""
    office = office_of(config_of(folder, tmp_path / "state"))
    before = office.publisher.folder.manifest()
    fill(disk, leave=40_000)
    with pytest.raises(PublishError, match=rf"^documents/new\.md: 不能写入,{FULL}$"):
        office.publisher.publish(changed(folder, new=new(LONG)))
    assert office.publisher.folder.manifest() == before
    assert leftovers(folder) == []
    assert quote(office).endswith("20%左右")
    assert [edition.action for edition in office.history()] == ["found"]
    empty(disk)
    office.publisher.publish(changed(folder, new=new(LONG)))
    assert quote(office).endswith("18%左右")


def test_undoing_needs_no_room(disk: Path, folder: Folder, tmp_path: Path) -> None:
    """The disk fills up while the gate looks at a change, which then is held back: the old files are back."""
    office = office_of(config_of(folder, tmp_path / "state"))
    folder.write("long", LONG)
    folder.golden({"question": INVEST, "quote": ["20%左右"]})
    office.reload("test", False, lambda *_: None)
    before = office.publisher.folder.manifest()
    full = list[int]()

    def progress(step: Step, _done: int, _total: int) -> None:
        if step == "golden":
            fill(disk)
            full.append((disk / "ballast").stat().st_size)

    with pytest.raises(GoldenError):
        office.publisher.publish(changed(folder, long=new(LONG + LONG), more=new()), progress=progress)
    assert full
    assert office.publisher.folder.manifest() == before
    assert leftovers(folder) == []
    office.reload("test", False, lambda *_: None)
    assert quote(office).endswith("20%左右")


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_history_without_room_holds_a_change_back(disk: Path, elsewhere: Folder, when: str) -> None:
    """Whether there is none from the start or none at the end: what cannot be kept does not count."""
    office = office_of(config_of(elsewhere, disk / "state"))
    before = office.publisher.folder.manifest()
    if when == "before":
        fill(disk)

    def progress(step: Step, _done: int, _total: int) -> None:
        if step == "comparing":
            fill(disk)

    with pytest.raises(PublishError, match=f"{disk}/state/history.*: 不能写入,{FULL}"):
        office.publisher.publish(changed(elsewhere, new=new()), progress=progress)
    assert office.publisher.folder.manifest() == before
    assert quote(office).endswith("20%左右")
    empty(disk)
    assert office.library.reload().after.documents == 1
    office.publisher.publish(changed(elsewhere, new=new()))
    assert quote(office).endswith("18%左右")
    assert office.history()[0].action == "publish"


def test_a_full_disk_costs_the_cache_and_no_answer(
    disk: Path, elsewhere: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    """What cannot be kept is computed each time, and the log says so once a load, however many entries there are."""
    for number in range(5):
        elsewhere.write(f"more{number}", f"2021年,黄埔区新建公园{number + 2}个。")
    (disk / "state").mkdir(mode=0o700)
    fill(disk)
    library = Library(config_of(elsewhere, disk / "state"))
    assert library.current.ask(INVEST).citations[0].quote.endswith("20%左右")
    said = [record.getMessage() for record in caplog.records]
    assert said
    assert all("cannot be kept" in line and "No space left" in line for line in said)
    caplog.clear()
    elsewhere.write("one", "2021年,黄埔区新建公园9个。")
    library.reload()
    assert len(caplog.records) == 1


def test_an_upload_without_room_is_said(disk: Path, elsewhere: Folder) -> None:
    """When it is sent as when it is corrected; what waits stays as it was."""
    office = office_of(config_of(elsewhere, disk / "state"))
    waiting = office.stage(Source("new.md", new(LONG)), "user:7")
    fill(disk)
    with pytest.raises(PublishError, match=FULL):
        office.stage(Source("other.md", new()), "user:7")
    with pytest.raises(PublishError, match=FULL):
        office.edit(waiting.id, "title", "改过的标题")
    assert office.staging.staged(waiting.id) == waiting
    empty(disk)
    assert office.edit(waiting.id, "title", "改过的标题").documents[0].document.title == "改过的标题"


def test_an_upload_that_fills_the_disk_is_said(disk: Path, elsewhere: Folder) -> None:
    """The file itself still finds room, the document that is made of it does not."""
    office = office_of(config_of(elsewhere, disk / "state"))
    fill(disk, leave=200_000)
    with pytest.raises(PublishError, match=r"不能写入.*No space left"):
        office.stage(Source("new.md", new(LONG)), "user:7")
    assert list((disk / "state" / "staging").iterdir()) == []


def test_a_read_only_folder_answers_and_reloads(elsewhere: Folder, tmp_path: Path) -> None:
    """Only changes are refused, each in a clear sentence, and none leaves anything to be undone."""
    config = config_of(elsewhere, tmp_path / "state")
    (elsewhere.path / "documents" / ".writing-old.tmp").write_bytes(b"left behind by a crash")
    with read_only(elsewhere.path):
        recover(config)
        office = office_of(config)
        assert quote(office).endswith("20%左右")
        assert office.library.reload().after.documents == 1
        document = office.library.current.documents[0]
        refused = "不能写入,(所在的磁盘是只读的|没有权限).* — "
        with pytest.raises(PublishError, match=rf"documents/report\.md: {refused}"):
            office.publisher.publish(changed(elsewhere, new=new()))
        with pytest.raises(PublishError, match=rf"lexicon/zz-synonyms\.toml: {refused}"):
            office.teach("盖茨比", "固定资产投资", "user:7", lambda *_: None)
        span = office.library.current.ask(INVEST).citations[0].span
        with pytest.raises(PublishError, match=refused):
            office.point_out("投资多少", document.id, span, "user:7", lambda *_: None)
        waiting = office.stage(Source("new.md", new()), "user:7")
        with pytest.raises(PublishError, match=refused):
            office.publish(waiting.id, "user:7", replace=False, force=False, progress=lambda *_: None)
        with pytest.raises(PublishError, match=r"golden\.jsonl: " + refused):
            office.publisher.publish(Change({"golden.jsonl": b"{}"}, "user:7", "golden", ""))
        recover(config)
        assert quote(office).endswith("20%左右")
    done = office.publish(waiting.id, "user:7", replace=False, force=False, progress=lambda *_: None)
    assert list(done.changes.added.values()) == ["新政策"]
    assert leftovers(elsewhere) == []


def test_a_read_only_state_folder_costs_no_answer(elsewhere: Folder, tmp_path: Path) -> None:
    """No cache, no history; asking goes on."""
    state = tmp_path / "state"
    (state / "cache").mkdir(parents=True, mode=0o700)
    with read_only(state):
        office = office_of(config_of(elsewhere, state))
        assert quote(office).endswith("20%左右")
        with pytest.raises(PublishError, match=r"state/history.*不能写入,(所在的磁盘是只读的|没有权限)"):
            office.publisher.publish(changed(elsewhere))
        assert quote(office).endswith("20%左右")


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from bot.cli import main
sys.exit(main(sys.argv[2:]))
"""


def test_files_that_may_not_grow_cost_no_answer(elsewhere: Folder, tmp_path: Path) -> None:
    """The program under a limit of the system (EFBIG), from the shell: the same answer, and a line in the log."""

    def ask(limit: int, state: str) -> tuple[object, str]:
        command = [
            sys.executable,
            "-c",
            LIMITED,
            str(limit),
            "ask",
            "--json",
            "--knowledge",
            str(elsewhere.path),
            INVEST,
        ]
        environment = {"PATH": "/usr/bin:/bin", "BOT_STATE_DIR": str(tmp_path / state), "LANG": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=Path(__file__).parents[2])
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) | {"elapsed_ms": 0}, done.stderr

    answer, silent = ask(-1, "free")
    assert silent == ""
    limited, said = ask(1000, "limited")
    assert limited == answer
    assert "cannot be kept" in said
    assert "File too large" in said
    assert len(said.splitlines()) <= 2
