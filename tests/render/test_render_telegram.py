"""Telegram messages: valid HTML, within the limit, quotes whole, whatever the fields hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer.model import Answer, Citation, DocumentRef, Facets, Note
from bot.render.telegram import LIMIT, answer_html, page_html, utf16_units
from tests.samples import QUOTE, answer, citation, document, silence

OPENING = re.compile(r'(?:b|i|blockquote|blockquote expandable|a href="[^"<>]*")')
ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")


class TelegramHtml(HTMLParser):
    """What Telegram accepts, read strictly: known tags, nested rightly, every special character escaped."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.plain = ""
        self.quotes: list[str] = []
        self.marks: list[str] = []
        for tag in re.findall(r"<([^>]*)>", markup):
            assert tag in ("/b", "/i", "/blockquote", "/a") or OPENING.fullmatch(tag), tag
        outside = re.sub(r"<[^>]*>", "", markup)
        assert not set(ENTITY.sub("", outside)) & set("<>&")
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in self.open
        self.open.append(tag)
        if tag == "blockquote":
            self.quotes.append("")
        if tag == "b":
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.plain += data
        if "blockquote" in self.open:
            self.quotes[-1] += data
        if "b" in self.open:
            self.marks[-1] += data


anything = st.text(max_size=60) | st.text(alphabet="<>&\"'/;a😀 \n汉{}", max_size=60)
long = st.builds(lambda part, times: part * times, anything, st.integers(1, 120))
maybe = st.none() | long
references = st.builds(
    DocumentRef,
    id=anything,
    title=long,
    publisher=maybe,
    date=maybe,
    place=maybe,
    source=maybe | st.builds("https://{}".format, anything),
    digest=st.booleans(),
    caution=maybe,
)
facets = st.builds(
    Facets,
    place=maybe,
    period=st.lists(anything, max_size=3).map(tuple),
    status=st.sampled_from([None, "target", "result", "estimate"]) | anything,
    metric=maybe,
)
names = st.dictionaries(
    st.sampled_from(["place", "metric"]), st.dictionaries(st.sampled_from(["zh-Hans", "zh-Hant", "en"]), long)
)
offsets = st.tuples(st.integers(-2, 300), st.integers(-2, 300))
citations = st.builds(
    Citation,
    rank=st.integers(1, 5),
    quote=long,
    span=st.just((0, 1)),
    document=references,
    highlights=st.lists(offsets, max_size=2).map(tuple),
    facets=facets,
    section=st.lists(long, max_size=4).map(tuple),
    names=names,
)
notes = st.builds(lambda place, have: Note("gap", "gap_place", {"place": place, "have": have}), long, st.lists(long))
answers = st.builds(
    Answer,
    question=anything,
    status=st.sampled_from(["answered", "no_answer"]),
    citations=st.lists(citations, max_size=5).map(tuple),
    notes=st.lists(notes, max_size=4).map(tuple),
    suggestions=st.lists(long, max_size=4).map(tuple),
    locale=st.sampled_from(["zh-Hans", "zh-Hant", "en"]),
)


@settings(max_examples=150, deadline=None)
@given(answers)
def test_any_answer_is_valid_and_within_the_limit(answer: Answer) -> None:
    """Any text in any field gives a message that Telegram takes."""
    parsed = TelegramHtml(answer_html(answer))
    assert 0 < utf16_units(parsed.plain) <= LIMIT
    assert parsed.plain.strip()


@settings(max_examples=150, deadline=None)
@given(answers)
def test_quotes_are_whole_and_in_order(answer: Answer) -> None:
    """Parsing the message back gives the first citations' quotes to the character; none is cut."""
    quotes = TelegramHtml(answer_html(answer)).quotes
    assert quotes == [c.quote for c in answer.citations[: len(quotes)]]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=200).filter(str.strip), min_size=1, max_size=5))
def test_five_quotes_of_the_contract_always_fit(quotes: list[str]) -> None:
    """Quotes of at most 200 characters with usual sources are never dropped."""
    cited = [citation(rank=i, quote=quote, highlights=()) for i, quote in enumerate(quotes, 1)]
    assert TelegramHtml(answer_html(answer(*cited))).quotes == quotes


def test_the_message_for_a_usual_answer() -> None:
    """Quote in a block, the figure bold, the source line, the labels."""
    assert answer_html(answer()) == (
        f"<blockquote>{QUOTE.replace('10%左右', '<b>10%左右</b>')}</blockquote>\n"
        "《2021年黄埔区政府工作报告》 · 三、2021年工作安排 · 2021-03-01 · 广州市黄埔区\n"
        "<i>目标 · 2021年</i>"
    )


def test_english_readers_get_the_caption() -> None:
    """Above the Chinese quote."""
    assert answer_html(answer(locale="en")).startswith("GDP growth — 2021 target — Huangpu, Guangzhou\n<blockquote>")


def test_a_source_with_an_address_is_a_link() -> None:
    """The title leads to where the document comes from; the address is escaped."""
    shown = answer_html(answer(citation(document=document(source='https://a.cn/?x=1&y="2"'))))
    assert '<a href="https://a.cn/?x=1&amp;y=&quot;2&quot;">《2021年黄埔区政府工作报告》</a>' in shown


def test_long_quotes_are_expandable() -> None:
    """More than 300 characters fold."""
    assert "<blockquote expandable>" in answer_html(answer(citation(quote="长" * 301, highlights=())))
    assert "<blockquote>" in answer_html(answer(citation(quote="长" * 300, highlights=())))


def test_the_last_citations_go_first() -> None:
    """What does not fit is dropped from the end, the best answer stays."""
    cited = [citation(rank=i, quote=f"{i}" + "长" * 1500, highlights=()) for i in range(1, 6)]
    quotes = TelegramHtml(answer_html(answer(*cited))).quotes
    assert [quote[0] for quote in quotes] == ["1", "2"]


def test_the_limit_counts_utf16_units() -> None:
    """Characters beyond the basic plane count twice, markup not at all."""
    assert utf16_units("a汉😀") == 4
    cited = [citation(rank=i, quote="𠮷" * 1000, highlights=()) for i in (1, 2, 3)]
    assert len(TelegramHtml(answer_html(answer(*cited))).quotes) == 1
    assert len(TelegramHtml(answer_html(answer(citation(quote="&" * 3900, highlights=())))).quotes) == 1


def test_a_quote_that_cannot_fit_is_named_not_cut() -> None:
    """Its source is given instead."""
    shown = answer_html(answer(citation(quote="长" * 5000, highlights=())))
    assert "长长" not in shown
    assert "《2021年黄埔区政府工作报告》" in shown


def test_silence_in_telegram() -> None:
    """The reason, what there is, and questions that can be asked."""
    shown = answer_html(silence())
    assert "天河区" in shown
    assert "· 黄埔区2021年GDP目标是多少" in shown


@pytest.mark.parametrize("key", ["telegram.start", "telegram.help", "telegram.about"])
@pytest.mark.parametrize("locale", ["zh-Hans", "zh-Hant", "en"])
def test_pages_are_valid(locale: str, key: str) -> None:
    """Start, help and about with example questions."""
    parsed = TelegramHtml(page_html(locale, key, ("a < b?", "R&D")))
    assert "· a < b?\n· R&D" in parsed.plain
