"""Reading a knowledge folder that somebody may be changing: what is read is of one state, or it is read again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from bot.errors import KnowledgeError, Problem
from bot.publishing.folder import DOCUMENTS, LEXICON

T = TypeVar("T")

PAUSES = (0.0, 0.1, 0.4, 1.5)
"""Seconds to wait before each attempt; all but the first one come after a disturbed one."""

Stamps = dict[str, tuple[int, int, int]]
"""Path → what is another when the file is another."""


def settled(folder: Path, load: Callable[[], T]) -> T:
    """What ``load`` makes of the folder while no document and nothing of its lexicon changes.

    Raises KnowledgeError: what is wrong, or which files did not come to rest.
    """
    changing: list[str] = []
    for pause in PAUSES:
        time.sleep(pause)
        before = stamps(folder)
        try:
            loaded = _load(load, folder)
        except KnowledgeError:
            changing = _changed(before, stamps(folder))
            if not changing:
                raise
        else:
            changing = _changed(before, stamps(folder))
            if not changing:
                return loaded
    raise KnowledgeError([Problem(path, None, "读的时候一直在被改动", "等改完以后再重新加载") for path in changing])


def stamps(folder: Path) -> Stamps:
    """What the documents and the lexicon of the folder are known by, without reading them."""
    return dict(_stamps(folder))


def _stamps(folder: Path) -> Iterator[tuple[str, tuple[int, int, int]]]:
    for part in (DOCUMENTS, LEXICON):
        for place, folders, names in os.walk(folder / part):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = os.path.join(place, name)
                try:
                    status = os.stat(path)
                except OSError:  # gone again: that is a change too
                    continue
                if not name.startswith("."):
                    yield path, (status.st_ino, status.st_size, status.st_mtime_ns)


def _changed(before: Stamps, after: Stamps) -> list[str]:
    return sorted({path for path, _ in before.items() ^ after.items()})


def _load(load: Callable[[], T], folder: Path) -> T:
    """What it loads; a file that cannot be read (any more) is a KnowledgeError like all that is wrong there."""
    try:
        return load()
    except OSError as error:
        what = f"不能读取({error.strerror or type(error).__name__})"
        problem = Problem(str(error.filename or folder), None, what, "检查文件是否存在、有无读取权限")
        raise KnowledgeError([problem]) from None
