"""The OpenSearch server that tests talk to: settings for it, and names that no other test uses."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable
from typing import Any

import pytest

from bot.search.clustered import ClusterEngine, Progress
from bot.search.model import Terms
from bot.search.opensearch import Cluster, ClusterSettings
from tests.search.nodes import JARS, URL, jars


def why_no_server() -> str:
    """Empty where there is one."""
    return "" if URL in os.environ else f"{URL} names no OpenSearch server"


needs_server = pytest.mark.skipif(bool(why_no_server()), reason=why_no_server())
needs_jars = pytest.mark.skipif(jars() is None, reason=f"{JARS} names no folder with the server's jars")


def settings(*hosts: str, **changes: Any) -> ClusterSettings:
    """Settings for the server, or for ``hosts``, with a prefix of their own."""
    named = {"prefix": f"test-{uuid.uuid4().hex[:8]}", "replicas": 0, "timeout": 10.0} | changes
    return ClusterSettings(hosts or (os.environ[URL],), **named)


def cluster(*hosts: str, **changes: Any) -> Cluster:
    """A client for the server, or for ``hosts``."""
    return Cluster(settings(*hosts, **changes))


def published(passages: Iterable[Terms], cluster: Cluster, progress: Progress | None = None) -> ClusterEngine:
    """An engine over ``passages`` whose index is the current one."""
    engine = ClusterEngine(passages, cluster, progress)
    engine.activate()
    return engine


def remove(cluster: Cluster) -> None:
    """All indexes of the cluster's prefix."""
    for name in indexes(cluster):
        cluster.ask("DELETE", f"/{name}")


def indexes(cluster: Cluster) -> set[str]:
    """Names of the indexes with the cluster's prefix."""
    return set(cluster.ask("GET", f"/{cluster.settings.prefix}-*/_mapping"))


def current(cluster: Cluster) -> set[str]:
    """Names of the indexes that the alias stands for."""
    return set(cluster.ask("GET", f"/_alias/{cluster.settings.prefix}"))
