"""The list of documents and their outlines fit into messages, whatever the documents are called."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.corpus.markdown import blocks
from bot.corpus.model import Document, FrontMatter
from bot.render.messages import LOCALES
from bot.render.shelf import PAGE, documents_html, outline_html, outline_pages, pages
from tests.telegram.botapi.markup import parse_html, utf16_length

TITLES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=290).map(lambda title: f"x{title}")
NAMES = {"zh-Hans": "广州市黄埔区", "zh-Hant": "廣州市黃埔區", "en": "Huangpu, Guangzhou"}


def names(place: str) -> dict[str, str]:
    return NAMES if place == "gz-huangpu" else {}


def document(number: int = 0, text: str = "", **meta: object) -> Document:
    given_meta = {"title": f"报告{number}"} | meta
    return Document(f"d{number}", FrontMatter.model_validate(given_meta), text, blocks(text))


@given(st.lists(TITLES, max_size=20), TITLES)
def test_any_page_of_any_list_is_one_message(titles: list[str], caution: str) -> None:
    """Valid markup, everything escaped, at most 4096 units and 100 entities."""
    documents = [
        document(n, title=title, caution=caution, place=f"x-{title}", date=dt.date(2021, 3, 1), digest=True)
        for n, title in enumerate(titles)
    ]
    for locale in LOCALES:
        for page in range(pages(documents)):
            parsed = parse_html(documents_html(locale, documents, page, names))
            assert 0 < utf16_length(parsed.text) <= 4096
            assert len(parsed.entities) <= 100


@given(st.lists(TITLES, max_size=200), TITLES)
def test_any_page_of_any_outline_is_one_message(headings: list[str], title: str) -> None:
    """And all headings stand on one of the pages."""
    text = "\n\n".join(f"# h{heading}" for heading in headings)
    one = document(text=text, title=title, publisher=title, caution=title, source="https://example.org/?a=1&b=<2>")
    shown = [parse_html(outline_html("en", one, page, names)).text for page in range(outline_pages(one))]
    assert all(utf16_length(page) <= 4096 for page in shown)
    assert sum(page.count("▪ ") for page in shown) >= sum(1 for block in one.blocks if block.level)


def test_the_list_says_what_one_has_to_know() -> None:
    """Number, title, place and date in the reader's language, the mark of a digest, and why to be careful."""
    documents = [
        document(1, place="gz-huangpu", date=dt.date(2021, 3, 1), digest=True),
        document(2, place="x-某区", caution="未经核对。"),
        document(3),
    ]
    assert parse_html(documents_html("en", documents, 0, names)).text == (
        "Documents: 3. Tap a number for the outline.\n\n"
        "1. 报告1\nHuangpu, Guangzhou · 2021-03-01 · digest\n\n"
        "2. 报告2\n某区\n⚠️ 未经核对。\n\n"
        "3. 报告3"
    )


def test_numbers_go_on_from_page_to_page() -> None:
    """The ninth document is 9 on the second page, which says that it is the second."""
    documents = [document(number) for number in range(1, PAGE + 3)]
    page = parse_html(documents_html("zh-Hans", documents, 1, names)).text
    assert page.startswith("共10篇文件（第2/2页）")
    assert "9. 《报告9》" in page
    assert "8. 《报告8》" not in page


@pytest.mark.parametrize(
    ("locale", "line"),
    [("zh-Hans", "目前还没有收录文件。"), ("zh-Hant", "目前尚未收錄文件。"), ("en", "There are no documents yet.")],
)
def test_an_empty_shelf(locale: str, line: str) -> None:
    """Is said to be empty."""
    assert documents_html(locale, [], 0, names) == line


def test_an_outline_shows_the_levels() -> None:
    """Deeper headings are indented from the highest that there is; paragraphs are none."""
    one = document(text="## 一、回顾\n\n正文。\n\n### (一)经济\n\n## 二、安排\n", title="报告")
    assert (
        parse_html(outline_html("zh-Hant", one, 0, names)).text
        == "《报告》\n\n▪ 一、回顾\n\u3000· (一)经济\n▪ 二、安排"
    )


def test_an_outline_says_who_published_it() -> None:
    """Below the title, which is a link where the source is one."""
    one = document(title="报告", publisher="某区人民政府", source="https://example.org/?a=1&b=2", text="# 一\n")
    parsed = parse_html(outline_html("zh-Hans", one, 0, names))
    assert parsed.text == "《报告》\n某区人民政府\n\n▪ 一"
    assert "https://example.org/?a=1&b=2" in [entity.get("url") for entity in parsed.entities]


def test_a_document_without_headings_says_so() -> None:
    """Rather than showing nothing; its caution is whole here."""
    page = outline_html("en", document(text="正文。", caution="核" * 300), 0, names)
    assert page.endswith("This document has no headings.")
    assert "核" * 300 in page
