"""Places that foreigners write in Latin letters, from the dictionary that comes as a package."""

from __future__ import annotations

import pytest

from bot.answer.assistant import Assistant
from bot.language.language import Language


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Pudong GDP target 2021", "\u6d66\u4e1c gdp target 2021"),
        ("shenzhen\u6d77\u5173\u6709\u591a\u5c11\u5bb6", "\u6df1\u5733\u6d77\u5173\u6709\u591a\u5c11\u5bb6"),
        ("Tianhe District", "\u5929\u6cb3\u533a"),
        ("jobs in Suzhou", "jobs in \u82cf\u5dde"),
    ],
)
def test_a_place_is_written_in_characters(source: str, text: str, language: Language) -> None:
    """Of several of one name the best known."""
    assert language.read(source) == text


@pytest.mark.parametrize("source", ["guangzhou huangpu", "north of the river", "a change of human capital"])
def test_known_places_and_ordinary_words_stay(source: str, language: Language) -> None:
    """Documents are about the former; the latter only look like a name."""
    assert language.read(source) == source


@pytest.mark.parametrize(
    "question", ["Nansha GDP target 2021", "How many AEO firms does shenzhen Customs have", "tianhe gdp growth 2020"]
)
def test_a_place_that_no_document_is_about_gets_no_answer(question: str, bundled: Assistant) -> None:
    """However it is written."""
    assert bundled.ask(question).citations == ()
