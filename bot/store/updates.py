"""Which process works on which Telegram update, so that each is answered once and none is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, or_, select, update

from bot.store.parts import Part
from bot.store.tables import updates

KEPT = timedelta(days=2)
"""Telegram keeps an update for a day; twice that long nobody will ask for it again."""

SKEW = timedelta(hours=1)
"""What the clocks of two servers may differ by. A lease that would run longer was written by a clock that has been
set back since; nobody waits for it."""

Payload = Mapping[str, Any]
"""An update as JSON: what has to be done again where the process that claimed it dies."""


@dataclass(frozen=True)
class Updates(Part):
    """A claim is one statement that inserts or takes over, so the database decides between rivals."""

    run: str = field(default_factory=lambda: uuid4().hex)
    """Tells this opening of the store from earlier ones under the same owner's name."""

    async def claim(self, update_id: int, owner: str, lease_seconds: float, payload: Payload | None = None) -> bool:
        """Whether the caller may work on the update: True for exactly one, until the lease has run out.

        An unfinished claim goes over when its lease has run out, and at once to the same ``owner`` with
        the store opened anew (a restarted server): an owner's name belongs to one process at a time.
        """
        now, lease = self.now(), timedelta(seconds=lease_seconds)
        values = {"owner": owner, "run": self.run, "leased_until": now + lease, "payload": payload}
        insert = self.database.insert(updates).values(update_id=update_id, **values)
        free = self._free(owner, now, lease)
        claim = insert.on_conflict_do_update(index_elements=["update_id"], set_=values, where=free)
        return await self.database.run(claim) == 1

    async def renew(self, lease_seconds: float) -> None:
        """Prolong the lease of everything that this opening of the store claimed and has not finished."""
        ours = and_(updates.c.run == self.run, updates.c.finished_at.is_(None))
        until = self.now() + timedelta(seconds=lease_seconds)
        await self.database.run(update(updates).where(ours).values(leased_until=until))

    async def abandoned(self, owner: str, lease_seconds: float) -> list[Payload]:
        """Claim what its claimant left unfinished (a server that was killed); oldest first."""
        lease = timedelta(seconds=lease_seconds)
        free = and_(self._free(owner, self.now(), lease), updates.c.payload.is_not(None))
        rows = await self.database.all(
            select(updates.c.update_id, updates.c.payload).where(free).order_by(updates.c.update_id)
        )
        return [
            row.payload for row in rows if await self.claim(row.update_id, owner, lease_seconds, payload=row.payload)
        ]

    async def finish(self, update_id: int) -> None:
        """The update is done with: nobody can claim it any more, and what it said is forgotten."""
        done = update(updates).where(updates.c.update_id == update_id, updates.c.finished_at.is_(None))
        await self.database.run(done.values(finished_at=self.now(), payload=None))

    async def finished(self, update_id: int) -> bool:
        """Whether the update is done with."""
        done = select(updates.c.update_id).where(updates.c.update_id == update_id, updates.c.finished_at.is_not(None))
        return await self.database.one(done) is not None

    def _free(self, owner: str, now: datetime, lease: timedelta) -> ColumnElement[bool]:
        restarted = (updates.c.owner == owner) & (updates.c.run != self.run)
        run_out = or_(updates.c.leased_until <= now, updates.c.leased_until > now + lease + SKEW)
        return updates.c.finished_at.is_(None) & or_(run_out, restarted)
