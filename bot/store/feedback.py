"""Thumbs up and down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select

from bot.store.database import rows_written
from bot.store.model import Verdict
from bot.store.parts import Part, lock_cards
from bot.store.tables import cards, feedback


class Feedback(Part):
    """One verdict a user and card."""

    async def give(self, card_id: int, user_id: int, verdict: Verdict) -> bool:
        """Give a verdict or, saying the same again, take it back; whether one stands now.

        On a card that is gone nothing stands. Simultaneous verdicts count one after the other.
        """
        same = delete(feedback).filter_by(card_id=card_id, user_id=user_id, verdict=verdict)
        values = {"verdict": verdict, "given_at": self.now()}
        insert = self.database.insert(feedback).values(card_id=card_id, user_id=user_id, **values)
        give = insert.on_conflict_do_update(index_elements=["card_id", "user_id"], set_=values)
        async with self.database.write() as connection:
            known = await lock_cards(connection, cards.c.id == card_id)
            if not known or await rows_written(connection, same):
                return False
            await connection.execute(give)
            return True

    async def disliked(self, since: datetime) -> list[tuple[str, datetime]]:
        """The questions of cards that somebody gave a thumb down from ``since`` on, and when, newest first."""
        down = select(cards.c.question, feedback.c.given_at).join(cards, cards.c.id == feedback.c.card_id)
        found = down.where(feedback.c.verdict == -1, feedback.c.given_at >= since).order_by(feedback.c.given_at.desc())
        return [(row.question, row.given_at) for row in await self.database.all(found)]

    async def of(self, card_id: int) -> tuple[int, int]:
        """How many verdicts (up, down) stand."""
        given = select(feedback.c.verdict, func.count().label("given")).where(feedback.c.card_id == card_id)
        counts = {row.verdict: row.given for row in await self.database.all(given.group_by(feedback.c.verdict))}
        return counts.get(1, 0), counts.get(-1, 0)
