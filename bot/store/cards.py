"""The answers that were shown, so that their buttons work, also after a restart."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.store.dialogues import key_values
from bot.store.model import Card, Key
from bot.store.parts import Part
from bot.store.tables import cards


class Cards(Part):
    """By id, by the bot's message, by the message that asked."""

    async def add(self, card: Card) -> int:
        """Keep the card; its id, which is never given again."""
        values = asdict(card)
        del values["id"], values["key"]
        statement = insert(cards).values(**values, **key_values(card.key), created_at=self.now())
        async with self.database.write() as connection:
            return int((await connection.execute(statement.returning(cards.c.id))).scalar_one())

    async def sent(self, card_id: int, message_id: int) -> None:
        """The card was sent as this message of its chat."""
        await self.database.run(update(cards).where(cards.c.id == card_id).values(message_id=message_id))

    async def get(self, card_id: int) -> Card | None:
        """The card, None where it was deleted or never was."""
        return _card(await self.database.one(select(cards).where(cards.c.id == card_id)))

    async def by_message(self, chat_id: int, message_id: int) -> Card | None:
        """The newest card that this message of the bot shows."""
        return await self._newest(chat_id, message_id=message_id)

    async def by_question(self, chat_id: int, question_message_id: int) -> Card | None:
        """The newest card that answers this message of a user."""
        return await self._newest(chat_id, question_message_id=question_message_id)

    async def _newest(self, chat_id: int, **message: int) -> Card | None:
        found = select(cards).filter_by(chat_id=chat_id, **message).order_by(cards.c.id.desc()).limit(1)
        return _card(await self.database.one(found))

    async def update(
        self,
        card_id: int,
        *,
        question: str | None = None,
        snapshot: str | None = None,
    ) -> None:
        """Change what is given; None leaves it. A card that is gone stays gone."""
        given = {"question": question, "snapshot": snapshot}
        changed = {name: value for name, value in given.items() if value is not None}
        if changed:
            await self.database.run(update(cards).where(cards.c.id == card_id).values(**changed))


def _card(row: Row[Any] | None) -> Card | None:
    if row is None:
        return None
    return Card(
        key=Key(row.chat_id, row.topic_id, row.user_id),
        question=row.question,
        turns=tuple(row.turns),
        locale=row.locale,
        snapshot=row.snapshot,
        question_message_id=row.question_message_id,
        message_id=row.message_id,
        id=row.id,
    )
