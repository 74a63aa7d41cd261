"""``check``, ``verify``, ``eval``, ``import`` and the piped ``console``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.runner import HUANGPU, QUESTION, Cli, one_line_error


def test_check_says_that_all_is_well(cli: Cli, folder: Path) -> None:
    """One line with the number of documents."""
    result = cli("check", "--knowledge", folder)
    assert (result.stdout, result.returncode) == ("OK: documents: 2, problems: 0.\n", 0)


def test_check_asks_the_golden_questions(cli: Cli, tmp_path: Path) -> None:
    """Those of the folder: how many were met, or which line is not and how to mend it, exit code 1."""
    documents = tmp_path / "k" / "documents"
    documents.mkdir(parents=True)
    (documents / "gz.md").write_text(HUANGPU, encoding="utf-8")
    good = {"question": QUESTION, "quote": ["10%左右"]}
    (tmp_path / "k" / "golden.jsonl").write_text(json.dumps(good), encoding="utf-8")
    assert cli("check", "--knowledge", "k").stdout.endswith("Golden questions: 1 of 1 passed\n")
    bad = {"question": QUESTION, "refused": True}
    (tmp_path / "k" / "golden.jsonl").write_text(f"{json.dumps(good)}\n{json.dumps(bad)}", encoding="utf-8")
    result = cli("check", "--knowledge", "k")
    assert "golden.jsonl:2: " in result.stdout
    assert (result.stdout.splitlines()[-1], result.returncode) == ("Problems: 1.", 1)


def test_check_lists_all_problems(cli: Cli, tmp_path: Path) -> None:
    """Of all files at once, exit code 1; other commands name the first one and point to check."""
    documents = tmp_path / "k" / "documents"
    documents.mkdir(parents=True)
    (documents / "a.md").write_text("---\ntitel: x\n---\ntext\n", encoding="utf-8")
    (documents / "b.md").write_text("---\ntitle: x\n---\n", encoding="utf-8")
    result = cli("check", "--knowledge", "k")
    assert "a.md" in result.stdout
    assert "b.md" in result.stdout
    assert result.returncode == 1
    assert "investor-bot check" in one_line_error(cli("ask", "?", "--knowledge", "k"))


def test_verify_finds_a_quote_word_for_word(cli: Cli, folder: Path) -> None:
    """With its source, exit code 0; anything else is found nowhere, exit code 1."""
    found = cli("verify", "固定资产投资增长20%左右", "--knowledge", folder)
    assert "2021年黄埔区政府工作报告 · 2021-03-01" in found.stdout
    assert found.returncode == 0
    assert cli("verify", "固定资产投资增长99%左右", "--knowledge", folder).returncode == 1


def test_eval_prints_measures_and_misses(cli: Cli, folder: Path, tmp_path: Path) -> None:
    """Each with its interval."""
    rows = [
        {"id": "a", "question": QUESTION, "lang": "zh-Hans", "category": "target", "answers": [["10%左右"]]},
        {"id": "b", "question": QUESTION, "lang": "zh-Hans", "category": "target", "answers": [["没有这个"]]},
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    result = cli("eval", "q.jsonl", "--misses", 5, "--knowledge", folder)
    assert result.returncode == 0
    assert "fact@1     0.500  [" in result.stdout
    assert "MISS b target" in result.stdout
    assert "\n     " in result.stdout.partition("MISS b")[2]  # what was understood, and which clauses competed


def test_the_console_works_piped(cli: Cli, folder: Path) -> None:
    """One question a line; commands too."""
    result = cli("console", "--knowledge", folder, stdin=f"{QUESTION}\n/sources\n/quit\n没有问到\n")
    assert "10%左右" in result.stdout
    assert " * 《2021年黄埔区政府工作报告》" in result.stdout
    assert "没有问到" not in result.stdout
    assert (result.returncode, result.stderr) == (0, "")


def test_import_prints_its_documents(cli: Cli, tmp_path: Path) -> None:
    """Title, place, date and state of each; the second time nothing changes; the result can be asked."""
    (tmp_path / "report.md").write_text(HUANGPU, encoding="utf-8")
    first = cli("import", "report.md", "--into", "k")
    again = cli("import", "report.md", "--into", "k")
    assert first.returncode == again.returncode == 0
    (row,) = (line for line in first.stdout.splitlines() if "黄埔区政府工作报告" in line)
    assert row.startswith("written")
    assert "2021-03-01" in row
    assert "gz-huangpu" in row
    assert any(line.startswith("unchanged") for line in again.stdout.splitlines())
    assert "10%左右" in cli("ask", QUESTION, "--knowledge", "k").stdout


def test_a_source_that_cannot_be_read_is_reported(cli: Cli, tmp_path: Path) -> None:
    """The others are imported all the same, exit code 1; many files show their progress."""
    folder = tmp_path / "sources"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number}.txt").write_text(f"第{number}篇\n\n正文在这里,第{number}篇。\n", encoding="utf-8")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    result = cli("import", folder, "none.txt", "--into", "k")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert [name for name in ("binary.txt", "none.txt") if name not in result.stdout] == []
    assert "Written 12" in result.stdout
    assert "[13/13]" in result.stderr
