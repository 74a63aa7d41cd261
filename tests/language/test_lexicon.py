"""The lexicon: names of concepts found in a text, and mistakes in its files refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cache import Cache, Kept
from bot.errors import KnowledgeError
from bot.language.language import Language
from bot.language.lexicon import FORM, HINT, Concept, Lexicon, build_lexicon, load_concepts, load_lexicon
from bot.language.normalise import fold


def lexicon(**concepts: dict[str, Any]) -> Lexicon:
    """A lexicon of ``id={"forms": [...], ...}``; ``_`` in an id stands for ``-``."""
    made = [Concept(id=name.replace("_", "-"), **keys) for name, keys in concepts.items()]
    return build_lexicon({concept.id: concept for concept in made})


SMALL = lexicon(
    revenue={"forms": ["收入", "revenue"]},
    budget_revenue={"forms": ["一般公共预算收入", "budget revenue"]},
    ai={"forms": ["人工智能", "AI"]},
    gazelle={"forms": ["瞪羚企业", "gazelle", "gazelles"], "hints": ["跑得快"]},
    trade={"forms": ["外贸"]},
    exports={"forms": ["外贸出口", "出口"], "parents": ["trade"]},
    start={"forms": ["开工"]},
)


def found(text: str, known: Lexicon = SMALL) -> dict[str, float]:
    """Concepts named in ``text`` with their strongest mention."""
    strengths: dict[str, float] = {}
    for mention in known.mentions(fold(text)):
        strengths[mention.concept] = max(strengths.get(mention.concept, 0.0), mention.strength)
    return strengths


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("外貿出口增長", "exports"),
        ("人工智能产业", "ai"),
        ("ＡＩ产业", "ai"),
        ("AI firms", "ai"),
        ("2021ai目标", "ai"),
        ("gazelle", "gazelle"),
        ("Gazelles in Huangpu", "gazelle"),
        ("瞪羚企業", "gazelle"),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, concept: str) -> None:
    """Script, width, case and the English plural do not matter."""
    assert found(text)[concept] == FORM


@pytest.mark.parametrize("text", ["paid", "email", "said", "revenuex", "sgazelle"])
def test_latin_names_are_whole_words(text: str) -> None:
    """``ai`` is not in ``paid``."""
    assert found(text) == {}


def test_the_longest_name_wins() -> None:
    """收入 inside 一般公共预算收入 counts less than by itself."""
    strengths = found("一般公共预算收入")
    assert strengths["budget-revenue"] == FORM
    assert strengths["revenue"] < FORM
    assert found("收入")["revenue"] == FORM


def test_a_name_inside_that_of_a_narrower_concept_stays() -> None:
    """外贸 in 外贸出口 is the broader concept, which the text is about as well."""
    assert found("外贸出口") == {"exports": FORM, "trade": FORM}


def test_a_hint_is_less_than_a_form() -> None:
    """It only suggests the concept."""
    assert found("谁跑得快")["gazelle"] == HINT < FORM


def test_a_short_name_does_not_cut_a_word(language: Language) -> None:
    """开工 in 开/工厂 is no mention; as a word it is."""
    cut, whole = fold("新开工厂"), fold("开工")
    assert SMALL.mentions(cut, {0, 1, 2, 4}) == []
    assert [m.concept for m in SMALL.mentions(whole, {0, 2})] == ["start"]


@given(st.text(st.sampled_from("一般公共预算收入外贸出口ai瞪羚企业gazelles ,开工"), max_size=40))
def test_mentions_stand_where_they_say(text: str) -> None:
    """The stretch is one of the concept's names."""
    for mention in SMALL.mentions(text):
        concept = SMALL.concepts[mention.concept]
        assert text[mention.start : mention.end] in {fold(n) for n in (*concept.forms, *concept.hints)}
        assert 0 < mention.strength <= FORM


def test_one_name_of_two_concepts_is_an_error_that_names_both() -> None:
    """Told with the name, so that an officer can decide."""
    with pytest.raises(KnowledgeError) as caught:
        lexicon(tax={"forms": ["税收"]}, levy={"forms": ["稅收", "征税"]})
    message = str(caught.value)
    assert "税收" in message
    assert "tax" in message
    assert "levy" in message


def test_every_clash_is_told_at_once() -> None:
    """Not only the first."""
    with pytest.raises(KnowledgeError) as caught:
        lexicon(a={"forms": ["甲", "乙"]}, b={"forms": ["甲", "乙"]})
    assert len(caught.value.problems) == 2


def test_kin_and_hints_may_share_a_name() -> None:
    """A broader concept, and one that is only suggested, take nothing away."""
    kin = lexicon(tax={"forms": ["税收"]}, levy={"forms": ["税收"], "parents": ["tax"]})
    assert found("税收", kin) == {"tax": FORM, "levy": FORM}
    hinted = lexicon(tax={"forms": ["税收"]}, levy={"forms": ["征税"], "hints": ["税收"]})
    assert found("税收", hinted) == {"tax": FORM, "levy": HINT}


def test_ancestors_reach_all_the_way_up_and_stand_a_circle() -> None:
    """Parents of parents too; two concepts that are each other's parent end no program."""
    line = lexicon(a={"forms": ["甲"]}, b={"forms": ["乙"], "parents": ["a"]}, c={"forms": ["丙"], "parents": ["b"]})
    assert line.ancestors["c"] == {"a", "b"}
    ring = lexicon(a={"forms": ["甲"], "parents": ["b"]}, b={"forms": ["乙"], "parents": ["a"]})
    assert "b" in ring.ancestors["a"]


def test_an_empty_lexicon_finds_nothing() -> None:
    """And is no error."""
    assert build_lexicon({}).mentions("增长") == []


def load(folder: Path, *texts: str) -> dict[str, Concept]:
    """The concepts of files with these texts."""
    paths = [folder / f"{number}.toml" for number, _ in enumerate(texts)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return load_concepts(paths)


def test_a_later_file_wins(tmp_path: Path) -> None:
    """Whoever brings a lexicon of his own overrules the bundled one concept by concept."""
    concepts = load(
        tmp_path,
        '[[concept]]\nid = "a"\nforms = ["旧"]\n[[concept]]\nid = "b"\nforms = ["乙"]\n',
        '[[concept]]\nid = "a"\nforms = ["新"]\n',
    )
    assert concepts["a"].forms == ("新",)
    assert concepts["b"].forms == ("乙",)


def test_an_unknown_parent_is_an_error(tmp_path: Path) -> None:
    """It names the concept and the parent."""
    with pytest.raises(KnowledgeError) as caught:
        load(tmp_path, '[[concept]]\nid = "exports"\nparents = ["trad"]\nforms = ["出口"]\n')
    assert "exports" in str(caught.value)
    assert "trad" in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        "[[concept]\n",
        '[[concept]]\nid = "a"\n',
        '[[concept]]\nid = "a"\nforms = []\n',
        '[[concept]]\nid = "A B"\nforms = ["甲"]\n',
        '[[concept]]\nid = "a"\nforms = ["甲"]\nfroms = ["乙"]\n',
    ],
)
def test_a_wrong_file_is_named(wrong: str, tmp_path: Path) -> None:
    """Syntax, missing names, a bad id, an unknown key; right files beside it do not hide it."""
    with pytest.raises(KnowledgeError, match=r"1\.toml"):
        load(tmp_path, '[[concept]]\nid = "b"\nforms = ["乙"]\n', wrong)


def test_the_bundled_lexicon_bridges_people_and_officials(language: Language) -> None:
    """Many names of one thing: of officials, businesspeople, Hong Kong and foreigners."""

    def concepts(text: str) -> set[str]:
        return {m.concept for m in language.lexicon.mentions(fold(text)) if m.strength == FORM}

    for names in (
        ["地区生产总值", "GDP", "生产总值", "地區生產總值"],
        ["瞪羚企业", "瞪羚", "gazelle", "gazelles"],
        ["固定资产投资", "固投", "fixed asset investment"],
        ["出口", "exports"],
        ["高新技术企业", "高企", "high-tech enterprise"],
    ):
        assert set.intersection(*map(concepts, names)), names
    assert concepts("实际外资") - concepts("合同外资")
    assert concepts("合同外资") - concepts("实际外资")


def test_a_kept_lexicon_is_the_lexicon(tmp_path: Path) -> None:
    """Its files are not read again, and it finds the same names in the same order."""
    path = tmp_path / "own.toml"
    path.write_text(
        '[[concept]]\nid = "a"\nforms = ["甲乙", "AB"]\nhints = ["丙"]\nen = "A"\n'
        '[[concept]]\nid = "b"\nparents = ["a"]\nforms = ["甲乙", "乙"]\nrequired = true\n',
        encoding="utf-8",
    )
    kept = Kept(Cache(tmp_path / "cache"), "key")
    first = load_lexicon([path], kept)
    path.unlink()
    second = load_lexicon([path], kept)
    assert dict(second.concepts) == dict(first.concepts)
    assert second.ancestors == first.ancestors
    assert second.mentions("甲乙丙ab") == first.mentions("甲乙丙ab") != []
    assert set(second.forms) == {"甲乙", "ab", "乙"} == set(first.forms)
    assert len(second.forms) == 3
    assert "乙" in second.forms
    assert "丙" not in second.forms
