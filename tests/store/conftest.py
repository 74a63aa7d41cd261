"""A store on SQLite and one on PostgreSQL: every test that takes ``location`` or ``store`` runs on both."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import make_url

from bot.store.store import Store

SERVER = "INVESTOR_BOT_TEST_POSTGRES"
"""Variable with the URL of a PostgreSQL server where tests may create databases."""

START = datetime(2025, 7, 8, 9, 30, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is set forward."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **how_far: float) -> None:
        """Like timedelta: ``forward(seconds=5)``."""
        self.now += timedelta(**how_far)


@pytest.fixture
def clock() -> Clock:
    """The store's time."""
    return Clock()


@pytest.fixture
async def postgres() -> AsyncIterator[str]:
    """URL of a new, empty PostgreSQL database, dropped afterwards."""
    if not os.environ.get(SERVER):
        pytest.skip(f"{SERVER} names no PostgreSQL server")
    server = make_url(os.environ[SERVER]).set(drivername="postgresql")
    name = f"investor_bot_{uuid4().hex}"
    await _execute(server.render_as_string(hide_password=False), f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    await _execute(server.render_as_string(hide_password=False), f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """URL of an SQLite file that does not exist yet, in a folder that does not exist yet."""
    return f"sqlite:///{tmp_path}/state/store.sqlite"


@pytest.fixture(params=["sqlite", "postgres"])
def location(request: pytest.FixtureRequest) -> str:
    """URL of an empty database."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
async def store(location: str, clock: Clock) -> AsyncIterator[Store]:
    """An empty store that keeps things for 90 days."""
    async with Store.open(location, timedelta(days=90), clock) as store:
        yield store
