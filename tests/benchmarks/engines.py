"""The engines over many passages: time to make, to open, to search; and whether they find the same.

``python -m tests.benchmarks.engines 20000 100000`` prints a line for each number of passages and engine. The passages
are mixed from those of the bundled documents: each takes its terms from two of them, so that lengths and the spread of
terms stay natural.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bot.answer.dialogue import resolve
from bot.answer.ranking import CANDIDATES, query_terms
from bot.assembly import build_assistant
from bot.config import load_config
from bot.search.bags import Bags
from bot.search.memory import MemoryEngine
from bot.search.model import Engine, Terms
from bot.search.tantivy import TantivyEngine
from tests.benchmarks.answering import asked, milliseconds, summary

QUESTIONS = 200


def mixed(bags: Sequence[Terms], size: int) -> Bags:
    """``size`` passages: half of the terms of one of ``bags`` and half of another's, and a word of its own."""
    draw = random.Random(size)  # noqa: S311 - the same passages every time, nothing secret

    def passage(number: int) -> Terms:
        one, other = draw.choices(bags, k=2)
        halves = [item for bag in (one, other) for item in bag.items() if draw.random() < 0.5]
        return dict(halves) | {f"w:{number}": 2.0}

    return Bags.of(map(passage, range(size)))


def measure(name: str, make: Callable[[Iterable[Terms]], Engine], bags: Bags, queries: Sequence[Terms]) -> Engine:
    """Print what it takes to have the engine and to search it."""
    made: list[Engine] = []
    took = milliseconds(lambda: made.append(make(bags)))
    for query in queries:
        made[0].search(query, CANDIDATES)
    times = [milliseconds(lambda query=query: made[0].search(query, CANDIDATES)) for query in queries]
    print(f"{len(bags):>8} {name:<18} ready in {took / 1000:.2f} s; search {summary(times)}")
    return made[0]


def agreement(one: Engine, other: Engine, queries: Sequence[Terms]) -> float:
    """Mean share of the ten best that both find."""
    best = [[{hit.passage for hit in engine.search(query, 10)} for engine in (one, other)] for query in queries]
    return statistics.mean(len(a & b) / len(a) for a, b in best if a)


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or [20_000]
    with tempfile.TemporaryDirectory() as state:
        index = build_assistant(load_config(state_dir=Path(state))).index
        queries = [query_terms(resolve(question, (), index)) for question in asked()[:QUESTIONS]]
    for size in sizes:
        bags = mixed(list(index.texts.bags), size)
        with tempfile.TemporaryDirectory() as folder:
            memory = measure("memory", MemoryEngine, bags, queries)
            measure("tantivy, new", lambda passages: TantivyEngine(passages, Path(folder)), bags, queries)
            kept = measure("tantivy, kept", lambda passages: TantivyEngine(passages, Path(folder)), bags, queries)
        print(f"{size:>8} overlap of the ten best: {agreement(memory, kept, queries):.4f}")


if __name__ == "__main__":
    main()
