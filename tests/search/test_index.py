"""The index: the same whether its documents were just read or come from the cache, and never stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.answer.assistant import Assistant
from bot.assembly import bundled_knowledge
from bot.cache import Cache
from bot.corpus.loader import load_folder
from bot.corpus.model import Document
from bot.corpus.passages import cut_passages
from bot.language.facets import state_all
from bot.language.language import Language, load_language
from bot.search.index import Index, build_index
from bot.search.terms import read_text
from tests.answer.districts import districts
from tests.knowledge import document

QUESTIONS = ("北岭区2021年GDP增长多少", "南浦区有哪些问题", "新建公园", "how many high-tech firms", "软件企业多少家")


def kept(folder: Path) -> set[str]:
    """The documents in the cache."""
    return {path.name for path in folder.glob("document-*")}


def answers(index: Index, questions: Sequence[str] = QUESTIONS) -> list[object]:
    """What is answered, without the time that it took."""
    return [asdict(Assistant(index).ask(question)) | {"elapsed_ms": 0} for question in questions]


def test_passages_hold_what_was_read(language: Language) -> None:
    """Unpacked, every clause is what its text and its place in the document say."""
    documents = districts()
    index = build_index(documents, language)
    cut = cut_passages(documents)
    assert [p.passage for p in index.passages] == cut
    for passage, stated in zip(index.passages, state_all(documents, cut, language.status), strict=True):
        text = documents[passage.passage.document].text
        read = [read_text(text[clause.start : clause.end], language) for clause in passage.clauses]
        assert [c.terms.folded for c in passage.clauses] == [r.folded for r in read]
        assert [c.terms.concepts for c in passage.clauses] == [r.concepts for r in read]
        assert [c.terms.values for c in passage.clauses] == [r.values for r in read]
        assert [c.stated for c in passage.clauses] == stated


def test_offsets_survive_folding(language: Language) -> None:
    """Where folding drops or joins characters, each still knows where it came from."""
    index = build_index([document("全区 ＧＤＰ  增长 4000 亿元,㈱企業10%左右。")], language)
    for clause in index.passages[0].clauses:
        assert clause.terms.folded == read_text(clause.terms.folded.source, language).folded


def test_a_second_start_reads_no_document_again(language: Language, tmp_path: Path) -> None:
    """And answers the same."""
    documents = districts()
    first = build_index(documents, language, cache=Cache(tmp_path))
    files = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    second = build_index(documents, language, cache=Cache(tmp_path))
    assert len(kept(tmp_path)) == len(documents)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == files
    assert answers(second) == answers(first) == answers(build_index(documents, language))


def test_only_the_document_that_changed_is_read_again(language: Language, tmp_path: Path) -> None:
    """The others are taken over wherever they stand now: an index of old and new parts is the index of the whole."""
    before = districts()
    build_index(before, language, cache=Cache(tmp_path))
    old = kept(tmp_path)
    fresh = document("2021年,北岭区新建图书馆7座。地区生产总值增长9%。", place="x-临江市北岭区")
    after = [fresh, *before[1:], before[0]]
    index = build_index(after, language, cache=Cache(tmp_path))
    assert len(kept(tmp_path) - old) == 1
    assert answers(index, (*QUESTIONS, "图书馆")) == answers(build_index(after, language), (*QUESTIONS, "图书馆"))
    assert "7座" in Assistant(index).ask("北岭区2021年新建图书馆多少座").citations[0].quote


@pytest.mark.parametrize("change", [{"title": "另一个标题"}, {"date": "2019-01-01"}, {"place": "x-临江市南浦区"}])
def test_front_matter_is_part_of_what_was_read(language: Language, tmp_path: Path, change: dict[str, str]) -> None:
    """Title, date and place decide on facets and terms."""
    text = "去年全区新增学位10个。"
    build_index([document(text, date="2021-01-01")], language, cache=Cache(tmp_path))
    changed = [document(text, **{"date": "2021-01-01"} | change)]
    index = build_index(changed, language, cache=Cache(tmp_path))
    assert len(kept(tmp_path)) == 2
    expected = build_index(changed, language)
    assert index.passages[0] == expected.passages[0]
    assert list(index.texts.bags) == list(expected.texts.bags)


def test_a_changed_lexicon_is_never_met_by_an_old_reading(tmp_path: Path) -> None:
    """Documents are read again with the new names, the same cache or not."""
    folder = tmp_path / "lexicon"
    folder.mkdir()
    own = folder / "own.toml"
    documents = [document("园区设有小火炬计划。", place="gz-huangpu")]

    def concepts(form: str) -> set[str]:
        own.write_text(f'[[concept]]\nid = "torch"\nforms = ["{form}"]\n', encoding="utf-8")
        language = load_language([bundled_knowledge() / "lexicon", folder], tmp_path / "cache")
        index = build_index(documents, language, cache=Cache(tmp_path / "cache"))
        return set(index.passages[0].clauses[0].terms.concepts)

    assert "torch" not in concepts("大火炬计划")
    assert "torch" in concepts("小火炬计划")
    assert "torch" not in concepts("大火炬计划")


def test_damage_in_the_cache_changes_no_answer(
    language: Language, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The document is read again, and the log says so."""
    build_index(districts(), language, cache=Cache(tmp_path))
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-9] + b"nonsense!")
    assert answers(build_index(districts(), language, cache=Cache(tmp_path))) == answers(
        build_index(districts(), language)
    )
    assert "cannot be used and is made again" in caplog.text


def test_an_index_of_nothing(language: Language) -> None:
    """Finds nothing and breaks nothing."""
    index = build_index([], language)
    assert len(index.passages) == 0
    assert index.frequency("w:增长") == 0
    assert Assistant(index).ask("增长多少").citations == ()


def test_frequencies_count_passages_that_say_it_themselves(language: Language) -> None:
    """Not their headings, not what is merely hinted at."""
    documents: Sequence[Document] = [document("# 外贸\n出口增长。增长很快,增长。"), document("增长。")]
    index = build_index(documents, language)
    assert index.frequency("w:增长") == 3
    assert index.frequency("w:外贸") == 0
    assert index.frequency("w:不存在") == 0
    assert index.idf("w:外贸") > index.idf("w:增长") > 0


def test_the_bundled_documents_come_back_whole(language: Language, tmp_path: Path) -> None:
    """Every passage of the real documents, from the cache."""
    documents = load_folder(bundled_knowledge())
    fresh = build_index(documents, language, cache=Cache(tmp_path))
    again = build_index(documents, language, cache=Cache(tmp_path))
    assert list(again.passages) == list(fresh.passages)
    assert list(again.texts.bags) == list(fresh.texts.bags)
    assert again.years == fresh.years
