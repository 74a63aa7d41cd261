"""The one edge to SQLAlchemy's engine: URLs, transactions, and its errors as StoreError.

Writers on SQLite begin with ``BEGIN IMMEDIATE``: a transaction that reads first and then finds that it may
not write would fail at once, whatever the busy timeout. Writers of one process queue on a lock, since
SQLite's own waiting is by polling; writers of other processes wait up to ``PATIENCE``.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Executable, Row, Select, Table, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import StoreError

PATIENCE = 30.0
"""Seconds that a statement or a connection waits before it fails."""

_BACKENDS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
_FORMS = "sqlite:////absolute/path or postgresql://user:password@host/database"


def parse_url(location: str | Path) -> URL:
    """The URL of a store: a path is an SQLite file. Raises StoreError, which never shows what it was given."""
    if isinstance(location, Path):
        return URL.create("sqlite+aiosqlite", database=str(location))
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        raise StoreError(f"store.url: it is no database URL — write {_FORMS}") from None
    driver = _BACKENDS.get(url.get_backend_name())
    if driver is None or url.drivername not in (url.get_backend_name(), driver):
        raise StoreError(f"store.url: {url.drivername} is not supported — write {_FORMS}")
    if driver.startswith("sqlite") and url.database in (None, "", ":memory:"):
        raise StoreError("store.url: a store in memory forgets everything — name a file: sqlite:////absolute/path")
    if "sslmode" in url.query:  # as libpq spells it; asyncpg takes the same values as "ssl"
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return url.set(drivername=driver)


def shown(url: URL) -> str:
    """The URL for people: without password, and without the query, which may hold another one."""
    return url.set(query={}, drivername=url.get_backend_name()).render_as_string(hide_password=True)


def create_engine(url: URL) -> AsyncEngine:
    """An engine for ``url``; nothing is connected yet. Raises StoreError where the driver is not installed."""
    lite = url.get_backend_name() == "sqlite"
    arguments = {"timeout": PATIENCE} if lite else {"timeout": PATIENCE, "command_timeout": PATIENCE}
    try:
        # a connection to a file does not die, one to a server does
        engine = create_async_engine(url, connect_args=arguments, hide_parameters=True, pool_pre_ping=not lite)
    except ModuleNotFoundError as error:
        mend = "pip install 'investor-bot[postgres]'"
        raise StoreError(f"store {shown(url)}: {error.name} is not installed — {mend}") from None
    if lite:
        event.listen(engine.sync_engine, "connect", _set_up_connection)
        event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _set_up_connection(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late: _begin says it
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")  # in WAL mode: safe against kill -9 and never corrupt
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN")


def prepare_file(path: Path) -> None:
    """Make the SQLite file, readable by its owner alone, and put it into WAL mode, which it then keeps.

    Blocks: call it in a thread. Raises OSError, sqlite3.Error. Retries by itself, because SQLite does not
    wait when two processes change the mode of a new file at once.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    deadline = time.monotonic() + PATIENCE
    while (mode := _ask_for_wal(path)) != "wal":
        if time.monotonic() > deadline:
            raise sqlite3.OperationalError(f"it cannot use a write-ahead log here, its journal mode is {mode}")
        time.sleep(0.02)


def _ask_for_wal(path: Path) -> str:
    connection = sqlite3.connect(path, timeout=PATIENCE)
    try:
        return str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return "locked"
        raise
    finally:
        connection.close()


class Database:
    """Short transactions on one engine. Every failure of the database is a StoreError."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._lite = engine.dialect.name == "sqlite"
        self._writing = engine.execution_options(writing=True)
        self._turn = asyncio.Lock()
        self.url = engine.url
        self.name = shown(engine.url)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading; what it may have written is rolled back."""
        async with self._connected(self._engine) as connection:
            yield connection

    @asynccontextmanager
    async def write(self, alone: str = "") -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end, rolled back by any exception.

        ``alone`` names what only one transaction may do at a time, in any process.
        """
        async with self._turn if self._lite else nullcontext(), self._connected(self._writing) as connection:
            if alone and not self._lite:  # SQLite has one writer at a time anyhow
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _lock_key(alone)})
            yield connection
            await connection.commit()

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        connection = await self._connect(engine)
        try:
            with self._translated():
                yield connection
        finally:
            with suppress(SQLAlchemyError):  # a connection that broke also breaks while it is rolled back
                await asyncio.shield(connection.close())  # also where this task is cancelled meanwhile

    async def _connect(self, engine: AsyncEngine) -> AsyncConnection:
        try:
            return await engine.connect()
        except Exception as error:  # drivers let their own and the socket's errors through here
            raise StoreError(self._explain("cannot connect", error, "does it run, and is store.url right?")) from None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:  # a time-out or a broken socket is an OSError
            mend = "is the disk full, or the database stopped, damaged or in use by another program?"
            raise StoreError(self._explain("cannot be read or written", error, mend)) from None

    def _explain(self, what: str, error: Exception, mend: str) -> str:
        return f"store {self.name}: {what}: {self._reason(error)} — {mend}"

    def _reason(self, error: Exception) -> str:
        """One line of the driver's own words, without a password, should they ever repeat it."""
        cause = getattr(error, "orig", None) or error
        words = " ".join(str(cause).split()) or type(cause).__name__
        password = self.url.password
        return words.replace(str(password), "***") if password else words

    async def run(self, statement: Executable) -> int:
        """Execute one statement in its own transaction; how many rows it wrote."""
        async with self.write() as connection:
            return await rows_written(connection, statement)

    @property
    def tells(self) -> bool:
        """Whether ``tell`` reaches other processes."""
        return not self._lite

    async def tell(self, channel: str) -> None:
        """Whoever listens to ``channel`` is told that something has happened. PostgreSQL only."""
        async with self.write() as connection:
            await connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": channel})

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[Callable[[float], Awaitable[None]]]:
        """Listen to ``channel`` while the block runs; PostgreSQL only. See ``News.listening``."""
        async with self._connected(self._engine.execution_options(isolation_level="AUTOCOMMIT")) as connection:
            told = asyncio.Event()
            driver: Any = (await connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(lambda *_: told.set())
            try:
                await driver.add_listener(channel, lambda *_: told.set())
            except Exception as error:  # the driver's own, which SQLAlchemy does not see here
                raise StoreError(self._explain("cannot be listened to", error, "does it run?")) from None

            async def heard(seconds: float) -> None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await told.wait()
                told.clear()
                with self._translated():
                    await connection.execute(text("SELECT 1"))  # fails where the connection was lost

            try:
                yield heard
            finally:
                with suppress(SQLAlchemyError):  # it may be lost already
                    await connection.invalidate()  # nobody else shall use a connection that listens

    async def one(self, statement: Select[Any]) -> Row[Any] | None:
        """The first row."""
        async with self.read() as connection:
            row: Row[Any] | None = (await connection.execute(statement)).first()
            return row

    async def all(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        """All rows."""
        async with self.read() as connection:
            rows: Sequence[Row[Any]] = (await connection.execute(statement)).all()
            return rows

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """INSERT with ``on_conflict_…``, which each dialect has of its own."""
        return sqlite.insert(table) if self._lite else postgresql.insert(table)


async def rows_written(connection: AsyncConnection, statement: Executable) -> int:
    """Execute ``statement``; how many rows it wrote (an insert that gave way to another writes none)."""
    result = await connection.execute(statement, execution_options={"preserve_rowcount": True})
    return result.rowcount


def _lock_key(name: str) -> int:
    return int.from_bytes(sha256(f"investor-bot:{name}".encode()).digest()[:8], signed=True)


@asynccontextmanager
async def open_database(location: str | Path) -> AsyncIterator[Database]:
    """The database at ``location``, its file made where it is SQLite; no tables yet. Raises StoreError."""
    url = parse_url(location)
    if url.get_backend_name() == "sqlite":
        await _prepare(Path(str(url.database)), shown(url))
    async with database_at(url) as database:
        yield database


@asynccontextmanager
async def database_at(url: URL) -> AsyncIterator[Database]:
    """The database at a URL of ``parse_url``, its file already there, until the block ends."""
    engine = create_engine(url)
    try:
        yield Database(engine)
    finally:
        await engine.dispose()


async def _prepare(path: Path, name: str) -> None:
    try:
        await asyncio.to_thread(prepare_file, path)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        mend = "it must be an SQLite file on a local disk in a folder that the bot may write"
        raise StoreError(f"store {name}: cannot be opened: {reason} — {mend}") from None
