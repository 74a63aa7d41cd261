"""Files written so that whoever reads them sees the old content or the new one, also after a crash."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from pathlib import Path

PREFIX, SUFFIX = ".writing-", ".tmp"
"""Names of temporary files, which nothing reads; a crash may leave one behind."""


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``data`` beside ``path``, make it durable, and put it in its place. Raises OSError."""
    temporary = write_beside(path, data)
    try:
        put_in_place(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_beside(path: Path, data: bytes) -> Path:
    """Make ``data`` durable in a temporary file beside ``path``, ready to be put in its place. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=PREFIX, suffix=SUFFIX)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def keep_beside(path: Path) -> Path:
    """A second, temporary name for the file ``path``, so that putting it back takes no space; a copy where the file
    system knows no second names. Raises OSError."""
    temporary = path.parent / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
    try:
        os.link(path, temporary)
    except OSError:
        try:
            shutil.copy2(path, temporary)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return temporary


def put_in_place(temporary: Path, path: Path) -> None:
    """Make the temporary file beside ``path`` the file, at once and for good. Raises OSError."""
    os.replace(temporary, path)
    sync_folder(path.parent)


def remove_durably(path: Path) -> None:
    """Remove a file, if it is there, for good. Raises OSError."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make what was renamed or removed in ``folder`` durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
