"""How often things have happened lately, counted by all processes together."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from bot.store.parts import Part
from bot.store.tables import paces


class Paces(Part):
    """Sliding windows, exact as far as the processes' clocks agree. A key's last events stand in one row."""

    async def wait(self, key: str, count: int, seconds: float, patience: float = float("inf")) -> float:
        """Seconds until one more event of ``key`` may happen: at most ``count`` do in any ``seconds``.

        The event is counted at that time, unless it would have to wait longer than ``patience``; then it is not
        counted at all.
        """
        async with self.database.write(alone=f"pace {key}") as connection:
            row = (await connection.execute(select(paces.c.times).where(paces.c.key == key))).first()
            times, now = list(row.times) if row else [], self.now().timestamp()
            at = now if len(times) < count else max(now, times[-count] + seconds)
            if at - now <= patience:
                values = {"times": [*times, at][-count:], "until": datetime.fromtimestamp(at + seconds, UTC)}
                insert = self.database.insert(paces).values(key=key, **values)
                await connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=values))
            return at - now
