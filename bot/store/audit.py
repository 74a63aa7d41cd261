"""Who changed what, and who may: the audit trail, and the roles, which never change without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.model import Entry, Role
from bot.store.parts import Part
from bot.store.tables import audit, roles


class Audit(Part):
    """Entries are added and read, never changed or deleted."""

    async def record(self, entry: Entry) -> None:
        """Add an entry."""
        async with self.database.write() as connection:
            await _record(connection, entry)

    async def entries(self, since: datetime, limit: int = 100) -> list[Entry]:
        """The newest ``limit`` entries from ``since`` on, newest first."""
        newest_first = _entries().order_by(audit.c.at.desc(), audit.c.id.desc())
        return [
            Entry(**row._mapping)
            for row in await self.database.all(newest_first.where(audit.c.at >= since).limit(limit))
        ]

    async def last(self, *actions: str) -> Entry | None:
        """The entry that was added last of those with one of these actions, whatever their clocks said."""
        row = await self.database.one(_entries().where(audit.c.action.in_(actions)).order_by(audit.c.id.desc()))
        return row and Entry(**row._mapping)


def _entries() -> Select[Any]:
    return select(*(audit.c[name] for name in Entry.__dataclass_fields__))


async def _record(connection: AsyncConnection, entry: Entry) -> None:
    await connection.execute(insert(audit).values(**asdict(entry)))


class Roles(Part):
    """One role a user. Every change writes its audit entry in the same transaction."""

    async def grant(self, user_id: int, role: Role, by: int | None) -> None:
        """Give the user the role instead of any other; ``by`` None is the program itself."""
        await self._change(user_id, role, by)

    async def revoke(self, user_id: int, by: int | None) -> None:
        """Take the user's role away."""
        await self._change(user_id, None, by)

    async def _change(self, user_id: int, role: Role | None, by: int | None) -> None:
        of_user = roles.c.user_id == user_id
        action = "role.revoke" if role is None else "role.grant"
        async with self.database.write(alone="roles") as connection:  # so that "before" is what was before
            before = (await connection.execute(select(roles.c.role).where(of_user))).scalar()
            await connection.execute(delete(roles).where(of_user))
            if role is not None:
                await connection.execute(insert(roles).values(user_id=user_id, role=role))
            await _record(connection, Entry(self.now(), by, action, str(user_id), before, role))

    async def of(self, user_id: int) -> Role | None:
        """The user's role."""
        row = await self.database.one(select(roles.c.role).where(roles.c.user_id == user_id))
        return row and row.role

    async def all(self) -> Mapping[int, Role]:
        """User id → role."""
        return {row.user_id: row.role for row in await self.database.all(select(roles).order_by(roles.c.user_id))}
