"""Results kept between runs: never stale, never damaged, never a reason to fail."""

from __future__ import annotations

import logging
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answer.assistant import Assistant
from bot.assembly import build_assistant
from bot.cache import Cache, Kept, fingerprint, program
from bot.config import load_config
from bot.language.language import Language


class Entry(msgspec.Struct, array_like=True):
    """Something that took long to compute."""

    name: str
    weights: dict[str, float]


FIRST = Entry("黄埔", {"gdp": 1.0})
OTHER = Entry("黄浦", {})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the entries lie; it does not exist yet."""
    return tmp_path / "state" / "cache"


def entry(folder: Path) -> Path:
    """The file of the one entry that is kept."""
    (path,) = folder.iterdir()
    return path


class Counter:
    """Computes ``value`` and counts how often."""

    def __init__(self, value: Entry = FIRST) -> None:
        self.value, self.calls = value, 0

    def __call__(self) -> Entry:
        self.calls += 1
        return self.value


def test_what_was_computed_once_is_kept_for_the_next_run(folder: Path) -> None:
    """A second cache over the folder is another process, as far as the cache can tell."""
    compute = Counter()
    assert Cache(folder).remember("entry", "1", Entry, compute) == FIRST
    assert Cache(folder).remember("entry", "1", Entry, compute) == FIRST
    assert compute.calls == 1


def test_another_key_is_another_entry(folder: Path) -> None:
    """And so is another kind."""
    cache = Cache(folder)
    cache.remember("entry", "1", Entry, Counter(FIRST))
    assert cache.remember("entry", "2", Entry, Counter(OTHER)) == OTHER
    assert cache.remember("thing", "1", Entry, Counter(OTHER)) == OTHER
    assert cache.remember("entry", "1", Entry, Counter(OTHER)) == FIRST


def test_without_a_folder_everything_is_computed() -> None:
    """Each time."""
    compute = Counter()
    for _ in range(2):
        assert Cache().remember("entry", "1", Entry, compute) == FIRST
    assert compute.calls == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_anywhere_is_found(folder: Path, data: st.DataObject, caplog: pytest.LogCaptureFixture) -> None:
    """One byte changed, or the end cut off: computed again, said in the log, and whole afterwards."""
    Cache(folder).remember("entry", "1", Entry, Counter())
    path = entry(folder)
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    path.write_bytes(whole[:place] if cut else whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    caplog.clear()
    compute = Counter()
    assert Cache(folder).remember("entry", "1", Entry, compute) == FIRST
    assert compute.calls == 1
    assert str(path) in caplog.text
    assert path.read_bytes() == whole


def test_an_entry_of_another_shape_is_computed_again(folder: Path) -> None:
    """A whole file that holds something else."""
    Cache(folder).remember("entry", "1", dict[str, int], lambda: {"a": 1})
    assert Cache(folder).remember("entry", "1", Entry, Counter()) == FIRST


def test_what_was_read_while_the_sources_changed_is_not_kept(folder: Path) -> None:
    """It belongs to no state of the sources."""
    Kept(Cache(folder), "1", still=lambda: False).remember("entry", Entry, Counter(OTHER))
    assert Cache(folder).remember("entry", "1", Entry, Counter(FIRST)) == FIRST


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no such rights on this system")
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever can write there could put words into the bot's mouth."""
    Cache(folder).remember("entry", "1", Entry, Counter(OTHER))
    folder.chmod(0o777)
    assert Cache(folder).remember("entry", "1", Entry, Counter(FIRST)) == FIRST
    assert "chmod 700" in caplog.text


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no such rights on this system")
def test_a_new_folder_is_ours_alone(folder: Path) -> None:
    """Nobody else can read or write it."""
    Cache(folder).remember("entry", "1", Entry, Counter())
    assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_no_reason_to_fail(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")
    assert Cache(tmp_path / "cache" / "inner").remember("entry", "1", Entry, Counter()) == FIRST
    assert "no cache" in caplog.text


def test_what_nobody_used_for_long_is_removed(folder: Path) -> None:
    """When something new is kept; what is in use stays."""
    old, used = Counter(), Counter()
    cache = Cache(folder)
    cache.remember("entry", "old", Entry, old)
    cache.remember("entry", "used", Entry, used)
    long_ago = time.time() - 400 * 86_400
    for path in folder.iterdir():
        os.utime(path, (long_ago, long_ago))
    Cache(folder).remember("entry", "used", Entry, used)
    Cache(folder).remember("entry", "new", Entry, Counter())
    assert sorted(path.name for path in folder.iterdir()) == ["entry-new", "entry-used"]


def test_where_there_is_too_much_the_least_recently_used_goes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the rest fits."""
    for number in range(4):
        Cache(folder).remember("entry", str(number), Entry, Counter())
        os.utime(folder / f"entry-{number}", (time.time() - 1000 + number,) * 2)
    (size,) = {path.stat().st_size for path in folder.iterdir()}
    monkeypatch.setattr("bot.cache._MOST", 3 * size)
    Cache(folder).remember("entry", "new", Entry, Counter())
    assert {path.name for path in folder.iterdir()} == {"entry-2", "entry-3", "entry-new"}


def test_what_a_killed_process_was_writing_is_removed_in_the_end(folder: Path) -> None:
    """Not at once: another process may be writing right now."""
    Cache(folder).remember("entry", "1", Entry, Counter())
    for name, age in (("new-dead", 2 * 86_400), ("new-alive", 1)):
        (folder / name).mkdir()
        (folder / name / "entry-2").write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    Cache(folder).remember("entry", "3", Entry, Counter())
    assert {path.name for path in folder.iterdir()} == {"entry-1", "entry-3", "new-alive"}


RACE = """
import sys
from pathlib import Path
from bot.cache import Cache
cache = Cache(Path(sys.argv[1]))
value = list(range(200_000))
for number in range(20):
    assert cache.remember("entry", str(number), list[int], lambda: value) == value
"""


def processes(folder: Path) -> Iterator[subprocess.Popen[str]]:
    for _ in range(4):
        command = [sys.executable, "-c", RACE, str(folder)]
        yield subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])


def test_processes_may_share_the_folder(folder: Path) -> None:
    """Four write and read the same entries at once; none sees half a file, nothing is left over."""
    running = list(processes(folder))
    assert [(process.communicate()[1], process.returncode) for process in running] == [("", 0)] * 4
    assert len(list(folder.iterdir())) == 20


@given(st.lists(st.text()), st.lists(st.text()))
def test_fingerprints_differ_where_the_parts_differ(one: list[str], other: list[str]) -> None:
    """Also where the parts run together alike."""
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)


def test_the_program_has_a_fingerprint() -> None:
    """One for the whole run."""
    assert program() == program()
    assert len(program()) == 32


def test_reading_an_entry_says_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """No news is good news."""
    caplog.set_level(logging.INFO)
    for _ in range(2):
        Cache(folder).remember("entry", "1", Entry, Counter())
    assert caplog.text == ""


def test_an_entry_that_leads_elsewhere_is_not_followed(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither to a whole entry of somebody else nor to what never ends; afterwards a file of ours is in its place."""
    Cache(tmp_path / "other").remember("entry", "1", Entry, Counter(OTHER))
    for target in (tmp_path / "other" / "entry-1", Path("/dev/zero"), tmp_path / "nowhere", tmp_path / "other"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "entry-1").unlink(missing_ok=True)
        (folder / "entry-1").symlink_to(target)
        caplog.clear()
        assert Cache(folder).remember("entry", "1", Entry, Counter(FIRST)) == FIRST
        assert len(caplog.records) == 1
        assert not entry(folder).is_symlink()
        assert Cache(folder).remember("entry", "1", Entry, Counter(OTHER)) == FIRST
    assert Cache(tmp_path / "other").remember("entry", "1", Entry, Counter(FIRST)) == OTHER


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names on this system")
def test_an_entry_that_is_no_file_holds_nothing_up(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A pipe that nobody writes to."""
    folder.mkdir(parents=True, mode=0o700)
    os.mkfifo(folder / "entry-1")
    assert Cache(folder).remember("entry", "1", Entry, Counter()) == FIRST
    assert "made again" in caplog.text
    assert entry(folder).is_file()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_an_entry_of_another_user_is_not_used(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is made again, and is ours."""
    Cache(folder).remember("entry", "1", Entry, Counter(OTHER))
    os.chown(entry(folder), 65534, 65534)
    assert Cache(folder).remember("entry", "1", Entry, Counter(FIRST)) == FIRST
    assert "no file of ours" in caplog.text
    assert entry(folder).stat().st_uid == os.geteuid()


def test_damage_everywhere_is_said_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Thousands of entries may have the same fate; each of them is made again."""
    for number in range(5):
        Cache(folder).remember("entry", str(number), Entry, Counter())
        (folder / f"entry-{number}").write_bytes(os.urandom(200))
    cache, compute = Cache(folder), Counter()
    for number in range(5):
        assert cache.remember("entry", str(number), Entry, compute) == FIRST
    assert compute.calls == 5
    assert len(caplog.records) == 1


def test_a_folder_that_vanishes_is_no_reason_to_fail(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody tidies up while the bot runs."""
    cache = Cache(folder)
    assert cache.folder is not None
    shutil.rmtree(folder)
    assert cache.remember("entry", "1", Entry, Counter()) == FIRST
    assert "cannot be kept" in caplog.text


def test_entries_of_a_clock_that_ran_ahead_are_used(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Written in a year that has not come yet, they are as good as others, and the next ones are kept too."""
    compute = Counter()
    Cache(folder).remember("entry", "1", Entry, compute)
    os.utime(entry(folder), (time.time() + 365 * 86_400,) * 2)
    assert Cache(folder).remember("entry", "1", Entry, compute) == FIRST
    Cache(folder).remember("entry", "2", Entry, compute)
    assert compute.calls == 2
    assert len(list(folder.iterdir())) == 2
    assert caplog.text == ""


def damage_all(folder: Path) -> None:
    """Every entry in another way: random bytes, cut short, empty, a pickle, a link to what never ends."""

    def lead_elsewhere(path: Path) -> None:
        path.unlink()
        path.symlink_to("/dev/zero")

    ways = (
        lambda path: path.write_bytes(os.urandom(path.stat().st_size)),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(pickle.dumps({"entry": Path("/etc/passwd")})),
        lead_elsewhere,
    )
    for path, damage in zip(sorted(folder.iterdir()), cycle(ways), strict=False):
        damage(path)


def test_a_damaged_cache_changes_no_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """All entries of dictionaries, lexicon and documents at once: made again, the log says so, answers are the same."""
    config = load_config(state_dir=tmp_path / "state")
    questions = ["黄埔2021年GPD目标", "黃埔區固定資產投資", "huangpu customs AEO", "天河区2021年GDP目标"]

    def answers() -> list[object]:
        return [replace(assistant.ask(question), elapsed_ms=0) for question in questions]

    assistant = build_assistant(config)
    expected = answers()
    caplog.clear()
    damage_all(config.state_dir / "cache")
    assistant = build_assistant(config)
    assert answers() == expected
    said = [record.getMessage() for record in caplog.records]
    assert 1 <= len(said) <= 2, "one line for the language, one for the documents"
    assert all("made again" in line for line in said)
    caplog.clear()
    assistant = build_assistant(config)
    assert answers() == expected
    assert caplog.text == ""
    assert not any(path.is_symlink() for path in (config.state_dir / "cache").iterdir())


def test_a_cache_of_another_version_changes_no_answer(
    bundled: Assistant, cache: Path, language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its entries have other names, so they are not even looked at; both versions may share the folder."""
    config = load_config(state_dir=tmp_path / "state")
    shutil.copytree(cache, config.state_dir / "cache")
    before = {path.name: path.read_bytes() for path in (config.state_dir / "cache").iterdir()}
    other = fingerprint("another version")
    for module in ("bot.cache", "bot.language.language", "bot.language.gloss", "bot.language.segment"):
        monkeypatch.setattr(f"{module}.program", lambda: other)
    again = build_assistant(config)
    question = "黄埔2021年GPD目标"
    assert again.ask(question).citations == bundled.ask(question).citations
    after = {path.name: path.read_bytes() for path in (config.state_dir / "cache").iterdir()}
    assert before.items() < after.items()
