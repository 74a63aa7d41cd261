"""What admins read: the state of things, what was sent, gaps. Lines of plain text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.corpus.model import Document
from bot.publishing.model import Gap, GoldenResult, Snapshot
from bot.render.messages import text
from bot.render.publishing import gap_line, golden_line

SECTIONS = 12
"""Headings that are listed of a document."""


def status_lines(
    snapshot: Snapshot,
    golden: GoldenResult,
    asked: dict[str, int],
    latency: tuple[float | None, float | None],
    locale: str,
) -> Iterator[str]:
    """Snapshot, golden questions, and today's questions by status with median and 95th percentile."""
    yield text(
        locale,
        "admin.status_snapshot",
        id=snapshot.id,
        at=f"{snapshot.loaded_at.astimezone():%Y-%m-%d %H:%M}",
        by=snapshot.by,
    )
    yield text(
        locale, "admin.status_size", documents=snapshot.documents, passages=snapshot.passages, names=snapshot.names
    )
    yield golden_line(golden, locale)
    total = sum(asked.values())
    yield text(locale, "admin.status_asked", count=total, refused=asked.get("no_answer", 0))
    if total:
        median, p95 = (f"{value or 0:.0f}" for value in latency)
        yield text(locale, "admin.status_latency", median=median, p95=p95)


def document_lines(document: Document, sections: Sequence[str], locale: str) -> Iterator[str]:
    """What was recognised of a document."""
    meta = document.meta
    yield text(locale, "format.title", title=meta.title)
    for key, value in (("date", meta.date), ("place", meta.place), ("publisher", meta.publisher)):
        yield f"{text(locale, f'label.{key}')}: {value or text(locale, 'admin.unknown')}"
    yield f"id: {document.id}"
    yield text(locale, "admin.sections", count=len(sections))
    yield from (f"  · {section}" for section in sections[:SECTIONS])
    if len(sections) > SECTIONS:
        yield text(locale, "admin.more", count=len(sections) - SECTIONS)
    if meta.caution:
        yield f"⚠️ {meta.caution}"


def conflict_line(kind: str, id: str, title: str, locale: str) -> str:
    """What is there already."""
    return "⚠️ " + text(locale, f"admin.conflict_{kind}", id=id, title=title)


def gap_lines(gap: Gap, number: int, count: int, locale: str) -> Iterator[str]:
    """One gap of several."""
    yield text(locale, "admin.gap", number=number, count=count)
    yield gap_line(gap, locale)


def waiting_lines(waiting: Iterable[tuple[str, int]], locale: str) -> Iterator[str]:
    """Who waits for what: (question, user id), the most wanted first."""
    wishes = list(waiting)
    if not wishes:
        yield text(locale, "admin.nobody_waits")
        return
    for question, count in Counter(question for question, _ in wishes).most_common():
        users = ", ".join(str(user) for asked, user in wishes if asked == question)
        yield f"· {question}  ({count}: {users})"
