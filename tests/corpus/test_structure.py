"""From a wall of text to headings and paragraphs."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.corpus.importing import import_sources
from bot.corpus.importing.structure import structure
from bot.corpus.loader import load_document

FILLER = "全力推进重点项目建设,完善配套设施,加快形成规模效应,为企业发展提供有力支撑,切实增强群众获得感。" * 3


def headings(*lines: str) -> list[str]:
    return [f"{'#' * piece.level} {piece.text}" for piece in structure(lines) if piece.level]


def paragraphs(*lines: str) -> list[str]:
    return [piece.text for piece in structure(lines) if not piece.level]


def wall(kind: str, *headings_and_texts: tuple[str, str]) -> str:
    numbers = "一二三四五六七八九十"
    return "".join(
        f" {kind.format(number)}{heading}{text}"
        for number, (heading, text) in zip(numbers, headings_and_texts, strict=False)
    )


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("2022年工作安排", "2022年是全面推进之年,任务繁重。"),
        ("“十四五”时期的主要任务", "一是着力强化功能,构筑高地。二是改善民生。"),
        ("“十三五”时期发展成就和2020年主要工作", "“十三五”时期是不平凡的五年。"),
        ("规划编制过程", "区委、区政府高度重视规划编制工作。"),
        ("二〇三五年远景目标考虑", "全面建成现代化城区,成为典范。"),
        ("关于《某区发展规划纲要(草案)》的说明", "本次会议审议了规划纲要。"),
        ("经济总量跃升", " 2022 年,全区增长 8% 以上。"),
    ],
)
def test_the_end_of_a_heading_is_found_without_a_break(heading: str, text: str) -> None:
    """A noun that ends headings, a year, an enumeration or a blank begins the text."""
    found = headings(wall("{}、", (heading, text + FILLER), ("下一部分工作安排", "2023年是新的一年。" + FILLER)))
    assert found[0] == f"# 一、{heading}"


def test_sibling_headings_of_one_rhythm_end_before_the_verb_that_begins_the_text() -> None:
    """Two clauses each, then a sentence that begins with a verb and nothing between them."""
    text = wall(
        "({})",
        ("提升园区功能,融入发展大局", "坚决落实各项部署,以项目为抓手,推动见效。" + FILLER),
        ("激活改革动力,释放市场潜能", "更加坚定走创新之路,处理好各方关系。" + FILLER),
        ("共享发展成果,增进民生福祉", "践行服务宗旨,把群众放在心上。" + FILLER),
    )
    assert headings(text) == [
        "# (一)提升园区功能,融入发展大局",
        "# (二)激活改革动力,释放市场潜能",
        "# (三)共享发展成果,增进民生福祉",
    ]


def test_a_heading_with_a_full_stop_keeps_it() -> None:
    """A short sentence without figures before longer ones is the heading."""
    text = wall("({})", *((f"强化{x}建设,奋力建成示范区。", FILLER) for x in ("科技", "产业", "生态")))
    assert headings(text)[0] == "# (一)强化科技建设,奋力建成示范区。"


def test_two_predicates_without_a_comma_are_a_heading_and_a_run_in_heading() -> None:
    """The first clause is complete, the second has a predicate of its own."""
    text = wall(
        "({})",
        ("园区建设扎实推进", "配套设施持续完善提升。" + FILLER + "招商服务不断优化升级。" + FILLER),
        ("产业发展呈现良好态势", "主导产业实现较快增长。" + FILLER + "新兴产业持续发展壮大。" + FILLER),
        ("城市治理持续提升", "交通路网更加完善便捷。" + FILLER + "环境品质不断改善向好。" + FILLER),
    )
    assert headings(text)[:6] == [
        "# (一)园区建设扎实推进",
        "## 配套设施持续完善提升。",
        "## 招商服务不断优化升级。",
        "# (二)产业发展呈现良好态势",
        "## 主导产业实现较快增长。",
        "## 新兴产业持续发展壮大。",
    ]


def test_numbered_paragraphs_without_headings_stay_whole() -> None:
    """A sentence is never torn in two to make a heading."""
    text = wall(
        "({})",
        ("该认证作为一种国际认可的标准,", "源于有关倡议,旨在通过严格审核保障安全。" + FILLER),
        ("为支持企业发展,", "该关推出一系列创新举措,包括上线申请系统。" + FILLER),
        ("有关合作是关键支撑,", "已与43个国家和地区签署协议。" + FILLER),
    )
    assert headings(text) == []
    assert [paragraph[:3] for paragraph in paragraphs(text)] == ["(一)", "(二)", "(三)"]


def test_run_in_headings_open_topics_and_figures_do_not() -> None:
    """A short sentence with a figure, or one that is followed by too little, belongs to its topic."""
    topics = ("集聚高端创新资源。", "激发企业创新活力。", "资产规模翻两番。", "壮大专业人才队伍。")
    body = "".join(topic + FILLER for topic in topics)
    text = f"一、工作回顾2020年是关键之年。二、工作安排2021年是开局之年。{body}强化日常监督。"
    assert [h for h in headings(text) if h.startswith("##")] == [
        "## 集聚高端创新资源。",
        "## 激发企业创新活力。",
        "## 壮大专业人才队伍。",
    ]


def test_items_of_an_enumeration_are_paragraphs() -> None:
    """Also after a colon and between semicolons; a lone one is none."""
    assert paragraphs("存在以下问题:一是能级不高;二是动力不足;三是短板较多。") == [
        "存在以下问题:",
        "一是能级不高;",
        "二是动力不足;",
        "三是短板较多。",
    ]
    assert paragraphs("目标有两个。一是增长。") == ["目标有两个。一是增长。"]


@pytest.mark.parametrize(
    "opener",
    [
        "五年来,综合实力跃上新台阶。",
        "2020年是收官之年,成绩来之不易。",
        "“十四五”时期我区发展的主要目标是:创新驱动实现新突破。",
        "到2025年,生产总值年均增长8%左右。",
        "各位代表!成绩十分不易。",
        "——经济运行保持平稳。",
        "在此,我代表区人民政府表示感谢!",
    ],
)
def test_sentences_that_turn_to_a_new_topic_open_a_paragraph(opener: str) -> None:
    """In the middle of a wall."""
    assert paragraphs(f"前面的话已经说完。{opener}") == ["前面的话已经说完。", opener]


def test_a_year_within_a_topic_opens_nothing() -> None:
    """Only a sentence that makes the year its topic does."""
    text = "措施已见成效。2020年,针对部分企业实施缓税。"
    assert paragraphs(text) == [text]


def test_chapters_are_headings_and_articles_paragraphs() -> None:
    """Of a regulation, with or without line breaks."""
    text = (
        "第一章 总则第一条 为了规范管理,制定本办法。第二条 本办法适用于本区。第二章 附则第三条 本办法自发布之日起施行。"
    )
    assert headings(text) == ["# 第一章 总则", "# 第二章 附则"]
    assert [paragraph[:3] for paragraph in paragraphs(text)] == ["第一条", "第二条", "第三条"]


def test_the_first_part_below_a_heading_needs_no_break() -> None:
    """Nor does a blank there count twice."""
    text = "二、重点任务(一)做强产业链。推进项目建设,加快投产。(二)做优服务链。推行网办,压缩时限。"
    expected = ["# 二、重点任务", "## (一)做强产业链。", "## (二)做优服务链。"]
    for blank in ("", " "):
        wall_text = "一、总体要求以新理念为指导,推动集聚。" + text.replace("(一)", blank + "(一)")
        assert headings(wall_text) == ["# 一、总体要求", *expected]


def test_items_without_text_below_are_no_headings() -> None:
    """Neither in a wall nor line by line; they stay paragraphs."""
    assert headings("支持以下对象:(一)高新企业;(二)专精企业;(三)上市企业。申报时间为每年三月。") == []
    lines = (
        "一、对象",
        "本区企业。",
        "二、材料",
        "(一)申请表;",
        "(二)执照。",
        "三、附则",
        "自发布之日起施行。",
    )
    assert headings(*lines) == ["# 一、对象", "# 二、材料", "# 三、附则"]


def test_lines_of_the_source_are_kept_as_paragraphs() -> None:
    """Where the source has its line breaks, a heading is a line."""
    lines = ("一、工作回顾", "第一段。", "第二段。", "二、工作安排", "第三段。")
    assert headings(*lines) == ["# 一、工作回顾", "# 二、工作安排"]
    assert paragraphs(*lines) == ["第一段。", "第二段。", "第三段。"]


def test_a_number_in_running_text_is_no_part() -> None:
    """Neither out of sequence nor in the middle of a sentence."""
    assert headings("见附件(三)的规定。三、其他。", "第五条规定了期限。") == []


@given(st.text(alphabet="一二三、(). \t。,:;!“”是年2021各位代表第章条工作安排坚持持续推进一", max_size=400))
def test_text_is_only_cut(text: str) -> None:
    """The pieces put together are the text, white space at the cuts apart."""
    joined = "".join(piece.text for piece in structure([text]))
    assert "".join(joined.split()) == "".join(text.split())


def _real_headings() -> dict[str, list[str]]:
    table = tomllib.loads((Path(__file__).parent / "real_headings.toml").read_text(encoding="utf-8"))
    return {title: entry["headings"] for title, entry in table.items()}


def _matches(heading: str, expected: str) -> bool:
    begin, _, end = expected.partition("…")
    return heading == expected or bool(end and heading.startswith(begin) and heading.endswith(end))


def _check(source: Path, into: Path, deepest: int) -> None:
    expected = _real_headings()
    for made in import_sources([source], into).documents:
        document = load_document(made.path)
        blocks = [block for block in document.blocks if 1 <= block.level <= deepest]
        found = [f"{'#' * block.level} {document.text[block.start : block.end]}" for block in blocks]
        assert _mismatches(found, expected.get(document.title, [])) == []


def _mismatches(found: Sequence[str], expected: Sequence[str]) -> list[tuple[str, str]]:
    padded = max(len(found), len(expected))
    pairs = zip([*found, *[""] * (padded - len(found))], [*expected, *[""] * (padded - len(expected))], strict=True)
    return [(heading, wanted) for heading, wanted in pairs if not _matches(heading, wanted)]


def test_the_headings_of_the_real_articles(seeds: Path, tmp_path: Path) -> None:
    """All of them, run-in headings included, against the table that was checked by hand."""
    _check(seeds, tmp_path, deepest=6)


def test_the_headings_of_the_national_reports(corpora: Path, tmp_path: Path) -> None:
    """The parts and sections, against the table that was checked by hand."""
    _check(corpora, tmp_path, deepest=2)


def test_no_wall_is_left_of_the_real_articles(seeds: Path, tmp_path: Path) -> None:
    """A topic a paragraph: the longest is what one topic of the source has."""
    for made in import_sources([seeds], tmp_path).documents:
        assert max(block.end - block.start for block in load_document(made.path).blocks) < 1200
