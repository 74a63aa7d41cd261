"""A knowledge folder as files: which belong to it, and the only ways in which they are read and written.

A name is a path relative to the folder, with ``/``. Nothing outside the folder is ever reached: names that climb
out are refused, and so is everything that goes through a symbolic link.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.corpus.atomic import PREFIX, SUFFIX, keep_beside, put_in_place, remove_durably, write_atomically, write_beside
from bot.errors import PublishError
from bot.publishing.disk import refused

DOCUMENTS, LEXICON, GOLDEN = "documents", "lexicon", "golden.jsonl"
LONGEST_NAME = 120
"""Bytes of a file's name without its suffix; file systems take 255."""

_KINDS = {DOCUMENTS: (".md",), LEXICON: (".toml", ".jsonl")}
_UNSAFE = re.compile(r"[^\w.\-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)

Files = Mapping[str, bytes | None]
"""Name → new content; None removes the file."""


def digest(data: bytes) -> str:
    """What a content is known by."""
    return hashlib.sha256(data).hexdigest()


def safe_name(wanted: str) -> str:
    """``wanted`` as the name of a file, without suffix: letters, digits, ``_ . -``, never hidden, never too long."""
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", wanted)).strip(".-_")
    name = name.encode()[:LONGEST_NAME].decode(errors="ignore").strip(".-_")
    return f"document-{name}".rstrip("-") if not name or _RESERVED.fullmatch(name) else name


@dataclass
class _Step:
    """One file of an exchange: its new content and its old one, as temporary files beside it; None: no file."""

    name: str
    path: Path
    new: Path | None = None
    old: Path | None = None


class Exchange:
    """New contents of several files, ready: neither putting them in place nor undoing that takes any more space."""

    def __init__(self, steps: Sequence[_Step]) -> None:
        self._steps = steps

    def carry_out(self) -> None:
        """Put the new contents in place, file after file. Raises PublishError."""
        for step in self._steps:
            _put(step, step.new)

    def undo(self) -> None:
        """Put the old ones back, whichever were replaced. Raises PublishError."""
        for step in self._steps:
            _put(step, step.old)


def _put(step: _Step, temporary: Path | None) -> None:
    with _explained(step.name, "写入"):
        if temporary is None:
            remove_durably(step.path)
        else:
            put_in_place(temporary, step.path)


class Folder:
    """The files of one knowledge folder. Raises PublishError where one cannot be read or written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """The names of all files that a snapshot is made of, in order."""
        found = [GOLDEN] if self._is_file(self.path / GOLDEN) else []
        for part, suffixes in _KINDS.items():
            found += [name for name in self._below(self.path / part) if name.lower().endswith(suffixes)]
        return sorted(found)

    def manifest(self) -> dict[str, str]:
        """Name → digest of all files."""
        return {name: digest(self.read(name)) for name in self.names()}

    def read(self, name: str) -> bytes:
        """The content of a file."""
        with _explained(name, "读取"):
            return self._inside(name).read_bytes()

    def find(self, name: str) -> bytes | None:
        """The content of a file, None where there is none."""
        with _explained(name, "读取"):
            path = self._inside(name)
            return path.read_bytes() if path.is_file() else None

    def write(self, name: str, data: bytes | None) -> None:
        """Put a file in its place at once, or remove it."""
        with _explained(name, "写入"):
            path = self._inside(name)
            if data is None:
                remove_durably(path)
            else:
                write_atomically(path, data)

    @contextmanager
    def exchange(self, files: Files) -> Iterator[Exchange]:
        """All of ``files`` written beside their places, and the old ones kept there, until the block ends."""
        steps: list[_Step] = []
        try:
            for name, data in files.items():
                with _explained(name, "写入"):
                    step = _Step(name, self._inside(name))
                    steps.append(step)
                    step.old = keep_beside(step.path) if step.path.is_file() else None
                    step.new = write_beside(step.path, data) if data is not None else None
            yield Exchange(steps)
        finally:
            for step in steps:
                _forget(step.new)
                _forget(step.old)

    def tidy(self) -> None:
        """Remove temporary files that a crash left behind, where that may be done."""
        for path in self.path.glob(f"{PREFIX}*{SUFFIX}"):
            _forget(path)
        for part in _KINDS:
            for path in (self.path / part).rglob(f"{PREFIX}*{SUFFIX}"):
                _forget(path)

    def _inside(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or "\\" in name or any(part in ("..", ".") for part in parts):
            raise PublishError(f"{name}: 不在资料夹里 — 只能改 {DOCUMENTS}/、{LEXICON}/ 和 {GOLDEN}")
        if name != GOLDEN and (parts[0] not in _KINDS or len(parts) < 2 or not name.lower().endswith(_KINDS[parts[0]])):
            raise PublishError(f"{name}: 不是资料夹里的文件 — 只能改 {DOCUMENTS}/、{LEXICON}/ 和 {GOLDEN}")
        path = self.path
        for part in parts:
            path = path / part
            if path.is_symlink():
                raise PublishError(f"{path}: 是符号链接 — 用文件或文件夹本身代替它")
        return path

    def _below(self, root: Path) -> Iterator[str]:
        if root.is_symlink():
            return
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            paths = (Path(folder, name) for name in names if not name.startswith("."))
            yield from (path.relative_to(self.path).as_posix() for path in paths if self._is_file(path))

    @staticmethod
    def _is_file(path: Path) -> bool:
        return path.is_file() and not path.is_symlink()


@contextmanager
def _explained(name: str, doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise refused(name, doing, error) from None


def _forget(temporary: Path | None) -> None:
    if temporary is not None:
        with suppress(OSError):  # nothing reads it, and the next change tries again
            temporary.unlink(missing_ok=True)
