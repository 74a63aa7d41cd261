"""Questions without an answer whose askers want to hear when there is one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, select

from bot.store.dialogues import key_values
from bot.store.model import Key, Waiting
from bot.store.parts import Part, digest
from bot.store.tables import waiting


class WaitingList(Part):
    """A question leaves the list, and the store, once its asker was told."""

    async def add(self, wish: Waiting) -> bool:
        """Let the question wait; False where the same one of the same user, bar case and spaces, waits already."""
        insert = self.database.insert(waiting).values(
            **key_values(wish.key),
            question=wish.question,
            digest=digest(" ".join(wish.question.casefold().split())),
            turns=wish.turns,
            locale=wish.locale,
            created_at=wish.created_at,
        )
        return await self.database.run(insert.on_conflict_do_nothing(index_elements=["user_id", "digest"])) == 1

    async def open(self) -> list[Waiting]:
        """All that wait, in the order of their asking."""
        return await self._found(select(waiting))

    async def of_user(self, user_id: int) -> list[Waiting]:
        """All that the user waits for, in the order of asking."""
        return await self._found(select(waiting).where(waiting.c.user_id == user_id))

    async def told(self, waiting_id: int) -> bool:
        """The asker was told; True for the one caller who took the question off the list."""
        return await self.database.run(delete(waiting).where(waiting.c.id == waiting_id)) == 1

    async def _found(self, statement: Select[Any]) -> list[Waiting]:
        rows = await self.database.all(statement.order_by(waiting.c.id))
        return [
            Waiting(
                id=row.id,
                key=Key(row.chat_id, row.topic_id, row.user_id),
                question=row.question,
                turns=tuple(row.turns),
                locale=row.locale,
                created_at=row.created_at,
            )
            for row in rows
        ]
