"""A reload on one server leads the others to reload: each once, through its own gate, after any loss."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.assembly import Library, open_store, serving
from bot.auditing import Reloads, audit_trail
from bot.config import Config, load_config
from bot.errors import GoldenError, KnowledgeError, Problem, SearchUnavailableError, StoreError
from bot.language.language import Language
from bot.publishing.following import Announced, Heard, follower_of, following
from bot.publishing.model import Changes, GoldenResult, Progress, Reload, Snapshot, silent
from bot.publishing.trail import RELOADS
from tests.store.conftest import postgres

__all__ = ["postgres"]  # a fixture

NOW = datetime(2025, 7, 8, 9, 30, tzinfo=UTC)
PATIENCE = 20.0
"""Seconds: less than between two looks, so that it is the news which were heard."""


def snapshot(id: str) -> Snapshot:
    return Snapshot(id, NOW, "start", 1, 1, 1)


@dataclass
class Folder:
    """A library that loads ``holds``; ``reloads`` are its calls."""

    holds: str = "new"
    snapshot: Snapshot = field(default_factory=lambda: snapshot("old"))
    reloads: list[tuple[str, bool]] = field(default_factory=list)
    gate: bool = True
    fails: list[Exception] = field(default_factory=list)

    def reload(self, by: str = "", *, force: bool = False, progress: Progress = silent) -> Reload:
        self.reloads.append((by, force))
        if self.fails:
            raise self.fails.pop()
        if not self.gate and not force:
            raise GoldenError([], 1)
        before, self.snapshot = self.snapshot, snapshot(self.holds)
        return Reload(before, self.snapshot, Changes({}, {}, {}), GoldenResult(), False, 0.0)


class Wire:
    """News that a test makes; ``cut`` breaks the connection. ``looks`` counts how often somebody looked."""

    def __init__(self) -> None:
        self.last: Announced | None = None
        self.looks = self.listened = 0
        self._changed = asyncio.Condition()
        self._told, self._cut = False, False

    async def announce(self, id: str, *, forced: bool = False, told: bool = True) -> None:
        """Somebody has reloaded; where it is not ``told``, nobody hears."""
        before = self.last.at if self.last else NOW
        self.last = Announced(before + timedelta(seconds=1), id, forced)
        await self._change(told=told)

    async def remind(self) -> None:
        """There is nothing new, or nobody knows."""
        await self._change(told=True)

    async def cut(self) -> None:
        await self._change(cut=True)

    async def _change(self, *, told: bool = False, cut: bool = False) -> None:
        async with self._changed:
            self._told, self._cut = self._told or told, self._cut or cut
            self._changed.notify_all()

    async def looked(self, times: int) -> None:
        """Until somebody has looked so often and waits again."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: self.looks >= times)

    async def latest(self) -> Announced | None:
        return self.last

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Heard]:
        self.listened += 1

        async def heard(_seconds: float) -> None:
            async with self._changed:
                self.looks += 1
                self._changed.notify_all()
                await self._changed.wait_for(lambda: self._told or self._cut)
                if self._cut:
                    self._cut = False
                    raise StoreError("the wire is cut")
                self._told = False

        yield heard


async def test_a_reload_elsewhere_is_followed() -> None:
    """Forced where it was forced, and not again when there are news of it once more."""
    library, wire = Folder(), Wire()
    async with following(library, wire):
        await wire.looked(1)
        await wire.announce("new")
        await wire.looked(2)
        assert (library.snapshot.id, library.reloads) == ("new", [(follower_of("new"), False)])
        library.holds = "newest"
        await wire.announce("newest", forced=True)
        await wire.looked(3)
        assert library.reloads[1:] == [(follower_of("newest"), True)]


async def test_who_is_there_already_does_nothing() -> None:
    """As the server that announced it."""
    library, wire = Folder(), Wire()
    async with following(library, wire):
        await wire.looked(1)
        await wire.announce("old")
        await wire.looked(2)
    assert library.reloads == []


async def test_what_came_before_the_start_is_caught_up_with() -> None:
    """A folder may have been loaded just before another server announced what it has become."""
    library, wire = Folder(), Wire()
    await wire.announce("new", told=False)
    async with following(library, wire):
        await wire.looked(1)
    assert library.snapshot.id == "new"


async def test_what_came_while_the_connection_was_lost_is_caught_up_with(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As soon as the server listens again."""
    monkeypatch.setattr("bot.publishing.following.AGAIN", 0.01)
    library, wire = Folder(), Wire()
    async with following(library, wire):
        await wire.looked(1)
        await wire.announce("new", told=False)
        await wire.cut()
        await wire.looked(2)
    assert (wire.listened, library.snapshot.id) == (2, "new")
    assert "the wire is cut" in caplog.text


async def test_the_gate_of_each_server_holds(caplog: pytest.LogCaptureFixture) -> None:
    """It is said once, and the old state stays; the next announcement is tried again."""
    library, wire = Folder(gate=False), Wire()
    async with following(library, wire):
        for number in range(2):
            await wire.looked(number + 1)
            await wire.announce("new")
        await wire.looked(3)
    assert (library.snapshot.id, len(library.reloads)) == ("old", 2)
    assert caplog.text.count("is held back") == 2


async def test_what_may_do_better_soon_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """A folder that is still being copied, a search cluster that is away; what is done is not done again."""
    library, wire = Folder(fails=[SearchUnavailableError("away"), KnowledgeError([Problem("a.md", 1, "half")])]), Wire()
    await wire.announce("new", told=False)
    async with following(library, wire):
        for look in range(1, 5):
            await wire.looked(look)
            assert library.snapshot.id == ("new" if look >= 3 else "old")
            await wire.remind()
        await wire.looked(5)
    assert len(library.reloads) == 3
    assert caplog.text.count("trying again") == 2


async def test_a_folder_that_holds_something_else_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """Tried once, not again and again."""
    library, wire = Folder(holds="other"), Wire()
    await wire.announce("new", told=False)
    async with following(library, wire):
        await wire.looked(1)
    assert library.reloads == [(follower_of("new"), False)]
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "new" in warning
    assert "other" in warning
    assert "knowledge.path" in warning


# --- over a real store -------------------------------------------------------------------------------------------


def configured(folder: Path, state: Path, url: str) -> Config:
    return load_config(state_dir=state, knowledge={"path": folder}, store={"url": url})


def write(folder: Path, text: str) -> None:
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    (folder / "documents" / "a.md").write_text(f"---\ntitle: 收费公告\n---\n{text}。", encoding="utf-8")


async def test_servers_that_share_a_store_follow_one_another(postgres: str, tmp_path: Path, language: Language) -> None:
    """A reload is one entry of the audit trail, whoever follows; so is one by a program that serves nobody."""
    folder = tmp_path / "knowledge"
    write(folder, "停车场收费标准是每小时五元")
    configs = [configured(folder, tmp_path / f"state-{n}", postgres) for n in range(3)]
    libraries = [await asyncio.to_thread(lambda c=c: Library(c, audit_trail(c), language)) for c in configs]
    async with (
        open_store(configs[0]) as first,
        open_store(configs[1]) as second,
        serving(configs[0], libraries[0], first),
        serving(configs[1], libraries[1], second),
        asyncio.timeout(PATIENCE),
    ):
        for number, by in ((0, "user:7"), (1, "console"), (2, "cli:ann")):
            write(folder, f"停车场收费标准是每小时{'六七八'[number]}元")
            done = await asyncio.to_thread(libraries[number].reload, by)
            while {library.snapshot.id for library in libraries[:2]} != {done.after.id}:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        entries = await first.audit.entries(NOW - timedelta(days=36500))
        latest = await Reloads(first).latest()
    assert [(entry.action, entry.actor) for entry in entries] == [
        (RELOADS[0], None),
        (RELOADS[0], None),
        (RELOADS[0], 7),
    ]
    assert latest is not None
    assert latest.snapshot == libraries[0].snapshot.id
