"""Places: two that sound the same, a customs district between them, and names that nobody listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.language.language import Language
from bot.language.normalise import fold
from bot.language.places import PlaceReading, load_places

GZ, SH, CUSTOMS = "gz-huangpu", "sh-huangpu", "customs-huangpu"


def read(language: Language, source: str) -> PlaceReading:
    return language.gazetteer.read(fold(source), language.segmenter.is_place)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("黄埔区2021年GDP", GZ),
        ("广州黄埔的GDP", GZ),
        ("廣州黃埔區", GZ),
        ("广州黄浦", GZ),
        ("广州市黄浦区", GZ),
        ("广州那边的黄浦", GZ),
        ("广州开发区", GZ),
        ("Huangpu, Guangzhou", GZ),
        ("Guangzhou Huangpu", GZ),
        ("Huangpu District in Guangzhou", GZ),
        ("guangzhou's huangpu", GZ),
        ("ＨＵＡＮＧＰＵ Guangzhou", GZ),
        ("黄浦区旧改", SH),
        ("上海黄浦", SH),
        ("上海黃浦區", SH),
        ("上海黄埔", SH),
        ("上海市黄埔区", SH),
        ("上海那个黄埔", SH),
        ("Huangpu District, Shanghai", SH),
        ("shanghai huangpu", SH),
        ("黄埔海关", CUSTOMS),
        ("黃埔海關有幾多間", CUSTOMS),
        ("黄浦海关", CUSTOMS),
        ("广州黄埔海关", CUSTOMS),
        ("Huangpu Customs", CUSTOMS),
        ("how many AEO firms does huangpu customs have", CUSTOMS),
    ],
)
def test_a_named_place_is_that_place_only(source: str, expected: str, language: Language) -> None:
    """The city decides, whichever of the two characters was typed; customs is not the district."""
    reading = read(language, source)
    assert reading.named == (expected,)
    assert not reading.likely
    assert not reading.open
    assert not reading.unknown


@pytest.mark.parametrize(("source", "expected"), [("黄埔GDP", GZ), ("黃埔", GZ), ("黄浦GDP", SH), ("黃浦", SH)])
def test_the_character_alone_is_a_hint(source: str, expected: str, language: Language) -> None:
    """Strong, but not a name: people mistype it."""
    reading = read(language, source)
    assert (reading.named, reading.likely, reading.open) == ((), (expected,), ())


@pytest.mark.parametrize("source", ["huangpu gdp", "Huangpu District", "HUANGPU", "huang pu"])
def test_the_sound_alone_leaves_it_open(source: str, language: Language) -> None:
    """Both are meant until somebody says which."""
    reading = read(language, source)
    assert (reading.named, reading.likely) == ((), ())
    assert set(reading.open) == {GZ, SH}


@pytest.mark.parametrize(
    "source",
    [
        "广州黄埔区和上海黄浦区谁高",
        "上海黄埔同广州黄浦比",
        "Guangzhou Huangpu vs Shanghai Huangpu",
    ],
)
def test_two_named_places_are_two(source: str, language: Language) -> None:
    """A comparison names both, also mistyped."""
    assert set(read(language, source).named) == {GZ, SH}


def test_two_hinted_places_are_two(language: Language) -> None:
    """黄埔和黄浦 side by side are told apart by their characters."""
    reading = read(language, "黄埔和黄浦谁的GDP高")
    assert set(reading.named + reading.likely) == {GZ, SH}


@pytest.mark.parametrize(
    ("source", "unknown"),
    [
        ("天河区GDP", "天河区"),
        ("广州天河区有多少高企", "天河区"),
        ("拱北海关有多少AEO企业", "拱北海关"),
        ("深圳市南山区引进外资", "南山区"),
        ("浦东新区目标", "浦东新区"),
    ],
)
def test_a_place_that_nobody_knows_is_named(source: str, unknown: str, language: Language) -> None:
    """By rule: a geographic name before the word for a district, city or office."""
    reading = read(language, source)
    assert reading.named == ()
    assert unknown in [name[-len(unknown) :] for name in reading.unknown]


@pytest.mark.parametrize(
    "source", ["全区GDP", "开发区政策", "工业区", "小区改造", "城区", "地区生产总值", "街区更新", "市场", ""]
)
def test_common_nouns_are_no_places(source: str, language: Language) -> None:
    """区 and 市 end many words."""
    reading = read(language, source)
    assert (reading.named, reading.unknown) == ((), ())


@pytest.mark.parametrize(
    ("source", "expected"), [("知识城投资", GZ), ("外滩金融", SH), ("生物島", GZ), ("the Bund", SH)]
)
def test_a_part_hints_at_the_whole(source: str, expected: str, language: Language) -> None:
    """知识城 lies in 广州市黄埔区; it is not its name."""
    reading = read(language, source)
    assert expected in reading.hinted
    assert reading.named == ()


@given(source=st.text(st.sampled_from("广州上海黄埔浦区海关天河huangpu ,的和在"), max_size=30))
def test_a_reading_is_consistent(source: str, language: Language) -> None:
    """No place is both named and likely or open; what was understood stands in the text."""
    text = fold(source)
    reading = language.gazetteer.read(text, language.segmenter.is_place)
    assert not set(reading.named) & set(reading.likely + reading.open)
    assert not set(reading.likely) & set(reading.open)
    assert all(0 <= start < end <= len(text) for start, end in reading.spans)
    assert all(name in text for name in reading.unknown)


def test_places_of_documents_join(language: Language) -> None:
    """A place that only a document names is known by its name, with and without its city and suffix."""
    more = language.with_places(["x-临江市北岭区", "gz-huangpu"])
    for source in ("临江市北岭区", "北岭区GDP", "北岭的GDP", "临江北岭", "北嶺區"):
        assert read(more, source).named == ("x-临江市北岭区",), source
    assert read(more, "广州黄浦").named == (GZ,)
    assert read(language, "北岭区").named == ()


def test_names_to_show(language: Language) -> None:
    """In Chinese and English; an unlisted place shows the name that its document gave it."""
    places = language.with_places(["x-临江市北岭区"]).gazetteer
    assert places.name(GZ) == "广州市黄埔区"
    assert places.english(SH) == "Huangpu, Shanghai"
    assert places.name("x-临江市北岭区") == places.english("x-临江市北岭区") == "临江市北岭区"
    assert places.name(None) is None
    assert GZ in places.within(CUSTOMS)


def test_a_later_file_wins(tmp_path: Path) -> None:
    """By id; other places stay."""
    first, second = tmp_path / "a.toml", tmp_path / "b.toml"
    first.write_text('[[place]]\nid = "a"\nname = "旧"\n[[place]]\nid = "b"\nname = "乙"\n', encoding="utf-8")
    second.write_text('[[place]]\nid = "a"\nname = "新"\n', encoding="utf-8")
    assert {p: load_places([first, second]).name(p) for p in "ab"} == {"a": "新", "b": "乙"}


@pytest.mark.parametrize("wrong", ["[[place]\n", '[[place]]\nid = "a"\n', '[[place]]\nid = "a"\nname = "b"\nodd = 1\n'])
def test_a_wrong_file_is_named(wrong: str, tmp_path: Path) -> None:
    """A syntax error, a missing name, an unknown key."""
    path = tmp_path / "places.toml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"places\.toml"):
        load_places([path])
