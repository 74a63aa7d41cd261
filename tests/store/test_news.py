"""News between processes that share a PostgreSQL server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest

from bot.errors import StoreError
from bot.store.store import Store

LONG = 30.0


async def test_who_listens_hears(postgres: str) -> None:
    """From another opening of the store, each channel for itself; several news at once are one."""
    async with Store.open(postgres) as here, Store.open(postgres) as there:
        assert here.shared
        async with here.news.listening("a") as heard, asyncio.timeout(LONG):
            for _ in range(3):
                await there.news.tell("a")
            await heard(LONG)
            await there.news.tell("b")
            hearing = asyncio.create_task(heard(LONG))
            await asyncio.sleep(0.2)
            assert not hearing.done()
            await there.news.tell("a")
            await hearing


async def test_waiting_ends_without_news(postgres: str) -> None:
    """After the time that was given."""
    async with Store.open(postgres) as store, store.news.listening("a") as heard, asyncio.timeout(LONG):
        await heard(0.01)


async def test_a_lost_connection_is_an_error(postgres: str) -> None:
    """At once, not after the time that was given; listening again works, and the store goes on meanwhile."""
    async with Store.open(postgres) as store, asyncio.timeout(LONG):
        async with store.news.listening("a") as heard:
            hearing = asyncio.create_task(heard(10 * LONG))
            await cut_all(postgres)
            with pytest.raises(StoreError):
                await hearing
        await store.users.choose(1, "en")
        async with store.news.listening("a") as heard:
            await store.news.tell("a")
            await heard(LONG)


async def cut_all(url: str) -> None:
    """As when the server is started anew."""
    connection = await asyncpg.connect(url)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    await connection.execute(others + "pg_backend_pid()")
    await connection.close()


async def test_a_file_tells_nobody(tmp_path: Path) -> None:
    """And telling is no error."""
    async with Store.open(tmp_path / "store.sqlite") as store:
        assert not store.shared
        await store.news.tell("a")
