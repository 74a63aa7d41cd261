"""English beyond the lexicon: translations from the dictionary that comes as a package."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.cache import Cache
from bot.language.gloss import Glosses, stem
from bot.language.language import Language


@pytest.mark.parametrize(
    ("phrase", "word"),
    [("kindergarten", "幼儿园"), ("hospital", "医院"), ("subway", "地铁"), ("airport", "机场")],
)
def test_a_word_is_translated(phrase: str, word: str, language: Language) -> None:
    """Into Simplified Chinese, among the surest."""
    assert word in [found for found, _ in language.glosses.translate(phrase)]


@pytest.mark.parametrize("forms", [("hospital", "Hospitals"), ("mutual recognition", "Mutual  recognitions")])
def test_inflection_and_case_do_not_matter(forms: tuple[str, str], language: Language) -> None:
    """One key for all forms of a word."""
    first, second = forms
    assert stem(first) == stem(second)
    assert language.glosses.translate(first) == language.glosses.translate(second)


def test_strengths_fall_and_are_at_most_one(language: Language) -> None:
    """The surest first."""
    strengths = [strength for _, strength in language.glosses.translate("growth")]
    assert strengths
    assert strengths == sorted(strengths, reverse=True)
    assert all(0 < strength <= 1 for strength in strengths)


@pytest.mark.parametrize("phrase", ["", "   ", "qqzzxx", "'; DROP TABLE gloss; --", "%", "医院"])
def test_what_is_no_english_word_has_none(phrase: str, language: Language) -> None:
    """And breaks nothing."""
    assert language.glosses.translate(phrase) == ()


def test_a_second_start_reads_the_kept_file(cache: Path, language: Language) -> None:
    """The dictionary is turned round once."""
    expected = language.glosses.translate("hospital")
    kept = {path: path.stat().st_mtime_ns for path in cache.glob("glosses*")}
    assert kept
    assert Glosses(Cache(cache)).translate("hospital") == expected
    assert {path: path.stat().st_mtime_ns for path in cache.glob("glosses*")} == kept


def test_many_threads_may_look_up_at_once(cache: Path) -> None:
    """They get what one gets."""
    words = ["hospital", "airport", "subway", "growth"] * 8
    glosses = Glosses(Cache(cache))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(glosses.translate, words)) == [Glosses(Cache(cache)).translate(w) for w in words]


def test_a_damaged_file_is_made_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And the log says so."""
    expected = Glosses(Cache(tmp_path)).translate("hospital")
    (path,) = tmp_path.glob("glosses*")
    path.write_bytes(path.read_bytes()[:5000] + bytes(5000))
    assert Glosses(Cache(tmp_path)).translate("hospital") == expected
    assert str(path) in caplog.text
