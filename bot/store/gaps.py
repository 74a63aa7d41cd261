"""Unanswered questions that an admin does not want to see again."""

from __future__ import annotations

from sqlalchemy import select

from bot.store.parts import Part, digest
from bot.store.tables import ignored_gaps


class Gaps(Part):
    """By the key that questions of the same meaning share; the caller makes it."""

    async def ignore(self, question_key: str) -> None:
        """Never show the gap again."""
        insert = self.database.insert(ignored_gaps).values(digest=digest(question_key), question_key=question_key)
        await self.database.run(insert.on_conflict_do_nothing(index_elements=["digest"]))

    async def ignored(self) -> set[str]:
        """The keys of all ignored gaps."""
        return {row.question_key for row in await self.database.all(select(ignored_gaps.c.question_key))}
