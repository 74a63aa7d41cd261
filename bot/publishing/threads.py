"""Threads of their own for long work: those that answer questions are few and must not wait for a reload."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_THREADS = ThreadPoolExecutor(8, thread_name_prefix="publishing")


async def in_thread(work: Callable[[], T]) -> T:
    """The result of blocking ``work``; raises what it raises."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
