"""The way to an OpenSearch cluster: connections, credentials, time-outs, retries, and one kind of error.

The client is the synchronous one: engines are called in worker threads, where an async client would need an
event loop of its own and gain nothing. Its connection pools are shared by the threads.

The client itself goes on to the next node when one does not answer, and leaves out a dead one for a while.
Where no node answers, or all are too busy, the request is repeated after a pause that grows.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import (
    ImproperlyConfigured,
    OpenSearchException,
    SSLError,
    TransportError,
)
from pydantic import SecretStr
from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_exponential, wait_random

from bot.errors import ConfigError, SearchUnavailableError

log = logging.getLogger(__name__)
_client_log = logging.getLogger("opensearch")

BUSY = frozenset({429, 502, 503, 504})
"""What a cluster answers that may do better in a moment."""
SHARD_LOST = "search_phase_execution_exception"
"""A shard went, or moved, between the two phases of a search; the next try finds it where it is now."""
CONNECTIONS = 32
"""To each node: as many as there are worker threads at most."""
DEAD_SECONDS = 10
"""How long a node that failed is left out at first."""


@dataclass(frozen=True)
class ClusterSettings:
    """Where the cluster is and what its indexes are like. ``timeout`` is in seconds, for one try at one node."""

    hosts: Sequence[str]
    username: str | None = None
    password: SecretStr | None = None
    api_key: SecretStr | None = None
    ca_file: Path | None = None
    verify: bool = True
    shards: int = 1
    replicas: int = 1
    prefix: str = "investor-bot"
    timeout: float = 2.0
    keep: int = 2


@dataclass(frozen=True)
class Patience:
    """How often a request is tried, for how many seconds tries are begun, and how long one may take at a node."""

    tries: int
    seconds: float
    timeout: float


LOADING = Patience(tries=8, seconds=60, timeout=60)


@dataclass(eq=False)
class ClusterError(SearchUnavailableError):
    """``status`` is the HTTP status of the answer, 0 where there was none; ``reason`` the server's word for it."""

    message: str
    status: int = 0
    reason: str = ""
    passing: bool = field(default=False)
    """It may do better in a moment."""

    def __str__(self) -> str:
        return self.message


class Cluster:
    """A client of one cluster. Thread-safe."""

    def __init__(self, settings: ClusterSettings, loading: Patience | None = None) -> None:
        """Connects at the first request; ``loading`` is LOADING unless told otherwise. Raises ConfigError."""
        self.settings = settings
        self.loading = loading or LOADING
        self.questioning = Patience(8, settings.timeout, settings.timeout)
        if _client_log.level == logging.NOTSET:
            _client_log.setLevel(logging.ERROR)  # else a traceback for every try; what fails in the end is our error
        if not settings.verify:
            log.warning("search.opensearch.verify is off: whoever answers at the address is believed")
        self._client = _client(settings)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Mapping[str, object] | None = None,
        patience: Patience | None = None,
    ) -> Any:
        """The decoded answer to a request, repeated while it fails for a passing reason. Raises ClusterError.

        ``patience`` is the one for loading unless told otherwise.
        """
        patience = patience or self.loading
        retrying = Retrying(
            stop=stop_after_attempt(patience.tries) | stop_after_delay(patience.seconds),
            wait=wait_exponential(multiplier=0.05, max=5) + wait_random(0, 0.05),
            retry=retry_if_exception(lambda error: isinstance(error, ClusterError) and error.passing),
            reraise=True,
        )
        return retrying(self._ask_once, method, path, body, dict(params or {}), patience.timeout)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _ask_once(self, method: str, path: str, body: object, params: dict[str, object], timeout: float) -> Any:
        headers = {"content-type": "application/x-ndjson"} if isinstance(body, str) else None
        try:
            return self._client.transport.perform_request(
                method, path, params={**params, "request_timeout": timeout}, body=body, headers=headers
            )
        except OpenSearchException as error:
            raise self._translated(error) from error

    def _translated(self, error: OpenSearchException) -> ClusterError:
        hosts = ", ".join(self.settings.hosts)
        if isinstance(error, SSLError):
            return ClusterError(f"{hosts}: no trusted connection — check search.opensearch.ca_file: {error.error}")
        if isinstance(error, NoConnection):
            return ClusterError(f"{hosts}: the search cluster does not answer", passing=True)
        if not isinstance(error, TransportError):
            return ClusterError(f"{hosts}: the search cluster's answer cannot be read: {type(error).__name__}")
        status, reason = int(error.status_code), str(error.error)
        if status in (401, 403):
            mend = "check search.opensearch.username and password, or api_key, and what they permit"
            return ClusterError(f"{hosts}: the search cluster refuses us ({status}) — {mend}", status, reason)
        what = f"{hosts}: the search cluster answers {status} ({reason})"
        return ClusterError(what + _detail(error.info), status, reason, status in BUSY or reason == SHARD_LOST)


def _detail(info: object) -> str:
    """What the server says of its error, at most a line."""
    error = info.get("error") if isinstance(info, dict) else None
    reason = error.get("reason") if isinstance(error, dict) else None
    return f": {' '.join(str(reason).split())[:300]}" if reason else ""


def _client(settings: ClusterSettings) -> OpenSearch:
    if settings.ca_file and not settings.ca_file.is_file():
        raise ConfigError(f"search.opensearch.ca_file: there is no file {settings.ca_file}")
    try:
        return OpenSearch(
            hosts=list(settings.hosts),
            **_credentials(settings),
            **_trust(settings),
            http_compress=True,
            pool_maxsize=CONNECTIONS,
            max_retries=len(settings.hosts) - 1,
            retry_on_timeout=True,
            dead_timeout=DEAD_SECONDS,
        )
    except (ImproperlyConfigured, ValueError, OSError) as error:
        raise ConfigError(f"search.opensearch: no client can be made: {error}") from None


def _credentials(settings: ClusterSettings) -> dict[str, Any]:
    if settings.api_key:
        return {"headers": {"authorization": f"ApiKey {settings.api_key.get_secret_value()}"}}
    if settings.username and settings.password:
        return {"http_auth": (settings.username, settings.password.get_secret_value())}
    return {}


def _trust(settings: ClusterSettings) -> dict[str, Any]:
    if not any(host.startswith("https://") for host in settings.hosts):
        return {}
    if not settings.verify:
        return {"verify_certs": False, "ssl_show_warn": False}
    return {"verify_certs": True, "ca_certs": str(settings.ca_file) if settings.ca_file else None}
