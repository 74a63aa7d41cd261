"""The knowledge that comes with the program: complete digests, asks, and questions with known answers."""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.answer.assistant import locale_of
from bot.corpus.loader import load_folder
from bot.corpus.model import Document
from bot.publishing.golden import Golden, load_golden

ROOT = Path(__file__).parents[1]
KNOWLEDGE = ROOT / "knowledge"
SHARED = Path(os.environ.get("INVESTOR_BOT_SHARED") or ROOT.parent / "shared")

ARTICLE = 300
"""Characters: on the listing page a longer line is an article, the line above it is its title."""
SENTENCE = 25
"""Characters: a longer sentence that stands in the source too was copied, not written afresh."""

UNIT = (
    r"%|‰|个?百分点|亿?美元|[万亿]*元|[万亿]+(?!\d)|平方公里|万?平方米|万?亩|公里|微克/立方米"
    r"|[万亿]*(?:人次|个工作日|个月|分钟|小时|周年|[个家项名条台套户位倍番年月日天米吨座幢栋所处场次件宗只片张种类届支批辆人])"
)
FIGURE = re.compile(  # the qualifier belongs to the figure
    r"(?:超过?|约|近|突破|不少于|不低于|不超过|低于|至少|最长|累计|第)?"
    rf"\d[\d.]*(?:[、到至~—-]+\d[\d.]*)*(?:{UNIT})?[多余]?(?:[个家项名元]|亿元)?(?:左右|以上|以下|以内)?"
)
NOT_IN_THE_DIGESTS = {
    "30周年": "浦东's anniversary, in the name of a speech that the plan follows: no fact on 黄浦",
}
"""Figures of the listing that the digests leave out on purpose, each with the reason."""


def squeezed(text: str) -> str:
    return "".join(text.split())


def shown(document: Document) -> str:
    """What can be read and quoted: headings and paragraphs without the asks, white space removed."""
    return squeezed("\n".join(document.text[block.start : block.end] for block in document.blocks))


def figures(text: str) -> set[str]:
    """Every figure with its unit and qualifier. A year is one too: the digests say each somewhere."""
    return set(FIGURE.findall(squeezed(text)))


@pytest.fixture(scope="module")
def documents() -> tuple[Document, ...]:
    """The bundled documents, checked as ``investor-bot check`` does."""
    places = tomllib.loads((KNOWLEDGE / "lexicon" / "places.toml").read_text(encoding="utf-8"))
    return load_folder(KNOWLEDGE, {place["id"] for place in places["place"]})


@pytest.fixture(scope="module")
def articles() -> Mapping[str, str]:
    """The articles of the real listing page by the titles that the portal gives them."""
    pages = sorted((SHARED / "seeds").glob("*.txt"))
    if not pages:
        pytest.skip(f"the real listing is not here ({SHARED}/seeds); INVESTOR_BOT_SHARED says where it is")
    lines = [line for page in pages for line in page.read_text(encoding="utf-8").split("\n")]
    return {lines[n - 1]: line for n, line in enumerate(lines) if len(line) > ARTICLE}


@pytest.fixture(scope="module")
def golden() -> tuple[Golden, ...]:
    """The golden questions."""
    return tuple(line.golden for line in load_golden(KNOWLEDGE / "golden.jsonl"))


def test_all_six_load_and_say_that_they_are_digests(documents: tuple[Document, ...]) -> None:
    """Without a problem; of what they are digests stands in their source."""
    assert len(documents) == 6
    assert [document.id for document in documents if not document.meta.digest] == []
    assert [document.id for document in documents if not document.meta.source] == []


def test_ids_are_file_names(documents: tuple[Document, ...]) -> None:
    """Whoever sees a citation finds the file."""
    assert [document.id for document in documents] == [Path(document.path).stem for document in documents]


def test_every_document_has_asks_in_both_scripts_and_english(documents: tuple[Document, ...]) -> None:
    """Chinese and English ones; an ask under two paragraphs would leave open which of them answers."""
    for document in documents:
        asks = [ask for block in document.blocks for ask in block.asks]
        assert any(ask.isascii() for ask in asks), document.id
        assert any(not ask.isascii() for ask in asks), document.id
        assert [ask for ask, times in Counter(asks).items() if times > 1] == [], document.id


def test_articles_of_uncertain_origin_carry_a_caution(documents: tuple[Document, ...]) -> None:
    """The customs articles of the portal name no source of their figures."""
    customs = [document for document in documents if document.meta.place == "customs-huangpu"]
    assert len(customs) == 3
    assert [document.id for document in customs if not document.meta.caution] == []


def test_golden_questions_are_asked_once_in_every_language(golden: tuple[Golden, ...]) -> None:
    """To be answered and to be refused, follow-ups too, in both scripts and in English; none twice."""
    asked = [(row.question, row.turns) for row in golden]
    assert [question for question, n in Counter(asked).items() if n > 1] == []
    assert {row.refused for row in golden} == {True, False}
    assert any(row.turns for row in golden)
    assert {locale_of(row.question) for row in golden} == {"zh-Hans", "zh-Hant", "en"}


def test_golden_answers_stand_in_the_documents(golden: tuple[Golden, ...], documents: tuple[Document, ...]) -> None:
    """What an answer must hold is to be found; otherwise the question could never pass."""
    text = "".join(map(shown, documents))
    wanted = [spelling for row in golden for fact in row.quote for spelling in fact]
    assert [spelling for spelling in wanted if squeezed(spelling) not in text] == []


def test_every_figure_of_the_listing_stands_in_its_digest(
    documents: tuple[Document, ...], articles: Mapping[str, str]
) -> None:
    """With its unit and qualifier as the source has them, white space aside."""
    digests = {document.meta.listed_as: shown(document) for document in documents}
    assert set(digests) == set(articles)
    missing = {
        title: sorted(figure for figure in figures(text) if figure not in digests[title])
        for title, text in articles.items()
    }
    assert {figure for lost in missing.values() for figure in lost} == set(NOT_IN_THE_DIGESTS), missing


def test_no_sentence_was_copied(documents: tuple[Document, ...], articles: Mapping[str, str]) -> None:
    """Digests are written afresh, in sentences of their own."""
    ours = {sentence for document in documents for sentence in re.split("[。!?]", shown(document))}
    theirs = {sentence for text in articles.values() for sentence in re.split("[。!?]", squeezed(text))}
    assert [sentence for sentence in ours & theirs if len(sentence) > SENTENCE] == []
