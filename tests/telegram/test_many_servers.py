"""Three servers behind a proxy: one webhook, one PostgreSQL, one folder, and one search cluster where there is one.

They are processes of their own, as an operator runs them. The proxy is played by the test: it brings each update to
the next server in turn, and to another one where that one cannot take it, as Telegram's repetition would.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from bot.language.language import Language
from tests.ports import free_address
from tests.search.nodes import URL
from tests.search.opensearch_server import cluster, remove
from tests.store.conftest import postgres
from tests.telegram.botapi import BotApi, private_message
from tests.telegram.botapi.updates import Update
from tests.telegram.test_reload_process import reload
from tests.telegram.test_service_process import observed, ready
from tests.telegram.test_telegram_end_to_end import GDP, ended, environment, knowledge, program

__all__ = ["environment", "knowledge", "postgres"]  # fixtures

SERVERS, PEOPLE = 3, 240
CONNECTIONS = 20
"""Calls that Telegram makes at once."""
SECONDS = 180
"""A bound for broken code; a lease of a server that was killed runs out much sooner."""
STRANGERS = count(900_000)
OLD, NEW = "10%左右", "9%左右"


@dataclass
class Server:
    """A process, where it listens, and the environment that it runs in."""

    process: asyncio.subprocess.Process
    at: str
    environment: dict[str, str]

    @property
    def state(self) -> Path:
        return Path(self.environment["BOT_STATE_DIR"])


@dataclass
class Proxy:
    """Brings updates to ``servers`` in turn; ``taken`` are the updates that some server has taken."""

    api: BotApi
    servers: Sequence[Server]
    taken: list[Update] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turn = cycle(self.servers)
        self._free = asyncio.Semaphore(CONNECTIONS)

    async def bring(self, update: Update) -> None:
        """Until a server takes it."""
        numbered = self.api.numbered(update)
        async with self._free:
            while not await self._taken(next(self._turn), numbered):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        self.taken.append(numbered)

    async def bring_all(self, updates: Iterable[Update]) -> None:
        await asyncio.gather(*map(self.bring, updates))

    async def _taken(self, server: Server, update: Update) -> bool:
        try:
            return await self.api.deliver_numbered(update, server.at) == 200
        except aiohttp.ClientError:
            return False


@pytest.fixture
def search() -> Iterator[dict[str, str]]:
    """The cluster where a test may use one, else each server's memory."""
    if URL not in os.environ:
        yield {"BOT_SEARCH__ENGINE": "memory"}
        return
    client = cluster()
    yield {
        "BOT_SEARCH__ENGINE": "opensearch",
        "BOT_SEARCH__OPENSEARCH__HOSTS": json.dumps(client.settings.hosts),
        "BOT_SEARCH__OPENSEARCH__INDEX_PREFIX": client.settings.prefix,
        "BOT_SEARCH__OPENSEARCH__REPLICAS": "0",
        "BOT_SEARCH__OPENSEARCH__TIMEOUT_SECONDS": "10",
    }
    remove(client)
    client.close()


@pytest.fixture
def shared(environment: dict[str, str], search: dict[str, str], postgres: str, language: Language) -> dict[str, str]:
    """What all servers are told."""
    ours = {
        "BOT_STORE__URL": postgres,
        "BOT_TELEGRAM__MODE": "webhook",
        "BOT_TELEGRAM__WEBHOOK_URL": "https://bot.example.org",
        "BOT_TELEGRAM__WEBHOOK_SECRET": "one-secret-for-all-of-them",
    }
    return environment | search | ours


@asynccontextmanager
async def serving(shared: dict[str, str], state: Path, cache: Path) -> AsyncIterator[Server]:
    """A server that is ready, with a state of its own in ``state``; it has read the lexicon before (``cache``)."""
    address = free_address()
    shutil.copytree(cache, state / "cache")
    settings, health = observed(shared, BOT_TELEGRAM__WEBHOOK_LISTEN=address, BOT_STATE_DIR=str(state))
    async with program(settings) as process:
        await ready(health)
        yield Server(process, f"http://{address}", settings)


@asynccontextmanager
async def many(shared: dict[str, str], folder: Path, cache: Path) -> AsyncIterator[list[Server]]:
    async with AsyncExitStack() as stack:
        ways = [stack.enter_async_context(serving(shared, folder / f"server-{n}", cache)) for n in range(SERVERS)]
        yield list(await asyncio.gather(*ways))


async def in_hands(url: str, server: Server) -> set[int]:
    """The updates that a server has taken and not crossed out."""
    connection = await asyncpg.connect(url)
    unfinished = "SELECT update_id FROM updates WHERE finished_at IS NULL AND position($1 IN owner) > 0"
    rows = await connection.fetch(unfinished, str(server.state))
    await connection.close()
    return {row["update_id"] for row in rows}


def people(first: int, number: int) -> list[Update]:
    """A question of each."""
    return [private_message(GDP, chat_id=1001 + n) for n in range(first, first + number)]


async def test_one_of_three_is_killed_and_knowledge_changes_under_load(
    api: BotApi, shared: dict[str, str], postgres: str, knowledge: Path, tmp_path: Path, cache: Path
) -> None:
    """Each question is answered once, by whichever server; a reload on one reaches all; no answer is wrong.

    What the killed one had in hand is answered by another when its lease has run out; where it had sent the answer and
    not yet crossed the question out, nobody can know, and the answer comes twice.
    """
    (file,) = (knowledge / "documents").glob("*.md")
    async with many(shared, tmp_path, cache) as servers, asyncio.timeout(SECONDS):
        proxy, (victim, *others) = Proxy(api, servers), servers
        third = PEOPLE // 3
        load = asyncio.create_task(proxy.bring_all(people(0, third)))
        await api.wait_sent(third // 2)
        victim.process.kill()
        await victim.process.wait()
        left = await in_hands(postgres, victim)
        await proxy.bring_all(people(third, third))
        file.write_text(file.read_text(encoding="utf-8").replace(OLD, NEW), encoding="utf-8")
        more = asyncio.create_task(proxy.bring_all(people(2 * third, third)))
        assert (await reload(others[0].environment))[0] == 0
        async with asyncio.timeout(20):  # also behind all that wait for their turn at Telegram
            while not all(await asyncio.gather(*(says(api, server, NEW) for server in others))):
                pass
        await asyncio.gather(load, more)
        asked = {update["message"]["message_id"]: update["update_id"] for update in proxy.taken}
        await answered(api, asked)
        logs = []
        for server in others:
            server.process.send_signal(signal.SIGTERM)
            logs.append(await ended(server.process))
    answers = Counter(message["reply_to_message"]["message_id"] for message in api.sent)
    twice = {asked[question] for question in asked if answers[question] > 1}
    assert [question for question in asked if not answers[question]] == []
    assert twice <= left
    assert max(answers.values()) <= 2
    assert [message["text"] for message in api.sent if OLD not in message["text"] and NEW not in message["text"]] == []
    assert [code for code, _ in logs] == [0, 0]
    assert "reloaded after another server" in logs[1][1]
    assert await reloads(postgres) == 1


async def reloads(url: str) -> int:
    """How many the audit trail has: those that followed another one are none."""
    connection = await asyncpg.connect(url)
    number = await connection.fetchval("SELECT count(*) FROM audit WHERE action = 'reload'")
    await connection.close()
    return int(number)


async def answered(api: BotApi, asked: Iterable[int]) -> None:
    """Wait until all questions with these message ids are."""
    left = set(asked)
    while left:
        left -= {message["reply_to_message"]["message_id"] for message in api.sent}
        await asyncio.sleep(0.05)


async def says(api: BotApi, server: Server, figure: str) -> bool:
    """Whether the answer of one server shows it; somebody new asks each time."""
    update = api.numbered(private_message(GDP, chat_id=next(STRANGERS)))
    assert await api.deliver_numbered(update, server.at) == 200
    question = update["message"]["message_id"]
    call = await api.wait_for("sendMessage", 1, lambda call: call.ok and _replies(call.result, question))
    return figure in call.result["text"]


def _replies(message: object, question: int) -> bool:
    return isinstance(message, dict) and message["reply_to_message"]["message_id"] == question


async def at_rest(url: str) -> None:
    """Wait until every update is crossed out."""
    connection = await asyncpg.connect(url)
    async with asyncio.timeout(SECONDS):
        while await connection.fetchval("SELECT count(*) FROM updates WHERE finished_at IS NULL"):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await connection.close()


async def test_servers_remember_together(
    api: BotApi, shared: dict[str, str], postgres: str, tmp_path: Path, cache: Path
) -> None:
    """A dialogue goes on at another server, an update that comes to all is answered by one, and what somebody may ask
    is counted over all of them."""
    async with many(shared | {"BOT_LIMITS__QUESTIONS_PER_MINUTE": "3"}, tmp_path, cache) as servers:
        first, second, third = servers
        assert await api.deliver(private_message(GDP), first.at) == 200
        assert OLD in (await api.wait_sent())["text"]
        await at_rest(postgres)
        assert await api.deliver(private_message("固定资产投资呢"), second.at) == 200
        assert "20%左右" in (await api.wait_sent(2))["text"]
        update = api.numbered(private_message(GDP, chat_id=1002))
        calls = [api.deliver_numbered(update, server.at) for server in (first, second, third, first, second, third)]
        assert set(await asyncio.gather(*calls)) == {200}
        await at_rest(postgres)
        for server in (second, third, first, second):
            assert await api.deliver(private_message(GDP, chat_id=1003), server.at) == 200
            await at_rest(postgres)
        for server in servers:
            server.process.send_signal(signal.SIGTERM)
        assert [(await ended(server.process))[0] for server in servers] == [0] * SERVERS
    assert [message["chat"]["id"] for message in api.sent] == [1001, 1001, 1002, 1003, 1003, 1003, 1003]
    assert [OLD in message["text"] for message in api.sent[3:]] == [True, True, True, False]
