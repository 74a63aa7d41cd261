"""Place, period and status of every clause: said by itself, or taken from what stands above and before it.

The documents are of districts and years that the bundled knowledge does not have: nothing here is a list.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.corpus.passages import cut_passages
from bot.language.facets import Stated, load_status, report_year, resolve, state_all
from bot.language.language import Language
from bot.language.normalise import fold
from bot.language.period import Years, find_periods
from tests.knowledge import NORTH, document

PLAN: dict[str, Any] = {
    "title": "2023年临江市北岭区政府工作报告",
    "kind": "work-report",
    "place": NORTH,
    "date": "2024-01-10",
}
REPORT_2021 = PLAN | {"title": "2021年临江市北岭区政府工作报告", "date": "2021-02-01"}
ARTICLE: dict[str, Any] = {"title": "北岭区招商动态", "date": "2023-01-05", "place": NORTH}


def stated(language: Language, text: str, front: dict[str, Any]) -> dict[str, Stated]:
    """Facets of each clause of a document, by the clause."""
    made = document(text, **front)
    passages = cut_passages([made])
    found = zip(passages, state_all([made], passages, language.status), strict=True)
    return {made.text[a:b]: s for p, each in found for (a, b), s in zip(p.clauses, each, strict=True)}


def facet(language: Language, text: str, clause: str, front: dict[str, Any]) -> tuple[Years | None, str | None]:
    """Years and status of one clause."""
    one = stated(language, text, front)[clause]
    return one.years, one.status


YEAR_2023, YEAR_2024 = (2023, 2023), (2024, 2024)
WHOLE = """# 一、2023年工作回顾
全区地区生产总值增长5.1%,固定资产投资增长8%。
## (一)产业升级
规上工业增加值增长6%。
# 二、2024年工作计划
全年地区生产总值增长6%左右,引进项目50个。
## (一)招商引资
新增上市企业3家。
"""


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("全区地区生产总值增长5.1%", (YEAR_2023, "result")),
        ("固定资产投资增长8%", (YEAR_2023, "result")),
        ("规上工业增加值增长6%", (YEAR_2023, "result")),
        ("全年地区生产总值增长6%左右", (YEAR_2024, "target")),
        ("引进项目50个", (YEAR_2024, "target")),
        ("新增上市企业3家", (YEAR_2024, "target")),
    ],
)
def test_headings_give_year_and_status(clause: str, expected: tuple[Years, str], language: Language) -> None:
    """Also through inner headings that name neither; 全年 is the year of the plan."""
    assert facet(language, WHOLE, clause, PLAN) == expected


@pytest.mark.parametrize(
    "heading",
    [
        "三、2021年工作安排",
        "2021年主要任务",
        "三、2021年重点工作",
        "2021年的工作部署",
        "2021年经济社会发展主要预期目标",
    ],
)
def test_a_plan_is_a_target(heading: str, language: Language) -> None:
    """However the section is called."""
    text = f"# {heading}\n全年地区生产总值增长9%,税收增长5%。\n"
    assert facet(language, text, "全年地区生产总值增长9%", REPORT_2021) == ((2021, 2021), "target")
    assert facet(language, text, "税收增长5%", REPORT_2021) == ((2021, 2021), "target")


@pytest.mark.parametrize("heading", ["一、2020年工作回顾", "2020年主要成绩", "2020年目标完成情况", "2020年取得的成效"])
def test_a_review_is_a_result(heading: str, language: Language) -> None:
    """However the section is called."""
    text = f"# {heading}\n全年地区生产总值增长9%。\n"
    assert facet(language, text, "全年地区生产总值增长9%", REPORT_2021) == ((2020, 2020), "result")


def test_five_years_are_those_before_the_report(language: Language) -> None:
    """五年来 in a report of 2021 is 2016–2020, for the rest of its paragraph."""
    text = "# 一、过去五年工作回顾\n五年来,全区生产总值年均增长7%。高新技术企业增至200家。\n"
    assert facet(language, text, "全区生产总值年均增长7%", REPORT_2021) == ((2016, 2020), "result")
    assert facet(language, text, "高新技术企业增至200家", REPORT_2021) == ((2016, 2020), "result")


def test_a_paragraph_may_name_its_year(language: Language) -> None:
    """2020年是… under a five-year heading: what follows is of 2020, until a new heading."""
    text = """# 一、“十三五”时期工作回顾
全区生产总值突破800亿元。

2020年是极不平凡的一年。全区新增企业5000家。

# 二、“十四五”时期主要目标
地区生产总值年均增长8%。
"""
    assert facet(language, text, "全区生产总值突破800亿元", REPORT_2021) == ((2016, 2020), "result")
    assert facet(language, text, "全区新增企业5000家", REPORT_2021) == ((2020, 2020), "result")
    assert facet(language, text, "地区生产总值年均增长8%", REPORT_2021) == ((2021, 2025), "target")


def test_an_estimate_holds_to_the_end_of_its_sentence(language: Language) -> None:
    """预计 is said of every figure of the sentence, and of none of the next."""
    text = "# 一、2023年工作回顾\n预计全年税收完成120亿元,增长4%,其中区级30亿元。社会消费品零售总额增长7%。\n"
    for clause in ("预计全年税收完成120亿元", "增长4%", "其中区级30亿元"):
        assert facet(language, text, clause, PLAN) == (YEAR_2023, "estimate")
    assert facet(language, text, "社会消费品零售总额增长7%", PLAN) == (YEAR_2023, "result")


def test_a_wish_in_a_sentence_is_a_target(language: Language) -> None:
    """Whatever the heading: 力争 is no result."""
    text = "# 一、2023年工作回顾\n园区产值达80亿元。力争到2025年,园区产值超200亿元。\n"
    assert facet(language, text, "园区产值达80亿元", PLAN) == (YEAR_2023, "result")
    assert facet(language, text, "园区产值超200亿元", PLAN) == ((2025, 2025), "target")


def test_later_years_are_targets(language: Language) -> None:
    """What lies after the year that a document speaks from has not happened."""
    text = "# 附:远景\n到2027年,地区生产总值突破2000亿元。\n"
    assert facet(language, text, "地区生产总值突破2000亿元", PLAN) == ((2027, 2027), "target")


def test_what_was_done_last_year_is_no_target(language: Language) -> None:
    """Also where it is told under a plan."""
    text = "# 三、2021年工作安排\n去年完成固定资产投资300亿元。今年固定资产投资增长10%。\n"
    assert facet(language, text, "去年完成固定资产投资300亿元", REPORT_2021) == ((2020, 2020), "result")
    assert facet(language, text, "今年固定资产投资增长10%", REPORT_2021) == ((2021, 2021), "target")


def test_a_heading_of_two_years(language: Language) -> None:
    """Each clause has the status of its own year."""
    text = "# 2022年经济总量与2023年引进目标\n2022年,生产总值900亿元。\n\n2023年,引进项目70个。\n"
    assert facet(language, text, "生产总值900亿元", ARTICLE)[0] == (2022, 2022)
    assert facet(language, text, "生产总值900亿元", ARTICLE)[1] != "target"
    assert facet(language, text, "引进项目70个", ARTICLE) == (YEAR_2023, "target")


def test_a_heading_of_two_years_and_two_statuses(language: Language) -> None:
    """The second is not lost."""
    text = "# 2022年成绩与2023年目标\n2022年,引进项目80个。\n\n2023年,引进项目100个。\n"
    assert facet(language, text, "引进项目80个", ARTICLE) == ((2022, 2022), "result")
    assert facet(language, text, "引进项目100个", ARTICLE) == (YEAR_2023, "target")


def test_problems_are_no_results(language: Language) -> None:
    """Neither under a heading of their own nor after the sentence that admits them."""
    own = "# 二、存在的问题\n产业结构不够优,创新能力有待提升。\n"
    assert facet(language, own, "产业结构不够优", PLAN)[1] == "problem"
    admitted = "# 一、2023年工作回顾\n税收增长4%。\n\n同时,我区发展还存在一些问题:产业结构不够优,企业融资仍然困难。\n"
    found = stated(language, admitted, PLAN)
    assert found["税收增长4%"].status == "result"
    assert found["产业结构不够优"].status == "problem"
    assert found["企业融资仍然困难"].status == "problem"


def test_a_year_to_compare_with_is_not_the_time(language: Language) -> None:
    """比2010年翻一番 is said of another year."""
    text = "# 一、2023年工作回顾\n2023年,生产总值比2010年翻一番。\n"
    one = stated(language, text, PLAN)["生产总值比2010年翻一番"]
    assert one.years == YEAR_2023
    assert (2010, 2010) not in one.others


def test_every_clause_has_the_place_of_its_document(language: Language) -> None:
    """None where the document has none."""
    assert {s.place for s in stated(language, WHOLE, PLAN).values()} == {NORTH}
    assert {s.place for s in stated(language, WHOLE, {"title": "汇编"}).values()} == {None}


def test_documents_do_not_leak_into_each_other(language: Language) -> None:
    """What one document said last holds for none of the next."""
    first, second = document(WHOLE, **PLAN), document("税收增长5%。\n", title="短讯")
    passages = cut_passages([first, second])
    assert list(state_all([first, second], passages, language.status))[-1] == [Stated()]


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ({"title": "2023年某市某区工作报告", "date": "2024-01-10"}, 2023),
        ({"title": "某市某区工作报告", "date": "2024-01-10"}, 2024),
        ({"title": "二〇二二年工作报告"}, 2022),
        ({"title": "“十四五”规划纲要", "date": "2021-05-01"}, 2021),
        ({"title": "某市某区工作报告"}, None),
    ],
)
def test_the_year_that_a_document_speaks_from(front: dict[str, Any], expected: int | None) -> None:
    """That of its title, else of its date."""
    assert report_year(document("正文。\n", **front)) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [("今年", (2021, 2021)), ("去年", (2020, 2020)), ("明年", (2022, 2022)), ("五年来", (2016, 2020))],
)
def test_pointing_words_point_from_the_report(word: str, expected: Years) -> None:
    """今年 of a report of 2021 is 2021; without a year they point nowhere."""
    period = find_periods(fold(word))[0]
    assert resolve(period, 2021) == expected
    assert resolve(period, None) is None


def test_status_rules_are_read_in_order(tmp_path: Any) -> None:
    """The first that matches decides; the kind of text matters."""
    path = tmp_path / "status.toml"
    path.write_text(
        '[[clause]]\nstatus = "estimate"\npattern = "预计"\n[[clause]]\nstatus = "target"\npattern = "预计|力争"\n',
        encoding="utf-8",
    )
    rules = load_status([path])
    assert [rules.read("clause", text) for text in ("预计", "力争", "完成")] == ["estimate", "target", None]
    assert rules.read("heading", "预计") is None
