"""Files of every kind become documents; what cannot be read is said and the rest goes on."""

from __future__ import annotations

import builtins
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.corpus.encoding import guess
from bot.corpus.importing import ImportReport, files, import_sources
from bot.corpus.importing.model import RawArticle
from bot.corpus.loader import load_document, load_folder
from bot.errors import ImportSourceError

TEXT = (
    "关于促进产业发展的通知\n\n为促进企业发展,现就有关事项通知如下。\n\n"
    "一、支持对象\n\n在本区注册的企业。\n\n二、支持措施\n\n给予一定奖励。\n"
)
WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'


@pytest.fixture
def source(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a source file and return its path."""

    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


Source = Callable[[str, str | bytes], Path]


def docx(*paragraphs: str) -> bytes:
    """The smallest Word file that holds these paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{paragraph}</w:t></w:r></w:p>" for paragraph in paragraphs)
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", relations)
        archive.writestr("word/document.xml", WORD.format(body))
    return buffer.getvalue()


def pdf(text: str) -> bytes:
    """The smallest PDF with one line of Latin text."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(data)
    return data + (
        b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer << /Size 6 /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % start
    )


def imported(path: Path, into: Path) -> str:
    """The text of the one document that a source becomes."""
    report = import_sources([path], into)
    assert report.failures == ()
    (document,) = report.documents
    return load_document(document.path).text


def failure(path: Path, into: Path) -> str:
    report = import_sources([path], into)
    assert report.documents == ()
    (problem,) = report.failures
    assert str(path) == problem.path
    return problem.what


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_encodings_are_recognised(self, source: Source, tmp_path: Path, encoding: str) -> None:
        """Old text files come out as they were written."""
        text = imported(source("a.txt", TEXT.encode(encoding)), tmp_path)
        assert "# 一、支持对象\n\n在本区注册的企业。" in text

    def test_traditional_chinese_in_big5_is_recognised(self, source: Source, tmp_path: Path) -> None:
        """And not taken for GB18030, which decodes nearly everything."""
        text = "關於促進產業發展的公告,為促進企業發展,現就有關事項公告如下。"
        assert text in imported(source("a.txt", text.encode("big5")), tmp_path)

    def test_a_binary_file_is_a_failure(self, source: Source, tmp_path: Path) -> None:
        """With a word on why."""
        assert "二进制" in failure(source("a.txt", b"\x00\x01\x02" * 50), tmp_path)

    def test_an_empty_file_is_a_failure(self, source: Source, tmp_path: Path) -> None:
        """There is nothing to import."""
        assert "没有文字" in failure(source("a.txt", " \n\n"), tmp_path)

    def test_a_file_that_is_too_large_is_a_failure(
        self, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is not read at all."""
        monkeypatch.setattr(files, "MAX_BYTES", 10)
        assert "超过" in failure(source("a.txt", TEXT), tmp_path)

    def test_the_footer_of_a_site_is_dropped_with_a_warning(self, source: Source, tmp_path: Path) -> None:
        """At the end only."""
        path = source("a.txt", "Public domain\n\n" + TEXT + "\nPublic domain\n\nfalse\n")
        report = import_sources([path], tmp_path)
        assert [warning.kind for warning in report.warnings] == ["footer"]
        assert load_document(report.documents[0].path).text.count("Public domain") == 1


class TestMarkdown:
    def test_a_document_keeps_its_front_matter_and_its_text(self, source: Source, tmp_path: Path) -> None:
        """Nothing is decided anew, nothing restructured."""
        body = "# 甲\n\n五年来,发展很快。五年来,变化很大。\n\n| a | b |\n|---|---|\n| 1 | 2 |"
        path = source("a.md", f"---\nid: faq\ntitle: 问答\nplace: sh-huangpu\nsource: https://x.cn\n---\n\n{body}\n")
        (made,) = import_sources([path], tmp_path).documents
        document = load_document(made.path)
        assert document.text.strip("\n") == body
        assert (document.id, made.title, made.place, made.place_name) == (
            "faq",
            "问答",
            "sh-huangpu",
            "上海市黄浦区",
        )
        assert document.meta.source == "https://x.cn"

    def test_without_front_matter_the_first_heading_is_the_title(self, source: Source, tmp_path: Path) -> None:
        """And the text stays as it is."""
        path = source("a.md", "# 招商政策\n\n正文一行。\n续一行。\n")
        (made,) = import_sources([path], tmp_path).documents
        assert made.title == "招商政策"
        assert load_document(made.path).text == "\n# 招商政策\n\n正文一行。\n续一行。\n"

    def test_a_wrong_front_matter_is_a_failure(self, source: Source, tmp_path: Path) -> None:
        """It names the line and the key."""
        assert "a.md:3" in failure(source("a.md", "---\ntitle: 甲\ntags: x\n---\n正文\n"), tmp_path)


class TestConverted:
    def test_html_loses_its_navigation_and_keeps_its_text(self, source: Source, tmp_path: Path) -> None:
        """Title from the heading, links and emphasis as plain words, tables as rows."""
        html = (
            "<html><head><title>门户</title><meta charset='gb2312'></head><body><nav>首页</nav>"
            "<h1>企业奖励办法</h1>"
            "<p>对<b>高新技术企业</b>给予<a href='/x'>奖励</a>_100_万元。</p>"
            "<table><tr><th>项目</th><th>数</th></tr><tr><td>甲</td><td>1</td></tr></table>"
            "<footer>版权所有</footer><script>x()</script></body></html>"
        )
        path = source("a.html", html.encode("gb18030"))
        (made,) = import_sources([path], tmp_path).documents
        text = load_document(made.path).text
        assert made.title == "企业奖励办法"
        assert "对高新技术企业给予奖励_100_万元。" in text
        assert "| 甲 | 1 |" in text
        assert not any(word in text for word in ("首页", "版权", "x()"))

    def test_a_listing_saved_as_html_is_a_listing(self, source: Source, tmp_path: Path) -> None:
        """Its articles become documents of their own."""
        items = "".join(f"<p>标题{n}</p><p>{'正文内容很长。' * 30}</p><p>2025-07-0{n}</p>" for n in (1, 2))
        report = import_sources([source("a.html", f"<html><body>{items}</body></html>")], tmp_path)
        assert [document.title for document in report.documents] == ["标题1", "标题2"]

    def test_docx_paragraphs_get_their_sections(self, source: Source, tmp_path: Path) -> None:
        """Numbered lines become headings."""
        text = imported(
            source("通知.docx", docx("一、支持对象", "在本区注册的企业。", "二、支持措施", "给予奖励。")),
            tmp_path,
        )
        assert text == "\n# 一、支持对象\n\n在本区注册的企业。\n\n# 二、支持措施\n\n给予奖励。\n"

    def test_pdf_text_is_read(self, source: Source, tmp_path: Path) -> None:
        """Named after its file where it has no title."""
        assert "AEO enterprises enjoy priority" in imported(
            source("aeo.pdf", pdf("AEO enterprises enjoy priority.")), tmp_path
        )

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.pdf", b"plain text"),
            ("a.pdf", b"%PDF-1.7\nbroken"),
            ("a.docx", b"plain text"),
            ("a.docx", b"PK\3\4"),
        ],
    )
    def test_a_damaged_file_is_a_failure(self, source: Source, tmp_path: Path, name: str, data: bytes) -> None:
        """Whatever the parser raises; it is never taken for plain text."""
        assert failure(source(name, data), tmp_path)

    def test_without_the_extra_the_message_names_it(
        self, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The command that mends it is part of the message."""
        real = builtins.__import__

        def refuse(name: str, *args: Any, **more: Any) -> Any:
            if name.split(".")[0] in ("markitdown", "bs4"):
                raise ImportError(name)
            return real(name, *args, **more)

        for module in [name for name in sys.modules if name.split(".")[0] == "markitdown"]:
            monkeypatch.delitem(sys.modules, module)
        monkeypatch.setattr(builtins, "__import__", refuse)
        for name in ("a.html", "a.pdf"):
            assert 'pip install "investor-bot[import]"' in failure(source(name, b"<p>x</p>"), tmp_path)


class TestFolders:
    def test_a_folder_is_read_with_its_subfolders(self, source: Source, tmp_path: Path) -> None:
        """Other files are named in warnings, hidden ones and READMEs are left alone."""
        for name in ("b/二.txt", "一.txt", ".git/x.txt", "b/photo.png", "README.md"):
            source(name, TEXT.replace("促进", name[:1]))
        steps: list[tuple[int, int, str]] = []
        report = import_sources([tmp_path / "sources"], tmp_path, progress=lambda *step: steps.append(step))
        assert steps == [(1, 2, "b/二.txt"), (2, 2, "一.txt")]
        assert [warning.source for warning in report.warnings] == ["README.md", "b/photo.png"]
        assert len(load_folder(tmp_path)) == 2

    def test_a_file_that_cannot_be_read_stops_nothing(self, source: Source, tmp_path: Path) -> None:
        """It is reported, the rest goes on."""
        source("a.txt", b"\x00\x01" * 9)
        source("b.txt", TEXT)
        report = import_sources([tmp_path / "sources"], tmp_path)
        assert (len(report.documents), len(report.failures)) == (1, 1)

    def test_a_source_that_is_not_there_is_a_failure(self, tmp_path: Path) -> None:
        """So is a file of a kind that cannot be imported."""
        assert "没有这个文件" in failure(tmp_path / "none.txt", tmp_path)
        (tmp_path / "x.png").write_bytes(b"x")
        assert "不是可导入的类型" in failure(tmp_path / "x.png", tmp_path)


class TestAgain:
    def states(self, report: ImportReport) -> list[str]:
        return [document.state for document in report.documents]

    def test_the_same_again_changes_nothing(self, source: Source, tmp_path: Path) -> None:
        """To the byte, and the report says so."""
        path = source("a.txt", TEXT)
        first = import_sources([path], tmp_path)
        before = first.documents[0].path.read_bytes()
        second = import_sources([path], tmp_path)
        assert (self.states(first), self.states(second)) == (["written"], ["unchanged"])
        assert second.documents[0].path.read_bytes() == before
        assert (len(first.written), len(second.unchanged), second.replaced) == (1, 1, ())

    def test_a_changed_source_replaces_its_document(self, source: Source, tmp_path: Path) -> None:
        """Also when its title, and so its id, would be another."""
        first = import_sources([source("a.txt", TEXT)], tmp_path).documents[0]
        report = import_sources([source("a.txt", TEXT.replace("产业", "数字产业"))], tmp_path)
        assert self.states(report) == ["replaced"]
        assert report.documents[0].path == first.path
        assert "数字产业" in first.path.read_text(encoding="utf-8")
        assert len(load_folder(tmp_path)) == 1

    def test_what_was_edited_by_hand_is_never_overwritten(self, source: Source, tmp_path: Path) -> None:
        """The failure says so, the file stays."""
        made = import_sources([source("a.txt", TEXT)], tmp_path).documents[0]
        edited = made.path.read_text(encoding="utf-8").replace("一定奖励", "最高100万元奖励")
        made.path.write_text(edited, encoding="utf-8")
        assert "手工修改" in failure(source("a.txt", TEXT), tmp_path)
        assert made.path.read_text(encoding="utf-8") == edited

    def test_a_document_of_another_source_is_never_overwritten(self, source: Source, tmp_path: Path) -> None:
        """Be it of the same id."""
        made = import_sources([source("a.txt", TEXT)], tmp_path).documents[0]
        before = made.path.read_bytes()
        assert "另一来源" in failure(source("b.txt", TEXT.replace("奖励", "补贴")), tmp_path)
        assert made.path.read_bytes() == before

    def test_two_sources_of_one_id_in_one_import_are_a_failure(self, source: Source, tmp_path: Path) -> None:
        """The first is written, the second reported."""
        paths = [source("a.txt", TEXT), source("b.txt", TEXT.replace("奖励", "补贴"))]
        report = import_sources(paths, tmp_path)
        assert (self.states(report), len(report.failures)) == (["written"], 1)

    def test_a_document_that_was_moved_is_found_again(self, source: Source, tmp_path: Path) -> None:
        """Officers sort their documents into folders."""
        path = source("a.txt", TEXT)
        made = import_sources([path], tmp_path).documents[0]
        moved = made.path.parent / "policies" / made.path.name
        moved.parent.mkdir()
        made.path.rename(moved)
        report = import_sources([path], tmp_path)
        assert (self.states(report), report.documents[0].path) == (["unchanged"], moved)

    def test_no_temporary_file_is_left(self, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not even when the disk fails in the middle; the old document is whole."""
        made = import_sources([source("a.txt", TEXT)], tmp_path).documents[0]
        before = made.path.read_bytes()

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.replace", fail)
        assert "No space left" in failure(source("a.txt", TEXT.replace("奖励", "补贴")), tmp_path)
        assert [path.name for path in made.path.parent.iterdir()] == [made.path.name]
        assert made.path.read_bytes() == before


def test_encodings_are_guessed_from_the_bytes() -> None:
    """The guess is a name that Python decodes by."""
    assert guess("招商引资工作的开展".encode("gb18030")) == "gb18030"
    assert guess("招商引資工作的開展".encode("big5")) == "big5hkscs"
    assert guess(b"plain") == "utf-8"
    assert guess(b"\0\1\2") is None


def test_raw_articles_join_their_lines() -> None:
    """The text of an article is what its lines are."""
    assert RawArticle("来源", ("甲", "乙")).text == "甲\n乙"


def test_unreadable_text_is_an_import_error() -> None:
    """Of the one error tree."""
    with pytest.raises(ImportSourceError):
        files.decoded(b"\0\1\2")
