"""Place, time, status and the thing itself: the neighbour of what was asked is not the answer."""

from __future__ import annotations

import pytest

from bot.answer.assistant import Assistant
from bot.answer.model import Answer
from tests.knowledge import NORTH, SOUTH


def first(answer: Answer) -> str:
    """The first quote, empty where there is none."""
    return answer.citations[0].quote if answer.citations else ""


def told(answer: Answer) -> str:
    """The first highlight of the first quote: what the reader takes for the answer."""
    if not answer.citations:
        return ""
    start, end = answer.citations[0].highlights[0]
    return answer.citations[0].quote[start:end]


def places(answer: Answer) -> set[str | None]:
    return {citation.facets.place for citation in answer.citations}


def codes(answer: Answer) -> set[str]:
    return {note.code for note in answer.notes}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("北岭区2021年GDP增长目标是多少", "7.5%左右"),
        ("2021年北岭区地区生产总值计划增长几个点", "7.5%左右"),
        ("北岭区2020年GDP增长了多少", "3.2%"),
        ("北岭区2021年GDP预计增长多少", "6.8%"),
        ("南浦区2021年GDP增长目标是多少", "8%左右"),
        ("南浦区2020年地区生产总值增长多少", "5.6%"),
        ("北岭区2021年固定资产投资目标增长多少", "12%左右"),
        ("北岭区2020年固定资产投资完成多少", "310亿元"),
        ("北岭区2020年实际使用外资多少", "2.1亿美元"),
        ("北岭区2020年合同外资多少", "9.5亿美元"),
        ("南浦区合同外资多少亿美元", "6.6亿美元"),
        ("南浦区实际外资多少亿美元", "1.4亿美元"),
        ("北岭区2021年计划新增学位多少个", "5000个"),
        ("北岭区2020年新增学位多少个", "3200个"),
        ("北岭区有多少家高新技术企业", "410家"),
        ("北岭区2021年计划引进多少个重大项目", "60个"),
        ("北嶺區2021年GDP增長目標係幾多", "7.5%左右"),
        ("北岭区2021年要拆多少旧房", "25万平方米"),
    ],
)
def test_the_answer_is_the_figure_of_that_place_time_and_status(question: str, expected: str, small: Assistant) -> None:
    """Of a district that the lexicon does not know, among its neighbours."""
    answer = small.ask(question)
    assert expected in first(answer)
    assert expected in told(answer)


@pytest.mark.parametrize("district", ["北岭区", "南浦区"])
@pytest.mark.parametrize(
    "rest",
    [
        "2021年GDP目标",
        "2020年GDP增长多少",
        "合同外资多少",
        "新建公园几个",
        "存在哪些问题",
        "有哪些高新技术企业",
    ],
)
def test_a_named_place_is_answered_for_that_place_only(district: str, rest: str, small: Assistant) -> None:
    """Silence is better than the other district's figure."""
    assert places(small.ask(district + rest)) <= {NORTH if district == "北岭区" else SOUTH}


@pytest.mark.parametrize("question", ["北岭区2020年GDP增长目标是多少", "南浦区2020年GDP目标定了多少"])
def test_a_result_does_not_answer_for_a_target(question: str, small: Assistant) -> None:
    """There is only a result of that year: it is not shown first as if it were the target."""
    assert not small.ask(question).citations or small.ask(question).citations[0].facets.status != "result"


@pytest.mark.parametrize("question", ["南浦区2021年GDP实际增长了多少", "南浦区2021年最终完成固定资产投资增长多少"])
def test_a_target_does_not_answer_for_a_result(question: str, small: Assistant) -> None:
    """There is only a target of that year."""
    assert not small.ask(question).citations or small.ask(question).citations[0].facets.status != "target"


@pytest.mark.parametrize(
    "question", ["北岭区2018年GDP增长多少", "南浦区2023年GDP目标是多少", "北岭区2019年实际使用外资多少"]
)
def test_a_year_that_is_not_there(question: str, small: Assistant) -> None:
    """No answer, and the years that there are."""
    answer = small.ask(question)
    assert answer.citations == ()
    assert answer.status == "no_answer"
    have = [note.params["have"] for note in answer.notes if note.code == "gap_period"]
    assert have
    assert set(have[0]) <= {"2020", "2021"}


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("天河区2021年GDP目标是多少", "天河区"),
        ("拱北海关有多少企业", "拱北海关"),
        ("浦东新区高新技术企业几家", "浦东新区"),
    ],
)
def test_a_place_that_is_not_there(question: str, name: str, small: Assistant) -> None:
    """No answer; it is named, with the places that there are."""
    answer = small.ask(question)
    assert answer.citations == ()
    gaps = [note.params for note in answer.notes if note.code == "gap_place"]
    assert gaps
    assert gaps[0]["place"] == name
    assert {have["zh-Hans"] for have in gaps[0]["have"]} == {"临江市北岭区", "临江市南浦区"}


@pytest.mark.parametrize(
    "question",
    [
        "北岭区管委会电话号码是多少",
        "北岭区企业所得税税率是多少",
        "北岭区写字楼租金多少钱",
        "北岭区最低工资多少",
    ],
)
def test_a_fact_that_is_not_there(question: str, small: Assistant) -> None:
    """No figure of something else."""
    assert small.ask(question).citations == ()


def test_both_sides_of_a_comparison(small: Assistant) -> None:
    """One quote for each, before anything else."""
    answer = small.ask("北岭区和南浦区2021年GDP增长目标谁高")
    assert [c.facets.place for c in answer.citations[:2]] in ([NORTH, SOUTH], [SOUTH, NORTH])
    quotes = {c.facets.place: c.quote for c in answer.citations[:2]}
    assert "7.5%左右" in quotes[NORTH]
    assert "8%左右" in quotes[SOUTH]


def test_both_years_of_a_comparison(small: Assistant) -> None:
    """One quote for each."""
    answer = small.ask("南浦区2020年和2021年GDP增长多少")
    together = " ".join(c.quote for c in answer.citations[:2])
    assert "5.6%" in together
    assert "8%左右" in together


def test_an_open_place_shows_both(small: Assistant) -> None:
    """Labelled, and a note says that the question left it open."""
    answer = small.ask("2021年GDP增长目标是多少")
    assert places(answer) == {NORTH, SOUTH}
    assert {note.kind for note in answer.notes} >= {"place"}


def test_sources_that_disagree_are_both_shown(small: Assistant) -> None:
    """With time and status; a note says that they cannot simply be compared."""
    answer = small.ask("北岭区2021年GDP增长多少个百分点")
    together = " ".join(c.quote for c in answer.citations)
    assert "7.5%左右" in together
    assert "6.8%" in together
    assert {"conflict", "not_comparable"} <= codes(answer)
    assert {c.facets.status for c in answer.citations} >= {"target", "estimate"}


def test_problems_are_told_as_problems(small: Assistant) -> None:
    """What a report admits, not what it is proud of."""
    assert "不够优" in first(small.ask("北岭区存在哪些问题"))


STRUCK = pytest.mark.parametrize(
    "question",
    ["北岭区港口吞吐量翻番了吗", "弱化数据后港口吞吐量", "北岭区港口吞吐量多少", "北岭区港口吞吐量情况"],
)


@STRUCK
def test_struck_clauses_are_never_quoted(question: str, small: Assistant) -> None:
    """Not even between two clauses that may be."""
    assert not [c.quote for c in small.ask(question).citations if "弱化数据" in c.quote or "~~" in c.quote]


@STRUCK
def test_struck_clauses_are_not_shown_around_a_quote(question: str, small: Assistant) -> None:
    """Widening stops before them."""
    for citation in small.ask(question).citations:
        assert not [n for n in range(1, 5) if "弱化数据" in small.widen(citation, n).quote]


@pytest.mark.parametrize(
    ("question", "expected"), [("北岭区软件园有多少家软件企业", True), ("南浦区新建公园多少个", False)]
)
def test_a_document_to_be_read_with_care_says_so(question: str, expected: bool, small: Assistant) -> None:
    """A note with its title and the reason; other documents have none."""
    answer = small.ask(question)
    assert answer.citations
    cautions = [note.params for note in answer.notes if note.kind == "caution"]
    assert bool(cautions) == expected
    assert all(c == {"title": "北岭区经济回顾", "text": "转载稿,数据未注明来源。"} for c in cautions)


@pytest.mark.parametrize(
    ("question", "only"),
    [
        ("广州黄浦2021年GDP目标是多少", {"gz-huangpu", "customs-huangpu"}),
        ("廣州黃埔區有幾多家上市公司", {"gz-huangpu", "customs-huangpu"}),
        ("上海黄埔2021年一般公共预算收入目标", {"sh-huangpu"}),
        ("黄浦区2020年引入首店数量", {"sh-huangpu"}),
        ("How many first stores opened in Huangpu, Shanghai in 2020?", {"sh-huangpu"}),
        ("2024年黄埔海关AEO企业有多少家", {"customs-huangpu"}),
        ("2024年黄浦海关AEO企业有多少家", {"customs-huangpu"}),
        ("how many AEO firms does Huangpu Customs have", {"customs-huangpu"}),
    ],
)
def test_two_places_of_one_sound(question: str, only: set[str], bundled: Assistant) -> None:
    """Mistyped or in another language, the named one alone is answered for."""
    answer = bundled.ask(question)
    assert answer.citations
    assert places(answer) <= only


@pytest.mark.parametrize(
    "question",
    [
        "黄埔区2017年GDP增长多少",
        "上海黄浦区2019年地区生产总值是多少",
        "黄埔海关2023年AEO企业有多少家",
        "上海黄浦区2022年地区生产总值是多少",
    ],
)
def test_a_year_that_the_bundled_documents_do_not_have(question: str, bundled: Assistant) -> None:
    """No answer, and the years that there are."""
    answer = bundled.ask(question)
    assert answer.citations == ()
    assert "gap_period" in codes(answer)


@pytest.mark.parametrize(
    "question",
    [
        "广州天河区2021年有多少家高新技术企业",
        "拱北海关有多少AEO企业",
        "2020年深圳南山区引进外资多少",
        "上海浦东新区2020年GDP是多少",
        "天河區2021年GDP目標幾多",
    ],
)
def test_a_place_that_the_bundled_documents_do_not_have(question: str, bundled: Assistant) -> None:
    """No answer, and the places that there are."""
    answer = bundled.ask(question)
    assert answer.citations == ()
    assert "gap_place" in codes(answer)


@pytest.mark.parametrize(
    "question",
    [
        "What is the GDP growth target of Tianhe District for 2021?",
        "天河GDP增长多少",
        "横琴新区2021年GDP目标",
        "雄安新区引进了多少项目",
        "Gongbei Customs AEO firms",
    ],
)
def test_a_place_that_is_hard_to_recognise_is_not_answered_for_another(question: str, bundled: Assistant) -> None:
    """In English, without its suffix, or missing from the dictionary: still not Huangpu."""
    assert bundled.ask(question).citations == ()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("2021年黄埔区GDP目标是多少", "10%左右"),
        ("2021年广州黄埔区地区生产总值目标增长多少", "10%左右"),
        ("2020年广州黄埔GDP增长多少", "4.1%"),
        ("2024年黄埔海关AEO企业有多少家", "1164家"),
        ("黄浦区2020年引入首店数量", "66家"),
        ("2021年黄浦区合同外资目标是多少", "12亿到15亿美元"),
        ("黄浦区2020年合同外资多少", "15.69亿美元"),
    ],
)
def test_what_every_visitor_asks(question: str, expected: str, bundled: Assistant) -> None:
    """The answer stands first and is highlighted."""
    answer = bundled.ask(question)
    assert expected in first(answer)
    assert expected in told(answer)
