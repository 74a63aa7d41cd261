"""Bring the tables of a store up to this program's version, with Alembic, one process at a time.

All revisions that are missing run in one transaction: either the store is at the newest or it is as it was.
They run in a thread, so that a long one does not hold up the event loop, and behind a lock, because Alembic
keeps what it works on in global variables.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection

from bot.errors import StoreError
from bot.store.database import Database, database_at

MIGRATIONS = Path(__file__).parent / "migrations"

_alembic = threading.Lock()


async def migrate(database: Database, scripts: Path = MIGRATIONS) -> None:
    """Run the missing revisions of the folder ``scripts``. Raises StoreError, also where the store is newer."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    known, newest = await asyncio.to_thread(_revisions, config)
    async with database.read() as connection:
        found = await connection.run_sync(_current)
    if found == newest:
        return
    if not found <= known:
        raise StoreError(
            f"store {database.name}: a newer version of this program has changed it (revision {', '.join(found)})"
            " — install that version, or restore a backup from before the change"
        )
    await asyncio.to_thread(_upgrade_in_thread, database.url, config)


def _revisions(config: Config) -> tuple[frozenset[str], frozenset[str]]:
    scripts = ScriptDirectory.from_config(config)
    return frozenset(script.revision for script in scripts.walk_revisions()), frozenset(scripts.get_heads())


def _current(connection: Connection) -> frozenset[str]:
    return frozenset(MigrationContext.configure(connection).get_current_heads())


def _upgrade_in_thread(url: URL, config: Config) -> None:
    with _alembic:
        asyncio.run(_upgrade_alone(url, config))


async def _upgrade_alone(url: URL, config: Config) -> None:
    async with database_at(url) as database, database.write(alone="migrate") as connection:
        await connection.run_sync(_upgrade, config)


def _upgrade(connection: Connection, config: Config) -> None:
    if not connection.in_transaction():  # else Alembic ends one after each revision on SQLite, and others come between
        connection.begin()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
