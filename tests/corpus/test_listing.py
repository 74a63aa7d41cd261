"""The portal's listing page: found by its form, and nothing of its articles lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.corpus import loader
from bot.corpus.importing import import_sources, listing
from bot.corpus.importing.document import draft
from bot.corpus.importing.model import RawArticle
from bot.corpus.importing.structure import structure

FOOTER = "有想补充的信息?点我投稿\n\n- 联系我们\n- 企业入驻\n"
SENTENCES = (
    "全区生产总值增长8%左右。",
    "加强人才工作。",
    "一、2021年工作安排2021年是开局之年,任务很重。",
    " 二、重点任务坚持创新,办好实事。",
    "(一)提升功能,服务新格局坚决贯彻新理念,走在前列。",
    " (二)强化改革,激发新活力全力推进改革,做好服务。",
    "一是稳增长;二是促改革;三是惠民生。",
    "五年来,经济实力跃上新台阶。",
    "各位代表!",
    "根据海关数据弱化表述后,企业增加1,164家。",
    "AEO (Authorized) 认证 1000 项。",
    "《办法》第三条规定:从其规定。",
)
bodies = st.lists(st.sampled_from(SENTENCES), min_size=12, max_size=40).map("".join)


def page(*articles: tuple[str, str, str]) -> str:
    return "".join(f"-\n{title}\n{body}\n{date}\n" for title, body, date in articles) + FOOTER


def same_text(made: str, source: str) -> bool:
    """Whether ``made`` is ``source`` with line breaks put in, some of them in the place of white space."""
    rest = source.strip()
    for line in filter(None, made.split("\n")):
        if not rest.startswith(line):
            return False
        rest = rest[len(line) :].lstrip()
    return not rest


def unmarked(text: str) -> str:
    lines = (line.lstrip("#").lstrip(" ") if line.startswith("#") else line for line in text.split("\n"))
    return "\n".join(lines).replace("~~", "")


def test_articles_come_with_title_text_and_listing_date() -> None:
    """The footer is dropped."""
    long = "正文。" * 50
    first, second = listing.articles(page(("标题一", long, "2025-07-08"), ("标题二", long, "2022-01-25")))
    assert (first.title, first.lines, first.listed) == ("标题一", (long,), dt.date(2025, 7, 8))
    assert second.title == "标题二"


def test_a_page_without_dash_lines_is_recognised_too() -> None:
    """Title, long line and date are enough where they repeat."""
    text = page(("标题一", "正文。" * 50, "2025-07-08"), ("标题二", "内容。" * 50, "2022-01-25"))
    assert [article.title for article in listing.articles(text.replace("-\n", ""))] == ["标题一", "标题二"]


def test_an_ordinary_text_is_no_listing() -> None:
    """Neither one that ends with a date nor one with long text around its lists."""
    assert listing.articles("标题\n\n第一段。\n\n第二段。\n2021-03-01\n") == ()
    assert listing.articles("-\n标题\n" + "正文。" * 50 + "\n2021-03-01\n" + "这之后还有正文。" * 20) == ()
    assert listing.articles("") == ()


@given(st.lists(st.tuples(st.text("标题【】广州0123", min_size=1, max_size=20), bodies), min_size=1, max_size=4))
def test_nothing_of_an_article_is_lost(articles: list[tuple[str, str]]) -> None:
    """Sections and paragraphs put together again are the text of the article."""
    found = listing.articles(page(*((title, body, "2025-07-08") for title, body in articles)))
    assert [article.title for article in found] == [title for title, _ in articles]
    for article, (_, body) in zip(found, articles, strict=True):
        assert same_text("\n".join(piece.text for piece in structure(article.lines)), body)


@given(bodies)
def test_the_document_written_holds_the_whole_text(body: str) -> None:
    """Also with leftovers struck out, through front matter, writing and loading."""
    made = draft(RawArticle("来源", (body.strip(),), title="标题"))
    assert same_text(unmarked(loader.parse(made.text).text), body)


def test_the_real_listing_loses_nothing(seeds: Path, tmp_path: Path) -> None:
    """Each article's text is that of its document without marks and inserted line breaks."""
    source = next(seeds.glob("*.txt"))
    articles = listing.articles(source.read_text(encoding="utf-8"))
    report = import_sources([source], tmp_path)
    assert len(articles) == len(report.written) == 6
    for article, made in zip(articles, report.documents, strict=True):
        assert same_text(unmarked(loader.load_document(made.path).text), article.text)
