"""What somebody sent, read apart from the knowledge: what it is, what speaks against it, corrections before it counts.

A staged source lives in ``state_dir/staging/<id>``: ``documents/`` as the importer wrote them, and ``staged.json``.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import TypeAdapter, ValidationError

from bot.corpus import frontmatter
from bot.corpus.atomic import write_atomically
from bot.corpus.loader import FOREIGN_PLACE, parse
from bot.corpus.model import Document
from bot.errors import KnowledgeError, PublishError
from bot.publishing.disk import refused
from bot.publishing.folder import DOCUMENTS, safe_name
from bot.publishing.publisher import Change

MAX_BYTES = 20 * 1024 * 1024
SECONDS = 90
"""Within which a source must be read; Word and PDF are slow."""
KEPT = dt.timedelta(days=7)
"""How long a staged source waits for a decision."""
SUFFIXES = (".md", ".markdown", ".txt", ".text", ".html", ".htm", ".docx", ".pdf")
_KEPT_VARIABLES = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT", "VIRTUAL_ENV")
_ID = re.compile(r"[0-9a-f]{12}")
_DATE = re.compile(r"(\d{4})\D{0,2}(\d{1,2})\D{0,2}(\d{1,2})\D{0,2}")

_GONE = "这份文件已经不在待发布区 — 请重新发送"

Field = Literal["place", "date", "title"]


@dataclass(frozen=True)
class Source:
    """What was sent: bytes and the name that they came with."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Conflict:
    """A document that is there already and has the same ``id``, ``title`` or ``content``."""

    kind: Literal["id", "title", "content"]
    id: str
    title: str


@dataclass(frozen=True)
class StagedDocument:
    """One document as it would be published, and what was recognised of it."""

    file: str
    document: Document
    conflicts: tuple[Conflict, ...] = ()

    @property
    def sections(self) -> tuple[str, ...]:
        """Its headings in order."""
        text = self.document.text
        return tuple(text[block.start : block.end] for block in self.document.blocks if block.level)

    @property
    def replaces(self) -> str | None:
        """The id of the document whose place it would take."""
        return next((conflict.id for conflict in self.conflicts if conflict.kind == "id"), None)


@dataclass(frozen=True)
class Staged:
    """A source that waits: its id, whose it is, its documents, and remarks of the import."""

    id: str
    by: str
    name: str
    documents: tuple[StagedDocument, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Record:
    by: str
    name: str
    files: tuple[str, ...]
    remarks: tuple[str, ...]


_RECORD = TypeAdapter(_Record)
Places = Callable[[], Mapping[str, str]]
"""The places that a document may be about: id → name in Chinese."""


class Staging:
    """The waiting sources. Every method blocks and raises PublishError with the reason and the remedy."""

    def __init__(
        self, state_dir: Path, folder: Path, documents: Callable[[], Sequence[Document]], places: Places
    ) -> None:
        self._path, self._folder = state_dir / "staging", folder
        self._documents, self._places = documents, places

    def stage(self, source: Source, by: str) -> Staged:
        """Read a source in a process of its own, which may take neither long nor much memory."""
        self._forget_old()
        name = _checked_name(source)
        id = secrets.token_hex(6)
        home = self._path / id
        try:
            with self._writing():
                home.mkdir(parents=True, mode=0o700)
                (home / "source").mkdir()
                (home / "source" / name).write_bytes(source.data)
            outcome = _import(home / "source" / name, home)
            record = _Record(by, source.name, tuple(outcome["documents"]), tuple(outcome["warnings"]))
            with self._writing():
                self._save(id, record)
            return self.staged(id)
        except PublishError:
            shutil.rmtree(home, ignore_errors=True)
            raise
        finally:
            shutil.rmtree(home / "source", ignore_errors=True)

    def staged(self, id: str) -> Staged:
        """The waiting source of that id, compared with the documents that are in use now."""
        record = self._record(id)
        existing = self._documents()
        documents = tuple(
            StagedDocument(file, document, tuple(_conflicts(document, existing)))
            for file in record.files
            for document in [self._load(id, file)]
        )
        return Staged(id, record.by, record.name, documents, record.remarks)

    def edit(self, id: str, field: Field, value: str) -> Staged:
        """Correct the place, the date or the title of all documents of a source (an empty value takes it out)."""
        record = self._record(id)
        checked = self._value(field, value)
        paths = [self._path / id / DOCUMENTS / file for file in record.files]
        texts = [with_field(self._read(id, file).decode(), field, checked) for file in record.files]
        for path, text in zip(paths, texts, strict=True):
            _parsed(text, path.name)  # all are right before the first one is written
        with self._writing():
            for path, text in zip(paths, texts, strict=True):
                write_atomically(path, text.encode())
        return self.staged(id)

    def discard(self, id: str) -> None:
        """Forget a source; one that is gone already is fine."""
        if _ID.fullmatch(id):
            shutil.rmtree(self._path / id, ignore_errors=True)

    def change(self, id: str, by: str, *, replace: bool = False) -> Change:
        """What publishing does.

        Raises PublishError where a document would take another one's place, unless ``replace``.
        """
        files: dict[str, bytes | None] = {}
        fresh, titles = set[str](), list[str]()
        existing = {document.id: document for document in self._documents()}
        for staged in self.staged(id).documents:
            old = existing[staged.replaces] if staged.replaces else None
            if old and not replace:
                raise PublishError(f"已有同一 id 的文件 {old.id}《{old.title}》 — 确认要替换它,或丢弃这一份")
            name = Path(old.path).relative_to(self._folder).as_posix() if old else self._new_name(staged, files)
            files[name] = self._read(id, staged.file)
            titles.append(staged.document.title)
            if not old:
                fresh.add(name)
        action = "publish" if len(fresh) == len(files) else "replace"
        return Change(files, by, action, "、".join(titles), frozenset(fresh))

    def _new_name(self, staged: StagedDocument, taken: Mapping[str, object]) -> str:
        """A name for a new document that no file has."""
        stem, number = safe_name(staged.document.id), 1
        name = f"{DOCUMENTS}/{stem}.md"
        while name in taken or os.path.lexists(self._folder / name):
            number += 1
            name = f"{DOCUMENTS}/{stem}-{number}.md"
        return name

    def _value(self, field: Field, value: str) -> object:
        value = " ".join(value.split())
        if field == "date":
            return _date(value) if value else None
        if field == "title":
            if not value:
                raise PublishError("标题不能是空的 — 写上标题")
            return value
        return self._place(value) if value else None

    def _place(self, value: str) -> str:
        known = self._places()
        found = next((id for id, name in known.items() if value in (id, name)), None)
        if found or value.startswith(FOREIGN_PLACE):
            return found or value
        choices = "、".join(f"{id}({name})" for id, name in known.items())
        raise PublishError(f"不认识地区“{value}” — 写 {choices},其他地方写 {FOREIGN_PLACE}全名")

    def _record(self, id: str) -> _Record:
        try:
            if not _ID.fullmatch(id):
                raise FileNotFoundError
            return _RECORD.validate_json((self._path / id / "staged.json").read_bytes())
        except (OSError, ValidationError):
            raise PublishError(_GONE) from None

    def _save(self, id: str, record: _Record) -> None:
        write_atomically(self._path / id / "staged.json", _RECORD.dump_json(record))

    def _load(self, id: str, file: str) -> Document:
        return _parsed(self._read(id, file).decode(), file)

    def _read(self, id: str, file: str) -> bytes:
        try:
            return (self._path / id / DOCUMENTS / file).read_bytes()
        except OSError:
            raise PublishError(_GONE) from None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise refused(self._path, "写入", error) from None

    def _forget_old(self) -> None:
        for path in self._path.glob("*"):
            with suppress(OSError):  # another server forgets it too
                if time.time() - path.stat().st_mtime > KEPT.total_seconds():
                    shutil.rmtree(path, ignore_errors=True)


def _checked_name(source: Source) -> str:
    """The name of the file that the importer sees: safe, with a suffix that it may have."""
    suffix = Path(source.name).suffix.lower()
    if suffix not in SUFFIXES:
        raise PublishError(f"不能读 {suffix or '没有后缀'} 的文件 — 可以发 {'、'.join(SUFFIXES)}")
    if len(source.data) > MAX_BYTES:
        raise PublishError(f"文件超过 {MAX_BYTES >> 20} MB — 拆开,或只发正文")
    if not source.data.strip():
        raise PublishError("文件是空的 — 检查后再发一次")
    return safe_name(Path(source.name.replace("\\", "/")).stem) + suffix


def _import(source: Path, out: Path) -> dict[str, Any]:
    environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | {"TMPDIR": str(out)}
    command = [sys.executable, "-m", "bot.publishing.importer", str(source), str(out)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the only argument of theirs is a safe name
            command, env=environment, capture_output=True, timeout=SECONDS, start_new_session=True, check=False
        )
    except subprocess.TimeoutExpired:
        raise PublishError(f"读了 {SECONDS} 秒还没有读完,已停止 — 拆成几份再发") from None
    try:
        outcome: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise PublishError("读它要用太多时间或内存,已停止 — 拆成几份再发,或另存为文本") from None
    if "refused" in outcome:
        raise PublishError(str(outcome["refused"]))
    if outcome["failures"] or not outcome["documents"]:
        raise PublishError("; ".join(outcome["failures"]) or "里面没有可以收录的文字 — 检查后再发一次")
    return outcome


def _parsed(text: str, name: str) -> Document:
    try:
        return parse(text, name)
    except KnowledgeError as error:
        raise PublishError(str(error.problems[0])) from None


def _conflicts(document: Document, existing: Iterable[Document]) -> Iterator[Conflict]:
    text, title = "".join(document.text.split()), "".join(document.title.split())
    for other in existing:
        if other.id == document.id:
            yield Conflict("id", other.id, other.title)
        elif "".join(other.text.split()) == text:
            yield Conflict("content", other.id, other.title)
        elif "".join(other.title.split()) == title:
            yield Conflict("title", other.id, other.title)


def with_field(text: str, field: str, value: object) -> str:
    """The document ``text`` with one field of its front matter set, or taken out where ``value`` is None."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    head = frontmatter.read(whole, "")
    values = head.meta.model_dump(exclude_defaults=True)
    values[field] = value
    kept = {key: values[key] for key in type(head.meta).model_fields if values.get(key) is not None}
    dumped = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{dumped}---\n{whole[head.body :]}"


def _date(value: str) -> dt.date:
    match = _DATE.fullmatch(value)
    try:
        if match is None:
            raise ValueError
        return dt.date(*map(int, match.groups()))
    except ValueError:
        raise PublishError(f"看不懂日期“{value}” — 写成 2024-05-06 或 2024年5月6日") from None
