"""What a text says about itself: title, date, publisher, kind, place — and the id that follows from them."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.corpus.importing import places
from bot.corpus.importing.model import ImportWarning, RawArticle
from bot.corpus.importing.places import Place
from bot.corpus.model import Kind

HEAD = 400
MAX_TITLE = 60
"""Characters; a longer first line is a paragraph."""
LONGEST_TITLE = 300
"""Characters that a front matter takes."""

PREFIX = re.compile(r"^\s*【[^】]*】\s*")
REPORT_TITLE = re.compile(r"^(?:(?P<year>(?:19|20)\d\d)年)?(?:[一-龥]{1,12}[省市区县州])?政府工作报告$")
REPORT = re.compile(r"向大会(?:报告|作)[^,\uff0c。]{0,12}政府工作|政府工作报告")
_DAY = r"(?P<y>(?:19|20)\d\d)\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日"
SPOKEN = re.compile(rf"{_DAY}\s?在")
SIGNED = re.compile(rf"^[\s(\uff08—]*{_DAY}[\s)\uff09]*$")
ISSUED = re.compile(rf"(?:发布|印发|成文|公布|发文)(?:日期|时间)?\s?[:\uff1a]?\s?{_DAY}")
YEAR = re.compile(r"(?:19|20)\d\d(?=\s?年)")
NO_TITLE = re.compile(r"[。!\uff01?\uff1f;\uff1b:\uff1a,\uff0c]$|^(?:——|[一二三四五六七八九十]+、|[(\uff08])|^各位代表")
KINDS: tuple[tuple[Kind, str], ...] = (
    ("faq", "问答|常见问题|百问"),
    ("notice", "公告|通告|公示"),
    ("policy", "(?:办法|规定|条例|措施|意见|细则|方案|规划|条)(?:[(\uff08].{0,12}[)\uff09])?$|^关于.*通知$"),
)


@dataclass(frozen=True)
class Identity:
    """Everything of the front matter that the text itself decides; ``id`` is stable between imports."""

    id: str
    title: str
    kind: Kind
    place: Place | None = None
    publisher: str | None = None
    date: dt.date | None = None
    listed_as: str | None = None
    warnings: tuple[ImportWarning, ...] = ()


def identify(article: RawArticle) -> Identity:
    """Read the identity of ``article`` off its text; its portal title never decides the place."""
    text = article.text
    given = dict(article.given)
    place = _place(article, text, given)
    title = _title(article.title or _own_title(article), place)
    kind = _kind(title, text)
    date = own_date(article.lines)
    return Identity(
        id=str(given.get("id") or _id(place, kind, date, title, text)),
        title=title,
        kind=kind,
        place=place,
        publisher=place.publisher if place and kind == "work-report" else None,
        date=date,
        listed_as=article.title if article.title and article.title != title and not given else None,
        warnings=_warnings(article, place),
    )


def _place(article: RawArticle, text: str, given: Mapping[str, object]) -> Place | None:
    if place := given.get("place"):
        return places.by_id(str(place))
    return places.decide(text) or (None if article.title else places.decide(article.fallback_title))


def own_date(lines: Sequence[str]) -> dt.date | None:
    """The document's own date: of the speech, of the issue, or of the signature; None where it has none."""
    head = "\n".join(lines)[:HEAD]
    signatures = (SIGNED.search(line) for line in (*lines[:6], *lines[-4:]))
    for match in (SPOKEN.search(head), ISSUED.search(head), *signatures):
        if match:
            try:
                return dt.date(int(match["y"]), int(match["m"]), int(match["d"]))
            except ValueError:
                continue
    return None


def _own_title(article: RawArticle) -> str:
    """The first line where it is a title that says more than ``政府工作报告``; else the name of the file."""
    first = article.text.split("\n", 1)[0].lstrip("# ").strip()
    fallback = article.fallback_title
    is_title = 4 <= len(first) <= MAX_TITLE and not NO_TITLE.search(first) and not SIGNED.search(first)
    if not is_title or (first in fallback and len(first) < len(fallback)):
        return fallback or first
    return first


def _title(listed: str, place: Place | None) -> str:
    """The title without the portal's 【…】, and of a report with the full name of the right place."""
    title = PREFIX.sub("", listed).strip() or listed.strip()
    report = REPORT_TITLE.match(title)
    if report and place and place.id != "cn":
        return f"{report['year'] + '年' if report['year'] else ''}{place.name}政府工作报告"
    return title[:LONGEST_TITLE]


def _kind(title: str, text: str) -> Kind:
    if title.endswith("政府工作报告") or REPORT.search(text[:HEAD]):
        return "work-report"
    return next((kind for kind, pattern in KINDS if re.search(pattern, title)), "article")


def _id(place: Place | None, kind: Kind, date: dt.date | None, title: str, text: str) -> str:
    year = YEAR.search(title) or YEAR.match(text)
    digest = hashlib.sha256(title.encode()).hexdigest()[:6]
    when = str(date.year) if date else year[0] if year else None
    parts = (place.id if place else "doc", when, kind, digest)
    return "-".join(part for part in parts if part)[:120]


def _warnings(article: RawArticle, place: Place | None) -> tuple[ImportWarning, ...]:
    other = places.misleads(article.title or "", place)
    if other is None or place is None:
        return ()
    text = f"门户的标题“{article.title}”写的是{other.name}，正文是{place.name}的；按正文归入 {place.id}"
    return (ImportWarning("place", article.source, text),)
