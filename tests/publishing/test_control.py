"""Reloads of a running server: by its socket, by SIGHUP, by watching the folder."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answer.assistant import Assistant
from bot.config import Config
from bot.errors import ControlError, GoldenError, KnowledgeError
from bot.publishing.control import FOLDER, call_servers, control
from bot.publishing.model import Reload, Step
from bot.publishing.reloading import Reloader
from tests.publishing.conftest import Folder

Make = Callable[[], Reloader[Assistant]]
INVEST = "黄埔区2021年固定资产投资增长目标是多少"


async def call(state_dir: Path, force: bool = False, steps: list[Step] | None = None) -> list[Reload]:
    """What ``investor-bot reload`` does, beside the server of the test."""
    seen = steps if steps is not None else []
    return await asyncio.to_thread(
        call_servers, state_dir, "cli:tester", force=force, progress=lambda step, _done, _total: seen.append(step)
    )


async def test_a_reload_by_socket(folder: Folder, config: Config, reloader: Make) -> None:
    """It hears of the progress, and what changed, as the server saw it."""
    folder.golden({"question": "黄埔区2021年GDP目标", "quote": ["10%左右"]})
    held, steps = reloader(), list[Step]()
    async with control(config.state_dir, held):
        folder.report(invest="18%左右")
        (done,) = await call(config.state_dir, steps=steps)
    assert steps == ["reading", "golden", "comparing"]
    assert done.after == held.state.snapshot
    assert done.after.by == "cli:tester"
    assert [(f.before, f.after) for f in done.changes.figures] == [("20%左右", "18%左右")]


async def test_what_holds_it_back_reaches_the_caller(folder: Folder, config: Config, reloader: Make) -> None:
    """As the same errors, with their problems; force goes through golden questions alone."""
    folder.golden({"question": INVEST, "quote": ["20%左右"]})
    held = reloader()
    async with control(config.state_dir, held):
        folder.report(invest="18%左右")
        with pytest.raises(GoldenError, match=INVEST) as golden:
            await call(config.state_dir)
        assert (golden.value.total, golden.value.problems[0].line) == (1, 1)
        (done,) = await call(config.state_dir, force=True)
        assert done.forced
        (folder.path / "documents" / "bad.md").write_text("---\n---\n", encoding="utf-8")
        with pytest.raises(KnowledgeError, match=r"bad\.md") as invalid:
            await call(config.state_dir, force=True)
        assert not isinstance(invalid.value, GoldenError)


async def test_only_the_owner_may_call(config: Config, reloader: Make) -> None:
    """Folder and socket are closed to everybody else, and gone afterwards."""
    async with control(config.state_dir, reloader()):
        (path,) = (config.state_dir / FOLDER).iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list((config.state_dir / FOLDER).iterdir()) == []


async def test_two_servers_both_reload(config: Config, reloader: Make) -> None:
    """Several may share a folder; what a killed one left behind is tidied up."""
    first, second = reloader(), reloader()
    async with control(config.state_dir, first), control(config.state_dir, second):
        stale = socket.socket(socket.AF_UNIX)
        here = Path.cwd()
        os.chdir(config.state_dir / FOLDER)
        try:
            stale.bind("stale.sock")
        finally:
            os.chdir(here)
            stale.close()
        assert len(await call(config.state_dir)) == 2
        assert not (config.state_dir / FOLDER / "stale.sock").exists()
    assert first.state.snapshot.by == second.state.snapshot.by == "cli:tester"


async def test_a_deep_folder_is_reached(tmp_path: Path, reloader: Make) -> None:
    """Deeper than the address of a socket may be long."""
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    async with control(deep, reloader()):
        assert len(await call(deep)) == 1


async def test_no_server_is_said_with_the_remedy(config: Config) -> None:
    """Which folder was looked into."""
    with pytest.raises(ControlError, match=r"no server listens in .* state_dir"):
        await call(config.state_dir)


@pytest.mark.parametrize("line", [b"\n", b"[]\n", b'{"command": "quit"}\n', b"x" * 100_000 + b"\n"])
async def test_nonsense_does_no_harm(config: Config, reloader: Make, line: bytes) -> None:
    """An error or a closed connection, and the next caller is served."""
    async with control(config.state_dir, reloader()):
        (path,) = (config.state_dir / FOLDER).iterdir()
        folder = os.open(path.parent, os.O_RDONLY)
        reader, writer = await asyncio.open_unix_connection(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)
        writer.write(line)
        answered = await reader.read()
        assert answered == b"" or "error" in json.loads(answered)
        writer.close()
        assert len(await call(config.state_dir)) == 1


async def loaded(held: Reloader[Assistant], by: str, other_than: str) -> None:
    """Wait until a reload of that kind is done."""
    async with asyncio.timeout(60):
        while held.state.snapshot.by != by or held.state.snapshot.id == other_than:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.02)


async def test_hangup_reloads(folder: Folder, config: Config, reloader: Make) -> None:
    """As daemons do; a mistake in a document leaves the old state in use and is logged."""
    held = reloader()
    async with control(config.state_dir, held):
        before = held.state.snapshot.id
        folder.report(invest="18%左右")
        os.kill(os.getpid(), signal.SIGHUP)
        await loaded(held, "signal", before)


async def test_watching_reloads_once_changes_pause(folder: Folder, config: Config, reloader: Make) -> None:
    """A mistake is held back, and mending it is enough."""
    held = reloader()
    async with control(config.state_dir, held, folder.path):
        before = held.state.snapshot.id
        await asyncio.sleep(0.3)  # until the folder is watched, which nothing tells
        (folder.path / "documents" / ".hidden.md").write_text("x", encoding="utf-8")
        folder.report(invest="18%左右")
        await loaded(held, "watch", before)
        before = held.state.snapshot.id
        file = folder.path / "documents" / "report.md"
        good = file.read_text(encoding="utf-8")
        file.write_text("---\n---\n", encoding="utf-8")
        await asyncio.sleep(1.5)
        assert held.state.snapshot.id == before
        file.write_text(good.replace("18%", "17%"), encoding="utf-8")
        await loaded(held, "watch", before)
