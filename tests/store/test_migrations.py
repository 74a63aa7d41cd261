"""The tables of a store: made, brought up to date, and left alone where a newer program made them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.errors import StoreError
from bot.store.database import Database, open_database
from bot.store.migrate import MIGRATIONS, migrate
from bot.store.store import Store
from bot.store.tables import metadata
from tests.store.samples import ALICE

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {newest!r}


def upgrade():
    op.add_column("users", sa.Column("nickname", sa.Text))
    op.execute("UPDATE users SET nickname = 'unknown'")
    {then}
"""


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The revisions of a program one version newer."""
    return revisions(tmp_path / "100% newer", "pass")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The same with a mistake at the end."""
    return revisions(tmp_path / "broken", "op.execute('SELECT no_such_thing FROM users')")


def revisions(folder: Path, then: str) -> Path:
    shutil.copytree(MIGRATIONS, folder)
    newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    (folder / "versions" / "r9999_next.py").write_text(NEXT.format(newest=newest, then=then), encoding="utf-8")
    return folder


def first_only(folder: Path) -> Path:
    """The revisions as the first version had them."""
    shutil.copytree(MIGRATIONS, folder)
    scripts = ScriptDirectory(str(MIGRATIONS))
    for script in scripts.walk_revisions():
        if script.down_revision is not None:
            (folder / "versions" / Path(script.path).name).unlink()
    return folder


def differences(connection: Connection) -> list[object]:
    """Where the database is not what ``tables.py`` says: tables, columns, types, indexes, foreign keys."""
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def columns_of_users(connection: Connection) -> set[str]:
    return {column["name"] for column in inspect(connection).get_columns("users")}


async def revision(database: Database) -> str:
    async with database.read() as connection:
        return str((await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one())


async def test_a_fresh_store_has_the_tables_that_the_code_expects(location: str) -> None:
    """Revisions and tables.py are held together."""
    async with open_database(location) as database:
        await migrate(database)
        async with database.read() as connection:
            assert await connection.run_sync(differences) == []
            assert await connection.run_sync(tables) == {*metadata.tables, "alembic_version"}


async def test_a_store_of_the_first_version_is_brought_up_to_date(location: str, tmp_path: Path) -> None:
    """With what was in it."""
    async with open_database(location) as database:
        await migrate(database, first_only(tmp_path / "first"))
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO users (user_id, locale) VALUES (11, 'en')"))
    async with Store.open(location) as store:
        assert await store.users.locale(11) == "en"
    async with open_database(location) as database, database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_newer_program_brings_this_store_up_to_date(location: str, newer: Path) -> None:
    """The step from this version to a next one, with data in the tables."""
    async with Store.open(location) as store:
        await store.users.choose(ALICE.user_id, "en")
    async with open_database(location) as database:
        await migrate(database, newer)
        await migrate(database, newer)
        assert await revision(database) == "9999"
        async with database.read() as connection:
            rows = (await connection.execute(text("SELECT user_id, locale, nickname FROM users"))).all()
    assert [tuple(row) for row in rows] == [(11, "en", "unknown")]


async def test_a_store_that_a_newer_program_changed_is_refused(location: str, newer: Path) -> None:
    """The message says what, where and how to mend it; the store stays as it is."""
    async with open_database(location) as database:
        await migrate(database, newer)
    with pytest.raises(StoreError, match=r"newer version .* \(revision 9999\) — install that version"):
        async with Store.open(location):
            pytest.fail("opened")
    async with open_database(location) as database:
        assert await revision(database) == "9999"


async def test_all_revisions_are_one_step(location: str, broken: Path) -> None:
    """Where the last one fails, those before it are undone too; so no other process ever sees half of them."""
    async with open_database(location) as database:
        with pytest.raises(StoreError, match="no_such_thing"):
            await migrate(database, broken)
        async with database.read() as connection:
            assert await connection.run_sync(tables) == set()


async def test_a_revision_that_fails_changes_nothing(location: str, broken: Path) -> None:
    """Its first steps are undone, and the store opens as before."""
    async with Store.open(location) as store:
        await store.users.choose(ALICE.user_id, "en")
    async with open_database(location) as database:
        before = await revision(database)
        with pytest.raises(StoreError, match="no_such_thing"):
            await migrate(database, broken)
        assert await revision(database) == before
        async with database.read() as connection:
            assert await connection.run_sync(columns_of_users) == {"user_id", "locale"}
    async with Store.open(location) as store:
        assert await store.users.locale(ALICE.user_id) == "en"
