"""Loading documents: what a file becomes, and what is said about a file that is wrong."""

from __future__ import annotations

import doctest
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.corpus import loader
from bot.corpus.loader import load_document, load_folder, parse
from bot.errors import KnowledgeError, Problem

Write = Callable[..., Path]

HEAD = "---\ntitle: 招商问答\n---\n"


def document(title: str = "招商问答", body: str = "正文。", **front: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    return f"---\ntitle: {title}\n{lines}---\n{body}\n"


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(KnowledgeError) as caught:
        parse(text, "f.md")
    return caught.value.problems


def only_problem(text: str) -> Problem:
    (problem,) = problems(text)
    return problem


class TestText:
    def test_text_is_the_body_as_it_stands_after_the_closing_line(self) -> None:
        """Offsets count from the character after the closing --- line."""
        assert parse(HEAD + "\n# 一\n\n正文。\n").text == "\n# 一\n\n正文。\n"

    def test_line_ends_become_newlines_and_the_bom_is_dropped(self) -> None:
        """A file from Windows gives the same text as one from Unix."""
        assert parse("\ufeff" + (HEAD + "甲\n乙\n").replace("\n", "\r\n")).text == "甲\n乙\n"

    def test_values_of_the_front_matter_are_read(self) -> None:
        """Dates, flags and text come in their types."""
        meta = parse(document(date="2021-03-01", digest="true", place="gz-huangpu", kind="policy")).meta
        assert (meta.date.isoformat() if meta.date else None, meta.digest) == ("2021-03-01", True)
        assert (meta.place, meta.kind) == ("gz-huangpu", "policy")

    def test_a_dash_line_in_the_body_does_not_end_anything(self) -> None:
        """Only the first --- after the opening one closes the front matter."""
        assert parse(HEAD + "甲\n\n---\n\n乙\n").text == "甲\n\n---\n\n乙\n"

    def test_the_id_is_the_stem_of_the_file_unless_it_is_given(self, write: Write) -> None:
        """Whoever writes no id gets one that can be found again."""
        assert load_document(write("a-b.md", document())).id == "a-b"
        assert load_document(write("a-b.md", document(id="faq-1"))).id == "faq-1"

    def test_the_hash_is_that_of_the_bytes(self, write: Write) -> None:
        """Two files that differ only in their line ends have different hashes."""
        path = write("a.md", document().replace("\n", "\r\n"))
        assert load_document(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()

    @given(st.text(alphabet="一二,。 #->|~\n\t问:abc!<", max_size=200))
    def test_whatever_the_body_it_stays_the_same(self, body: str) -> None:
        """Text is never changed, and every block lies within it, in order, without outer blanks."""
        try:
            loaded = parse(HEAD + body)
        except KnowledgeError:
            return
        assert loaded.text == body
        end = 0
        for block in loaded.blocks:
            assert end <= block.start < block.end <= len(body)
            inside = body[block.start : block.end]
            assert inside == inside.strip()
            end = block.end


def test_the_example_of_the_documentation_is_right() -> None:
    """What the docstring shows is what happens."""
    assert doctest.testmod(loader).failed == 0


class TestProblems:
    """Each names the line and what to do."""

    @pytest.mark.parametrize(
        ("text", "line", "what"),
        [
            ("正文\n", 1, "没有 front matter"),
            ("", 1, "没有 front matter"),
            ("---\ntitle: 甲\n", 1, "没有结束的 ---"),
            ("---\ntitle: 甲\nplace: a: b\n---\n正文\n", 3, "YAML 语法错误"),
            ("---\ntitle: [甲\n---\n正文\n", 3, "YAML 语法错误"),
            ("---\ntitle: 甲\npublsher: 乙\n---\n正文\n", 3, "未知字段 publsher"),
            ("---\ntitle: 甲\ntags: [a, b]\n---\n正文\n", 3, "未知字段 tags"),
            ("---\ntitle: 甲\ndate: 三月\n---\n正文\n", 3, "字段 date"),
            ("---\ntitle: 甲\ndate: 2021-13-01\n---\n正文\n", 3, "字段 date"),
            ("---\ntitle: 甲\nkind: report\n---\n正文\n", 3, "字段 kind"),
            ("---\ntitle: 甲\nid: 甲 乙\n---\n正文\n", 3, "字段 id"),
            ("---\ntitle: 2021\n---\n正文\n", 2, "字段 title"),
            ("---\ntitle: '  '\n---\n正文\n", 2, "title 是空的"),
            ("---\ntitle: 甲\ntitle: 乙\n---\n正文\n", 3, "写了两次"),
            ("---\ntitle: {a: b}\n---\n正文\n", 2, "不是单个值"),
            ("---\nkind: faq\n---\n正文\n", 1, "缺少字段 title"),
            ("---\n- title\n---\n正文\n", 2, "不是“字段: 值”"),
            ("---\ntitle: 甲\n---\n \n\n", 4, "正文是空的"),
            ("---\ntitle: 甲\n---\n<!-- 待写 -->\n", 4, "正文是空的"),
            ("---\ntitle: 甲\n---\n正文\n<!-- 待写\n", 5, "注释 <!-- 没有结束"),
            ("---\ntitle: 甲\n---\n# 标题\n> 问: 乙\n", 5, "前面没有段落"),
        ],
    )
    def test_it_names_line_and_mistake(self, text: str, line: int, what: str) -> None:
        """Path, line, what is wrong, how to mend it."""
        problem = only_problem(text)
        assert (problem.path, problem.line) == ("f.md", line)
        assert what in problem.what
        assert problem.mend

    def test_all_problems_of_a_front_matter_are_listed(self) -> None:
        """Not only the first, and in the order of the lines."""
        found = problems("---\ntitel: 甲\nkind: x\ndate: y\n---\n正文\n")
        assert [problem.line for problem in found] == [1, 2, 3, 4]

    def test_a_nested_bomb_is_an_ordinary_problem(self) -> None:
        """Aliases and deep nesting are refused before anything is built of them."""
        assert only_problem("---\ntitle: " + "[" * 20_000 + "\n---\n正文\n").path == "f.md"

    def test_an_endless_front_matter_is_a_problem(self) -> None:
        """The YAML parser never sees it."""
        assert "超过" in only_problem("---\n" + "a: b\n" * 20_000 + "---\n正文\n").what


class TestFiles:
    def broken(self, path: Path) -> Problem:
        with pytest.raises(KnowledgeError) as caught:
            load_document(path)
        (problem,) = caught.value.problems
        assert problem.path == str(path)
        return problem

    @pytest.mark.parametrize(
        ("encoding", "label"), [("gb18030", "GB18030"), ("big5hkscs", "Big5"), ("utf-16", "UTF-16")]
    )
    def test_a_file_in_another_encoding_is_named(self, write: Write, encoding: str, label: str) -> None:
        """The message says which encoding it seems to be and how to convert it."""
        text = document("公告", "本局公告如下,請有關企業在一個月內辦理,不得延誤。")
        problem = self.broken(write("a.md", text.encode(encoding)))
        assert label in problem.what
        assert "iconv" in problem.mend

    def test_the_line_of_the_first_foreign_byte_is_given(self, write: Write) -> None:
        """A single pasted line in GB18030 can be found."""
        path = write("a.md", document(body="正文").encode() + "的是不了在人有".encode("gb18030"))
        assert self.broken(path).line == 5

    def test_a_binary_file_named_md_is_said_to_be_one(self, write: Write) -> None:
        """A PDF renamed to .md is no puzzle of encodings."""
        assert "二进制" in self.broken(write("a.md", b"%PDF-1.7\n\0\1\2\xff\xfe\xfa")).what

    def test_a_large_file_is_refused_unread(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        """The limit is of bytes; the message says it."""
        monkeypatch.setattr(loader, "MAX_BYTES", 1024 * 1024)
        assert "超过 1 MB" in self.broken(write("a.md", document(body="文" * 400_000))).what

    def test_fifty_megabytes_are_too_large(self, write: Write) -> None:
        """Also by the real limit."""
        path = write("a.md", document())
        with path.open("r+b") as file:
            file.truncate(50 * 1024 * 1024)
        assert "50 MB" in self.broken(path).what

    def test_a_missing_file_is_a_problem(self, tmp_path: Path) -> None:
        """Not a traceback."""
        assert "不能读取" in self.broken(tmp_path / "none.md").what


class TestFolder:
    def broken(self, folder: Path, places: set[str] | None = None) -> list[str]:
        with pytest.raises(KnowledgeError) as caught:
            load_folder(folder, places)
        return [str(problem) for problem in caught.value.problems]

    def test_documents_are_found_in_subfolders_in_a_stable_order(self, tmp_path: Path, write: Write) -> None:
        """Whatever else lies there is left alone."""
        for name in ("b.md", "a/z.md", "a/c.MD"):
            write(name, document(name))
        write("note.txt", "x")
        write(".hidden/x.md", "x")
        assert [item.title for item in load_folder(tmp_path)] == ["b.md", "a/c.MD", "a/z.md"]

    def test_all_problems_of_all_files_are_in_one_error(self, tmp_path: Path, write: Write) -> None:
        """An officer mends everything in one go."""
        write("a.md", "x")
        write("b.md", document(kind="x", date="y"))
        write("c.md", document())
        assert len(self.broken(tmp_path)) == 3

    def test_two_files_of_one_id_are_both_named(self, tmp_path: Path, write: Write) -> None:
        """With the line of the second id."""
        write("a.md", document(id="same"))
        write("b.md", document(id="same"))
        (message,) = self.broken(tmp_path)
        assert "b.md:3" in message
        assert "a.md" in message

    def test_an_unknown_place_is_a_problem_where_places_are_known(self, tmp_path: Path, write: Write) -> None:
        """With its line; without a list of places any will do."""
        write("a.md", document(place="gz-huangpo"))
        (message,) = self.broken(tmp_path, {"gz-huangpu"})
        assert "a.md:3" in message
        assert "gz-huangpo" in message
        assert load_folder(tmp_path)

    def test_a_place_known_by_name_only_is_allowed(self, tmp_path: Path, write: Write) -> None:
        """The importer makes such ids."""
        write("a.md", document(place="x-天河区"))
        assert load_folder(tmp_path, {"gz-huangpu"})[0].meta.place == "x-天河区"

    def test_a_folder_without_documents_is_a_problem(self, tmp_path: Path) -> None:
        """Both without the subfolder and with an empty one."""
        assert "没有 documents 文件夹" in self.broken(tmp_path)[0]
        (tmp_path / "documents").mkdir()
        assert "没有文档" in self.broken(tmp_path)[0]

    def test_a_link_that_leads_out_of_the_folder_is_refused(self, tmp_path: Path, write: Write) -> None:
        """Of a file and of a folder; what it points to is never read."""
        write("a.md", document())
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "secret.md").write_text(document("秘密"), encoding="utf-8")
        (tmp_path / "documents" / "link.md").symlink_to(outside / "secret.md")
        (tmp_path / "documents" / "folder").symlink_to(outside)
        messages = self.broken(tmp_path)
        assert len(messages) == 2
        assert all("符号链接" in message for message in messages)

    def test_a_link_within_the_folder_is_followed(self, tmp_path: Path, write: Write) -> None:
        """Mounted volumes are built of such links."""
        write("..data/a.md", document())
        (tmp_path / "documents" / "a.md").symlink_to(tmp_path / "documents" / "..data" / "a.md")
        assert [item.id for item in load_folder(tmp_path)] == ["a"]


def test_an_explicitly_empty_title_is_the_files_name() -> None:
    """A source may have no title; it can still be told apart."""
    assert parse('---\ntitle: ""\n---\n正文。\n', "folder/cmrc-215-0.md").title == "cmrc-215-0"
