"""Keeps the event loop responsive while threads compute answers in the same process."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

ANSWERING = 2
"""Threads that answer. More would not be faster under one interpreter lock, only keep the loop waiting for it."""
SWITCH_EVERY = 0.001
"""Seconds after which a thread that computes lets the loop have its turn; Python's default is five times that."""


@contextlib.contextmanager
def responsive() -> Iterator[None]:
    """Prepare process and running loop while the block runs; to be entered when the knowledge is loaded.

    What is loaded by now is taken out of the garbage collector: walking through all dictionaries and documents
    stops every thread for a fifth of a second.
    """
    before = sys.getswitchinterval()
    executor = ThreadPoolExecutor(ANSWERING, thread_name_prefix="answering")
    asyncio.get_running_loop().set_default_executor(executor)
    sys.setswitchinterval(SWITCH_EVERY)
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        sys.setswitchinterval(before)
