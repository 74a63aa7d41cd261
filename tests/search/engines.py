"""Every engine that keeps the contract, each ready to be built over passages as often as a test wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.search.memory import MemoryEngine
from bot.search.model import Build
from tests.search.opensearch_server import why_no_server


@contextmanager
def memory(_folder: Path) -> Iterator[Build]:
    """The reference: rank_bm25 with its traps handled."""
    yield MemoryEngine


@contextmanager
def tantivy(_folder: Path) -> Iterator[Build]:
    """Indexes that are kept nowhere."""
    pytest.importorskip("tantivy", reason="the extra 'large' is not installed")
    from bot.search.tantivy import TantivyEngine

    yield TantivyEngine


@contextmanager
def tantivy_on_disk(folder: Path) -> Iterator[Build]:
    """Indexes that follow one another in ``folder``, each made from what was there."""
    pytest.importorskip("tantivy", reason="the extra 'large' is not installed")
    from bot.search.tantivy import TantivyEngine

    yield lambda passages: TantivyEngine(passages, folder)


@contextmanager
def opensearch(_folder: Path, shards: int = 1) -> Iterator[Build]:
    """An index for each build in the cluster; several shards score as one."""
    if reason := why_no_server():
        pytest.skip(reason)
    from bot.search.clustered import ClusterEngine
    from tests.search.opensearch_server import cluster, remove

    client = cluster(shards=shards)
    try:
        yield lambda passages: ClusterEngine(passages, client)
    finally:
        remove(client)
        client.close()


ENGINES: dict[str, Callable[[Path], AbstractContextManager[Build]]] = {
    "memory": memory,
    "tantivy": tantivy,
    "tantivy-on-disk": tantivy_on_disk,
    "opensearch": opensearch,
    "opensearch-sharded": partial(opensearch, shards=3),
}
