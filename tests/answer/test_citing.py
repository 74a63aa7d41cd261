"""Citations can be widened and checked, and stay verbatim."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer.assistant import Assistant
from bot.answer.model import Citation
from bot.language.normalise import fold, to_traditional
from bot.render.layout import card
from tests.answer.conftest import Golden
from tests.answer.districts import NORTH_REVIEW


def text_of(assistant: Assistant, citation: Citation) -> str:
    """The text of the cited document."""
    return next(d.text for d in assistant.documents if d.id == citation.document.id)


def first(assistant: Assistant, question: str) -> Citation:
    """The first citation."""
    return assistant.ask(question).citations[0]


def test_a_widened_quote_is_verbatim_and_grows(golden: tuple[Golden, ...], bundled: Assistant) -> None:
    """Each step holds the one before; the highlights stay on the same words."""
    for citation in [c for g in golden[::5] for c in g.answer.citations]:
        text = text_of(bundled, citation)
        marked = [citation.quote[a:b] for a, b in citation.highlights]
        before = citation
        for steps in (1, 2, 5):
            wide = bundled.widen(citation, steps)
            assert text[wide.span[0] : wide.span[1]] == wide.quote
            assert before.quote in wide.quote
            assert [wide.quote[a:b] for a, b in wide.highlights] == marked
            assert wide.document == citation.document
            before = wide


def test_a_quote_in_the_middle_really_grows(small: Assistant) -> None:
    """By sentences on both sides."""
    citation = first(small, "北岭区2020年合同外资多少")
    wide = small.widen(citation, 1)
    assert len(wide.quote) > len(citation.quote)
    assert wide.span[0] < citation.span[0]
    assert wide.span[1] > citation.span[1]


def test_no_step_changes_nothing(small: Assistant) -> None:
    """Zero and less."""
    citation = first(small, "北岭区2020年合同外资多少")
    assert small.widen(citation, 0) == citation
    assert small.widen(citation, -3) == citation


@pytest.mark.parametrize("steps", [5, 50, 10_000])
def test_a_quote_never_leaves_its_document(steps: int, small: Assistant) -> None:
    """However far it is widened; the quote itself stays in it."""
    citation = first(small, "南浦区2021年新建公园多少个")
    wide = small.widen(citation, steps)
    assert wide.document.id == "south"
    assert citation.quote in wide.quote
    assert text_of(small, wide)[wide.span[0] : wide.span[1]] == wide.quote


def test_what_is_shown_of_a_widened_quote_is_text_and_no_mark_of_the_file(
    golden: tuple[Golden, ...], bundled: Assistant
) -> None:
    """No heading mark, no line of other questions; every line that is shown stands in the document."""
    for citation in [c for g in golden[::5] for c in g.answer.citations]:
        wide = bundled.widen(citation, 4)
        shown = card(wide, "zh-Hans")
        lines = (shown.before + shown.mark + shown.after).split("\n")
        assert not [line for line in lines if line.startswith(("#", ">"))]
        assert all(line in text_of(bundled, wide) for line in lines)


def test_figures_of_different_kinds_are_no_conflict(bundled: Assistant) -> None:
    """So many firms here and so many measures there do not contradict each other."""
    notes = bundled.ask("how many AEO firms does Huangpu Customs have").notes
    (note,) = (note for note in notes if note.code == "conflict")
    assert {figure["value"][-1] for figure in note.params["figures"]} == {"家"}


def test_widening_stops_at_what_must_not_be_quoted(small: Assistant) -> None:
    """On the other side of a struck clause too."""
    for question in ("北岭区软件园有多少家软件企业", "北岭区2021年GDP预计增长多少"):
        for steps in range(6):
            assert "弱化数据" not in small.widen(first(small, question), steps).quote


def squeeze(text: str) -> str:
    """Letters and digits alone, folded."""
    return re.sub(r"[\W_]+", "", fold(text))


@given(data=st.data())
def test_any_stretch_is_found_where_it_stands(data: st.DataObject, small: Assistant) -> None:
    """What was copied from a document can be checked, unless a number is cut in two."""
    made = data.draw(st.sampled_from(small.documents))
    cuts = [i for i in range(len(made.text) + 1) if not re.match(r"[\d.]{2}", made.text[max(0, i - 1) : i + 1])]
    start = data.draw(st.sampled_from(cuts[:-1]))
    end = data.draw(st.sampled_from([i for i in cuts if start < i <= start + 60]))
    quote = made.text[start:end]
    found = small.find_verbatim(quote)
    assert bool(found) == bool(squeeze(quote))
    for citation in found:
        assert squeeze(citation.quote) == squeeze(quote)
        assert text_of(small, citation)[citation.span[0] : citation.span[1]] == citation.quote
    if found:
        inside = [c for c in found if c.document.id == made.id and start <= c.span[0] <= start + len(quote)]
        assert inside


@pytest.mark.parametrize(
    "quote",
    [
        "一般公共预算收入48亿元",
        "一般公共预算收入 48 亿元",
        "一般公共预算收入４８亿元",
        to_traditional("一般公共预算收入48亿元"),
        "一般公共预算\n收入48亿元",
        "“一般公共预算收入48亿元。”",
        "地区生产总值增长3.2%，一般公共预算收入48亿元；",
    ],
)
def test_space_width_script_and_marks_do_not_matter(quote: str, small: Assistant) -> None:
    """People copy from web pages, PDFs and chats."""
    found = small.find_verbatim(quote)
    assert [c.document.id for c in found] == ["north"]
    assert "48亿元" in found[0].quote


@pytest.mark.parametrize(
    "quote",
    [
        "一般公共预算收入49亿元",
        "一般公共预算收入148亿元",
        "一般公共预算收入48万元",
        "一般公共预算收入480亿元",
        "8亿元,固定资产投资完成310亿元",
        "一般公共预算收入48亿元,固定资产投资完成31",
        "地区生产总值增长32%",
        "地区生产总值增长3.21%",
        "没有这句话",
        "",
        "。,",
        "\x00",
    ],
)
def test_another_figure_is_not_found(quote: str, small: Assistant) -> None:
    """A changed digit, unit or decimal point is another statement; so is half a number."""
    assert small.find_verbatim(quote) == ()


def test_a_quote_that_stands_twice_is_found_twice(small: Assistant) -> None:
    """With ranks, and with the document and place of each."""
    found = small.find_verbatim("全区预期目标是地区生产总值增长")
    assert [(c.rank, c.document.id) for c in found] == [(1, "north"), (2, "south")]
    assert {c.facets.place for c in found} == {"x-临江市北岭区", "x-临江市南浦区"}


def test_a_citation_says_where_it_comes_from(small: Assistant) -> None:
    """Document, section, place with its names; a caution where there is one."""
    citation = first(small, "北岭区软件园有多少家软件企业")
    assert citation.document.title == "北岭区经济回顾"
    assert citation.document.date == "2022-01-20"
    assert citation.document.caution
    assert citation.section == ("2021年北岭区经济运行",)
    assert citation.names["place"]["zh-Hant"] == "臨江市北嶺區"
    assert citation.quote in NORTH_REVIEW
    assert first(small, "北岭区2020年合同外资多少").section == ("一、2020年工作回顾", "(二)对外开放")
