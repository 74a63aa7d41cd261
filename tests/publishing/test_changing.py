"""A folder that somebody changes while it is read: what is served is of one state, never of two."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.answer.assistant import Assistant
from bot.assembly import Library, load_state
from bot.config import Config
from bot.corpus.loader import load_folder
from bot.errors import KnowledgeError
from bot.language.language import Language
from bot.publishing.reloading import Reloader
from bot.publishing.settling import settled
from tests.publishing.conftest import Folder

INVEST = "黄埔区2021年固定资产投资增长目标是多少"
PARK = "2021年,黄埔区新建公园{}个。"
Act = Callable[[], object]


def titles(folder: Folder) -> tuple[str, ...]:
    return tuple(document.title for document in load_folder(folder.path))


def disturbed(folder: Folder, *acts: Act) -> tuple[str, ...]:
    """What is loaded of the folder when the first loads are each followed by one of ``acts``, before they count."""
    left = iter(acts)

    def load() -> tuple[str, ...]:
        found = titles(folder)
        next(left, lambda: None)()
        return found

    return settled(folder.path, load)


def test_what_changes_while_it_is_read_is_read_again(folder: Folder) -> None:
    """A document added, renamed, removed, replaced, and a lexicon that comes meanwhile."""
    documents = folder.path / "documents"
    assert disturbed(folder, lambda: folder.write("more", "正文。")) == ("more", "2021年黄埔区政府工作报告")
    assert disturbed(folder, (documents / "more.md").unlink) == ("2021年黄埔区政府工作报告",)
    report = documents / "report.md"
    assert disturbed(folder, lambda: report.rename(documents / "sub.md")) == ("2021年黄埔区政府工作报告",)
    with_title = (documents / "sub.md").read_text(encoding="utf-8").replace("2021年黄埔区", "黄埔区")
    assert disturbed(folder, lambda: (documents / "sub.md").write_text(with_title, encoding="utf-8")) == (
        "黄埔区政府工作报告",
    )


def test_a_document_that_goes_while_it_is_read_holds_nothing_up(folder: Folder) -> None:
    """It was seen in its folder and is gone when it is opened."""
    path = folder.write("going", "正文。")

    def load() -> tuple[str, ...]:
        if path.exists():
            path.unlink()
            path.read_bytes()
        return titles(folder)

    assert settled(folder.path, load) == ("2021年黄埔区政府工作报告",)


def test_a_half_written_document_is_read_when_it_is_whole(folder: Folder) -> None:
    """What was wrong with it counts only if it stays so."""
    path = folder.path / "documents" / "report.md"
    whole = path.read_bytes()
    path.write_bytes(whole[:40])
    tried = list[int]()

    def load() -> tuple[str, ...]:
        tried.append(len(tried))
        try:
            return titles(folder)
        finally:
            if len(tried) == 1:
                path.write_bytes(whole)

    assert settled(folder.path, load) == ("2021年黄埔区政府工作报告",)
    assert len(tried) == 2


def test_what_does_not_come_to_rest_is_refused_by_name(folder: Folder) -> None:
    """With the remedy."""
    versions = iter(range(100))

    def load() -> tuple[str, ...]:
        found = titles(folder)
        folder.write("restless", PARK.format(next(versions) + 1000))
        return found

    with pytest.raises(KnowledgeError, match=r"restless\.md: 读的时候一直在被改动 — 等改完以后") as caught:
        settled(folder.path, load)
    assert len(caught.value.problems) == 1


def broken(whole: bytes) -> Iterator[tuple[bytes, str]]:
    """Beginnings of a document as a copy that is under way leaves them, and what is said of them."""
    middle = whole.index("固定资产投资".encode()) + 1
    yield whole[:middle], r"report\.md:\d+: 在一个字的中间断了,没有写完 — 重新保存"
    yield whole[: whole.index(b"kind")], r"report\.md:1: front matter 没有结束的 --- 行"
    yield b"", r"report\.md:1: 没有 front matter"
    yield whole[: whole.rindex(b"---") + 4], r"report\.md:\d+: 正文是空的"


def test_a_document_that_stays_half_written_is_named(folder: Folder, config: Config, language: Language) -> None:
    """The state in use stays, and the reload after it is whole again is right."""
    held = Reloader(lambda by: settled(folder.path, lambda: load_state(config, by, language, "bundled")), tuple)
    path = folder.path / "documents" / "report.md"
    whole, before = path.read_bytes(), held.state.snapshot.id
    for half, said in broken(whole):
        path.write_bytes(half)
        with pytest.raises(KnowledgeError, match=said):
            held.reload("test", force=True)
        assert held.state.snapshot.id == before
        assert held.state.assistant.ask(INVEST).citations[0].quote.endswith("20%左右")
    path.write_bytes(whole.replace("20%左右".encode(), "18%左右".encode()))
    held.reload("test")
    assert held.state.assistant.ask(INVEST).citations[0].quote.endswith("18%左右")


@pytest.mark.usefixtures("warm")
def test_a_half_written_lexicon_is_named(folder: Folder, config: Config) -> None:
    """By file; what was there before is in use until it is whole, and a removed one is as if it had never been."""
    library = Library(config)
    own = folder.path / "lexicon" / "own.toml"
    own.parent.mkdir()
    entry = '[[concept]]\nid = "own-x"\nforms = ["固定资产投资增幅", "盖茨比"]\n'.encode()
    for half in (entry[: entry.index("盖".encode()) + 1], entry[:-3]):
        own.write_bytes(half)
        with pytest.raises(KnowledgeError, match=r"own\.toml"):
            library.reload()
        assert library.current.ask(INVEST).citations[0].quote.endswith("20%左右")
    own.write_bytes(entry)
    assert library.reload().changes.lexicon
    shutil.rmtree(own.parent)
    assert library.reload().changes.lexicon


def test_a_state_is_never_mixed(folder: Folder, config: Config, language: Language) -> None:
    """Files of one version are written one after the other, by somebody who knows of no lock, through many reloads:
    each state that is served has the files of one version."""
    names = [f"park-{number}" for number in range(12)]
    over = threading.Event()

    def write(version: int) -> None:
        for name in names:
            folder.write(name, PARK.format(version))

    def write_on() -> int:
        version = 1000
        while not over.wait(0.2):
            version += 1
            write(version)
        return version

    write(1000)
    held = Reloader(lambda by: settled(folder.path, lambda: load_state(config, by, language, "bundled")), tuple)
    served, refused = set[str](), list[str]()
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_on)
        try:
            while len(served) < 6:
                try:
                    held.reload("test")
                except KnowledgeError as error:
                    refused.append(str(error))
                found = versions(held.state.assistant)
                assert len(found) == 1
                served |= found
        finally:
            over.set()
        last = writing.result()
    assert all("park-" in error for error in refused)
    held.reload("test")
    assert versions(held.state.assistant) == {PARK.format(last)}


def versions(assistant: Assistant) -> set[str]:
    return {document.text.strip() for document in assistant.documents if document.id.startswith("park-")}


@pytest.mark.usefixtures("warm")
def test_the_program_reads_again_too(folder: Folder, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is put together: a document that is replaced after it was read is not served as it was."""
    read, done = Path.read_bytes, list[bool]()

    def read_and_replace(path: Path) -> bytes:
        data = read(path)
        if path.name == "report.md" and not done:
            done.append(True)
            folder.report(invest="18%左右")
            folder.write("other", PARK.format(3))
        return data

    monkeypatch.setattr(Path, "read_bytes", read_and_replace)
    library = Library(config)
    assert done
    assert {d.id for d in library.current.documents} == {"report", "other"}
    assert library.current.ask(INVEST).citations[0].quote.endswith("18%左右")
