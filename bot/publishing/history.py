"""Every published state, kept by content under ``state_dir/history``, and a journal that undoes what a crash cut short.

``objects/<sha256>`` are contents, ``states/<number>.json`` name the files of a state, ``journal.json`` is there only
while a change is under way: writing the state's file is the moment from which the change counts.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.corpus.atomic import remove_durably, write_atomically
from bot.errors import PublishError
from bot.publishing.disk import refused
from bot.publishing.folder import Folder, digest
from bot.publishing.model import Edition

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Journal:
    """A change under way: the number that it will have, and per file its digest before and after (None: no file)."""

    number: int
    files: Mapping[str, tuple[str | None, str | None]]


_EDITION, _JOURNAL = TypeAdapter(Edition), TypeAdapter(Journal)


class History:
    """The last ``keep`` states of one folder. Raises PublishError where it cannot be read or written."""

    def __init__(self, path: Path, keep: int = 20) -> None:
        self._objects, self._states, self._journal = path / "objects", path / "states", path / "journal.json"
        self._keep = keep

    def editions(self) -> list[Edition]:
        """All kept states, newest first; a file that is no state is left out."""
        found = []
        for path in self._states.glob("*.json"):
            try:
                found.append(_EDITION.validate_json(path.read_bytes()))
            except (OSError, ValidationError):
                continue
        return sorted(found, key=lambda edition: -edition.number)

    def edition(self, number: int) -> Edition:
        """The state of that number."""
        editions = self.editions()
        for edition in editions:
            if edition.number == number:
                return edition
        kept = "、".join(str(edition.number) for edition in editions) or "无"
        raise PublishError(f"没有第 {number} 版 — 保留着的有:{kept}")

    def next_number(self) -> int:
        """The number of the next state: of no state before it, damaged ones included, whatever the clock says."""
        return max((int(path.stem) for path in self._states.glob("*.json") if path.stem.isdecimal()), default=0) + 1

    def put(self, data: bytes) -> str:
        """Keep a content; its digest."""
        name = digest(data)
        path = self._objects / name
        if not _holds(path, data):
            self._write(path, data)
        return name

    def get(self, name: str) -> bytes:
        """The content with that digest."""
        try:
            data = (self._objects / name).read_bytes()
        except OSError as error:
            raise PublishError(f"历史记录不完整:{name[:12]} 不能读取({error.strerror}) — 选别的版本") from None
        if digest(data) != name:
            raise PublishError(f"历史记录已损坏:{name[:12]} — 选别的版本")
        return data

    def begin(self, journal: Journal) -> None:
        """A change begins; its contents are kept already."""
        self._write(self._journal, _JOURNAL.dump_json(journal))

    def commit(self, edition: Edition) -> None:
        """From now on the change counts."""
        data = json.dumps(asdict(edition) | {"at": edition.at.isoformat()}, ensure_ascii=False, indent=1)
        self._write(self._states / f"{edition.number:06}.json", data.encode())
        try:
            self.end()
            self._prune()
        except (OSError, PublishError) as error:  # it counts all the same, and the next change tidies up
            log.warning("edition %d is kept, but older ones could not be tidied up: %s", edition.number, error)

    def end(self) -> None:
        """Nothing is under way any more."""
        try:
            remove_durably(self._journal)
        except FileNotFoundError:
            return
        except OSError as error:
            raise refused(self._journal, "写入", error) from None

    def recover(self, folder: Folder) -> list[str]:
        """Undo a change that a crash cut short; the names of the files that were put back.

        A file that somebody has written since is left alone.
        """
        journal = self._unfinished()
        if journal is None:
            return []
        back = []
        for name, (before, after) in journal.files.items():
            now = folder.find(name)
            if (digest(now) if now is not None else None) == after != before:
                folder.write(name, self.get(before) if before else None)
                back.append(name)
        self.end()
        return back

    def _unfinished(self) -> Journal | None:
        try:
            journal = _JOURNAL.validate_json(self._journal.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            reason = "内容已损坏" if isinstance(error, ValidationError) else error.strerror
            raise PublishError(f"{self._journal}: {reason} — 核对资料夹后删除这个文件") from None
        if (self._states / f"{journal.number:06}.json").is_file():
            self.end()  # it had come to count
            return None
        return journal

    def _prune(self) -> None:
        editions = self.editions()
        for edition in editions[self._keep :]:
            (self._states / f"{edition.number:06}.json").unlink(missing_ok=True)
        needed = {name for edition in editions[: self._keep] for name in edition.files.values()}
        for path in self._objects.iterdir():
            if path.name not in needed:
                path.unlink(missing_ok=True)

    def _write(self, path: Path, data: bytes) -> None:
        try:
            write_atomically(path, data)
        except OSError as error:
            raise refused(path, "写入", error) from None


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def now() -> datetime:
    """The time of an edition."""
    return datetime.now(UTC)
