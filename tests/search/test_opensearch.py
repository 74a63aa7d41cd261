"""The search cluster in use: loads, reloads, absence, credentials.

Everything here talks to real servers over HTTP; ``.ci/opensearch/run`` starts one.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.answer.assistant import Assistant
from bot.assembly import Library, engine_builder
from bot.config import Config, load_config
from bot.errors import ConfigError, GoldenError, SearchUnavailableError
from bot.search.breaker import CircuitBreaker
from bot.search.clustered import CHUNK, CLAUSES, ClusterEngine
from bot.search.fallback import FallbackEngine, with_fallback
from bot.search.memory import MemoryEngine
from bot.search.model import Engine, Hit, Terms
from bot.search.opensearch import Cluster, Patience
from tests.search.gateway import Gateway, plain_way
from tests.search.nodes import MEMORY, URL, free_port, jars
from tests.search.nodes import Cluster as Nodes
from tests.search.opensearch_server import (
    cluster,
    current,
    indexes,
    needs_jars,
    needs_server,
    published,
    remove,
    settings,
)

PASSWORD, KEY = "hunter2-and-more", "c2VjcmV0LWtleQ"
QUERY: Terms = {"w:3": 1.0, "w:a": 0.5}
HASTE = Patience(tries=2, seconds=2, timeout=5)


def passages(size: int, salt: str = "a") -> list[Terms]:
    """``size`` passages of some words each; other ``salt``, other passages."""
    return [{f"w:{n % 7}": 1.0, f"w:x{n % 11}": 2.0, f"w:{salt}": 1.0, f"w:n{n}": 1.0} for n in range(size)]


@pytest.fixture
def server() -> Iterator[Cluster]:
    """A client of the server, with a prefix of its own."""
    client = cluster()
    yield client
    remove(client)


@contextmanager
def nodes(size: int) -> Iterator[Nodes]:
    """Nodes of this test's own, which it may kill."""
    folder = jars()
    assert folder is not None
    with tempfile.TemporaryDirectory(dir=MEMORY) as home, Nodes(folder, Path(home), size) as running:
        yield running


def same(found: Sequence[Hit], expected: Sequence[Hit]) -> bool:
    """The same passages in the same order, scores but for rounding."""
    return [hit.passage for hit in found] == [hit.passage for hit in expected] and [
        hit.score for hit in found
    ] == pytest.approx([hit.score for hit in expected], rel=1e-4)


# --- loading -----------------------------------------------------------------------------------------------------


@needs_server
def test_loading_tells_how_far_it_is(server: Cluster) -> None:
    """Chunk by chunk, to the end."""
    steps: list[tuple[int, int]] = []
    ClusterEngine(passages(2 * CHUNK + 5), server, lambda loaded, size: steps.append((loaded, size)))
    size = 2 * CHUNK + 5
    assert steps == [(CHUNK, size), (2 * CHUNK, size), (size, size)]


@needs_server
def test_an_interrupted_load_goes_on_where_it_stopped(server: Cluster) -> None:
    """What had arrived is not sent again."""
    bags = passages(4 * CHUNK)

    def interrupt(loaded: int, size: int) -> None:
        if loaded == 2 * CHUNK:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ClusterEngine(bags, server, interrupt)
    (name,) = indexes(server)
    before = sent(server, name)
    engine = ClusterEngine(bags, server)
    assert engine.index == name
    assert (before, sent(server, name)) == (2 * CHUNK, 4 * CHUNK)
    assert same(engine.search(QUERY, 200), MemoryEngine(bags).search(QUERY, 200))


@needs_server
def test_a_chunk_that_arrived_in_part_is_completed(server: Cluster) -> None:
    """Every passage is there once, and counted once."""
    bags = passages(CHUNK)

    def interrupt(loaded: int, size: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ClusterEngine(bags, server, interrupt)
    (name,) = indexes(server)
    server.ask("POST", f"/{name}/_refresh")
    lost = {"query": {"range": {"ordinal": {"gte": 100, "lt": 150}}}}
    body = "".join(json.dumps({"delete": {"_id": str(n)}}) + "\n" for n in range(100, 150))
    server.ask("POST", f"/{name}/_bulk", body)
    server.ask("POST", f"/{name}/_refresh")
    assert server.ask("POST", f"/{name}/_count", lost)["count"] == 0
    engine = ClusterEngine(bags, server)
    assert server.ask("POST", f"/{name}/_count", lost)["count"] == 50
    assert [hit.passage for hit in engine.search({"w:n120": 1.0}, 10)] == [120]


@needs_server
def test_what_is_there_is_not_loaded_again(server: Cluster) -> None:
    """A second bot, or the same one started anew, finds the index ready."""
    bags = passages(CHUNK)
    first = ClusterEngine(bags, server)
    steps: list[int] = []
    second = ClusterEngine(bags, server, lambda loaded, _: steps.append(loaded))
    assert (second.index, steps) == (first.index, [])
    assert second.search(QUERY, 50) == first.search(QUERY, 50)


@needs_server
def test_two_bots_may_load_the_same_at_once(server: Cluster) -> None:
    """Neither disturbs the other, and no passage counts twice."""
    bags = passages(4 * CHUNK)
    with ThreadPoolExecutor(2) as pool:
        engines = list(pool.map(lambda _: ClusterEngine(bags, cluster(prefix=server.settings.prefix)), range(2)))
    expected = MemoryEngine(bags).search(QUERY, 200)
    assert [same(engine.search(QUERY, 200), expected) for engine in engines] == [True, True]


@needs_jars
def test_a_server_that_is_started_anew_while_loading_costs_only_time() -> None:
    """The load waits for it and goes on."""
    bags = passages(4 * CHUNK)
    with nodes(1) as running:
        (node,) = running.nodes

        def restart(loaded: int, size: int) -> None:
            if loaded == 2 * CHUNK:
                node.kill()
                node.start()

        patient = Cluster(settings(node.url), Patience(tries=60, seconds=90, timeout=10))
        engine = ClusterEngine(bags, patient, restart)
        assert same(engine.search(QUERY, 200), MemoryEngine(bags).search(QUERY, 200))


def sent(server: Cluster, name: str) -> int:
    """Number of passages that were ever sent to an index, written or refused."""
    stats = server.ask("GET", f"/{name}/_stats/indexing")["_all"]["primaries"]["indexing"]
    return int(stats["index_total"]) + int(stats["index_failed"])


# --- reloading ---------------------------------------------------------------------------------------------------


@needs_server
def test_the_alias_is_turned_under_concurrent_readers(server: Cluster) -> None:
    """Readers of either snapshot find what belongs to theirs at every moment; the alias is never between."""
    old = published(passages(600, "old"), server)
    expected = old.search({"w:old": 1.0}, 50)
    over = threading.Event()
    states: set[int] = set()

    def read() -> int:
        reads = 0
        while not over.is_set():
            assert old.search({"w:old": 1.0}, 50) == expected
            states.add(len(current(server)))
            reads += 1
        return reads

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        try:
            new = published(passages(600, "new"), server)
            assert current(server) == {new.index}
            back = published(passages(600, "old"), server, not_called)
            assert current(server) == {back.index} == {old.index}
        finally:
            over.set()
        assert min(reader.result() for reader in readers) > 0
    assert states == {1}
    assert len(new.search({"w:new": 1.0}, 50)) == 50


def not_called(loaded: int, size: int) -> None:
    raise AssertionError("going back loads nothing")


@needs_server
def test_old_indexes_are_removed_but_not_those_in_use() -> None:
    """The current one, the last ones, and whatever an engine of this process still reads."""
    server = cluster(keep=1)
    read = published(passages(5, "read"), server)
    names = [published(passages(5, salt), server).index for salt in "abcd"]
    assert indexes(server) == {read.index, names[2], names[3]}
    assert len(read.search({"w:read": 1.0}, 10)) == 5
    remove(server)


@needs_server
def test_indexes_of_others_are_left_alone() -> None:
    """Also where their name begins like ours."""
    server = cluster(keep=1)
    foreign = f"{server.settings.prefix}-archive"
    server.ask("PUT", f"/{foreign}")
    for salt in "abc":
        published(passages(5, salt), server)
    assert foreign in indexes(server)
    assert len(indexes(server)) == 3
    remove(server)


@needs_server
def test_shards_and_replicas_are_as_configured() -> None:
    """Another number of replicas is set on an index that is there already."""
    server = cluster(shards=2, replicas=0)
    name = ClusterEngine(passages(5), server).index
    again = cluster(shards=2, replicas=1, prefix=server.settings.prefix)
    assert ClusterEngine(passages(5), again).index == name
    values = server.ask("GET", f"/{name}/_settings")[name]["settings"]["index"]
    assert (values["number_of_shards"], values["number_of_replicas"]) == ("2", "1")
    remove(server)


@needs_server
def test_an_index_that_somebody_removed_is_named(server: Cluster) -> None:
    """The error says what to do."""
    engine = ClusterEngine(passages(5), server)
    remove(server)
    with pytest.raises(SearchUnavailableError, match=f"{engine.index} was removed.*reload"):
        engine.search(QUERY, 5)


@needs_server
def test_the_whole_bot_on_the_cluster(tmp_path: Path) -> None:
    """Configured, asked, and reloaded with more knowledge."""
    prefix = settings().prefix
    table = {"hosts": [os.environ[URL]], "index_prefix": prefix, "replicas": 0, "timeout_seconds": 10}
    library = Library(configured(tmp_path, table))
    first = library.current
    assert first.ask(FEE).citations[0].quote == FEE_TEXT
    (tmp_path / "documents" / "b.md").write_text("---\ntitle: 办事时间\n---\n窗口上午九点开门。", encoding="utf-8")
    library.reload()
    second = library.current
    assert [len(assistant.ask("窗口几点开门").citations) for assistant in (first, second)] == [0, 1]
    assert second.ask(FEE).citations[0].quote == FEE_TEXT
    client = cluster(prefix=prefix)
    assert len(indexes(client)) == 2
    assert current(client) == {index_of(second)} != {index_of(first)}
    remove(client)


@needs_server
def test_the_alias_stays_where_it_is_until_the_gate_has_passed(tmp_path: Path) -> None:
    """A reload that golden questions hold back turns nothing; forced, it does."""
    prefix = settings().prefix
    table = {"hosts": [os.environ[URL]], "index_prefix": prefix, "replicas": 0, "timeout_seconds": 10}
    config = configured(tmp_path, table)
    golden = {"question": FEE, "quote": [[FEE_TEXT]]}
    (tmp_path / "golden.jsonl").write_text(json.dumps(golden, ensure_ascii=False) + "\n", encoding="utf-8")
    library, client = Library(config), cluster(prefix=prefix)
    before = {index_of(library.current)}
    assert current(client) == before
    (tmp_path / "documents" / "a.md").write_text("---\ntitle: 收费公告\n---\n窗口上午九点开门。", encoding="utf-8")
    with pytest.raises(GoldenError):
        library.reload()
    assert current(client) == {index_of(library.current)} == before
    library.reload(force=True)
    assert current(client) == {index_of(library.current)} != before
    remove(client)


def index_of(assistant: Assistant) -> str:
    """The index that an assistant searches in."""
    engine = assistant.index.engine
    assert isinstance(engine, ClusterEngine)
    return engine.index


FEE, FEE_TEXT = "停车场收费标准是多少", "停车场收费标准是每小时五元"


def configured(folder: Path, table: dict[str, Any], **search: Any) -> Config:
    """A configuration with ``table`` for the cluster, and knowledge of one document in ``folder``."""
    (folder / "documents").mkdir()
    (folder / "documents" / "a.md").write_text(f"---\ntitle: 收费公告\n---\n{FEE_TEXT}。", encoding="utf-8")
    search = {"engine": "opensearch", "opensearch": table} | search
    return load_config(None, state_dir=folder / "state", knowledge={"path": folder}, search=search)


# --- absence -----------------------------------------------------------------------------------------------------


def absent() -> dict[str, Any]:
    """A cluster where nobody listens."""
    return {"hosts": [f"http://127.0.0.1:{free_port()}"], "timeout_seconds": 0.2}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a cluster that does not come."""
    monkeypatch.setattr("bot.search.opensearch.LOADING", HASTE)


@pytest.mark.usefixtures("hasty")
def test_without_a_cluster_there_is_no_start(tmp_path: Path) -> None:
    """The error names the address."""
    config = configured(tmp_path, absent())
    with pytest.raises(SearchUnavailableError) as caught:
        Library(config)
    assert config.search.opensearch.hosts[0] in str(caught.value)


@pytest.mark.usefixtures("hasty")
def test_with_a_fallback_there_is_one(tmp_path: Path) -> None:
    """It answers from memory."""
    library = Library(configured(tmp_path, absent(), fallback="memory"))
    assert library.current.ask(FEE).citations[0].quote == FEE_TEXT


@needs_server
def test_a_start_without_the_cluster_comes_back_to_it(server: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    """By itself, and its index is the current one then. So it does where somebody removes the index."""
    bags, port = passages(50), free_port()
    expected = MemoryEngine(bags).search(QUERY, 20)
    client = Cluster(settings(f"http://127.0.0.1:{port}", prefix=server.settings.prefix), HASTE)
    engine = with_fallback(lambda kept: ClusterEngine(kept, client), MemoryEngine, seconds=0.2)(bags)
    assert isinstance(engine, FallbackEngine)
    engine.activate()
    assert same(engine.search(QUERY, 20), expected)
    assert indexes(server) == set()
    with plain_way(os.environ[URL], port), caplog.at_level(logging.INFO):
        for _ in range(2):
            caplog.clear()
            until = time.monotonic() + 30
            while "search is back" not in caplog.text:
                assert same(engine.search(QUERY, 20), expected)
                assert time.monotonic() < until
                time.sleep(0.05)
            assert current(server) == indexes(server)
            assert len(current(server)) == 1
            remove(server)
            assert same(engine.search(QUERY, 20), expected)
        client.close()


@needs_server
def test_of_more_terms_than_a_server_takes_the_heaviest_count(server: Cluster) -> None:
    """As if the others had not been asked for."""
    words = [f"w:{n}" for n in range(CLAUSES + 500)]
    bags: list[Terms] = [{word: 1.0} for word in words]
    query: Terms = {word: 1.0 + n / 10_000 for n, word in enumerate(words)}
    heaviest = {word: query[word] for word in words[500:]}
    found = ClusterEngine(bags, server).search(query, len(words))
    assert same(found, MemoryEngine(bags).search(heaviest, len(words)))
    assert len(found) == CLAUSES


@needs_jars
def test_a_server_that_stops_and_starts(tmp_path: Path) -> None:
    """Questions fail politely, soon without asking it; with a fallback nobody notices; then all is as before."""
    bags, now = passages(50), [0.0]
    memory = MemoryEngine(bags)
    with nodes(1) as running:
        (node,) = running.nodes
        client = Cluster(settings(node.url, timeout=2.0), HASTE)
        breaker = CircuitBreaker(failures=2, seconds=30, clock=lambda: now[0])
        engine = ClusterEngine(bags, client, breaker=breaker)
        assert same(engine.search(QUERY, 20), memory.search(QUERY, 20))
        node.kill()
        for reason in ("does not answer", "does not answer", "next try in 30 s", "next try in 30 s"):
            with pytest.raises(SearchUnavailableError, match=reason):
                engine.search(QUERY, 20)
        node.start()
        node.health("yellow", 1)
        with pytest.raises(SearchUnavailableError, match="next try"):
            engine.search(QUERY, 20)
        now[0] = 31.0
        assert same(engine.search(QUERY, 20), memory.search(QUERY, 20))
        assert not breaker.is_open


@needs_server
def test_a_node_that_is_silent_is_left_out(server: Cluster) -> None:
    """It takes connections and never answers: the question goes on to the next node."""
    bags = passages(50)
    ClusterEngine(bags, server)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        hosts = (f"http://127.0.0.1:{silent.getsockname()[1]}", os.environ[URL])
        client = Cluster(settings(*hosts, prefix=server.settings.prefix, timeout=1.0), HASTE)
        engine = ClusterEngine(bags, client)
        for _ in range(10):
            assert same(engine.search(QUERY, 20), MemoryEngine(bags).search(QUERY, 20))
        client.close()


@needs_jars
def test_a_killed_node_of_three_costs_no_question() -> None:
    """Under load: none fails and no answer is wrong, neither when the node goes nor when it comes back."""
    bags = passages(2000)
    expected = MemoryEngine(bags).search(QUERY, 50)
    with nodes(3) as running:
        client = Cluster(settings(*running.urls, shards=2, replicas=1, timeout=10.0))
        engine = ClusterEngine(bags, client)
        running.nodes[0].health("green", 3)
        victim, other = running.nodes[:2]
        with Load(engine, expected) as load:
            load.wait_for(100)
            victim.kill()
            load.wait_for(200)
            other.health("yellow", 2)
            load.wait_for(200)
            victim.start()
            other.health("green", 3)
            load.wait_for(100)
    assert load.wrong == 0
    assert load.errors == []


class Load:
    """Two threads that ask all the time, and count what they get. A context manager."""

    def __init__(self, engine: Engine, expected: Sequence[Hit]) -> None:
        self.good = self.wrong = 0
        self.errors: list[str] = []
        self._engine, self._expected = engine, expected
        self._over = False
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._ask) for _ in range(2)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Until ``more`` questions have been answered from now on."""
        with self._changed:
            enough = self.good + more
            assert self._changed.wait_for(lambda: self.good >= enough or self.wrong, timeout=120), "questions hang"

    def _ask(self) -> None:
        while not self._over:
            try:
                good = same(self._engine.search(QUERY, 50), self._expected)
            except SearchUnavailableError as error:
                self.errors.append(str(error))
                continue
            with self._changed:
                self.good += good
                self.wrong += not good
                self._changed.notify_all()


# --- credentials -------------------------------------------------------------------------------------------------

BASIC = "Basic " + base64.b64encode(f"bot:{PASSWORD}".encode()).decode()


def by_password(password: str = PASSWORD) -> dict[str, Any]:
    return {"username": "bot", "password": SecretStr(password)}


@needs_server
@pytest.mark.parametrize(
    ("allowed", "credentials"),
    [(BASIC, by_password()), (f"ApiKey {KEY}", {"api_key": SecretStr(KEY)})],
    ids=["password", "key"],
)
def test_who_shows_the_right_credential_is_let_in(tmp_path: Path, allowed: str, credentials: dict[str, Any]) -> None:
    """Over TLS, with the certificate's authority from a file."""
    with Gateway(os.environ[URL], allowed, tmp_path) as gateway:
        client = cluster(gateway.url, ca_file=gateway.ca_file, **credentials)
        engine = ClusterEngine(passages(30), client)
        assert same(engine.search(QUERY, 10), MemoryEngine(passages(30)).search(QUERY, 10))
        remove(client)
        client.close()


@needs_server
@pytest.mark.parametrize(
    ("credentials", "mend"),
    [
        (by_password("wrong-" + PASSWORD), "username and password"),
        ({"api_key": SecretStr(KEY)}, "api_key"),
        ({}, "username and password"),
        (by_password() | {"ca_file": None}, "ca_file"),
    ],
    ids=["wrong password", "key", "none", "unknown authority"],
)
def test_a_refusal_says_how_to_mend_it_and_shows_no_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, credentials: dict[str, Any], mend: str
) -> None:
    """Neither in the error, nor in its causes, nor in the finest log."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "opensearch")
    with Gateway(os.environ[URL], BASIC, tmp_path) as gateway:
        client = Cluster(settings(gateway.url, **({"ca_file": gateway.ca_file} | credentials)), HASTE)
        with pytest.raises(SearchUnavailableError, match=mend) as caught:
            ClusterEngine(passages(5), client)
        client.close()
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(client.settings)
    secrets = (PASSWORD, KEY, BASIC.removeprefix("Basic "))
    assert [secret for secret in secrets if secret in shown] == []
    assert gateway.url in str(caught.value)
    assert "opensearch" in {record.name for record in caplog.records}


@needs_server
def test_checking_certificates_can_be_turned_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log warns of it."""
    with Gateway(os.environ[URL], BASIC, tmp_path) as gateway:
        client = cluster(gateway.url, verify=False, **by_password())
        assert len(ClusterEngine(passages(5), client).search({"w:a": 1.0}, 10)) == 5
        remove(client)
        client.close()
    assert "verify is off" in caplog.text


def test_a_missing_client_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line that installs it."""
    for module in ("bot.search.opensearch", "bot.search.clustered"):
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "opensearchpy", None)
    with pytest.raises(ConfigError, match=r"opensearchpy.*pip install 'investor-bot\[cluster\]'"):
        engine_builder(configured(tmp_path, absent()))


def test_a_missing_authority_file_is_named(tmp_path: Path) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigError, match=r"ca_file.*nowhere\.pem"):
        cluster("https://127.0.0.1:1", ca_file=tmp_path / "nowhere.pem")
