"""Real OpenSearch nodes on loopback, each a process of its own that a test can stop, kill and start again.

The standard library is enough, because ``.ci/opensearch/run`` starts its node from here too. ``JARS`` names the
folder with the server's jars (that script fetches them), ``URL`` a running server, whoever started it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

URL, JARS = "INVESTOR_BOT_TEST_OPENSEARCH", "INVESTOR_BOT_TEST_OPENSEARCH_JARS"
LAUNCHER = Path(__file__).parents[2] / ".ci" / "opensearch" / "SearchNode.java"
MEMORY = next((folder for folder in ("/dev/shm",) if os.access(folder, os.W_OK)), None)  # noqa: S108 - a folder of its own in it
"""Where nodes keep their data for a test: they write every change through to the disk, and disks are slow."""
START_SECONDS = 90
JVM = ("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""A small heap and a quick start."""


class Node:
    """One node; it keeps its ports and its data over a restart."""

    def __init__(self, jars: Path, home: Path, transport_port: int, settings: dict[str, str]) -> None:
        self._jars, self._home = jars, home
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._settings = settings | {
            "path.home": str(home),
            "http.port": str(port),
            "transport.port": str(transport_port),
            "network.host": "127.0.0.1",
            "cluster.routing.allocation.disk.threshold_enabled": "false",  # a full disk is not what is tested
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; ``health`` waits until it answers."""
        self._home.mkdir(parents=True, exist_ok=True)
        command = ["java", *JVM, "-cp", f"{self._jars}/*", str(LAUNCHER)]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *(f"{name}={value}" for name, value in self._settings.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """Without a word to the cluster, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def health(self, status: str, nodes: int) -> dict[str, Any]:
        """Wait until ``nodes`` are there and the cluster is ``status``. Raises TimeoutError with the log's end."""
        until = time.monotonic() + START_SECONDS
        url = f"{self.url}/_cluster/health?wait_for_status={status}&wait_for_nodes={nodes}&timeout=5s"
        while time.monotonic() < until and self._alive():
            try:
                with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 - http on loopback
                    return dict(json.load(response))
            except (OSError, urllib.error.URLError):
                time.sleep(0.2)
        raise TimeoutError(f"{self.url} is not {status}:\n" + (self._home / "log").read_text("utf-8")[-3000:])

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None


class Cluster:
    """Nodes that know each other. A context manager: all of them run and are green inside."""

    def __init__(self, jars: Path, home: Path, size: int = 1) -> None:
        ports = [free_port() for _ in range(size)]
        self.nodes = [
            Node(jars, home / f"n{n}", port, {"node.name": f"n{n}"} | _discovery(ports)) for n, port in enumerate(ports)
        ]

    @property
    def urls(self) -> Sequence[str]:
        return [node.url for node in self.nodes]

    def __enter__(self) -> Cluster:
        try:
            for node in self.nodes:
                node.start()
            self.nodes[0].health("green", len(self.nodes))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for node in self.nodes:
            node.kill()


def _discovery(ports: Sequence[int]) -> dict[str, str]:
    """How nodes with these transport ports find each other, and how soon they miss one."""
    if len(ports) == 1:
        return {"discovery.type": "single-node"}
    return {
        "discovery.seed_hosts": ",".join(f"127.0.0.1:{port}" for port in ports),
        "cluster.initial_cluster_manager_nodes": ",".join(f"n{n}" for n in range(len(ports))),
        "cluster.fault_detection.follower_check.interval": "200ms",
        "cluster.fault_detection.leader_check.interval": "200ms",
    }


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def jars() -> Path | None:
    """The folder that ``JARS`` names, or None."""
    folder = os.environ.get(JARS)
    return Path(folder) if folder and Path(folder).is_dir() else None
