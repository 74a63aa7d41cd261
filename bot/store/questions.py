"""The question log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from math import ceil

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.model import Asked, Counts
from bot.store.parts import Part
from bot.store.tables import questions


class Questions(Part):
    """What was asked, how it ended and how long it took."""

    async def log(self, asked: Asked) -> None:
        """Add a line."""
        await self.database.run(insert(questions).values(**asdict(asked)))

    async def recent(
        self, since: datetime, statuses: Collection[str] | None = None, limit: int | None = None
    ) -> list[Asked]:
        """The lines from ``since`` on, newest first, of these statuses (None: of all), at most ``limit``."""
        found = select(*(questions.c[name] for name in Asked.__dataclass_fields__)).where(questions.c.asked_at >= since)
        if statuses is not None:
            found = found.where(questions.c.status.in_(statuses))
        newest_first = found.order_by(questions.c.asked_at.desc(), questions.c.id.desc()).limit(limit)
        return [Asked(**row._mapping) for row in await self.database.all(newest_first)]

    async def count(self, since: datetime) -> Counts:
        """The questions from ``since`` on by status, and their latency."""
        by_status = select(questions.c.status, func.count()).where(questions.c.asked_at >= since)
        async with self.database.read() as connection:
            rows = await connection.execute(by_status.group_by(questions.c.status))
            counts = {str(status): int(number) for status, number in rows}
            total = sum(counts.values())
            median, p95 = [await _percentile(connection, since, total, part) for part in (0.5, 0.95)]
        return Counts(counts, median, p95)


async def _percentile(connection: AsyncConnection, since: datetime, total: int, part: float) -> float | None:
    """By nearest rank: the smallest latency that at least ``part`` of the questions stay within."""
    latencies = select(questions.c.elapsed_ms).where(questions.c.asked_at >= since).order_by(questions.c.elapsed_ms)
    return (await connection.execute(latencies.offset(max(ceil(part * total) - 1, 0)).limit(1))).scalar()
