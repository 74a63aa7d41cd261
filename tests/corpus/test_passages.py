"""Documents cut into sentences and clauses: exact offsets, nothing lost, nothing quoted that must not be."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.corpus.model import Document, Passage
from bot.corpus.passages import LONG_SENTENCE, clauses, cut_passages, section_texts, sentences, with_sections
from tests.knowledge import document

PIECES = st.sampled_from(
    [
        "黄埔区",
        "增长10%",
        "1,234家",
        "8:30",
        "gdp",
        "a.",
        "《办法》",
        "“免申即享”",
        "(一)",
        "~~弱化数据后~~",
        "，",
        ",",
        "；",
        ";",
        "。",
        "!",
        "？",
        "：",
        "——",
        "、",
        " ",
        "\n",
        "\n\n",
        "\u3000",
        "(",
        "）",
        "“",
        "”",
        "# 标题\n",
    ]
)
BODIES = st.lists(PIECES, max_size=40).map("".join).filter(lambda body: re.search(r"\w", body.replace("# 标题", "")))


def split(text: str) -> list[str]:
    """The clauses of a sentence."""
    return [text[start:end] for start, end in clauses(text, 0, len(text))]


def cut(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in sentences(text, 0, len(text))]


@given(BODIES)
@example("黄埔区，增长10%。\n\n# 标题\n~~弱化数据后~~，gdp。")
def test_passages_and_clauses_nest_inside_their_paragraph(body: str) -> None:
    """In order, with offsets into the document's text, white space at the edges left out."""
    made = document(body)
    passages = cut_passages([made])
    for passage in passages:
        block = made.blocks[passage.block]
        assert block.level == 0
        assert block.start <= passage.start < passage.end <= block.end
        assert made.text[passage.start : passage.end].strip() == made.text[passage.start : passage.end]
        edges = [passage.start, *(edge for clause in passage.clauses for edge in clause), passage.end]
        assert edges == sorted(edges)
        assert all(re.search(r"\w", made.text[start:end]) for start, end in passage.clauses)
        assert all(made.text[a:b] == made.text[a:b].strip() for a, b in passage.clauses)
    assert all(a.end <= b.start for a, b in pairwise(passages))


@given(BODIES)
def test_struck_stretches_are_in_no_clause(body: str) -> None:
    """Not even in part, and their passage says that something is left out."""
    made = document(body)
    for passage in cut_passages([made]):
        struck = [s for s in made.blocks[passage.block].struck if s[0] < passage.end and s[1] > passage.start]
        assert passage.struck == bool(struck)
        for start, end in passage.clauses:
            assert not any(a < end and start < b for a, b in struck)


@given(BODIES.filter(lambda body: "~~" not in body))
def test_only_white_space_and_closing_marks_are_lost(body: str) -> None:
    """Every letter and figure of every paragraph stands in exactly one clause."""
    made = document(body)
    seen = [i for p in cut_passages([made]) for start, end in p.clauses for i in range(start, end)]
    assert len(seen) == len(set(seen))
    there = {i for b in made.blocks if not b.level for i in range(b.start, b.end)}
    lost = there - set(seen)
    assert not [made.text[i] for i in lost if re.match(r"\w", made.text[i])]


@given(BODIES)
def test_ordinals_count_over_all_documents(body: str) -> None:
    """So that a passage's neighbours are found by its number."""
    made = document(body)
    passages = cut_passages([made, made])
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    assert [p.document for p in passages] == sorted(p.document for p in passages)
    assert len({p.id for p in passages}) == len(passages)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("增长10%。引进项目50个。", ["增长10%。", "引进项目50个。"]),
        ("真的吗？当然！好。", ["真的吗？", "当然！", "好。"]),
        ("他说“好。”然后走了。", ["他说“好。”", "然后走了。"]),
        ("增长1.5%。", ["增长1.5%。"]),
        ("A first. Then B.", ["A first.", "Then B."]),
        ("没有句号", ["没有句号"]),
        ("  。。  ", []),
        ("甲,乙;丙。", ["甲,乙;丙。"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    """End at full stops, question and exclamation marks, with the closing quotation mark."""
    assert cut(text) == expected


@pytest.mark.parametrize("mark", [";", "；"])
def test_a_semicolon_ends_a_long_sentence_only(mark: str) -> None:
    """Numbered problems and measures, one each."""
    short = f"一是推进改革{mark}二是扩大开放。"
    assert cut(short) == [short]
    long = mark.join(["推进改革" * (LONG_SENTENCE // 8 + 1)] * 2) + "。"
    assert [s.rstrip(mark + "。") for s in cut(long)] == ["推进改革" * (LONG_SENTENCE // 8 + 1)] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("增长10%,引进50个。", ["增长10%", "引进50个"]),
        ("增长10%，引进50个；新增3家：好。", ["增长10%", "引进50个", "新增3家", "好"]),
        ("一是甲;二是乙!", ["一是甲", "二是乙"]),
        ("企业1,234家,增长5%", ["企业1,234家", "增长5%"]),
        ("总额1,234,567元,增长5%", ["总额1,234,567元", "增长5%"]),
        ("8:30开门:欢迎", ["8:30开门", "欢迎"]),
        ("三大产业——面板、医药、汽车——增长", ["三大产业", "面板、医药、汽车", "增长"]),
        ("五项指标(产值,收入,税收)第一,增长", ["五项指标(产值,收入,税收)第一", "增长"]),
        ("五项指标（产值，收入，税收）第一，增长", ["五项指标（产值，收入，税收）第一", "增长"]),
        ("出台“金镶玉,美玉”政策,增长", ["出台“金镶玉,美玉”政策", "增长"]),
        ("《关于甲,乙的办法》实施,增长", ["《关于甲,乙的办法》实施", "增长"]),
        ("(甲(乙,丙),丁),戊", ["(甲(乙,丙),丁)", "戊"]),
        ("甲),乙,丙", ["甲)", "乙", "丙"]),
        ("面板、医药和汽车", ["面板、医药和汽车"]),
        ("", []),
        (",,。", []),
    ],
)
def test_clauses(text: str, expected: list[str]) -> None:
    """Between commas, semicolons, colons and dashes of either width; not inside a number or brackets."""
    assert split(text) == expected


def test_a_bracket_that_is_never_closed_does_not_swallow_the_sentence() -> None:
    """A mark too many is a common slip: later commas still end clauses."""
    assert split("出台(一项政策,增长10%,引进50个,新增3家。")[-1] == "新增3家"


def test_headings_are_the_path_and_no_passages() -> None:
    """Outermost first; a heading of the same level ends the one before."""
    made = document("# 一、回顾\n## (一)产业\n甲。\n# 二、安排\n乙。\n")
    found = {made.text[p.start : p.end]: p.section for p in cut_passages([made])}
    assert found == {"甲。": ("一、回顾", "(一)产业"), "乙。": ("二、安排",)}
    assert section_texts(cut_passages([made])) == {"一、回顾", "(一)产业", "二、安排"}


def test_every_block_comes_with_the_headings_above_it() -> None:
    """A heading's own text is not above itself."""
    made = document("# 一\n## 二\n甲。\n")
    assert [(number, path) for number, _, path in with_sections(made)] == [
        (0, ()),
        (1, ("一",)),
        (2, ("一", "二")),
    ]


def test_the_asks_go_with_every_sentence_of_their_paragraph() -> None:
    """They are indexed beside it, and are no text."""
    made = document("甲增长10%。乙增长5%。\n> 问: 甲涨了多少 | how much\n\n丙。\n")
    passages = cut_passages([made])
    assert [p.asks for p in passages] == [("甲涨了多少", "how much")] * 2 + [()]
    assert not any("how" in made.text[p.start : p.end] for p in passages)


def test_a_struck_sentence_is_no_passage() -> None:
    """One of which a clause is left stays, without it."""
    made = document("~~弱化数据后说明前景好~~。企业增至187家,~~无虚构内容~~,反映成效。\n")
    passages = cut_passages([made])
    assert [made.text[a:b] for p in passages for a, b in p.clauses] == ["企业增至187家", "反映成效"]
    assert [p.struck for p in passages] == [True]


def whole(passage: Passage, made: Document) -> str:
    """The text of a passage."""
    return made.text[passage.start : passage.end]


def test_a_line_break_inside_a_paragraph_parts_nothing() -> None:
    """Lines that an editor wrapped are one sentence; a blank line ends it."""
    made = document("地区生产总值\n增长10%。\n\n没有句号\n\n下一段\n")
    assert [whole(p, made) for p in cut_passages([made])] == ["地区生产总值\n增长10%。", "没有句号", "下一段"]
