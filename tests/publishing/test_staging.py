"""What somebody sends: recognised, compared, corrected; and refused where it is hostile."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answer.assistant import Assistant
from bot.config import Config
from bot.corpus.loader import load_document
from bot.errors import PublishError
from bot.publishing import staging as module
from bot.publishing.reloading import Reloader
from bot.publishing.staging import MAX_BYTES, Source, Staging, with_field
from tests.corpus.test_files import docx, pdf
from tests.publishing.conftest import Folder

POLICY = """黄埔区促进高端装备产业发展若干措施

2024年5月6日

一、支持对象

在黄埔区注册的高端装备企业。

二、支持措施

2024年起,黄埔区对新落户的高端装备企业奖励500万元。
"""
PLACES = {"gz-huangpu": "广州市黄埔区", "sh-huangpu": "上海市黄浦区"}


@pytest.fixture
def held(reloader: Callable[[], Reloader[Assistant]]) -> Reloader[Assistant]:
    return reloader()


@pytest.fixture
def staging(config: Config, folder: Folder, held: Reloader[Assistant]) -> Staging:
    return Staging(config.state_dir, folder.path, lambda: held.state.assistant.documents, lambda: PLACES)


def waiting(config: Config) -> list[str]:
    home = config.state_dir / "staging"
    return sorted(path.name for path in home.iterdir()) if home.is_dir() else []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("措施.txt", POLICY.encode()),
        ("措施.TXT", POLICY.encode("gb18030")),
        ("措施.docx", docx(*POLICY.split("\n\n"))),
        ("措施.htm", ("<p>" + POLICY.replace("\n\n", "</p><p>") + "</p><script>alert(1)</script>").encode()),
    ],
)
def test_what_was_sent_is_recognised(staging: Staging, name: str, data: bytes) -> None:
    """Title, date, place, sections; nothing of a script."""
    (document,) = staging.stage(Source(name, data), "user:7").documents
    meta = document.document.meta
    assert meta.title == "黄埔区促进高端装备产业发展若干措施"
    assert (str(meta.date), meta.place) == ("2024-05-06", "gz-huangpu")
    assert [section.rpartition("、")[2] for section in document.sections][-2:] == ["支持对象", "支持措施"]
    assert "500万元" in document.document.text
    assert "alert" not in document.document.text
    assert document.conflicts == ()


def test_corrections_before_it_counts(staging: Staging) -> None:
    """Place by id or name, date as people write it, title; each as checked as a document that is loaded."""
    id = staging.stage(Source("措施.txt", POLICY.encode()), "user:7").id
    staging.edit(id, "place", "上海市黄浦区")
    staging.edit(id, "date", "2024年6月1日")
    (document,) = staging.edit(id, "title", "新的 标题: 二").documents
    meta = document.document.meta
    assert (meta.place, str(meta.date), meta.title) == ("sh-huangpu", "2024-06-01", "新的 标题: 二")
    assert staging.edit(id, "place", "x-深圳市南山区").documents[0].document.meta.place == "x-深圳市南山区"
    assert staging.edit(id, "date", "").documents[0].document.meta.date is None
    for field, value in (
        ("place", "月球"),
        ("date", "昨天"),
        ("date", "2024-13-01"),
        ("title", " "),
        ("title", "长" * 301),
    ):
        with pytest.raises(PublishError):
            staging.edit(id, field, value)  # type: ignore[arg-type]  # the fields are literals
    assert staging.staged(id).documents[0].document.meta.title == "新的 标题: 二"


def test_what_is_there_already_is_shown(staging: Staging, folder: Folder, held: Reloader[Assistant]) -> None:
    """The same id takes its place only when that is wanted, then in its own file; title and content are told."""
    (file,) = (folder.path / "documents").iterdir()
    same = staging.stage(Source("report.md", file.read_bytes()), "user:7")
    assert {conflict.kind for conflict in same.documents[0].conflicts} <= {"title", "content"}
    assert same.documents[0].conflicts
    text = file.read_text(encoding="utf-8").replace("---\n", "---\nid: report\n", 1).replace("20%", "18%")
    id = staging.stage(Source("anything.md", text.encode()), "user:7").id
    assert staging.staged(id).documents[0].replaces == "report"
    with pytest.raises(PublishError, match="已有同一 id"):
        staging.change(id, "user:7")
    change = staging.change(id, "user:7", replace=True)
    assert (list(change.files), change.action, change.fresh) == (["documents/report.md"], "replace", frozenset())


def test_a_new_document_never_takes_a_file(staging: Staging, folder: Folder, held: Reloader[Assistant]) -> None:
    """A file of that name that holds another document stays."""
    id = staging.stage(
        Source("甲.md", b"---\nid: taken\ntitle: \xe7\x94\xb2\n---\n\xe6\xad\xa3\xe6\x96\x87\xe3\x80\x82\n"), "user:7"
    ).id
    folder.write("taken", "别的正文。", id="other")
    change = staging.change(id, "user:7")
    assert list(change.files) == ["documents/taken-2.md"]
    assert change.fresh == {"documents/taken-2.md"}


def test_discarded_and_old_ones_are_gone(staging: Staging, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also by an id that is none, which reaches nothing."""
    first = staging.stage(Source("a.txt", POLICY.encode()), "user:7").id
    staging.discard(first)
    staging.discard("../history")
    with pytest.raises(PublishError, match="重新发送"):
        staging.staged(first)
    with pytest.raises(PublishError, match="重新发送"):
        staging.staged("../../etc")
    second = staging.stage(Source("a.txt", POLICY.encode()), "user:7").id
    os.utime(config.state_dir / "staging" / second, (0, 0))
    third = staging.stage(Source("a.txt", POLICY.encode()), "user:7").id
    assert waiting(config) == [third]


def archive(**files: bytes) -> bytes:
    """A zip file with these entries (``__`` is ``/``)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


def with_entry(document: bytes, name: str, data: bytes) -> bytes:
    """A Word file with one more part."""
    buffer = io.BytesIO(document)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, data)
    return buffer.getvalue()


def long_pdf(pages: int) -> bytes:
    """A PDF with that many empty pages."""
    kids = " ".join(f"{number + 3} 0 R" for number in range(pages))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode()]
    objects += [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"] * pages
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode() + trailer.encode()


BOMB = b"<x>" + b"0" * (300 << 20)
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><w/>'


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.exe", b"MZ", "不能读 .exe"),
        ("a.docm", b"PK", "不能读 .docm"),
        ("a.zip", b"PK", "不能读 .zip"),
        ("a", b"text", "没有后缀"),
        ("a.txt", b" \n", "是空的"),
        ("a.txt", b"x" * (MAX_BYTES + 1), "超过 20 MB"),
        ("a.txt", b"MZ\x90\x00" + bytes(100), "与后缀不符"),
        ("a.docx", b"no archive", "不是 Word"),
        ("a.docx", with_entry(docx("一"), "word/vbaProject.bin", b"x"), "宏"),
        ("a.docx", with_entry(docx("一"), "word/embeddings/a.bin", b"x"), "嵌入"),
        ("a.docx", with_entry(docx("一"), "word/styles.xml", LAUGHS), "实体"),
        ("a.docx", archive(**{f"word__{n}.xml": b"" for n in range(6000)}), "炸弹"),
        ("a.pdf", b"%PDF-1.7 broken", "不是 PDF"),
        (
            "a.pdf",
            pdf("x").replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (x) >>"),
            "脚本",
        ),
        ("a.pdf", long_pdf(1001), "超过 1000 页"),
    ],
)
def test_hostile_files_are_refused(staging: Staging, config: Config, name: str, data: bytes, said: str) -> None:
    """With the reason and a remedy; nothing of them stays."""
    with pytest.raises(PublishError, match=said) as caught:
        staging.stage(Source(name, data), "user:7")
    assert " — " in str(caught.value)
    assert waiting(config) == []


def test_a_zip_bomb_is_not_unpacked(staging: Staging) -> None:
    """Three hundred megabytes of zeros in a small file."""
    with pytest.raises(PublishError, match="炸弹"):
        staging.stage(Source("a.docx", with_entry(docx("一"), "word/media/a.xml", BOMB)), "user:7")


def test_what_takes_too_long_is_ended(staging: Staging, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of it stays."""
    monkeypatch.setattr(module, "SECONDS", 0.05)
    with pytest.raises(PublishError, match="还没有读完"):
        staging.stage(Source("a.txt", POLICY.encode()), "user:7")
    assert waiting(config) == []


def test_the_reader_sees_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings of the bot are not in its environment."""
    monkeypatch.setenv("BOT_TELEGRAM__TOKEN", "1:secret")
    seen: dict[str, str] = {}

    def run(command: list[str], env: dict[str, str], **_: object) -> None:
        seen.update(env)
        raise module.subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(module.subprocess, "run", run)
    with pytest.raises(PublishError):
        module._import(tmp_path / "a.txt", tmp_path)
    assert seen
    assert not any(name.startswith("BOT_") or "1:secret" in value for name, value in seen.items())


@pytest.mark.parametrize(
    "name", ["../../x.txt", "/etc/passwd.txt", "..\\..\\x.txt", "a\0b.txt", "数" * 300 + ".txt", ".txt.txt"]
)
def test_names_lead_nowhere(staging: Staging, config: Config, name: str) -> None:
    """What somebody calls a file decides on no path."""
    id = staging.stage(Source(name, POLICY.encode()), "user:7").id
    (path,) = staging.change(id, "user:7").files
    assert path.startswith("documents/")
    assert ".." not in path
    assert waiting(config) == [id]


def test_a_field_is_set_and_the_rest_stays(tmp_path: Path) -> None:
    """The body to the character, the other fields as they were."""
    text = "---\ntitle: 甲\nkind: policy\n# 说明\ndate: 2024-01-01\n---\n\n正文: 一。\n> 问: 甲 | 乙\n"
    path = tmp_path / "a.md"
    path.write_text(with_field(text, "place", "gz-huangpu"), encoding="utf-8")
    document = load_document(path)
    assert (document.meta.place, document.meta.kind, str(document.meta.date)) == ("gz-huangpu", "policy", "2024-01-01")
    assert document.text == "\n正文: 一。\n> 问: 甲 | 乙\n"
