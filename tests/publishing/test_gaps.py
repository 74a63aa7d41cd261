"""Gaps: near-duplicates are one, and what is taught is understood afterwards."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.answer.assistant import Assistant
from bot.assembly import Library, open_publisher
from bot.config import Config
from bot.errors import KnowledgeError, PublishError
from bot.language.language import Language
from bot.language.lexicon import load_concepts
from bot.publishing.folder import Folder as Files
from bot.publishing.gaps import SYNONYMS, Miss, answer_here, find_concept, gaps, key_of, synonym
from bot.publishing.golden import load_golden
from bot.publishing.reloading import Reloader
from tests.publishing.conftest import Folder

NOW = datetime(2024, 5, 6, 12, tzinfo=UTC)


def missed(*questions: str, kind: str = "refused") -> list[Miss]:
    return [Miss(question, kind, NOW + timedelta(minutes=n)) for n, question in enumerate(questions)]  # type: ignore[arg-type]


def test_near_duplicates_are_one_gap() -> None:
    """Politeness, punctuation, script and width do not matter; most asked first; the usual wording is shown."""
    found = gaps(missed("黄埔有几个码头", "请问黄埔有几个码头?", "黃埔有幾個碼頭呢", "黄埔有几个码头", "租金多少"))
    assert [(gap.question, gap.refused) for gap in found] == [("黄埔有几个码头", 4), ("租金多少", 1)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("黄埔2020年有几个码头", "黄埔2021年有几个码头"),
        ("黄埔有几个码头", "黄埔有几家医院"),
        ("GDP涨了1.5%吗", "GDP涨了15%吗"),
    ],
)
def test_another_year_or_thing_is_another_gap(one: str, other: str) -> None:
    """However alike the words are."""
    assert len(gaps(missed(one, other))) == 2


def test_dislikes_count_too_and_what_is_ignored_is_gone() -> None:
    """With everything that is like it, also when it is asked again in other words."""
    misses = [*missed("黄埔有几个码头"), *missed("黄埔有几个码头", kind="disliked"), *missed("租金多少")]
    first, _ = gaps(misses)
    assert (first.refused, first.disliked, first.asked) == (1, 1, 2)
    left = gaps([*misses, *missed("请问黄埔区有几个码头")], {first.key})
    assert [gap.question for gap in left] == ["租金多少"]


def test_a_question_of_signs_alone_is_no_error() -> None:
    """People send all sorts of things."""
    assert [gap.question for gap in gaps(missed("???", "   "))] == ["???"]
    assert key_of("???")


def test_a_concept_is_found_by_id_or_name(language: Language) -> None:
    """An unknown one says what to write."""
    concept = find_concept(language.lexicon, "高新技术企业")
    assert find_concept(language.lexicon, concept.id) == concept
    with pytest.raises(PublishError, match="词库里没有“盖茨比”"):
        find_concept(language.lexicon, "盖茨比")


def test_a_taught_synonym_is_understood(config: Config, folder: Folder) -> None:
    """Published through the gate; a second one keeps the first; taught again it is said to be known."""
    library = Library(config)
    publisher = open_publisher(config, library)
    question = "黄埔2021年青瓷鱼鳞盏的目标"
    assert library.current.ask(question).status != "answered"
    for word in ("青瓷鱼鳞盏", '怪"词\\二'):
        concept = find_concept(library.lexicon, "固定资产投资")
        publisher.publish(synonym(publisher.folder, word, concept, "user:7"))
    assert "20%左右" in library.current.ask(question).citations[0].quote
    taught = load_concepts([folder.path / SYNONYMS])[concept.id]
    assert {"青瓷鱼鳞盏", '怪"词\\二', "固定资产投资"} <= set(taught.forms)
    with pytest.raises(PublishError, match="已经是"):
        synonym(publisher.folder, "青瓷鱼鳞盏", find_concept(library.lexicon, concept.id), "user:7")
    before = publisher.folder.manifest()
    with pytest.raises(KnowledgeError, match="also belongs to"):
        publisher.publish(synonym(publisher.folder, "GDP", taught, "user:7"))
    assert publisher.folder.manifest() == before


def test_what_is_written_is_valid_toml(folder: Folder, language: Language) -> None:
    """Whatever the word is made of."""
    concept = find_concept(language.lexicon, "固定资产投资")
    for word in ('"', "\\", "\x7fx", "a\tb", "'''", "字\u2028"):
        (data,) = synonym(Files(folder.path), word, concept, "user:7").files.values()
        assert data is not None
        (entry,) = tomllib.loads(data.decode())["concept"]
        assert entry["id"] == concept.id


def test_an_answer_is_pointed_out(config: Config, folder: Folder, reloader: Callable[[], Reloader[Assistant]]) -> None:
    """The paragraph gets the question, the golden questions too, and from then on it is answered."""
    folder.write(
        "piers", "# 港口\n\n黄埔港设有泊位12个。\n> 问: 泊位数\n\n2021年,黄埔区建成步道8公里。\n", place="gz-huangpu"
    )
    held = reloader()
    question = "船可以停的地方|有多少\n处"
    assert held.state.assistant.ask("船可以停的地方/有多少 处").status != "answered"
    (document,) = (d for d in held.state.assistant.documents if d.id == "piers")
    start = document.text.index("黄埔港")
    change = answer_here(Files(folder.path), document, (start, start + 3), question, "user:7")
    for name, data in change.files.items():
        Files(folder.path).write(name, data)
    assert "12个。\n> 问: 船可以停的地方/有多少 处\n> 问: 泊位数\n" in (folder.path / "documents/piers.md").read_text(
        "utf-8"
    )
    (golden,) = load_golden(folder.path / "golden.jsonl")
    assert golden.golden.quote == (("黄埔港设有泊位12个",),)
    assert held.reload("user:7").golden.passed == 1
    with pytest.raises(PublishError, match="刚刚被改过"):
        answer_here(Files(folder.path), document, (start, start + 3), question, "user:7")


def test_a_heading_answers_nothing(folder: Folder, reloader: Callable[[], Reloader[Assistant]]) -> None:
    """Only a paragraph can be pointed at."""
    (document,) = reloader().state.assistant.documents
    with pytest.raises(PublishError, match="没有可以作答的段落"):
        answer_here(Files(folder.path), document, (document.text.index("三、"), 3), "问", "user:7")
