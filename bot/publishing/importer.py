"""A process of its own that reads a file which somebody sent: ``python -m bot.publishing.importer SOURCE OUT``.

What such a file may cost is bounded before anything is parsed, and what it may hold is looked at first: no macros,
no scripts, no archive that unpacks without end, no book of ten thousand pages. The outcome is one JSON object on
standard output; ``OUT/documents`` holds the documents.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

CPU_SECONDS, MEMORY, WRITTEN, OPEN_FILES = 60, 2 << 30, 64 << 20, 128
"""Limits of the process: seconds of computing, bytes of address space, bytes of one file, open files."""
PAGES = 1000
UNPACKED, RATIO, ENTRIES = 200 << 20, 200, 5000
"""Of an office file: bytes unpacked, how many times its size that may be, files in it."""

_MACROS = re.compile(r"(?:^|/)(?:vbaProject\.bin|vbaData\.xml|activeX/|embeddings/)", re.IGNORECASE)
_SCRIPTS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class Refused(Exception):
    """The file is not read at all; the message says why and how to mend it."""


def main(source: Path, out: Path) -> dict[str, Any]:
    """Look at the file, import it, and say what came of it."""
    _limit()
    _look_at(source)
    from bot.corpus.importing import import_sources

    report = import_sources([source], out)
    return {
        "documents": [document.path.name for document in report.documents],
        "warnings": [warning.text for warning in report.warnings],
        "failures": [problem.what for problem in report.failures],
    }


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit of the parent alone remains
        return
    for kind, value in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, WRITTEN),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def _look_at(source: Path) -> None:
    data = source.read_bytes()
    suffix = source.suffix.lower()
    if suffix == ".docx":
        _look_at_office(data)
    elif suffix == ".pdf":
        _look_at_pdf(data)
    elif data.startswith((b"PK\x03\x04", b"%PDF", b"\x7fELF", b"MZ", b"\xd0\xcf\x11\xe0")):
        raise Refused("内容与后缀不符 — 用原来的后缀再发一次")


def _look_at_office(data: bytes) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise Refused("不是 Word 文件(.docx),或已损坏、有密码 — 在 Word 里另存为 .docx") from None
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED or unpacked > RATIO * max(len(data), 1):
        raise Refused("解压后过大,疑似压缩炸弹,没有打开 — 去掉图片后另存,或只发正文")
    if any(_MACROS.search(entry.filename) for entry in entries):
        raise Refused("含有宏或嵌入的对象,没有打开 — 另存为不含宏的 .docx 再发")
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels")):
            with archive.open(entry) as file:
                if _ENTITIES.search(file.read(4096)):
                    raise Refused("含有 XML 实体定义,没有打开 — 在 Word 里另存为 .docx 再发")


def _look_at_pdf(data: bytes) -> None:
    if _SCRIPTS.search(data):
        raise Refused("含有脚本或嵌入的文件,没有打开 — 打印成新的 PDF 再发")
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    try:
        pages = PDFPage.create_pages(PDFDocument(PDFParser(io.BytesIO(data))))
        if any(number >= PAGES for number, _ in enumerate(pages)):
            raise Refused(f"超过 {PAGES} 页 — 拆开再发,或只发需要的部分")
    except Refused:
        raise
    except Exception as error:  # whatever its parser raises: the file is broken or hostile
        raise Refused(f"不是 PDF,或已损坏、有密码({type(error).__name__}) — 重新导出再发") from None


if __name__ == "__main__":
    try:
        outcome = main(Path(sys.argv[1]), Path(sys.argv[2]))
    except Refused as refused:
        outcome = {"refused": str(refused)}
    except MemoryError:
        outcome = {"refused": "读它要用太多内存,已停止 — 拆成几份再发"}
    sys.stdout.write(json.dumps(outcome))
