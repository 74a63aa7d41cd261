"""Warnings: what is valid and misleads, on small real folders; and what must not be warned of."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.corpus.loader import load_folder, parse
from bot.errors import KnowledgeError
from bot.language.language import Language
from bot.language.places import Gazetteer, load_places
from bot.publishing.model import Finding
from bot.publishing.review.amounts import agree
from bot.publishing.review.reviewing import review
from bot.publishing.review.synonyms import concepts_twice, names_in_two_places
from bot.publishing.staging import with_field
from tests.publishing.conftest import Folder

LONG = "推进产业园区与社区融合发展" * 20
GZ, SH, CUSTOMS = {"place": "gz-huangpu"}, {"place": "sh-huangpu"}, {"place": "customs-huangpu"}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty knowledge folder."""
    return Folder(tmp_path / "knowledge")


def findings(folder: Folder, language: Language) -> tuple[Finding, ...]:
    return review(load_folder(folder.path), language)


def found(folder: Folder, language: Language) -> list[tuple[str, str]]:
    """The code of every finding, and the line of the file that it points at."""
    return [
        (one.code, Path(one.path).read_text("utf-8").splitlines()[(one.line or 0) - 1])
        for one in findings(folder, language)
    ]


@pytest.mark.parametrize(
    ("body", "front", "expected"),
    [
        ("# 产业\n\n上市公司63家,院士91名。", GZ, [("figure-without-period", "上市公司63家,院士91名。")]),
        (
            "# 产业\n\n上市公司63家。\n\n# 人才\n\n院士91名。",
            GZ,
            [("figure-without-period", "上市公司63家。"), ("figure-without-period", "院士91名。")],
        ),
        ("# 产业\n\n## 企业\n\n## 人才\n\n重视人才。", GZ, [("heading-without-text", "## 企业")]),
        ("正文。\n\n# 附件", GZ, [("heading-without-text", "# 附件")]),
        ("广州市黄埔区与上海市黄浦区都在招商。", {}, [("place-undecided", "---")]),
        ("黄埔在招商。\n\n黄浦也在招商。", {}, [("place-undecided", "---")]),
        ("# 招商\n\n欢迎到广州黄浦投资。", GZ, [("place-homophone", "欢迎到广州黄浦投资。")]),
        ("# 黃浦區介绍\n\n欢迎您。", GZ, [("place-homophone", "# 黃浦區介绍")]),
        ("欢迎到上海黄埔投资。", SH, [("place-homophone", "欢迎到上海黄埔投资。")]),
        ("上海市黄浦区来访。\n\n广州黄浦欢迎您。", GZ, [("place-homophone", "广州黄浦欢迎您。")]),
        ("黄浦海关欢迎您。", CUSTOMS, [("place-homophone", "黄浦海关欢迎您。")]),
        (f"园区介绍。\n\n{LONG}。", GZ, [("clause-too-long", f"{LONG}。")]),
        (f"园区“{LONG},{LONG}”。", GZ, [("clause-too-long", f"园区“{LONG},{LONG}”。")]),
    ],
)
def test_warned_of(
    folder: Folder, language: Language, body: str, front: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    """With its code, at the line of the file."""
    folder.write("one", body, **front)
    assert found(folder, language) == expected


@pytest.mark.parametrize(
    ("body", "front"),
    [
        ("# 2021年产业\n\n上市公司63家。", GZ),
        ("2021年,上市公司63家。\n\n院士91名。", GZ),
        ("“十三五”时期,上市公司63家。", GZ),
        ("上市公司63家。", GZ | {"title": "2021年招商回顾"}),
        ("上市公司63家。", GZ | {"date": "2021-03-01"}),
        ("企业所得税减按15%征收。", GZ | {"kind": "policy"}),
        ("办理需3个工作日,30分钟直达机场,排名全国第一,出台“暖企8条”。", GZ | {"kind": "faq"}),
        ("30分钟直达机场,最长3个月,全国第一。", GZ),
        ("# 总论\n\n## 一\n\n甲。\n\n# 分论\n\n### 一\n\n乙。", GZ),
        ("黄埔海关服务广州市黄埔区的企业。", {}),
        ("全国各地都在招商,广州市黄埔区也是。", {}),
        ("广州和上海都在招商。", {}),
        ("上海市黄浦区来访,黄浦区一行参观了生物岛。", GZ),
        ("黄浦江畔有黄埔军校的校友,黄埔海关也派员参加。", SH),
        ("黄浦江畔的校友回到黄埔军校。\n> 问: 黄浦有军校吗 | 广州黄浦军校在哪", GZ),
        ("欢迎到黄埔。~~欢迎到广州黄浦投资~~", GZ),
        (f"{LONG[:150]},{LONG[:150]}。", GZ),
    ],
)
def test_not_warned_of(folder: Folder, language: Language, body: str, front: dict[str, str]) -> None:
    """Everything has its period, its text, its place, and marks to cut at."""
    folder.write("one", body, **front)
    assert found(folder, language) == []


def pair(folder: Folder, one: str, other: str, first: dict[str, str], second: dict[str, str]) -> None:
    """Two documents of 广州市黄埔区, unless they say otherwise."""
    folder.write("a", one, **(GZ | first))
    folder.write("b", other, **(GZ | second))


@pytest.mark.parametrize(
    ("one", "other", "year"),
    [
        ("2020年,上市公司63家。", "2020年,上市公司65家。", 2021),
        ("2020年,上市公司63家。", "2020年,上市公司65家。", 2022),
        ("# 2021年工作目标\n\n固定资产投资增长20%左右。", "# 2021年目标\n\n固定资产投资增长15%左右。", 2021),
        ("2020年,财税总收入1300亿元。", "2020年,财税总收入1.4万亿元。", 2021),
        ("AEO互认协议覆盖64个国家和地区。", "中国已与欧盟、韩国等43个国家和地区签署AEO互认协议。", 2024),
        ("2020年,知识城固定资产投资583亿元。", "2020年,知识城固定资产投资483亿元。", 2021),
    ],
)
def test_two_documents_disagree(folder: Folder, language: Language, one: str, other: str, year: int) -> None:
    """On one thing at one time, or at a time that neither of them says; told once, at the later document."""
    pair(folder, one, other, {"date": "2021-01-01"}, {"date": f"{year}-01-01"})
    (finding,) = findings(folder, language)
    assert (finding.code, Path(finding.path).stem) == ("figures-disagree", "b")
    assert str(finding.params["where"]).startswith(str(folder.path / "documents" / "a.md") + ":")


@pytest.mark.parametrize(
    ("one", "other", "first", "second"),
    [
        ("2020年,上市公司63家。", "2021年,上市公司65家。", {}, {}),
        ("2020年,上市公司63家。", "2020年,上市公司65家。", {}, SH),
        ("2020年,上市公司63家。", "2020年,上市公司新增10家。", {}, {}),
        ("2020年,高新技术企业超2100家。", "2020年,高新技术企业2150家。", {}, {}),
        ("2020年,收储土地1.1万亩。", "2020年,收储土地11000亩。", {}, {}),
        ("# 2021年目标\n\nGDP增长10%左右。", "# 2021年完成情况\n\nGDP增长8%。", {}, {}),
        ("# 2021年目标\n\n研发经费投入强度达到5%。", "# 2021年创新\n\n研发经费投入强度达4.5%。", {}, {}),
        ("2020年,固定资产投资增长18.2%。", "2020年,知识城固定资产投资增长50.5%。", {}, {}),
        ("2020年,固定资产投资增长18.2%。", "2020年,固定资产投资583亿元。", {}, {}),
        ("2020年,正高级教师由4名增加至28名。", "2020年,正高级教师由4名增加至28名。", {}, {}),
        ("GDP增长4.1%。", "GDP增长10%。", {"kind": "work-report", "date": "2021-01-01"}, {"date": "2022-01-01"}),
        ("2020年,上市公司63家。", "2020年,上市公司65家。", {}, {"allow": "figures-disagree"}),
    ],
)
def test_no_disagreement(
    folder: Folder, language: Language, one: str, other: str, first: dict[str, str], second: dict[str, str]
) -> None:
    """Another time, place, measure, status or part; the same figure in other words; or a document that may."""
    pair(folder, one, other, {"date": "2021-01-01"} | first, {"date": "2021-01-01"} | second)
    assert found(folder, language) == []


def test_one_document_does_not_disagree_with_itself(folder: Folder, language: Language) -> None:
    """It may speak of parts that nobody can tell apart by rule."""
    folder.write("one", "2020年,上市公司63家。\n\n2020年,上市公司65家。", **GZ)
    assert found(folder, language) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("超3600亿元", "3700亿元", True),
        ("超3600亿元", "3500亿元", False),
        ("近1.5万名", "14800名", True),
        ("10%左右", "10.4%", True),
        ("10%", "10.4%", False),
        ("8.2%、10.1%", "8.2%、10.2%", False),
        ("8.2%、10.1%", "8.2%", True),
        ("1.4万亿元", "14000亿元", True),
        ("2,617亿元", "2617 亿元", True),
    ],
)
def test_figures_that_can_both_be_right_agree(one: str, other: str, expected: bool) -> None:
    """Qualifiers leave room, units are reckoned up."""
    assert agree(one, other) is expected
    assert agree(other, one) is expected


@pytest.mark.parametrize("allow", ["heading-without-text", "[clause-too-long, heading-without-text]"])
def test_a_document_silences_a_warning_for_itself(folder: Folder, language: Language, allow: str) -> None:
    """As a word or as a list; other documents and other warnings are told as before."""
    folder.write("one", "# 空\n\n# 满\n\n上市公司63家。", allow=allow, **GZ)
    folder.write("two", "# 空\n\n# 满\n\n正文。", **GZ)
    assert found(folder, language) == [("figure-without-period", "上市公司63家。"), ("heading-without-text", "# 空")]


def test_what_is_allowed_stays_when_another_field_is_corrected() -> None:
    """In the chat, where the front matter is written anew; an empty value allows nothing."""
    text = "---\ntitle: 甲\nallow: heading-without-text, clause-too-long\n---\n正文。\n"
    corrected = parse(with_field(text, "title", "乙")).meta
    assert (corrected.title, corrected.allow) == ("乙", ("heading-without-text", "clause-too-long"))
    assert parse("---\ntitle: 甲\nallow:\n---\n正文。\n").meta.allow == ()


def test_what_cannot_be_silenced_is_an_error(folder: Folder) -> None:
    """A misspelt code: with the line and the codes that there are."""
    folder.write("one", "正文。", allow="heading-without-txt")
    with pytest.raises(KnowledgeError, match=r"one\.md:3: 字段 allow 的值不对.*heading-without-text"):
        load_folder(folder.path)


def test_a_concept_that_is_written_twice_is_told(tmp_path: Path) -> None:
    """At the second one; a word taught in the chat replaces its concept on purpose."""
    concept = '[[concept]]\nid = "{}"\nforms = ["{}"]\n'
    (tmp_path / "a.toml").write_text(concept.format("own", "甲"), encoding="utf-8")
    (tmp_path / "b.toml").write_text(concept.format("x", "乙") + concept.format("own", "丙"), encoding="utf-8")
    (tmp_path / "zz-synonyms.toml").write_text(concept.format("own", "丁"), encoding="utf-8")
    (finding,) = concepts_twice(tmp_path)
    assert (finding.code, Path(finding.path).name, finding.line) == ("concept-twice", "b.toml", 5)
    assert finding.params == {"concept": "own", "where": f"{tmp_path / 'a.toml'}:2"}


def test_a_name_of_two_places_is_told(tmp_path: Path, language: Language) -> None:
    """One of them of this folder; what only sounds alike is no collision."""
    own = '[[place]]\nid = "{}"\nname = "临江市南岸区"\nforms = ["{}"]\nsounds = ["黄埔", "黄浦"]\n'
    places = tmp_path / "places.toml"
    places.write_text(own.format("lj-nanan", "南岸区"), encoding="utf-8")
    merged = Gazetteer({**language.gazetteer.places, **load_places([places]).places})
    assert list(names_in_two_places(tmp_path, merged)) == []
    places.write_text(own.format("lj-nanan", "黄埔区"), encoding="utf-8")
    merged = Gazetteer({**language.gazetteer.places, **load_places([places]).places})
    (finding,) = names_in_two_places(tmp_path, merged)
    assert (finding.code, finding.path, finding.line) == ("name-in-two-places", str(places), 2)
    assert finding.params == {"name": "黄埔区", "one": "gz-huangpu", "two": "lj-nanan"}


def test_the_bundled_knowledge_needs_no_warning_but_for_what_it_allows(
    tmp_path: Path, language: Language, bundled_folder: Path
) -> None:
    """The two articles on AEO do differ, which their cautions say: that is the only one."""
    lexicon = bundled_folder / "lexicon"
    assert review(load_folder(bundled_folder), language, lexicon) == ()
    documents = tmp_path / "documents"
    documents.mkdir()
    for path in (bundled_folder / "documents").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        kept = [line for line in text.splitlines(keepends=True) if not line.startswith("allow:")]
        (documents / path.name).write_text("".join(kept), encoding="utf-8")
    (finding,) = review(load_folder(tmp_path), language, lexicon)
    assert finding.code == "figures-disagree"
    assert {finding.params["figure"], finding.params["other"]} == {"43个", "64个"}
