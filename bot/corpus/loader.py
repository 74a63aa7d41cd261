"""Markdown files with YAML front matter → documents. All that is wrong is reported at once.

>>> document = parse("---\\ntitle: 招商问答\\n---\\n园区在哪?\\n")
>>> document.title, document.text
('招商问答', '园区在哪?\\n')
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.corpus import encoding, frontmatter, markdown
from bot.corpus.model import Block, Document
from bot.errors import KnowledgeError, Problem

MAX_BYTES = 20 * 1024 * 1024
"""A document is text that somebody reads; a larger file is a data dump or a mistake."""

FOREIGN_PLACE = "x-"
"""Prefix of the ids of places that the importer knows by name only; places.toml need not list them."""


@dataclass(frozen=True)
class _Loaded:
    """A document with the lines of its front matter keys, for problems that only the folder can see."""

    document: Document
    lines: Mapping[str, int] | None = None
    """None where the document was read before."""

    def line(self, key: str) -> int | None:
        lines = _load(Path(self.document.path)).lines if self.lines is None else self.lines
        return lines.get(key) if lines else None


def parse(text: str, path: str = "") -> Document:
    """Make a document of Markdown ``text``; ``path`` names it in problems and gives the default id.

    Raises KnowledgeError. ``sha256`` stays empty: it belongs to the bytes of a file.
    """
    return _parse(text, path).document


def load_document(path: Path) -> Document:
    """Load one file. Raises KnowledgeError that names the path, the line where it can, and the remedy."""
    return _load(path).document


def load_folder(
    folder: Path, places: Collection[str] | None = None, known: Iterable[Document] = ()
) -> tuple[Document, ...]:
    """Load ``folder/documents/**/*.md``, in the order of their paths.

    ``places`` are the place ids that exist (None: any will do); of the ``known`` documents those whose files have
    the same bytes still are taken as they are. Raises ONE KnowledgeError that lists every
    problem of every file, a folder without documents and ids that two files share included.
    """
    root = folder / "documents"
    if not root.is_dir():
        raise _error(str(folder), None, "没有 documents 文件夹", f"建立 {root} 并放入 .md 文件")
    problems: list[Problem] = []
    loaded: list[_Loaded] = []
    by_path = {document.path: document for document in known}
    for path in _files(root, problems):
        try:
            loaded.append(_load(path, by_path.get(str(path))))
        except KnowledgeError as error:
            problems.extend(error.problems)
    problems += _duplicates(loaded) + _unknown_places(loaded, places)
    if not loaded and not problems:
        problems.append(Problem(str(root), None, "没有文档", "放入至少一个 .md 文件"))
    if problems:
        raise KnowledgeError(problems)
    return tuple(item.document for item in loaded)


def _parse(text: str, path: str) -> _Loaded:
    whole = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head = frontmatter.read(whole, path)
    body = whole[head.body :]
    identity = head.meta.id or Path(path).stem or "document"
    line = whole.count("\n", 0, head.body) + 1
    document = Document(identity, head.meta, body, _blocks(body, whole, head.body, path), path, line=line)
    return _Loaded(document, head.lines)


def _blocks(body: str, whole: str, offset: int, path: str) -> tuple[Block, ...]:
    try:
        blocks = markdown.blocks(body)
    except markdown.MarkdownError as error:
        line = whole.count("\n", 0, offset + error.offset) + 1
        raise _error(path, line, error.what, error.mend) from None
    if not blocks:
        line = whole.count("\n", 0, offset) + 1
        raise _error(path, line, "正文是空的", "在第二个 --- 之后写正文，或删除这个文件")
    return blocks


def _load(path: Path, known: Document | None = None) -> _Loaded:
    data = _read(path)
    sha256 = hashlib.sha256(data).hexdigest()
    if known is not None and known.sha256 == sha256:
        return _Loaded(known)
    loaded = _parse(_decode(data, path), str(path))
    document = replace(loaded.document, sha256=sha256)
    return replace(loaded, document=document)


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            what = f"文件有 {size / 1024 / 1024:.0f} MB,超过 {MAX_BYTES // 1024 // 1024} MB"
            raise _error(str(path), None, what, "拆成几个文件，或只保留正文")
        return path.read_bytes()
    except OSError as error:
        raise _error(
            str(path), None, f"不能读取({error.strerror or error})", "检查文件是否存在、有无读取权限"
        ) from None


def _decode(data: bytes, path: Path) -> str:
    try:
        if b"\0" not in data:
            return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            line = data.count(b"\n") + 1
            raise _error(str(path), line, "在一个字的中间断了,没有写完", "重新保存或复制这个文件") from None
    name = encoding.guess(data)
    if name is None or name == "utf-8":
        raise _error(
            str(path),
            None,
            "是二进制文件，不是 Markdown 文本",
            "换成文本文件，或用 investor-bot import 导入原件",
        )
    label = {"big5hkscs": "Big5"}.get(name, name.upper())
    mend = f"另存为 UTF-8,或执行:iconv -f {label} -t UTF-8 {path.name} > new.md"
    raise _error(str(path), _bad_line(data), f"不是 UTF-8 编码，看起来是 {label}", mend)


def _bad_line(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1


def _files(root: Path, problems: list[Problem]) -> Iterator[Path]:
    """The ``.md`` files below ``root`` in a stable order; links that lead out of it become problems."""
    inside = root.resolve()

    def unreadable(error: OSError) -> None:
        problems.append(Problem(str(error.filename), None, f"不能读取文件夹({error.strerror})", "检查权限"))

    for folder, folders, names in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        problems += filter(None, (_leads_out(Path(folder, name), inside) for name in folders))
        for name in sorted(names):
            if not name.lower().endswith(".md") or name.startswith("."):
                continue
            path = Path(folder, name)
            if problem := _leads_out(path, inside):
                problems.append(problem)
            else:
                yield path


def _leads_out(path: Path, inside: Path) -> Problem | None:
    if not path.is_symlink() or path.resolve().is_relative_to(inside):
        return None
    return Problem(str(path), None, "符号链接指向 documents 文件夹之外", "用文件本身代替链接")


def _duplicates(loaded: list[_Loaded]) -> list[Problem]:
    first: dict[str, str] = {}
    problems = []
    for item in loaded:
        document = item.document
        if document.id in first:
            what = f"id {document.id} 与 {first[document.id]} 重复"
            problems.append(Problem(document.path, item.line("id"), what, "改其中一个文件的 id"))
        first.setdefault(document.id, document.path)
    return problems


def _unknown_places(loaded: list[_Loaded], places: Collection[str] | None) -> list[Problem]:
    if places is None:
        return []
    return [
        Problem(
            item.document.path,
            item.line("place"),
            f"未知的 place {place}",
            "用 lexicon/places.toml 里的 id,或在那里添加",
        )
        for item in loaded
        if (place := item.document.meta.place) and place not in places and not place.startswith(FOREIGN_PLACE)
    ]


def _error(path: str, line: int | None, what: str, mend: str) -> KnowledgeError:
    return KnowledgeError([Problem(path, line, what, mend)])
