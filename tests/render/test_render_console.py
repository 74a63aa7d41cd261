"""The console answer is laid out for reading, with and without colours."""

from __future__ import annotations

from bot.answer.model import Explained, Explanation, Facets, Note, TermScore
from bot.render.console import answer_lines, citation_lines, explanation_lines, plain, rich_text
from tests.samples import QUOTE, answer, citation, document, silence

COMMA = "\N{FULLWIDTH COMMA}"


def test_the_quote_stands_first_then_its_source_then_its_labels() -> None:
    """Highlight in 【…】, then title · section · date · place, then status and period."""
    assert plain(answer_lines(answer())) == (
        f"1. {QUOTE.replace('10%左右', '【10%左右】')}\n"
        "   《2021年黄埔区政府工作报告》 · 三、2021年工作安排 · 2021-03-01 · 广州市黄埔区\n"
        "   目标 · 2021年"
    )


def test_an_english_reader_gets_a_caption_above_the_chinese_quote() -> None:
    """The caption is composed from facets, the quote stays as it stands in the document."""
    lines = plain(answer_lines(answer(locale="en"))).splitlines()
    assert lines[0] == "1. GDP growth — 2021 target — Huangpu, Guangzhou"
    assert lines[1].strip().replace("【", "").replace("】", "") == QUOTE
    assert lines[3].strip() == "target · 2021"


def test_traditional_readers_get_traditional_labels() -> None:
    """The question's script decides on labels and names."""
    shown = plain(answer_lines(answer(locale="zh-Hant")))
    assert "廣州市黃埔區" in shown
    assert "目標 · 2021年" in shown


def test_the_language_that_is_set_wins_over_the_question() -> None:
    """--lang en labels a Chinese question's answer in English."""
    assert "target · 2021" in plain(answer_lines(answer(), "en"))


def test_a_caution_stands_under_every_quote_of_its_document() -> None:
    """And is not said again among the notes."""
    careful = citation(document=document(caution="含写作指令残留"))
    note = Note("caution", "caution", {"title": "x", "text": "含写作指令残留"})
    shown = plain(answer_lines(answer(careful, careful, notes=(note,))))
    assert shown.count("含写作指令残留") == 2
    assert "※" not in shown


def test_notes_follow_the_quotes_and_suggestions_the_notes() -> None:
    """Reading order: quotes, notes, what else to ask."""
    note = Note("period", "period_assumed", {"period": "2021"})
    shown = plain(answer_lines(answer(notes=(note,), suggestions=("下一个问题",))))
    order = [shown.index(part) for part in (QUOTE[:6], "※ ", "您还可以问", "下一个问题")]
    assert order == sorted(order)
    assert f"您没有说明时间{COMMA}以下按2021年回答。" in shown


def test_silence_says_why_and_what_there_is() -> None:
    """Reply, gap note, suggestions."""
    shown = plain(answer_lines(silence())).splitlines()
    assert shown[0].startswith("抱歉")
    assert "天河区" in shown[2]
    assert "广州市黄埔区、上海市黄浦区" in shown[2]
    assert shown[-1].strip() == "黄埔区2021年GDP目标是多少"


def test_a_digest_is_labelled() -> None:
    """A quote from our own digest is not taken for the source's own words."""
    shown = plain(answer_lines(answer(citation(document=document(digest=True)))))
    assert "目标 · 2021年 · 摘编" in shown


def test_a_period_is_named_once() -> None:
    """Also where the core found it twice."""
    twice = citation(facets=Facets(period=("2021", "2021", "2021-2025"), status="target"))
    assert "目标 · 2021年、2021–2025年" in plain(answer_lines(answer(twice)))


def test_a_deep_section_is_its_chapter_and_its_nearest_heading() -> None:
    """The headings between them are left out."""
    deep = citation(section=("三、2021年工作安排", "(一)很长的口号", "壮大人才队伍"))
    shown = plain(answer_lines(answer(deep)))
    assert " · 三、2021年工作安排 › 壮大人才队伍 · " in shown


def test_citations_after_the_first_ones_can_be_short() -> None:
    """A short citation still has its quote and its source, but no labels."""
    lines = plain(answer_lines(answer(citation(), citation(rank=2)), full=1)).splitlines()
    assert sum("目标 · 2021年" in line for line in lines) == 1
    assert sum("《2021年黄埔区政府工作报告》" in line for line in lines) == 2
    assert any(line.startswith("2. ") for line in lines)


def test_colours_change_nothing_but_the_mark() -> None:
    """Rich text reads like the plain one without the brackets; the highlight has its style."""
    lines = answer_lines(answer(suggestions=("下一个问题",)))
    text = rich_text(lines)
    assert text.plain == plain(lines).replace("【", "").replace("】", "")
    styled = {text.plain[span.start : span.end] for span in text.spans if "yellow" in str(span.style)}
    assert styled == {"10%左右"}


def test_brackets_are_not_taken_for_markup() -> None:
    """Rich markup in a document is text."""
    quote = "[bold]招商[/bold] [red"
    lines = citation_lines(citation(quote=quote, highlights=()), "zh-Hans")
    assert quote in rich_text(lines).plain


def test_control_characters_never_reach_the_terminal() -> None:
    """An escape sequence in a document is shown as a replacement character."""
    lines = citation_lines(citation(quote="\x1b[2J\x07危险\x9b1m", highlights=()), "zh-Hans")
    for shown in (plain(lines), rich_text(lines).plain):
        assert not {"\x1b", "\x07", "\x9b"} & set(shown)
        assert "危险" in shown


def test_a_highlight_outside_the_quote_is_no_highlight() -> None:
    """Wrong offsets lose the mark, never the quote."""
    for span in ((5, 999), (-3, 2), (9, 3)):
        shown = plain(citation_lines(citation(highlights=(span,)), "zh-Hans"))
        assert QUOTE in shown
        assert "【" not in shown


def test_an_unnamed_place_is_shown_by_its_id() -> None:
    """A place recognised by name only is shown by that name."""
    shown = plain(citation_lines(citation(names={}, facets=Facets(place="x-天河区")), "en"))
    assert "天河区" in shown
    assert "x-" not in shown


def test_the_explanation_lists_facets_terms_and_candidates() -> None:
    """Everything needed to see why a quote won."""
    term = TermScore("metric:gdp", 2.0, 3.5)
    candidate = Explained("引文", "gz-2021", 7.25, 0.8, (term,), "best coverage")
    shown = plain(explanation_lines(Explanation({"place": "gz"}, ("gdp",), (term,), (candidate,)), "en"))
    for part in ("place = gz", "gdp", "metric:gdp 2.00", "7.25", "0.80", "gz-2021", "best coverage", "+3.50"):
        assert part in shown
