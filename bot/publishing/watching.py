"""Watching a knowledge folder: changes are gathered until they pause, then told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

log = logging.getLogger(__name__)

QUIET = 800
"""Milliseconds without a further change after which what was changed is told."""
LONGEST = 5000
"""Milliseconds for which changes are gathered at most."""
AGAIN = 5.0
"""Seconds before a folder that could not be watched is tried again."""


class _Knowledge(DefaultFilter):
    """What a snapshot is made of; editors' and our own temporary files are not."""

    def __call__(self, change: Change, path: str) -> bool:
        name = Path(path).name
        kept = name.endswith((".md", ".toml", ".jsonl")) and not name.startswith((".", "~", "#"))
        return kept and super().__call__(change, path)


@asynccontextmanager
async def watching(folder: Path, changed: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Call ``changed`` after each bout of changes in ``folder`` until the block ends."""
    stop = asyncio.Event()
    task = asyncio.create_task(_watch(folder, changed, stop))
    try:
        yield
    finally:
        stop.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _watch(folder: Path, changed: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            changes = awatch(folder, watch_filter=_Knowledge(), step=QUIET, debounce=LONGEST, stop_event=stop)
            async for _ in changes:
                await changed()
        except (OSError, RuntimeError) as error:
            log.warning("%s cannot be watched, tried again in %s s: %s", folder, AGAIN, error)
            await asyncio.sleep(AGAIN)
