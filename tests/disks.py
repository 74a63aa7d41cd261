"""Disks that are full or read-only, for tests: real ones, where file systems may be mounted."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BALLAST = "ballast"


@contextmanager
def small_disk(path: Path, size: str = "1m") -> Iterator[Path]:
    """A file system of its own at the folder ``path``, which is made if need be; skips where none may be mounted."""
    path.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(path))
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


@contextmanager
def read_only(path: Path) -> Iterator[Path]:
    """The folder ``path`` so that nobody can write there; root by a mount, others by the rights of its folders."""
    if os.geteuid() == 0:
        _mount("--bind", str(path), str(path))
        try:
            _mount("-o", "remount,bind,ro", str(path))
            yield path
        finally:
            subprocess.run(["umount", "-l", str(path)], check=True)
        return
    folders = [Path(place) for place, _, _ in os.walk(path)]
    try:
        for folder in folders:
            folder.chmod(0o500)
        yield path
    finally:
        for folder in folders:
            folder.chmod(0o700)


def _mount(*arguments: str) -> None:
    if shutil.which("mount") is None or subprocess.run(["mount", *arguments], capture_output=True).returncode:
        pytest.skip("no file systems may be mounted here")


def fill(disk: Path, leave: int = 0) -> None:
    """Fill the file system that holds the folder ``disk`` up to its last block, but for ``leave`` bytes."""
    with open(disk / BALLAST, "ab", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
        file.truncate(max(0, file.seek(0, os.SEEK_END) - leave))


def empty(disk: Path) -> None:
    """Take the ballast away."""
    (disk / BALLAST).unlink(missing_ok=True)
