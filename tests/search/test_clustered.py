"""The engine in a real OpenSearch cluster keeps the contract and ranks as the one in memory does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from bot.search.clustered import ClusterEngine
from bot.search.model import Engine, Terms
from tests.search.contract import EngineContract
from tests.search.opensearch_server import cluster, needs_server, remove


@needs_server
class TestClusterEngine(EngineContract):
    """One index for each build."""

    @pytest.fixture(autouse=True)
    def server(self) -> Iterator[None]:
        self.cluster = cluster()
        yield
        remove(self.cluster)

    def build(self, passages: Iterable[Terms]) -> Engine:
        return ClusterEngine(passages, self.cluster)


@needs_server
class TestShardedClusterEngine(TestClusterEngine):
    """Several shards score as one."""

    @pytest.fixture(autouse=True)
    def server(self) -> Iterator[None]:
        self.cluster = cluster(shards=3)
        yield
        remove(self.cluster)
