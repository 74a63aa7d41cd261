"""Questions that others asked lead to what they meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cache import Cache, Kept
from bot.errors import KnowledgeError
from bot.language.phrasings import Phrasing, Phrasings, load_phrasings

KNOWN = Phrasings(
    [
        Phrasing("刚拿地能马上开挖吗", ("land-start",)),
        Phrasing("拿了地当天能动土吗", ("land-start",)),
        Phrasing("补贴要不要自己跑窗口", ("no-apply",)),
        Phrasing("can i break ground at once", ("land-start",)),
    ]
)


@pytest.mark.parametrize("question", ["刚买地能马上动土吗", "拿地当天开挖", "break ground"])
def test_a_question_in_similar_words_means_the_same(question: str) -> None:
    meant = KNOWN.meant(question)
    assert meant.concepts[0] == ("land-start", 1.0)
    assert 0.0 < meant.likeness <= 1.0


def test_the_same_question_is_as_like_as_can_be() -> None:
    assert KNOWN.meant("补贴要不要自己跑窗口").likeness == pytest.approx(1.0)


@pytest.mark.parametrize("question", ["", "2021", "天气", "?!"])
def test_words_that_nobody_used_mean_nothing(question: str) -> None:
    assert KNOWN.meant(question).concepts == ()


def test_where_there_is_nothing_to_learn_from_nothing_is_meant() -> None:
    assert Phrasings().meant("刚拿地能马上开挖吗").concepts == ()


def test_every_bad_line_is_named_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "phrasings.jsonl"
    good = json.dumps({"q": "多少", "concepts": ["gdp"]})
    path.write_text(f'{good}\n\n{{"q": "x", "concepts": ["nowhere"]}}\nnonsense\n["list"]\n', encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_phrasings([path], {"gdp"})
    said = str(caught.value)
    assert "nowhere" in said
    assert all(f"phrasings.jsonl:{line}" in said for line in (3, 4, 5))


def test_kept_phrasings_mean_the_same(tmp_path: Path) -> None:
    """Their file is not read again."""
    path = tmp_path / "phrasings.jsonl"
    path.write_text(
        '{"q": "刚拿地能马上开挖吗", "concepts": ["land", "start"]}\n{"q": "补贴", "concepts": ["grant"]}\n'
    )
    kept = Kept(Cache(tmp_path / "cache"), "key")
    first = load_phrasings([path], {"land", "start", "grant"}, (), kept)
    path.unlink()
    second = load_phrasings([path], {"land", "start", "grant"}, (), kept)
    assert second.meant("拿地开挖") == first.meant("拿地开挖")
    assert dict(second.meant("拿地开挖").concepts) == {"land": 1.0, "start": 1.0, "grant": 0.0}
