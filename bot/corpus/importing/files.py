"""Files → raw articles: text, Markdown, listing pages; HTML, PDF and DOCX through markitdown."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.corpus import encoding, frontmatter
from bot.corpus.importing import listing, reflow
from bot.corpus.importing.model import ImportWarning, RawArticle
from bot.corpus.importing.phrases import table
from bot.errors import ImportSourceError, KnowledgeError

MAX_BYTES = 100 * 1024 * 1024
"""Of a source; a PDF with pictures may be large, its text is not."""

TEXT, MARKDOWN = {".txt", ".text"}, {".md", ".markdown"}
WEB, OFFICE = {".html", ".htm", ".xhtml"}, {".pdf", ".docx"}
SUFFIXES = TEXT | MARKDOWN | WEB | OFFICE

HEADING = re.compile(r"^#{1,6}\s", re.MULTILINE)
ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|<])")
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LINK = re.compile(r"\[([^\]]*)\]\((?:[^()\s]|\([^)]*\))*(?:\s\"[^\"]*\")?\)")
EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
READ_ME = re.compile(r"(?:readme|license|copying)\b", re.IGNORECASE)
"""Files that describe a folder; given by themselves they are imported all the same."""
PAGE_NUMBER = re.compile(r"(?m)^[\s—–-]*\d{1,4}[\s—–-]*$|\f")
FURNITURE = ("script", "style", "nav", "header", "footer", "aside", "form", "iframe", "noscript")


def find(source: Path) -> tuple[list[tuple[Path, str]], list[ImportWarning]]:
    """The files of a source with the names they go by: the file itself, or all files below a folder.

    What a folder holds besides (pictures, tables …) is not read; a warning says so.
    Raises ImportSourceError where there is nothing of that name.
    """
    if source.is_file():
        return [(source, source.name)], []
    if not source.is_dir():
        raise ImportSourceError("没有这个文件或文件夹")
    found, skipped = [], []
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if not path.is_file() or any(part.startswith(".") for part in path.relative_to(source).parts):
            continue
        if path.suffix.lower() in SUFFIXES and not READ_ME.match(path.name):
            found.append((path, name))
        else:
            skipped.append(ImportWarning("skipped", name, "不是可导入的文档，略过"))
    return found, skipped


def read(path: Path, name: str) -> tuple[RawArticle, ...]:
    """The articles of one file. Raises ImportSourceError that says why it cannot be read."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ImportSourceError(f"{suffix or '没有后缀'} 不是可导入的类型；可导入 {' '.join(sorted(SUFFIXES))}")
    data = _bytes(path)
    if suffix in OFFICE | WEB:
        return _converted(data, suffix, path, name)
    text = decoded(data)
    if suffix in MARKDOWN and (article := _with_front_matter(text, path, name)):
        return (article,)
    if suffix in MARKDOWN and HEADING.search(text):
        return (_markdown(text, path, name),)
    return _plain(text, path, name)


def decoded(data: bytes) -> str:
    """``data`` as text, in the encoding that it seems to be in. Raises ImportSourceError for binary data."""
    name = encoding.guess(data)
    if name is None:
        raise ImportSourceError("看起来是二进制文件，或编码无法识别；请另存为 UTF-8 文本")
    return data.decode(name, errors="replace").removeprefix("\ufeff")


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImportSourceError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB;请拆开再导入")
        return path.read_bytes()
    except OSError as error:
        raise ImportSourceError(f"不能读取({error.strerror or error})") from None


def _plain(text: str, path: Path, name: str) -> tuple[RawArticle, ...]:
    if articles := listing.articles(text):
        return articles
    lines, dropped = without_footer(reflow.paragraphs(text))
    warnings = (ImportWarning("footer", name, f"略去页脚 {dropped} 行"),) if dropped else ()
    return (replace(_article(lines, path, name), warnings=warnings),)


def _article(lines: Sequence[str], path: Path, name: str, *, verbatim: bool = False) -> RawArticle:
    if not any(line.strip() for line in lines):
        raise ImportSourceError("里面没有文字(扫描件请先做文字识别)")
    return RawArticle(name, tuple(lines), fallback_title=path.stem, verbatim=verbatim)


def without_footer(lines: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """``lines`` without those at the end that belong to the page, and how many that were."""
    end = len(lines)
    while end and _footer().fullmatch(lines[end - 1]):
        end -= 1
    return tuple(lines[:end]), len(lines) - end


@cache
def _footer() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in table("footers")["lines"]))


def _with_front_matter(text: str, path: Path, name: str) -> RawArticle | None:
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    if not frontmatter.FENCE.match(whole):
        return None
    try:
        head = frontmatter.read(whole, name)
    except KnowledgeError as error:
        raise ImportSourceError("; ".join(str(problem) for problem in error.problems)) from None
    article = _article([whole[head.body :].strip("\n")], path, name, verbatim=True)
    given = head.meta.model_dump(exclude_defaults=True)
    return replace(article, title=head.meta.title, given=tuple(given.items()), source=head.meta.source or name)


def _markdown(text: str, path: Path, name: str) -> RawArticle:
    body = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    first = HEADING.search(body)
    title = body[first.end() :].split("\n", 1)[0].strip() if first else None
    return replace(_article([body], path, name, verbatim=True), fallback_title=title or path.stem)


def _converted(data: bytes, suffix: str, path: Path, name: str) -> tuple[RawArticle, ...]:
    text, title = _convert(data, suffix)
    text = ESCAPE.sub(r"\1", EMPHASIS.sub(r"\2", LINK.sub(r"\1", IMAGE.sub("", text))))
    if suffix == ".pdf":
        text = PAGE_NUMBER.sub("", text)
    if articles := listing.articles(text):
        return articles
    lines, _ = without_footer(tuple(_prose(text)))
    if len(HEADING.findall(text)) > 1:
        article = _article(["\n\n".join(lines)], path, name, verbatim=True)
    else:
        article = _article([line.lstrip("# ") for line in lines], path, name)
    return (replace(article, fallback_title=title or path.stem),)


def _prose(text: str) -> Iterator[str]:
    """The paragraphs of converted Markdown; rows of tables and headings stay lines of their own."""
    block: list[str] = []
    for line in (*reflow.cleaned(text).split("\n"), ""):
        if re.match(r"\s*(?:\||#{1,6}\s|[-*+]\s|\d+[.)]\s|$)", line):
            yield from reflow.paragraphs("\n".join(block))
            block = []
            if line.strip():
                yield line.strip()
        else:
            block.append(line)


def _convert(data: bytes, suffix: str) -> tuple[str, str | None]:
    """Markdown and title of a file, through markitdown. Its errors and its absence end here.

    The converter is the one of the suffix: markitdown's own choice takes a damaged file for plain text.
    """
    try:
        from markitdown import StreamInfo
        from markitdown.converters import DocxConverter, HtmlConverter, PdfConverter
    except ImportError:
        what = f'导入 {suffix} 需要 markitdown；请执行 pip install "investor-bot[import]"'
        raise ImportSourceError(what) from None
    converters = {".pdf": PdfConverter, ".docx": DocxConverter}
    title = None
    if suffix in WEB:
        html, title = _article_html(decoded(data))
        data = html.encode()
    try:
        converter: Any = converters.get(suffix, HtmlConverter)  # its constructor is not typed
        result = converter().convert(io.BytesIO(data), StreamInfo(extension=suffix, charset="utf-8"))
    except Exception as error:  # markitdown passes on whatever its many parsers raise
        raise ImportSourceError(f"不能转换（{type(error).__name__}）；文件可能已损坏或有密码") from None
    return result.markdown, title or result.title


def _article_html(html: str) -> tuple[str, str | None]:
    """The page without navigation, scripts and footers; its title: the first ``<h1>``, else ``<title>``."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    heading = soup.find("h1") or soup.find("title")
    title = " ".join(heading.get_text().split()) if heading else None
    for element in soup(FURNITURE):
        element.decompose()
    return str(soup), title or None
