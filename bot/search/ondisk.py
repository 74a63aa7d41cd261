"""Indexes on disk, a folder for each state of the passages, however they are written.

A passage has a slot in its index, a number that stays its own. A new index begins as the newest one before it (its
files are linked, not copied: none is ever changed in place), and only what differs is written. It appears whole, under
a name that says what is in it, so processes may share the folder and whoever reads an older one is not disturbed.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TypeAlias

import msgspec
import numpy as np

from bot.cache import fingerprint, packed, unpacked
from bot.language.lists import Integers
from bot.search.bags import Hashes

KEPT = 3
"""Indexes that stay: the one in use and some before it."""
REWRITTEN = 0.25
"""Share of passages that differ from which an index is written anew."""
_PREFIX, _DRAFT, _MANIFEST, _DAY = "passages-", "new-", "manifest", 86_400.0

Write: TypeAlias = Callable[[Path, Sequence[int], Mapping[int, int]], None]
"""Takes the folder of an index (an empty one gets a new index), the slots to be removed, and the ordinals of the
passages to be added by their slots."""

_log = logging.getLogger(__name__)


class _Manifest(msgspec.Struct, array_like=True):
    """What an index holds: the program that wrote it, by ordinal the keys and slots of its passages, and the digests
    of its files."""

    version: str
    keys: bytes
    slots: bytes
    files: dict[str, str]


@dataclass(frozen=True)
class _Plan:
    """The slots of the passages by ordinal, and how an index comes to hold them."""

    slots: Integers
    removed: Sequence[int] = ()
    added: Mapping[int, int] | None = None

    @property
    def changes(self) -> int:
        return len(self.removed) + len(self.added or ())


class IndexStore:
    """The indexes in ``folder`` that ``write`` writes; those of another ``version`` are not read."""

    def __init__(self, folder: Path, version: str, write: Write) -> None:
        self._folder, self._version, self._write = folder, version, write

    def get(self, keys: Hashes) -> tuple[Path, Integers]:
        """The folder of the index over passages with these ``keys`` (the same only for the same contents), and the
        slots of the passages, both in ordinal order. It is made where it is missing or damaged. Raises OSError."""
        path = self._folder / f"{_PREFIX}{fingerprint(self._version, keys.tobytes())}"
        manifest = self._intact(path) or self._make(path, keys)
        with contextlib.suppress(OSError):
            os.utime(path)
            self._sweep()
        return path, np.frombuffer(manifest.slots, dtype=np.int64)

    def _intact(self, path: Path) -> _Manifest | None:
        """The manifest of the index in ``path``, None where there is none that can be used."""
        try:
            manifest: _Manifest = unpacked((path / _MANIFEST).read_bytes(), _Manifest)
            if manifest.version != self._version:
                raise ValueError(f"it is one of {manifest.version}")
            for name, digest in manifest.files.items():
                if _digest(path / name) != digest:
                    raise ValueError(f"{name} is damaged")
        except (OSError, ValueError) as error:
            if path.exists():
                _log.warning("%s cannot be used and is made again: %s", path, error)
            return None
        return manifest

    def _make(self, path: Path, keys: Hashes) -> _Manifest:
        with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=self._folder) as draft:
            home = Path(draft, "index")
            home.mkdir()
            plan = self._begin(home, keys)
            self._write(home, plan.removed, plan.added or {})
            files = {name: _digest(home / name) for name in _files(home)}
            manifest = _Manifest(self._version, keys.tobytes(), plan.slots.tobytes(), files)
            (home / _MANIFEST).write_bytes(packed(manifest))
            return self._put(home, path, manifest)

    def _begin(self, home: Path, keys: Hashes) -> _Plan:
        """What is to be done in ``home``, where the files of the newest index are if that is less work."""
        for path in self._newest_first():
            if manifest := self._intact(path):
                plan = _plan(manifest, keys)
                if plan.changes <= REWRITTEN * len(keys) and plan.slots.max(initial=0) < 2 * len(keys):
                    _link(path, home, manifest.files)
                    return plan
                break
        slots = np.arange(len(keys))
        return _Plan(slots, added=dict(enumerate(slots.tolist())))

    def _put(self, home: Path, path: Path, manifest: _Manifest) -> _Manifest:
        """Move ``home`` to ``path``, unless another process was quicker."""
        while True:
            try:
                home.rename(path)
            except OSError:
                if not path.exists():
                    raise
            else:
                return manifest
            if theirs := self._intact(path):
                return theirs
            with contextlib.suppress(FileNotFoundError):  # removed by another process
                self._remove(path)

    def _newest_first(self) -> list[Path]:
        return sorted(self._folder.glob(f"{_PREFIX}*"), key=lambda path: -path.stat().st_mtime)

    def _sweep(self) -> None:
        """Remove old indexes, and what killed processes were writing."""
        drafts = (path for path in self._folder.glob(f"{_DRAFT}*") if path.stat().st_mtime < time.time() - _DAY)
        for path in (*drafts, *self._newest_first()[KEPT:]):
            self._remove(path)

    def _remove(self, path: Path) -> None:
        """Gone at once for all other processes, then deleted."""
        with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=self._folder, ignore_cleanup_errors=True) as gone:
            path.rename(Path(gone, "index"))


def _plan(manifest: _Manifest, keys: Hashes) -> _Plan:
    """From the index of ``manifest`` to one over ``keys``."""
    there = np.frombuffer(manifest.slots, dtype=np.int64).tolist()
    free: defaultdict[int, list[int]] = defaultdict(list)
    for key, slot in zip(np.frombuffer(manifest.keys, dtype=np.uint64).tolist(), there, strict=True):
        free[key].append(slot)
    fresh = iter(range(max(there, default=-1) + 1, max(there, default=-1) + 1 + len(keys)))
    slots, added = [], {}
    for ordinal, key in enumerate(keys.tolist()):
        if free[key]:
            slots.append(free[key].pop())
        else:
            slots.append(next(fresh))
            added[slots[-1]] = ordinal
    return _Plan(np.array(slots, dtype=np.int64), [slot for left in free.values() for slot in left], added)


def _files(home: Path) -> Iterator[str]:
    """Names of the files of an index, without its locks."""
    return (path.name for path in sorted(home.iterdir()) if path.suffix != ".lock")


def _link(source: Path, target: Path, names: Iterable[str]) -> None:
    """Where the file system has no links, or not here, files are copied."""
    for name in names:
        try:
            os.link(source / name, target / name)
        except OSError:
            shutil.copyfile(source / name, target / name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
