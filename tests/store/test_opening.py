"""Where a store lies, what may be written there, and what is said when it cannot be opened."""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.assembly import open_store
from bot.config import load_config
from bot.errors import StoreError
from bot.store.database import open_database, parse_url, prepare_file, shown
from bot.store.store import Store
from tests.store.conftest import Clock
from tests.store.samples import card

PASSWORD = "hunter2-geheim"


async def refusal(location: str | Path) -> str:
    """What the error says; neither it nor its causes hold the password."""
    with pytest.raises(StoreError) as caught:
        async with Store.open(location):
            pytest.fail("opened")
    assert PASSWORD not in f"{caught.value} {caught.value!r}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:////var/lib/bot/store.sqlite", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:////var/lib/bot/store.sqlite", "sqlite+aiosqlite"),
        ("postgresql://bot@localhost/bot", "postgresql+asyncpg"),
        ("postgresql+asyncpg://bot@localhost/bot", "postgresql+asyncpg"),
    ],
)
def test_a_url_needs_no_driver(url: str, driver: str) -> None:
    """The one that does not block is taken."""
    assert parse_url(url).drivername == driver


def test_a_url_as_other_programs_write_it_is_understood() -> None:
    """The short scheme and libpq's sslmode, as hosting services hand them out."""
    url = parse_url("postgres://bot@host/bot?sslmode=require")
    assert (url.drivername, dict(url.query)) == ("postgresql+asyncpg", {"ssl": "require"})


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"no url {PASSWORD}", "no database URL"),
        (f"postgresql://bot:{PASSWORD}@host:port/bot", "no database URL"),
        (f"mysql://bot:{PASSWORD}@host/bot", "mysql is not supported"),
        (f"postgresql+psycopg2://bot:{PASSWORD}@host/bot", "postgresql+psycopg2 is not supported"),
        ("sqlite://", "forgets everything"),
        ("sqlite:///:memory:", "forgets everything"),
    ],
)
async def test_a_url_that_is_no_store_is_explained(url: str, said: str) -> None:
    """With the key to mend and the forms that work."""
    message = await refusal(url)
    assert message.startswith("store.url: ")
    assert said in message
    assert "sqlite:////absolute/path" in message


def test_a_url_is_shown_without_its_secrets() -> None:
    """Neither the password nor a query, which may hold another one."""
    name = shown(make_url(f"postgresql+asyncpg://bot:{PASSWORD}@host:5433/bot?password={PASSWORD}"))
    assert name == "postgresql://bot:***@host:5433/bot"


async def test_no_server_is_a_store_error() -> None:
    """It names the server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    message = await refusal(f"postgresql://bot:{PASSWORD}@127.0.0.1:{port}/bot")
    assert message.startswith(f"store postgresql://bot:***@127.0.0.1:{port}/bot: cannot connect: ")
    assert message.endswith("is store.url right?")


async def test_a_wrong_password_is_a_store_error(postgres: str) -> None:
    """The server's own reason is passed on."""
    url = make_url(postgres).set(password=PASSWORD).render_as_string(hide_password=False)
    assert "password authentication failed" in await refusal(url)


async def test_a_database_that_does_not_exist_is_a_store_error(postgres: str) -> None:
    """The server's own reason is passed on."""
    url = make_url(postgres).set(database="nowhere").render_as_string(hide_password=False)
    assert '"nowhere" does not exist' in await refusal(url)


async def test_a_missing_driver_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine where the extra was not installed."""
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    message = await refusal(f"postgresql://bot:{PASSWORD}@host/bot")
    assert "pip install 'investor-bot[postgres]'" in message


async def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    """It may be somebody's letter."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 100, encoding="utf-8")
    message = await refusal(path)
    assert str(path) in message
    assert "not a database" in message
    assert path.read_text(encoding="utf-8").startswith("Dear")


async def test_a_path_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    """A folder in place of the file, a file in place of the folder."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path, tmp_path / "file" / "store.sqlite"):
        message = await refusal(path)
        assert str(path) in message
        assert "SQLite file" in message


async def test_a_store_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """It holds what people asked; so do the files that SQLite puts beside it."""
    folder = tmp_path / "state"
    async with Store.open(folder / "store.sqlite") as store:
        await store.cards.add(card())
        assert len(list(folder.iterdir())) == 3
        assert [path.name for path in (folder, *folder.iterdir()) if path.stat().st_mode & 0o077] == []


async def test_a_path_may_hold_any_characters(tmp_path: Path) -> None:
    """It is a path, not a piece of a URL."""
    path = tmp_path / "100% ?#状态 :@" / "store.sqlite"
    async with Store.open(path) as store:
        await store.users.choose(11, "en")
    assert path.is_file()


async def test_sqlite_is_set_up_to_survive(sqlite: str) -> None:
    """Write-ahead log, synchronous at least NORMAL, foreign keys checked, patience with other processes."""
    async with open_database(sqlite) as database, database.read() as connection:
        pragmas = ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"]
        found = [(await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar() for pragma in pragmas]
    assert found == ["wal", 1, 1, 30000]


async def test_a_writer_waits_for_another_program(sqlite: str) -> None:
    """A backup that holds the file for a moment is no failure."""
    async with Store.open(sqlite) as store:
        other = sqlite3.connect(make_url(sqlite).database or "", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(store.users.choose(11, "en"))
        reading = asyncio.create_task(store.users.locale(11))
        assert await reading is None
        assert not writing.done()
        other.execute("COMMIT")
        other.close()
        await writing
        assert await store.users.locale(11) == "en"


def test_new_files_are_put_into_wal_mode_by_many_at_once(tmp_path: Path) -> None:
    """SQLite fails some of those who change the mode at the same moment, without waiting."""
    rivals = 6
    start = threading.Barrier(rivals)

    def prepare(path: Path) -> None:
        start.wait()
        prepare_file(path)

    with ThreadPoolExecutor(rivals) as pool:
        for number in range(80):
            list(pool.map(prepare, [tmp_path / f"{number}.sqlite"] * rivals))


async def test_a_server_that_comes_back_is_used_again(postgres: str) -> None:
    """Connections that the server ended are replaced without a failure."""
    async with Store.open(postgres) as store, open_database(postgres) as other:
        await store.users.choose(11, "en")
        async with other.read() as connection:
            await connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert await store.users.locale(11) == "en"


async def test_the_configured_store_lies_in_the_state_folder(tmp_path: Path) -> None:
    """Without a URL it is store.sqlite."""
    async with open_store(load_config(None, state_dir=tmp_path / "state")) as store:
        await store.users.choose(11, "en")
    assert (tmp_path / "state" / "store.sqlite").is_file()


async def test_the_configured_url_and_retention_are_used(
    location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """From the environment, as a container sets them."""
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("BOT_STORE__URL", location)
    monkeypatch.setenv("BOT_STORE__RETENTION_DAYS", "7")
    async with Store.open(location, clock=clock) as store:
        card_id = await store.cards.add(card())
    async with open_store(load_config()) as store:
        clock.forward(days=7)
        assert await store.purge(clock.now) == 0
        assert await store.cards.get(card_id) is not None
        clock.forward(seconds=1)
        assert await store.purge(clock.now) == 1
    assert not (tmp_path / "elsewhere").exists()


def test_a_store_error_is_one_line() -> None:
    """The command line prints it as it is."""
    with pytest.raises(StoreError) as caught:
        parse_url("nowhere")
    assert re.fullmatch(r"[^\n]+ — [^\n]+", str(caught.value))
