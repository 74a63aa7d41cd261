"""Changes to the knowledge folder: all of a change or nothing, through the gate, kept in the history."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.errors import KnowledgeError, PublishError, SearchUnavailableError
from bot.publishing.folder import Exchange, Files, Folder, digest
from bot.publishing.history import History, Journal, now
from bot.publishing.model import Edition, Progress, Reload, Snapshot, silent
from bot.publishing.trail import Deed, Trail, untraced

try:
    import fcntl
except ImportError:  # Windows: there one process at a time is up to whoever runs it
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)


class Library(Protocol):
    """What is reloaded: ``bot.assembly.Library``."""

    @property
    def snapshot(self) -> Snapshot:
        """What is known of the state in use."""
        ...

    def reload(self, by: str = "", *, force: bool = False, progress: Progress = silent) -> Reload:
        """Build the state anew and swap it; raises KnowledgeError where it is held back."""
        ...


@dataclass(frozen=True)
class Change:
    """What is to be done: new contents by name, by whom, and how the history and the audit trail call it.

    ``fresh`` are names that must not be there yet: nothing is overwritten that nobody has seen.
    """

    files: Files
    by: str
    action: str
    target: str
    fresh: frozenset[str] = frozenset()


class Publisher:
    """Carries out changes, one at a time, also among several processes on one folder.

    ``keep`` states are kept under ``state_dir/history``, apart for each folder. ``committed`` is told of each
    edition that counts.
    Every method blocks; every failure is a PublishError, or a KnowledgeError where the gate held a change back,
    and leaves the folder as it was.
    """

    def __init__(
        self,
        folder: Path,
        state_dir: Path,
        library: Library,
        keep: int = 20,
        trail: Trail = untraced,
        committed: Callable[[Edition], None] = lambda _edition: None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.folder = Folder(folder)
        self.history = History(_place(folder, state_dir), keep)
        self._library = library
        self._trail = trail
        self._committed = committed
        self._now = clock
        self._turn = threading.Lock()

    def publish(
        self, change: Change | Callable[[], Change], *, force: bool = False, progress: Progress = silent
    ) -> Reload:
        """Write the files, reload through the gate, keep the state; or leave everything as it was.

        A change that is made from what the folder holds is a function: it is called when nobody else can change
        the folder any more, so that nothing of others is lost.
        """
        with self._alone():
            _recover(self.history, self.folder)
            return self._publish(change() if callable(change) else change, force, progress)

    def rollback(self, number: int, by: str, *, force: bool = False, progress: Progress = silent) -> Reload:
        """Make the folder what it was as edition ``number``, through the gate, as an edition of its own."""
        with self._alone():
            _recover(self.history, self.folder)
            wanted = self.history.edition(number).files
            have = self.folder.manifest()
            files: dict[str, bytes | None] = {n: self.history.get(d) for n, d in wanted.items() if have.get(n) != d}
            files |= {name: None for name in have if name not in wanted}
            if not files:
                raise PublishError(f"资料夹已经和第 {number} 版一样")
            return self._publish(Change(files, by, "rollback", str(number)), force, progress)

    def _publish(self, change: Change, force: bool, progress: Progress) -> Reload:
        before = {name: self.folder.find(name) for name in change.files}
        for name in change.fresh:
            if before.get(name) is not None:
                raise PublishError(f"{name}: 刚刚有别人写了同名的文件 — 再发布一次")
        manifest = self._as_found(change.by)
        journal = Journal(
            self.history.next_number(), {n: (self._kept(before[n]), self._kept(change.files[n])) for n in before}
        )
        with self.folder.exchange(change.files) as exchange:
            self.history.begin(journal)
            swapped = False
            try:
                exchange.carry_out()
                done = self._library.reload(change.by, force=force, progress=progress)
                swapped = True
                edition = self._edition(journal.number, change, manifest, done.after.id)
                self.history.commit(edition)
            except BaseException:
                self._undo(exchange, swapped)
                raise
        self._tell(change, edition, before)
        return done

    def _kept(self, data: bytes | None) -> str | None:
        return None if data is None else self.history.put(data)

    def _as_found(self, by: str) -> dict[str, str]:
        """The files as they are; where the history does not have this state yet, it is kept as one of its own."""
        manifest = self.folder.manifest()
        editions = self.history.editions()
        if not editions or editions[0].files != manifest:
            for name in manifest:
                self.history.put(self.folder.read(name))
            number, snapshot = self.history.next_number(), self._library.snapshot.id
            self.history.commit(Edition(number, self._now(), by, "found", "", manifest, snapshot))
        return manifest

    def _edition(self, number: int, change: Change, manifest: dict[str, str], snapshot: str) -> Edition:
        files = dict(manifest)
        for name, data in change.files.items():
            if data is None:
                files.pop(name, None)
            else:
                files[name] = digest(data)
        return Edition(number, self._now(), change.by, change.action, change.target, files, snapshot)

    def _undo(self, exchange: Exchange, swapped: bool) -> None:
        """Put everything back. What fails here is finished by the journal when the program starts again."""
        try:
            exchange.undo()
            self.history.end()
        except PublishError as error:
            log.error("a change could not be undone, the next start tries again: %s", error)
            return
        if swapped:
            try:
                self._library.reload("undo", force=True)
            except (KnowledgeError, SearchUnavailableError) as error:
                log.error("a change was undone, but what was there before cannot be loaded: %s", error)

    def _tell(self, change: Change, edition: Edition, before: Files) -> None:
        was = {name: digest(data) if data is not None else None for name, data in before.items()}
        now_ = {name: edition.files.get(name) for name in before}
        self._trail(Deed(change.by, change.action, change.target, was, {"edition": edition.number, "files": now_}))
        self._committed(edition)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One change at a time: of this process, and of all that work on this folder."""
        with self._turn, _locked(self.folder.path):
            yield


def recover(folder: Path, state_dir: Path) -> list[str]:
    """Undo what a crash cut short, before anything is loaded; the files that were put back. Raises PublishError."""
    with _locked(folder):
        return _recover(History(_place(folder, state_dir)), Folder(folder))


def editions_of(folder: Path, state_dir: Path) -> list[Edition]:
    """The published states of a folder, newest first."""
    return History(_place(folder, state_dir)).editions()


def _recover(history: History, folder: Folder) -> list[str]:
    back = history.recover(folder)
    folder.tidy()
    if back:
        log.warning("a change was cut short and is undone: %s", ", ".join(back))
    return back


def _place(folder: Path, state_dir: Path) -> Path:
    return state_dir / "history" / hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise PublishError(f"{folder}: 不能打开资料夹({error.strerror}) — 检查 knowledge.path") from None
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)  # ends with the process, however it ends
        yield
    finally:
        os.close(handle)
