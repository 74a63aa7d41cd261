"""Two servers on one folder: each change counts, and both serve all of them in the end."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.assembly import Library, open_office
from bot.config import Config, load_config
from bot.errors import PublishError
from bot.publishing.control import control
from bot.publishing.model import Progress, Step
from bot.publishing.office import Office
from bot.publishing.publisher import Change
from tests.publishing.conftest import Folder

ROOT = Path(__file__).parents[2]
BASE = "---\ntitle: {title}\n---\n2021年,黄埔区新建公园{number}个。\n"


def quiet(_step: Step, _done: int, _total: int) -> None:
    """Progress that nobody follows."""


@pytest.fixture
def servers(config: Config, warm: None) -> list[Office]:
    """What two servers do for their admins, each with its own library, over one folder and one state folder."""
    return [open_office(config, Library(config)) for _ in range(2)]


def document(name: str, number: int) -> Change:
    data = BASE.format(title=name, number=number).encode()
    return Change({f"documents/{name}.md": data}, "user:7", "publish", name)


def known(office: Office) -> set[str]:
    return {d.id for d in office.library.current.documents}


def meanwhile(step: Step, do: Callable[[], None]) -> Progress:
    """Progress that does something at the first ``step``."""
    done = list[bool]()

    def progress(now: Step, _done: int, _total: int) -> None:
        if now == step and not done:
            done.append(True)
            do()

    return progress


def test_of_two_that_publish_at_once_one_waits(servers: list[Office]) -> None:
    """Until the other one is done; both changes count, in an order, and the next reload brings both to both."""
    one, other = servers
    with ThreadPoolExecutor(1) as pool:
        started = threading.Event()

        def publish_too() -> None:
            started.set()
            other.publisher.publish(document("second", 2))

        waiting = []

        def begin() -> None:
            waiting.append(pool.submit(publish_too))
            assert started.wait(30)
            assert not waiting[0].done()

        one.publisher.publish(document("first", 1), progress=meanwhile("comparing", begin))
        waiting[0].result(60)
    assert [edition.target for edition in one.history()][:2] == ["second", "first"]
    assert {"documents/first.md", "documents/second.md"} <= set(one.history()[0].files)
    assert known(other) == {"report", "first", "second"}
    one.reload("test", False, quiet)
    assert known(one) == known(other)
    assert one.library.snapshot.id == other.library.snapshot.id


def test_words_taught_on_two_servers_are_both_kept(servers: list[Office]) -> None:
    """The second server has not heard of the first one's word when it writes the same file."""
    one, other = servers
    one.teach("青瓷鱼鳞盏", "固定资产投资", "user:7", quiet)
    other.teach("盖茨比", "固定资产投资", "user:8", quiet)
    other.teach("醉里挑灯", "地区生产总值", "user:8", quiet)
    one.teach("吹角连营", "固定资产投资", "user:7", quiet)
    with pytest.raises(PublishError, match="已经是"):
        one.teach("盖茨比", "固定资产投资", "user:7", quiet)
    other.reload("test", False, quiet)
    for office in servers:
        for word in ("青瓷鱼鳞盏", "盖茨比", "吹角连营"):
            assert "20%左右" in office.library.current.ask(f"黄埔2021年{word}的目标").citations[0].quote


def test_a_word_is_taught_after_who_publishes_now(servers: list[Office]) -> None:
    """Two admins teach at the same moment: the second one's file is made when the first one's is there."""
    one, other = servers
    with ThreadPoolExecutor(1) as pool:
        waiting = []

        def teach_too() -> None:
            waiting.append(pool.submit(other.teach, "盖茨比", "固定资产投资", "user:8", quiet))

        one.teach("青瓷鱼鳞盏", "固定资产投资", "user:7", meanwhile("comparing", teach_too))
        waiting[0].result(60)
    taught = one.publisher.folder.read("lexicon/zz-synonyms.toml").decode()
    assert "青瓷鱼鳞盏" in taught
    assert "盖茨比" in taught


def test_a_broken_file_of_taught_words_is_named(servers: list[Office]) -> None:
    """Nothing in it is lost by teaching over it."""
    office = servers[0]
    office.teach("青瓷鱼鳞盏", "固定资产投资", "user:7", quiet)
    path = office.publisher.folder.path / "lexicon" / "zz-synonyms.toml"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PublishError, match=r"zz-synonyms\.toml: 不能读取.*/rollback"):
        office.teach("盖茨比", "固定资产投资", "user:7", quiet)
    assert path.read_bytes() == whole[: len(whole) // 2]


def test_what_another_server_published_is_not_overwritten_unseen(servers: list[Office]) -> None:
    """An answer pointed out in a document that the other one has replaced since, and a new document of one name."""
    one, other = servers
    asked = one.library.current.ask("黄埔区2021年固定资产投资增长目标是多少").citations[0]
    changed = other.publisher.folder.read("documents/report.md").replace("20%左右".encode(), "18%左右".encode())
    other.publisher.publish(Change({"documents/report.md": changed}, "user:8", "replace", ""))
    with pytest.raises(PublishError, match="先 /reload"):
        one.point_out("投资多少", "report", asked.span, "user:7", quiet)
    new = document("new", 1)
    other.publisher.publish(new)
    with pytest.raises(PublishError, match="同名"):
        one.publisher.publish(Change(new.files, "user:7", "publish", "", frozenset(new.files)))


async def test_both_servers_follow_by_themselves(config: Config, servers: list[Office]) -> None:
    """Where they watch the folder."""
    async with AsyncExitStack() as stack:
        for office in servers:
            await stack.enter_async_context(control(config.state_dir, office.library, config.knowledge.path))
        await asyncio.sleep(0.5)  # until the folder is watched, which nothing tells
        await asyncio.gather(
            *(
                asyncio.to_thread(office.publisher.publish, document(f"of-{number}", number + 3))
                for number, office in enumerate(servers)
            )
        )
        async with asyncio.timeout(60):
            while any(known(o) != {"report", "of-0", "of-1"} for o in servers):  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.05)


PUBLISHING = """
import sys
from pathlib import Path
from tests.publishing.killing import Loader
from bot.publishing.publisher import Change, Publisher
folder, state, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
publisher = Publisher(folder, state, Loader(folder), keep=500)
for number in range(40):
    data = f"---\\ntitle: {name} {number}\\n---\\n正文。\\n".encode()
    def change():
        before = publisher.folder.find("documents/shared.md") or b"---\\ntitle: shared\\n---\\n"
        return Change({f"documents/{name}-{number}.md": data,
                       "documents/shared.md": before + f"{name} {number}\\n\\n".encode()}, name, "publish", str(number))
    publisher.publish(change)
"""


def test_processes_that_publish_at_once_lose_nothing(tmp_path: Path) -> None:
    """Three of them, forty times each: all files are there, a shared one has all lines, every number was given once."""
    folder = Folder(tmp_path / "k")
    folder.write("first", "正文。")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PUBLISHING, str(folder.path), str(tmp_path / "s"), name],
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        for name in "abc"
    ]
    assert [(process.communicate(timeout=300)[1], process.returncode) for process in running] == [("", 0)] * 3
    office = open_office(load_config(knowledge={"path": folder.path}, state_dir=tmp_path / "s"), None)  # type: ignore[arg-type]
    names = set(office.publisher.folder.names())
    assert {f"documents/{name}-{number}.md" for name in "abc" for number in range(40)} <= names
    lines = office.publisher.folder.read("documents/shared.md").decode().split("---\n")[2].split("\n\n")
    assert sorted(filter(None, lines)) == sorted(f"{name} {number}" for name in "abc" for number in range(40))
    editions = office.history()
    assert [edition.number for edition in editions] == list(range(len(editions), 0, -1))
    assert sum(edition.action == "publish" for edition in editions) == 120
