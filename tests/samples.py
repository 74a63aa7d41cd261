"""Answers made by hand: data for the tests of everything that shows an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.answer.model import Answer, Citation, DocumentRef, Facets, Note
from bot.publishing.model import Changes, FigureChange, GoldenResult, Reload, Snapshot

QUOTE = "2021年地区生产总值增长10%左右,固定资产投资增长20%左右。"
NAMES = {
    "place": {"zh-Hans": "广州市黄埔区", "zh-Hant": "廣州市黃埔區", "en": "Huangpu, Guangzhou"},
    "metric": {"zh-Hans": "地区生产总值", "en": "GDP growth"},
}


def document(**changes: Any) -> DocumentRef:
    """A work report; ``changes`` replace its fields."""
    values: dict[str, Any] = {
        "id": "gz-2021",
        "title": "2021年黄埔区政府工作报告",
        "publisher": "广州市黄埔区人民政府",
        "date": "2021-03-01",
        "place": "gz-huangpu",
        "source": "招商门户列表页",
    }
    return DocumentRef(**values | changes)


def citation(**changes: Any) -> Citation:
    """A GDP target with its figure highlighted; ``changes`` replace its fields."""
    start = QUOTE.index("10%左右")
    values: dict[str, Any] = {
        "rank": 1,
        "quote": QUOTE,
        "span": (100, 100 + len(QUOTE)),
        "document": document(),
        "highlights": ((start, start + len("10%左右")),),
        "score": 9.10004,
        "facets": Facets(place="gz-huangpu", period=("2021",), status="target", metric="gdp"),
        "section": ("三、2021年工作安排",),
        "names": NAMES,
    }
    return Citation(**values | changes)


def answer(*citations: Citation, **changes: Any) -> Answer:
    """An answered question with these citations, or with the one above."""
    values: dict[str, Any] = {
        "question": "黄埔2021年GDP目标是多少",
        "status": "answered",
        "citations": citations or (citation(),),
        "elapsed_ms": 1.834,
    }
    return Answer(**values | changes)


def silence(**changes: Any) -> Answer:
    """A question about a place that is not there."""
    gap = Note("gap", "gap_place", {"place": "天河区", "have": ("广州市黄埔区", "上海市黄浦区")})
    values: dict[str, Any] = {
        "question": "天河区2021年GDP目标",
        "status": "no_answer",
        "notes": (gap,),
        "reply": "no_answer.place",
        "suggestions": ("黄埔区2021年GDP目标是多少",),
    }
    return Answer(**values | changes)


def snapshot(**changes: Any) -> Snapshot:
    """A loaded state of two documents; ``changes`` replace its fields."""
    values: dict[str, Any] = {
        "id": "aaaaaaaaaaaa",
        "loaded_at": datetime(2021, 3, 1, tzinfo=UTC),
        "by": "start",
        "documents": 2,
        "passages": 40,
        "names": 900,
    }
    return Snapshot(**values | changes)


def reload(**changes: Any) -> Reload:
    """A reload with one document of each kind and one figure that changed; ``changes`` replace its fields."""
    figure = FigureChange("报告", ("三、2021年工作安排",), "固定资产投资", "2021", "target", "20%左右", "18%左右")
    values: dict[str, Any] = {
        "before": snapshot(),
        "after": snapshot(id="bbbbbbbbbbbb", passages=42),
        "changes": Changes({"new": "新政策"}, {"report": "报告"}, {"old": "旧通知"}, False, (figure,)),
        "golden": GoldenResult(3, 3),
        "forced": False,
        "seconds": 0.94,
    }
    return Reload(**values | changes)
