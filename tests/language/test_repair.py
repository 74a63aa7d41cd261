"""Spelling: a homophone typed for a name, pinyin, a slip in an English word; real words are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.language import Language
from bot.language.normalise import fold
from bot.language.repair import Speller, sound

NAMES = ["粤芯", "瞪羚", "瞪羚企业", "目标", "固定资产投资", "增长", "unicorn", "gazelle", "港澳通"]


@pytest.fixture(scope="module")
def speller(language: Language) -> Speller:
    """Knows ten names and nothing else."""
    return Speller(NAMES, ["企业"], language.segmenter, language.glosses)


def repaired(speller: Speller, language: Language, source: str) -> list[tuple[str, str]]:
    """What is repaired in ``source``, and into what."""
    text = fold(source)
    tokens = language.segmenter.tokens(text)
    return [(text[r.start : r.end], r.name) for r in speller.homophones(text, tokens, frozenset("的了在"))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("粤心的产能", ("粤心", "粤芯")),
        ("粵心", ("粤心", "粤芯")),
        ("港奥通是什么", ("港奥通", "港澳通")),
        ("增涨多少", ("增涨", "增长")),
    ],
)
def test_a_homophone_of_a_name_is_repaired(
    source: str, expected: tuple[str, str], speller: Speller, language: Language
) -> None:
    """One character off, the same sound, and no word of its own."""
    assert repaired(speller, language, source) == [expected]


@pytest.mark.parametrize(
    "source", ["羚羊企业", "木雕展览", "地址在哪里", "目标", "粤芯", "投资环境", "升多少", "企业家", "目 标"]
)
def test_what_exists_is_left_alone(source: str, speller: Speller, language: Language) -> None:
    """A dictionary word is never changed, whatever it sounds like; nor is a name that is right."""
    assert repaired(speller, language, source) == []


@given(source=st.text(st.sampled_from("粤心芯瞪羚等零木标目港奥澳通的了在企业增长 ,a1"), max_size=14))
def test_repairs_sound_the_same(source: str, speller: Speller, language: Language) -> None:
    """And never touch a word of the dictionary."""
    for before, after in repaired(speller, language, source):
        assert sound(before) == sound(after)
        assert before != after
        assert after in {*NAMES, "企业"}
        assert not language.segmenter.known(before)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("mubiao", "目标"),
        ("gu ding zi chan tou zi", "固定资产投资"),
        ("deng ling qi ye", "瞪羚企业"),
        ("黄埔mubiao", "黄埔目标"),
        ("2021 mubiao", "2021 目标"),
    ],
)
def test_pinyin_is_read(source: str, expected: str, speller: Speller) -> None:
    """Syllable by syllable or in one word, the longest name first."""
    assert speller.from_pinyin(source).replace(" ", "") == expected.replace(" ", "")


@pytest.mark.parametrize(
    "source", ["", "目标", "target", "unicorn companies", "how many gazelle firms", "gdp", "a b c", "2021"]
)
def test_what_is_no_pinyin_stays(source: str, speller: Speller) -> None:
    """English words and known names are none."""
    assert speller.from_pinyin(source) == source


@given(source=st.text(max_size=60))
def test_pinyin_touches_only_latin_letters(source: str, speller: Speller) -> None:
    """Everything else stays as it was, and nothing fails."""
    text = fold(source)
    read = speller.from_pinyin(text)
    kept = [c for c in text if not (c.isascii() and c.isalpha()) and c != " "]
    assert [c for c in read if c in kept] == kept or not text.isascii()
    assert (read == text) or any("a" <= c <= "z" for c in text)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("unicron", "unicorn"),
        ("unicor", "unicorn"),
        ("gazele", "gazelle"),
        ("unicorn", "unicorn"),
        ("gdp", None),
        ("uni", None),
        ("weather", None),
    ],
)
def test_a_slip_in_an_english_name(word: str, expected: str | None, speller: Speller) -> None:
    """One letter too many, too few, wrong or swapped; short words are left alone."""
    assert speller.latin(word) == expected


def test_sound_has_no_tones() -> None:
    """The same for homophones, different for others."""
    assert sound("黄埔") == sound("黄浦") == "huangpu"
    assert sound("粤芯") != sound("瞪羚")
