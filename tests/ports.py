"""Addresses on loopback for servers that tests start."""

from __future__ import annotations

import socket


def free_address() -> str:
    """Return host:port at which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"
