"""Kills publishing processes at random moments and looks at what they leave: ``python killing.py FOLDER STATE ROUNDS``.

Run as a process of its own: it forks, so that a round takes no longer than what is killed.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bot.corpus.loader import load_folder
from bot.publishing.model import Changes, GoldenResult, Progress, Reload, Snapshot, silent
from bot.publishing.publisher import Change, Publisher, recover

TEXT = "---\ntitle: 第{number}版\n---\n2021年,固定资产投资增长{number}%。\n" + "补充说明。\n" * 400


class Loader:
    """Loads the documents without a language, which is what takes long."""

    snapshot = Snapshot("x", datetime(2021, 1, 1, tzinfo=UTC), "start", 0, 0, 0)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def reload(self, by: str = "", *, force: bool = False, progress: Progress = silent) -> Reload:
        load_folder(self._folder)
        return Reload(self.snapshot, self.snapshot, Changes({}, {}, {}), GoldenResult(), force, 0.0)


def version(publisher: Publisher) -> set[str]:
    """Which versions the three files that always change together are of."""
    names = ("documents/a.md", "documents/b.md", "documents/c.md")
    return {publisher.folder.read(name).decode().split("\n", 2)[1] for name in names}


def publish_for_ever(publisher: Publisher, first: int) -> None:
    for number in count(first):
        files = {f"documents/{name}.md": TEXT.format(number=number).encode() for name in "abc"}
        files[f"documents/n{number % 3}.md"] = TEXT.format(number=number).encode()
        publisher.publish(Change(files, "killed", "publish", str(number)))


def main(folder: Path, state: Path, rounds: int) -> None:
    generator = random.Random(7)  # noqa: S311 - moments, not secrets
    undone = 0
    for number in range(rounds):
        child = os.fork()
        if child == 0:
            publish_for_ever(Publisher(folder, state, Loader(folder), keep=4), number * 1000 + 1)
        time.sleep(generator.uniform(0.002, 0.08))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        load_folder(folder)  # whoever reads the folder now, before anything is mended, finds whole files
        undone += bool(recover(folder, state))
        publisher = Publisher(folder, state, Loader(folder), keep=4)
        editions = publisher.history.editions()
        if editions:
            assert publisher.folder.manifest() == editions[0].files, "the folder is not the last published state"
            assert len(version(publisher)) == 1, "a change of several files is there in part"
            for edition in editions:
                for digest in edition.files.values():
                    publisher.history.get(digest)
        assert not [path for path in folder.rglob("*") if path.name.startswith(".writing")]
    published = max(edition.number for edition in publisher.history.editions())
    print(f"{rounds} killed, {undone} undone, {published} published")  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
