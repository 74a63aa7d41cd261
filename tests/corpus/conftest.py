"""Fixtures of the corpus tests: writing documents, and the real sources where they are at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file below ``tmp_path/documents`` (bytes or text) and return its path."""

    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return put


def _shared(part: str) -> Path:
    folder = Path(os.environ.get("INVESTOR_BOT_SHARED", REPOSITORY.parent / "shared")) / part
    if not folder.is_dir():
        pytest.skip(f"the real sources are not here ({folder}); set INVESTOR_BOT_SHARED")
    return folder


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder with the real portal listing."""
    return _shared("seeds")


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder with the national work reports."""
    return _shared("corpora")
