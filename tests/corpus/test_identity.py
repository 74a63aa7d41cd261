"""What a text says about itself: place, date, publisher, title, kind, id."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.corpus.importing import import_sources, places
from bot.corpus.importing.identity import Identity, identify
from bot.corpus.importing.model import RawArticle

SPEECH = (
    "2021年3月1日在{place}第一届人民代表大会第九次会议上区长某某各位代表:现在,我代表区人民政府,向大会报告政府工作。"
)


def article(text: str, title: str | None = None, fallback: str = "") -> RawArticle:
    return RawArticle("来源", tuple(text.split("\n")), title=title, fallback_title=fallback)


def identity(text: str, title: str | None = None, fallback: str = "") -> Identity:
    return identify(article(text, title, fallback))


class TestPlace:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (SPEECH.format(place="广州市黄埔区"), "gz-huangpu"),
            (SPEECH.format(place="上海市黄浦区"), "sh-huangpu"),
            (SPEECH.format(place="深圳市南山区"), "x-深圳市南山区"),
            ("现在,我代表国务院,向大会报告政府工作。过去一年,我国发展稳定。", "cn"),
            ("2017年3月5日在第十二届全国人民代表大会第五次会议上。我国发展稳定。", "cn"),
            ("黄埔海关推出新措施,黄埔海关关员上门服务,广州市企业受益。", "customs-huangpu"),
            ("黄浦区在外滩举办大会,黄浦区企业参加。", "sh-huangpu"),
            ("黄埔区在中新广州知识城开工,黄埔区投资增长。", "gz-huangpu"),
            ("杭州市出台政策。杭州市鼓励企业上市。", "x-杭州市"),
            ("深圳市南山区招商。南山区企业多,南山区人才多。", "x-深圳市南山区"),
            ("杭州市各区和宁波市市场监管部门。杭州市企业。", "x-杭州市"),
            ("全市超市和上市企业众多,各城市市场活跃。", None),
            ("一段不说地方的文字。", None),
        ],
    )
    def test_it_is_decided_by_the_text(self, text: str, expected: str | None) -> None:
        """Full names and the congress that was addressed count most."""
        place = identity(text).place
        assert (place.id if place else None) == expected

    def test_the_portal_title_never_decides(self) -> None:
        """A report of 上海市黄浦区 filed under 黄埔 stays one of 上海市黄浦区, with a warning."""
        found = identity(SPEECH.format(place="上海市黄浦区"), "【黄埔区招商】2021年黄浦区政府工作报告")
        assert found.place == places.named("上海市黄浦区")
        (warning,) = found.warnings
        assert warning.kind == "place"
        assert "上海市黄浦区" in warning.text

    def test_a_right_title_brings_no_warning(self) -> None:
        """Nor does the customs office, whose name holds that of the district."""
        assert identity(SPEECH.format(place="广州市黄埔区"), "【黄埔区招商】2021年黄埔区政府工作报告").warnings == ()
        assert identity("黄埔海关服务企业,黄埔海关减税。", "黄埔海关减负担").warnings == ()


class TestDate:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (SPEECH.format(place="某市"), dt.date(2021, 3, 1)),
            ("——2017年3月5日在第十二届全国人民代表大会第五次会议上", dt.date(2017, 3, 5)),
            ("关于某事的通知\n发布日期:2022年1月5日\n正文", dt.date(2022, 1, 5)),
            ("关于某事的通知\n正文\n某局\n2022年1月5日", dt.date(2022, 1, 5)),
            ("2021年13月1日在某地", None),
            ("到2021年3月1日,完成全部任务。2020年是关键之年。", None),
        ],
    )
    def test_it_is_the_documents_own(self, text: str, expected: dt.date | None) -> None:
        """Of the speech, the issue or the signature, not any date of the text."""
        assert identity(text).date == expected


class TestTitle:
    @pytest.mark.parametrize(
        ("listed", "place", "expected"),
        [
            ("【黄埔区招商】2021年黄埔区政府工作报告", "广州市黄埔区", "2021年广州市黄埔区政府工作报告"),
            ("【黄埔区招商】2021年黄浦区政府工作报告", "上海市黄浦区", "2021年上海市黄浦区政府工作报告"),
            ("【招商】2021年黄埔区政府工作报告", "上海市黄浦区", "2021年上海市黄浦区政府工作报告"),
            ("【招商】某区政策解读", "广州市黄埔区", "某区政策解读"),
            ("【招商】", "广州市黄埔区", "【招商】"),
        ],
    )
    def test_of_a_portal(self, listed: str, place: str, expected: str) -> None:
        """Without its prefix, a report with the full name of the right place; the portal's title is kept."""
        found = identity(SPEECH.format(place=place), listed)
        assert found.title == expected
        assert found.listed_as == (listed if listed != expected else None)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("黄埔区促进办法\n第一条 正文。", "黄埔区促进办法"),
            ("各位代表:\n现在报告。", "2016年报告"),
            ("现在开始,这一行是正文。", "2016年报告"),
            ("年报告\n正文。", "2016年报告"),
        ],
    )
    def test_of_a_file(self, text: str, expected: str) -> None:
        """The first line where it is a title that says more than the name of the file."""
        assert identity(text, fallback="2016年报告").title == expected


def test_publisher_and_kind_of_a_report() -> None:
    """The people's government of the place, also of one that is none of ours."""
    found = identity(SPEECH.format(place="深圳市南山区"), "2021年南山区政府工作报告")
    assert (found.publisher, found.kind) == ("深圳市南山区人民政府", "work-report")


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("黄埔区招商问答", "faq"),
        ("关于注销企业的公告", "notice"),
        ("促进产业发展办法(试行)", "policy"),
        ("优化营商环境若干措施", "policy"),
        ("企业规模扩大", "article"),
    ],
)
def test_kind_by_title(title: str, kind: str) -> None:
    """Where the text does not say that it is a report."""
    assert identity("正文。", title).kind == kind


def test_the_id_is_stable_and_tells_titles_apart() -> None:
    """The same again for the same, another for another title."""
    text = SPEECH.format(place="广州市黄埔区")
    first, again, other = (identity(text, title).id for title in ("甲报告", "甲报告", "乙报告"))
    assert first == again != other
    assert first.startswith("gz-huangpu-2021-work-report-")


def test_the_real_listing(seeds: Path, tmp_path: Path) -> None:
    """Six documents, the mislabelled one recognised."""
    report = import_sources([seeds], tmp_path)
    assert [document.place for document in report.documents] == [
        "gz-huangpu",
        "sh-huangpu",
        "customs-huangpu",
        "customs-huangpu",
        "customs-huangpu",
        "gz-huangpu",
    ]
    (mislabelled,) = (warning for warning in report.warnings if warning.kind == "place")
    assert "上海市黄浦区" in mislabelled.text
    assert not report.failures


def test_the_national_reports(corpora: Path, tmp_path: Path) -> None:
    """All of the country, titled by their files, without the footer of the site."""
    report = import_sources([corpora], tmp_path)
    assert [document.title[:4] for document in report.documents] == ["2016", "2017", "2018", "2019"]
    assert {document.place_name for document in report.documents} == {"全国"}
    assert not any("Public domain" in document.path.read_text(encoding="utf-8") for document in report.documents)
