"""What the benchmark of reloads measures is right: each reload comes to what a rebuild of the same folder comes to."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answer.model import Answer
from bot.assembly import Library, build_assistant, bundled_knowledge
from bot.config import Config, load_config
from bot.corpus.loader import load_folder
from bot.errors import KnowledgeError
from bot.language.language import Language
from tests.benchmarks.reloading import REBUILD, STEPS, Bench, Generator, generated_bench, path_of, sections, table

DOCUMENTS = 300
QUESTIONS = [
    "黄埔区2021年固定资产投资增长目标是多少",
    "黄埔2021年GPD目标",
    "黄埔海关减税惠及几家公司",
    "引进多少重点项目",
    "黃浦區一般公共預算收入",
    "天河区2021年GDP目标",
    "招商资料第7号",
]


@pytest.fixture
def bench(tmp_path: Path, cache: Path, language: Language) -> Bench:
    """Three hundred documents, and what the session made of dictionaries and lexicon."""
    return warm(generated_bench(tmp_path, DOCUMENTS, paragraphs=1), cache, language)


@pytest.fixture
def small(tmp_path: Path, cache: Path, language: Language) -> Bench:
    """The same with thirty."""
    return warm(generated_bench(tmp_path, 30, paragraphs=1), cache, language)


def warm(bench: Bench, cache: Path, language: Language) -> Bench:
    assert language
    shutil.copytree(cache, bench.state / "cache")
    return bench


def config_of(bench: Bench) -> Config:
    return load_config(knowledge={"path": bench.folder}, state_dir=bench.state)


def answers(library: Library) -> list[Answer]:
    return [replace(library.current.ask(question), elapsed_ms=0) for question in QUESTIONS]


def rebuilt(bench: Bench, language: Language, state: Path) -> list[Answer]:
    """The answers of the folder as it is, all documents read anew."""
    assistant = build_assistant(load_config(knowledge={"path": bench.folder}, state_dir=state), language)
    return [replace(assistant.ask(question), elapsed_ms=0) for question in QUESTIONS]


def test_every_reload_comes_to_what_a_rebuild_comes_to(bench: Bench, language: Language, tmp_path: Path) -> None:
    """Nothing changed, one document changed, added, removed: the same answers, the same snapshot, all that changed
    is said, and what did not change is taken over."""
    library = bench.start()
    before, first = library.current, answers(library)
    assert len(before.documents) == DOCUMENTS
    assert any(answer.status == "answered" for answer in first)
    for number, _ in enumerate(bench.reloads(library)):
        taken_over = sum(document in set(map(id, before.documents)) for document in map(id, library.current.documents))
        assert taken_over == (DOCUMENTS if number == 0 else DOCUMENTS - 1)
        assert (library.current is before) == (number == 0)
        fresh = Library(config_of(bench))
        assert answers(library) == answers(fresh)
        assert library.snapshot.id == fresh.snapshot.id
    assert answers(library) == rebuilt(bench, language, tmp_path / "other-state")
    assert set(bench.seconds) == {*STEPS}
    assert all(len(seconds) == 1 for seconds in bench.seconds.values())
    assert "100.00%" in table("generated", bench.seconds | {REBUILD: [1.0]})


def test_a_renamed_document_is_read_at_its_new_place(small: Bench) -> None:
    """Its bytes are the same, its file and its id are not."""
    library = small.start()
    old, new = path_of(small.folder, 3), path_of(small.folder, 777)
    old.rename(new)
    done = library.reload()
    assert (list(done.changes.added), list(done.changes.removed)) == ([new.stem], [old.stem])
    assert str(new) in {document.path for document in library.current.documents}


def test_what_is_wrong_between_documents_has_its_line_after_a_reload_too(small: Bench) -> None:
    """A document that did not change is not read again, but the line of its mistake is known."""
    first, second = path_of(small.folder, 1), path_of(small.folder, 2)
    second.write_text(second.read_text(encoding="utf-8").replace("title:", "id: other\ntitle:", 1), encoding="utf-8")
    library = small.start()
    first.write_text(first.read_text(encoding="utf-8").replace("title:", "id: other\ntitle:", 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=rf"{second.name}:2: id other 与 .*{first.name} 重复"):
        library.reload()


def test_a_lexicon_that_changes_has_all_documents_read_again(small: Bench) -> None:
    """What was read with the old one does not count any more."""
    text = "---\ntitle: 工作报告\nplace: gz-huangpu\n---\n2021年,黄埔区引进盖茨比37个。\n"
    path_of(small.folder, 999).write_text(text, encoding="utf-8")
    library = small.start()
    question = "黄埔区2021年引进优质项目多少个"
    (small.folder / "lexicon").mkdir()
    entry = '[[concept]]\nid = "quality-projects"\nforms = ["优质项目", "盖茨比"]\n'
    (small.folder / "lexicon" / "own.toml").write_text(entry, encoding="utf-8")
    before = answers_to(library, question)
    assert library.reload().changes.lexicon
    assert "盖茨比37个" in answers_to(library, question).citations[0].quote
    assert answers_to(library, question) == answers_to(Library(config_of(small)), question) != before


def answers_to(library: Library, question: str) -> Answer:
    return replace(library.current.ask(question), elapsed_ms=0)


def test_generated_documents_are_always_the_same(bundled_sections: Generator, tmp_path: Path) -> None:
    """By number and version; another version differs in figures alone, and all can be loaded."""
    assert bundled_sections.document(5) == bundled_sections.document(5)
    assert bundled_sections.document(5) != bundled_sections.document(6)
    texts = [bundled_sections.document(number, version) for number in range(20) for version in (0, 1)]
    assert len(set(texts[::2]) & set(texts[1::2])) < 10
    for one, other in zip(texts[::2], texts[1::2], strict=True):
        assert [c for c in one if not c.isdigit()] == [c for c in other if not c.isdigit()]
    bundled_sections.write(tmp_path, range(20))
    assert len(load_folder(tmp_path)) == 20


@pytest.fixture
def bundled_sections() -> Generator:
    """A generator of longer documents."""
    return Generator(sections(load_folder(bundled_knowledge())), paragraphs=4)
