"""Run ``tests/store/worker.py`` in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def worker(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A running worker; it is gone at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.store.worker", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def all_at_once(processes: list[subprocess.Popen[str]]) -> list[list[str]]:
    """Let workers that are ready go, all at the same moment; what each has printed until its end."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return outputs
