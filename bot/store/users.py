"""The language that a user chose, and the chats that refuse the bot."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.store.parts import Part
from bot.store.tables import blocked, users


class Users(Part):
    """By user id and, for refusals, by chat id."""

    async def locale(self, user_id: int) -> str | None:
        """The language that the user chose; None follows the question."""
        row = await self.database.one(select(users.c.locale).where(users.c.user_id == user_id))
        return row and row.locale

    async def choose(self, user_id: int, locale: str | None) -> None:
        """Remember the language; None forgets the choice."""
        if locale is None:
            await self.database.run(delete(users).where(users.c.user_id == user_id))
            return
        insert = self.database.insert(users).values(user_id=user_id, locale=locale)
        await self.database.run(insert.on_conflict_do_update(index_elements=["user_id"], set_={"locale": locale}))

    async def block(self, chat_id: int) -> None:
        """The chat refused a message (403): nothing is sent there until ``unblock``."""
        insert = self.database.insert(blocked).values(chat_id=chat_id, since=self.now())
        await self.database.run(insert.on_conflict_do_nothing(index_elements=["chat_id"]))

    async def unblock(self, chat_id: int) -> None:
        """The chat talks to the bot again."""
        await self.database.run(delete(blocked).where(blocked.c.chat_id == chat_id))

    async def blocked(self, chat_id: int) -> bool:
        """Whether the chat refuses the bot."""
        return await self.database.one(select(blocked.c.chat_id).where(blocked.c.chat_id == chat_id)) is not None
