"""BM25 in an OpenSearch cluster (2.10 or newer): one index per snapshot, the same scores as in memory.

Lucene keeps the length of a passage in one byte, which would move scores by several percent. So the length is
divided out beforehand: with ``norm = 1 − b + b · length/average``,

    tf · (k1 + 1) / (tf + k1 · norm)  =  f · (k1 + 1) / (f + k1),   f = tf/norm

and ``f``, scaled to an integer, is indexed as the frequency of the term, under a BM25 with ``b = 0``.
Each passage also holds the term ``ALL``: it makes Lucene's count of passages ours, and its known score tells
by which constant the server's version of BM25 differs. The statistics are those of all shards (DFS).

An index is named after the digest of its passages and never changes once it is complete. Loading what is there
already is free, which makes going back to earlier knowledge a swap of the alias, and an interrupted load goes
on where it stopped. Questions go to the index by its own name, not by the alias: a passage's ordinal means
something in its own snapshot only. The alias tells people and tools which index is current.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import logging
import re
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from bot.errors import SearchIndexGoneError, SearchUnavailableError
from bot.search.bags import Bags
from bot.search.bm25 import K1, B, idf, norms
from bot.search.breaker import CircuitBreaker
from bot.search.model import Hit, Terms
from bot.search.opensearch import Cluster, ClusterError

log = logging.getLogger(__name__)

FORMAT = 1
"""Part of the digest: an index of another format is another index."""
UNIT = 2**16
"""The integer that stands for a normalised frequency of 1: steps of 0.002 percent."""
ALL = "*"
"""The term of every passage; terms of texts have a prefix."""
FREQUENCY = "\x1f"
"""Stands between a term and its frequency."""
CHUNK = 250
"""Passages in one bulk request: a few megabytes at most."""
CLAUSES = 1000
"""Terms in one query; servers refuse more than 1024."""
LONGEST_TERM = 256
FAILURES, REFUSED_SECONDS = 3, 10
"""Questions that fail in a row before the cluster is left alone, and for how long."""

Progress = Callable[[int, int], None]
"""Called with the passages that are loaded and all that there are."""

_reading: weakref.WeakSet[ClusterEngine] = weakref.WeakSet()
"""Engines of this process: whoever reads an index must not lose it."""


class ClusterEngine:
    """BM25 over the terms of each passage in an index of its own; passages in ordinal order."""

    def __init__(
        self,
        passages: Iterable[Terms],
        cluster: Cluster,
        progress: Progress | None = None,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        """Load ``passages`` unless they are there. The alias stays where it is until ``activate``.

        Raises SearchUnavailableError; what was loaded stays, and the next try goes on from there.
        """
        self._cluster = cluster
        self._breaker = breaker or CircuitBreaker(FAILURES, REFUSED_SECONDS)
        self._bags = Bags.of(passages)
        indexes = Indexes(cluster)
        self.index = indexes.name(self._bags)
        _reading.add(self)
        indexes.fill(self.index, self._bags, progress or _log_progress)
        self._unit = self._measured_unit()

    def __len__(self) -> int:
        return len(self._bags)

    def activate(self) -> None:
        """Make the index the current one and remove the oldest. Raises SearchUnavailableError."""
        indexes = Indexes(self._cluster)
        indexes.activate(self.index)
        indexes.tidy(self.index, {engine.index for engine in list(_reading)})

    def frequency(self, term: str) -> int:
        return self._bags.frequency(term)

    def search(self, query: Terms, limit: int) -> Sequence[Hit]:
        clauses = self._clauses(query)
        if not clauses or limit <= 0:
            return []
        pairs = self._breaker.call(lambda: self._find(clauses, min(limit, len(self))))
        return [Hit(int(ordinal), score * self._unit) for score, ordinal in pairs]

    def _clauses(self, query: Terms) -> Sequence[tuple[str, float]]:
        """Terms that passages have, with their weights; of too many those that can add most to a score."""
        known = [term for term in sorted(query) if self._bags.frequency(term)]
        best = heapq.nlargest(CLAUSES, known, key=lambda term: query[term] * idf(self.frequency(term), len(self)))
        return [(term, query[term]) for term in best]

    def _find(self, clauses: Iterable[tuple[str, float]], limit: int) -> Sequence[tuple[float, int]]:
        """Pairs of the server's score and the ordinal, best first. Never from a part of the index only."""
        should = [{"term": {"terms": {"value": _key(term), "boost": weight}}} for term, weight in clauses]
        body = {
            "query": {"bool": {"should": should}},
            "sort": [{"_score": "desc"}, {"ordinal": "asc"}],
            "size": limit,
            "stored_fields": "_none_",
            "track_total_hits": False,
        }
        params = {
            "search_type": "dfs_query_then_fetch",
            "allow_partial_search_results": "false",
            "filter_path": "hits.hits.sort,error",
        }
        patience = self._cluster.questioning
        try:
            found = self._cluster.ask("POST", f"/{self.index}/_search", body, params, patience)
        except ClusterError as error:
            if error.status == 404:
                raise SearchIndexGoneError(
                    f"{self.index} was removed from the cluster — reload loads it again"
                ) from error
            raise
        return [hit["sort"] for hit in found.get("hits", {}).get("hits", [])]

    def _measured_unit(self) -> float:
        """Our score for a server's score of 1. Servers before version 3 multiply by ``k1 + 1``, later ones do not."""
        if not len(self):
            return 1.0
        ((score, _),) = self._find([(ALL, 1.0)], 1)
        return idf(len(self), len(self)) / score


class Indexes:
    """The indexes of one prefix in a cluster: filling one, making it current, removing the old ones."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._settings = cluster.settings

    def name(self, bags: Bags) -> str:
        """The same for the same passages, whoever loads them, as long as they would be laid out the same."""
        layout = f"{FORMAT} {K1} {B} {UNIT} {self._settings.shards} ".encode()
        return f"{self._settings.prefix}-{hashlib.sha256(layout + bags.fingerprints().tobytes()).hexdigest()[:16]}"

    def fill(self, index: str, bags: Bags, progress: Progress) -> None:
        """Load what is missing of ``bags``; nothing where the index is complete."""
        if self._meta(index).get("complete"):
            self._cluster.ask("PUT", f"/{index}/_settings", {"index": {"number_of_replicas": self._settings.replicas}})
            return
        self._create(index, len(bags))
        self._cluster.ask("POST", f"/{index}/_refresh")
        there, tokens = self._loaded(index), _Tokens(bags)
        for first in range(0, len(bags), CHUNK):
            ordinals = range(first, min(first + CHUNK, len(bags)))
            if there.get(first) != len(ordinals):
                self._send(index, ordinals, tokens)
            progress(ordinals.stop, len(bags))
        self._cluster.ask("POST", f"/{index}/_refresh")
        self._check(index, len(bags))
        self._complete(index)

    def activate(self, index: str) -> None:
        """Turn the alias to ``index`` in one step: it always stands for exactly one index."""
        alias, pattern = self._settings.prefix, f"{self._settings.prefix}-*"
        actions = [{"remove": {"index": pattern, "alias": alias}}, {"add": {"index": index, "alias": alias}}]
        self._complete(index)
        self._cluster.ask("POST", "/_aliases", {"actions": actions})

    def tidy(self, index: str, read: Iterable[str]) -> None:
        """Remove all but ``index``, those that are ``read``, and the ``keep`` that were used last."""
        mine = re.compile(re.escape(self._settings.prefix) + "-[0-9a-f]{16}")
        mappings = self._cluster.ask("GET", f"/{self._settings.prefix}-*/_mapping")
        used = {name: _used(mapping) for name, mapping in mappings.items() if mine.fullmatch(name) and name != index}
        for name in sorted(used, key=lambda name: -used[name])[self._settings.keep :]:
            if name not in set(read):
                log.info("removing the old search index %s", name)
                self._cluster.ask("DELETE", f"/{name}", params={"ignore": 404})

    def _complete(self, index: str) -> None:
        """Write down that all passages are there, and that the index is used now."""
        self._cluster.ask("PUT", f"/{index}/_mapping", {"_meta": {"complete": True, "used": time.time()}})

    def _meta(self, index: str) -> Mapping[str, Any]:
        try:
            mapping = self._cluster.ask("GET", f"/{index}/_mapping")
        except ClusterError as error:
            if error.status == 404:
                return {}
            raise
        return dict(mapping[index]["mappings"].get("_meta", {}))

    def _create(self, index: str, size: int) -> None:
        """Somebody else may have begun: both load the same passages under the same ids."""
        try:
            self._cluster.ask("PUT", f"/{index}", _layout(self._settings.shards, self._settings.replicas, size))
        except ClusterError as error:
            if error.reason != "resource_already_exists_exception":
                raise
        health = {"wait_for_status": "yellow", "timeout": "30s"}
        self._cluster.ask("GET", f"/_cluster/health/{index}", params=health)

    def _loaded(self, index: str) -> Mapping[int, int]:
        """Number of passages that are there, by the first ordinal of their chunk."""
        chunks = {"histogram": {"field": "ordinal", "interval": CHUNK, "min_doc_count": 1}}
        found = self._cluster.ask("POST", f"/{index}/_search", {"size": 0, "aggs": {"chunks": chunks}})
        return {int(b["key"]): b["doc_count"] for b in found["aggregations"]["chunks"]["buckets"]}

    def _send(self, index: str, ordinals: range, tokens: _Tokens) -> None:
        """Passages that are there already are left alone: to write them anew would count them twice for a while."""
        lines: list[object] = []
        for ordinal in ordinals:
            lines += [{"create": {"_id": str(ordinal)}}, {"ordinal": ordinal, "terms": tokens.of(ordinal)}]
        body = "".join(json.dumps(line) + "\n" for line in lines)
        answer = self._cluster.ask("POST", f"/{index}/_bulk", body, {"filter_path": "items.create.status,error"})
        bad = {item["create"]["status"] for item in answer["items"]} - {200, 201, 409}
        if bad:
            raise SearchUnavailableError(
                f"{index}: passages from {ordinals.start} on were refused: status {sorted(bad)}"
            )

    def _check(self, index: str, size: int) -> None:
        count = self._cluster.ask("GET", f"/{index}/_count")["count"]
        if count != size:
            raise SearchUnavailableError(f"{index} has {count} of {size} passages — load again")


def _layout(shards: int, replicas: int, size: int) -> Mapping[str, object]:
    """Settings and mapping of an index for ``size`` passages."""
    frequencies = {"type": "custom", "tokenizer": "keyword", "filter": ["frequency"]}
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            "refresh_interval": "-1",
            "max_result_window": max(10_000, size),
            "similarity": {"default": {"type": "BM25", "k1": K1 * UNIT, "b": 0}},
            "analysis": {
                "filter": {"frequency": {"type": "delimited_term_freq", "delimiter": FREQUENCY}},
                "analyzer": {"frequencies": frequencies},
            },
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"enabled": False},
            "_meta": {"complete": False, "used": time.time()},
            "properties": {
                "ordinal": {"type": "integer"},
                "terms": {"type": "text", "analyzer": "frequencies", "norms": False, "index_options": "freqs"},
            },
        },
    }


def _used(mapping: Mapping[str, Any]) -> float:
    return float(mapping["mappings"].get("_meta", {}).get("used", 0))


class _Tokens:
    """Passages as the index takes them: terms with their normalised frequencies."""

    def __init__(self, bags: Bags) -> None:
        self._bags = bags
        self._keys = [_key(term) for term in bags.names]
        self._norms = norms(bags.lengths)

    def of(self, ordinal: int) -> Sequence[str]:
        own = slice(*self._bags.passages.first[ordinal : ordinal + 2])
        units = np.maximum(1, np.round(UNIT * self._bags.counts(own) / self._norms[ordinal])).astype(np.int64)
        terms = zip(self._bags.terms[own].tolist(), units.tolist(), strict=True)
        return [f"{ALL}{FREQUENCY}{UNIT}", *(f"{self._keys[term]}{FREQUENCY}{unit}" for term, unit in terms)]


def _key(term: str) -> str:
    """``term`` as the index holds it: itself, or a digest where it is too long or has characters that tokens lack."""
    if len(term) <= LONGEST_TERM and term.isprintable():
        return term
    return "#" + hashlib.sha256(term.encode("utf-8", "surrogatepass")).hexdigest()


def _log_progress(loaded: int, size: int) -> None:
    """A line for every tenth."""
    if 10 * loaded // size > 10 * (loaded - CHUNK) // size:
        log.info("search: %d of %d passages loaded", loaded, size)
