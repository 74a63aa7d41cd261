"""The store as the rest of the program sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Delete, Update, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.audit import Audit, Roles
from bot.store.cards import Cards
from bot.store.database import Database, open_database, rows_written
from bot.store.dialogues import Dialogues
from bot.store.feedback import Feedback
from bot.store.gaps import Gaps
from bot.store.migrate import migrate
from bot.store.model import Miss
from bot.store.news import News
from bot.store.paces import Paces
from bot.store.parts import Clock, lock_cards, utc_now
from bot.store.questions import Questions
from bot.store.shares import Shares
from bot.store.tables import blocked, cards, dialogues, feedback, paces, questions, updates, users, waiting
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
        self.news = News(database, clock)
        self.paces = Paces(database, clock)

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

    @property
    def shared(self) -> bool:
        """Whether servers on several machines may have it open."""
        return self._database.tells

    async def missed(self, since: datetime) -> list[tuple[str, Miss, datetime]]:
        """Questions from ``since`` on that brought no answer, or whose answer somebody disliked, and when."""
        refused = await self.questions.recent(since, ("no_answer",))
        disliked = await self.feedback.disliked(since)
        return [
            *((asked.question, "refused", asked.asked_at) for asked in refused if asked.question),
            *((question, "disliked", at) for question, at in disliked),
        ]

    async def forget(self, user_id: int) -> int:
        """Delete all that is stored about the user; how many rows that were.

        Lines of the question log stay for the counts, without ids and text. Roles and the audit trail
        stay: who may and did change the bot is not the user's alone.
        """
        async with self._database.write() as connection:
            gone = await _written(connection, *(delete(t).where(t.c.user_id == user_id) for t in (dialogues, users)))
            gone += await _written(connection, delete(blocked).where(blocked.c.chat_id == user_id))
            gone += await _delete_cards(connection, cards.c.user_id == user_id)
            gone += await _written(connection, *(delete(t).where(t.c.user_id == user_id) for t in (feedback, waiting)))
            return gone + await _written(connection, _anonymise(user_id))

    async def purge(self, now: datetime) -> int:
        """Delete what is older than the retention, and what nobody asks for any more; how many rows."""
        oldest = now - self._retention
        async with self._database.write() as connection:
            gone = await _written(connection, delete(dialogues).where(dialogues.c.updated_at < oldest))
            gone += await _delete_cards(connection, cards.c.created_at < oldest)
            return gone + await _written(
                connection,
                delete(questions).where(questions.c.asked_at < oldest),
                delete(updates).where(updates.c.leased_until < now - KEPT),
                delete(paces).where(paces.c.until < now),
            )


async def _written(connection: AsyncConnection, *statements: Delete | Update) -> int:
    return sum([await rows_written(connection, statement) for statement in statements])


async def _delete_cards(connection: AsyncConnection, which: ColumnElement[bool]) -> int:
    """Cards with their feedback."""
    await lock_cards(connection, which)
    ids = select(cards.c.id).where(which)
    return await _written(connection, delete(feedback).where(feedback.c.card_id.in_(ids)), delete(cards).where(which))


def _anonymise(user_id: int) -> Update:
    of_user = or_(questions.c.user_id == user_id, questions.c.chat_id == user_id)
    return update(questions).where(of_user).values(user_id=None, chat_id=None, question="", card_id=None)
