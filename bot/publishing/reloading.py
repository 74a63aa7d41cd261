"""Reloading: build beside, let it pass the gate, say what changed, adopt it, swap one reference."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Generic

from bot.errors import GoldenError
from bot.publishing.golden import GoldenLine, run_golden
from bot.publishing.joining import Joined
from bot.publishing.model import GoldenResult, Progress, Reload, silent
from bot.publishing.snapshot import AskingT, State, changes
from bot.publishing.trail import RELOADS, Deed, Trail, untraced


class Reloader(Generic[AskingT]):
    """Holds the state in use. Safe for any number of threads; a reader keeps the state that it took.

    ``load`` builds a state from the folder as it is, for whom it is told (KnowledgeError where something is
    wrong); ``golden`` reads the golden questions of that folder (none: validity alone decides); ``adopt`` is told
    what answers from now on, just before it does: at the start, and then only what the gate let through.
    """

    def __init__(
        self,
        load: Callable[[str], State[AskingT]],
        golden: Callable[[], Sequence[GoldenLine]],
        trail: Trail = untraced,
        by: str = "start",
        adopt: Callable[[AskingT], None] = lambda _assistant: None,
    ) -> None:
        self._load, self._golden, self._trail, self._adopt = load, golden, trail, adopt
        self._joined: Joined[Reload] = Joined()
        state = load(by)
        adopt(state.assistant)
        self.state = state

    def reload(self, by: str, *, force: bool = False, progress: Progress = silent) -> Reload:
        """Build anew and swap. ``force`` swaps although golden questions fail, never where documents are wrong.

        Reloads that wait at the same time are joined into one; only the first hears of its progress. Raises
        KnowledgeError (invalid) or GoldenError (questions fail); the old state then stays.
        """
        return self._joined.run(force, lambda: self._reload(by, force, progress))

    def _reload(self, by: str, force: bool, progress: Progress) -> Reload:
        began = time.perf_counter()
        progress("reading", 0, 0)
        before, after = self.state, self._load(by)
        golden = run_golden(self._golden(), after.assistant.ask, lambda done, total: progress("golden", done, total))
        if golden.failures and not force:
            raise GoldenError(golden.failures, golden.total)
        progress("comparing", 0, 0)
        found = changes(before, after)
        self._adopt(after.assistant)
        self.state = after
        seconds = time.perf_counter() - began
        done = Reload(before.snapshot, after.snapshot, found, golden, bool(golden.failures), seconds)
        if found or done.forced:
            self._trail(_deed(done))
        return done

    def check(self) -> GoldenResult:
        """How the state in use does on the golden questions. Raises KnowledgeError for a malformed file."""
        return run_golden(self._golden(), self.state.assistant.ask)


def _deed(done: Reload) -> Deed:
    found = done.changes
    after = {
        "snapshot": done.after.id,
        "added": list(found.added),
        "changed": list(found.changed),
        "removed": list(found.removed),
        "golden": [done.golden.passed, done.golden.total],
    }
    return Deed(done.after.by, RELOADS[done.forced], "knowledge", done.before.id, after)
