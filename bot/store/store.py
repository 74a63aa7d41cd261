"""The store as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Delete, Update, delete, or_, select, update

from bot.store.audit import Audit, Roles
from bot.store.cards import Cards
from bot.store.database import Database, open_database, rows_written
from bot.store.dialogues import Dialogues
from bot.store.feedback import Feedback
from bot.store.gaps import Gaps
from bot.store.migrate import migrate
from bot.store.parts import Clock, utc_now
from bot.store.questions import Questions
from bot.store.shares import Shares
from bot.store.tables import blocked, cards, dialogues, feedback, questions, updates, users, waiting
from bot.store.updates import KEPT, Updates
from bot.store.users import Users
from bot.store.waiting import WaitingList


class Store:
    """Everything that the bot remembers, by part. Safe for any number of tasks of one event loop."""

    def __init__(self, database: Database, retention: timedelta, clock: Clock = utc_now) -> None:
        self._database = database
        self._retention = retention
        self.users = Users(database, clock)
        self.dialogues = Dialogues(database, clock)
        self.cards = Cards(database, clock)
        self.feedback = Feedback(database, clock)
        self.questions = Questions(database, clock)
        self.waiting = WaitingList(database, clock)
        self.updates = Updates(database, clock)
        self.shares = Shares(database, clock)
        self.audit = Audit(database, clock)
        self.roles = Roles(database, clock)
        self.gaps = Gaps(database, clock)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, location: str | Path, retention: timedelta = timedelta(days=90), clock: Clock = utc_now
    ) -> AsyncIterator[Store]:
        """The store at a database URL or an SQLite file's path, its tables made or brought up to date.

        Raises StoreError where it cannot be reached or a newer version of the program has changed it.
        """
        async with open_database(location) as database:
            await migrate(database)
            yield cls(database, retention, clock)

    async def forget(self, user_id: int) -> int:
        """Delete all that is stored about the user; how many rows that were.

        Lines of the question log stay for the counts, without ids and text. Roles and the audit trail
        stay: who may and did change the bot is not the user's alone.
        """
        return await self._run(
            delete(feedback).where(
                or_(
                    feedback.c.user_id == user_id,
                    feedback.c.card_id.in_(select(cards.c.id).where(cards.c.user_id == user_id)),
                )
            ),
            *(delete(table).where(table.c.user_id == user_id) for table in (cards, dialogues, waiting, users)),
            delete(blocked).where(blocked.c.chat_id == user_id),
            update(questions)
            .where(or_(questions.c.user_id == user_id, questions.c.chat_id == user_id))
            .values(user_id=None, chat_id=None, question="", card_id=None),
        )

    async def purge(self, now: datetime) -> int:
        """Delete what is older than the retention, and updates that Telegram has forgotten; how many rows."""
        oldest = now - self._retention
        return await self._run(
            delete(feedback).where(feedback.c.card_id.in_(select(cards.c.id).where(cards.c.created_at < oldest))),
            delete(cards).where(cards.c.created_at < oldest),
            delete(dialogues).where(dialogues.c.updated_at < oldest),
            delete(questions).where(questions.c.asked_at < oldest),
            delete(updates).where(updates.c.leased_until < now - KEPT),
        )

    async def _run(self, *statements: Delete | Update) -> int:
        async with self._database.write() as connection:
            return sum([await rows_written(connection, statement) for statement in statements])
