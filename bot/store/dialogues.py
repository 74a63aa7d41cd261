"""The dialogues: the last questions of each user in each chat and topic."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, delete, literal, select, update

from bot.store.model import MAX_TURNS, Dialogue, Key
from bot.store.parts import Part, lock_cards
from bot.store.tables import blocked, cards, dialogues, questions, waiting


def key_values(key: Key) -> dict[str, int]:
    """The key as columns."""
    return {"chat_id": key.chat_id, "topic_id": key.topic_id, "user_id": key.user_id}


def _of(table: Table, key: Key) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key_values(key).items()))


class Dialogues(Part):
    """Saving replaces the whole dialogue."""

    async def load(self, key: Key) -> Dialogue | None:
        """The dialogue, None where there is none."""
        row = await self.database.one(select(dialogues).where(_of(dialogues, key)))
        return row and Dialogue(tuple(row.turns), row.spoken)

    async def save(self, key: Key, dialogue: Dialogue) -> None:
        """Keep the dialogue with its last MAX_TURNS questions."""
        values = {
            "turns": dialogue.turns[-MAX_TURNS:],
            "spoken": dialogue.spoken,
            "updated_at": self.now(),
        }
        insert = self.database.insert(dialogues).values(**key_values(key), **values)
        await self.database.run(insert.on_conflict_do_update(index_elements=[*key_values(key)], set_=values))

    async def clear(self, key: Key) -> None:
        """Forget the dialogue."""
        await self.database.run(delete(dialogues).where(_of(dialogues, key)))

    async def migrate(self, old_chat_id: int, new_chat_id: int) -> None:
        """A group became a supergroup and has a new id: all that is known of the chat follows it.

        A dialogue that began in the new chat stays. Cards lose their message ids, which count anew there.
        Telegram announces a migration twice; the second time changes nothing.
        """
        moved = select(
            *(literal(new_chat_id).label("chat_id") if c.name == "chat_id" else c for c in dialogues.columns)
        ).where(dialogues.c.chat_id == old_chat_id)
        copy = self.database.insert(dialogues).from_select([c.name for c in dialogues.columns], moved)
        async with self.database.write() as connection:
            await connection.execute(copy.on_conflict_do_nothing())
            for table in (dialogues, blocked):
                await connection.execute(delete(table).where(table.c.chat_id == old_chat_id))
            await lock_cards(connection, cards.c.chat_id == old_chat_id)
            for table in (cards, waiting, questions):
                fresh = {"message_id": None, "question_message_id": None} if table is cards else {}
                await connection.execute(
                    update(table).where(table.c.chat_id == old_chat_id).values(chat_id=new_chat_id, **fresh)
                )
