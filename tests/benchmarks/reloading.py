"""What a reload costs: nothing changed, one document changed, added or removed, against a full rebuild.

``python -m tests.benchmarks.reloading`` measures the bundled knowledge and a generated folder of 10,000 documents,
and prints medians in seconds, their spread, and the ratio to the rebuild without a cache; ``--json FILE`` keeps all
measurements. Nothing is asserted, for machines are noisy; the steps of a round alternate, so that noise meets all.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.assembly import Library, bundled_knowledge
from bot.config import load_config
from bot.corpus.loader import load_folder
from bot.corpus.model import Document

DOCUMENTS, PARAGRAPHS, ROUNDS, SEED = 10_000, 2, 5, 7
QUESTION = "黄埔区2021年GPD增长目标"  # misspelt, so that spellings are looked up too
REBUILD, COLD = "rebuild", "cold start"
UNCHANGED, CHANGED, ADDED, REMOVED = "unchanged", "one changed", "one added", "one removed"
STEPS = (COLD, UNCHANGED, CHANGED, ADDED, REMOVED)

_DIGIT = re.compile(r"(?<![\d.])[1-9](?=\d*(?:\.\d+)?(?:%|万|亿|元|家|个|项|人))")

Seconds = dict[str, list[float]]
T = TypeVar("T")


@dataclass(frozen=True)
class Section:
    """A stretch of a real document: the headings above it, and its paragraphs with the asks of each."""

    headings: tuple[tuple[int, str], ...]
    paragraphs: tuple[tuple[str, tuple[str, ...]], ...]


def sections(documents: Sequence[Document]) -> list[Section]:
    """The sections of real documents, which generated ones are put together from."""
    return [section for document in documents for section in _sections(document)]


def _sections(document: Document) -> Iterator[Section]:
    headings: list[tuple[int, str]] = []
    paragraphs: list[tuple[str, tuple[str, ...]]] = []
    for block in document.blocks:
        words = document.text[block.start : block.end]
        if not block.level:
            paragraphs.append((words.replace("\n", ""), block.asks))
            continue
        if paragraphs:
            yield Section(tuple(headings), tuple(paragraphs))
            paragraphs = []
        headings = [heading for heading in headings if heading[0] < block.level] + [(block.level, words)]
    if paragraphs:
        yield Section(tuple(headings), tuple(paragraphs))


@dataclass(frozen=True)
class Generator:
    """Documents of ``paragraphs`` paragraphs in the words of the real ones: their headings, sentences and asks as
    often as they come there, and figures of the same shapes with other digits."""

    sources: Sequence[Section]
    paragraphs: int = PARAGRAPHS
    seed: int = SEED

    def document(self, number: int, version: int = 0) -> str:
        """Document ``number``, always the same; another ``version`` has other figures."""
        words = random.Random(f"{self.seed} {number}")  # noqa: S311 - text, not secrets
        figures = random.Random(f"{self.seed} {number} {version}")  # noqa: S311
        body: list[str] = []
        room = self.paragraphs
        while room > 0:
            section = words.choice(self.sources)
            first = words.randrange(len(section.paragraphs))
            taken = section.paragraphs[first : first + room]
            room -= len(taken)
            body += [f"{'#' * level} {heading}" for level, heading in section.headings]
            for paragraph, asks in taken:
                body.append(_DIGIT.sub(lambda _: str(figures.randint(1, 9)), paragraph))
                body[-1] += f"\n> 问: {' | '.join(asks)}" if asks else ""
        place = words.choice(("gz-huangpu", "sh-huangpu"))
        head = f"---\ntitle: 招商资料第{number}号\nplace: {place}\ndate: 20{words.randint(15, 24)}-03-01\n---\n"
        return head + "\n\n".join(body) + "\n"

    def write(self, folder: Path, numbers: Sequence[int]) -> None:
        """The documents of these numbers as files of the knowledge folder ``folder``."""
        (folder / "documents").mkdir(parents=True, exist_ok=True)
        for number in numbers:
            path_of(folder, number).write_text(self.document(number), encoding="utf-8")


def path_of(folder: Path, number: int) -> Path:
    """The file of a generated document."""
    return folder / "documents" / f"generated-{number:05}.md"


@dataclass
class Bench:
    """Reloads of ``folder``, timed. ``number`` is the generated document that is changed, one of many figures."""

    folder: Path
    state: Path
    generator: Generator
    number: int
    version: int = 0
    seconds: Seconds = field(default_factory=dict)

    def rebuild(self) -> Library:
        """Everything made anew: dictionaries, lexicon, documents."""
        shutil.rmtree(self.state, ignore_errors=True)
        return self._timed(REBUILD, self._library)

    def start(self) -> Library:
        """As a program that was started before."""
        return self._timed(COLD, self._library)

    def reloads(self, library: Library) -> Iterator[str]:
        """Each kind of reload once, its name as soon as it is done; afterwards only some figures are others."""
        self.version += 1
        new = 1_000_000 + self.version
        yield self._reload(UNCHANGED, library)
        text = self.generator.document(self.number, self.version)
        path_of(self.folder, self.number).write_text(text, encoding="utf-8")
        yield self._reload(CHANGED, library)
        self.generator.write(self.folder, [new])
        yield self._reload(ADDED, library)
        path_of(self.folder, new).unlink()
        yield self._reload(REMOVED, library)

    def _library(self) -> Library:
        """Ready to answer, golden questions met: what is made at the first question is made, as after a reload."""
        library = Library(load_config(knowledge={"path": self.folder}, state_dir=self.state))
        library.golden()
        library.current.ask(QUESTION)
        return library

    def _reload(self, step: str, library: Library) -> str:
        self._timed(step, lambda: library.reload("benchmark", force=True))
        return step

    def _timed(self, step: str, work: Callable[[], T]) -> T:
        began = time.perf_counter()
        done = work()
        self.seconds.setdefault(step, []).append(time.perf_counter() - began)
        return done


def bundled_bench(home: Path) -> Bench:
    """Over a copy of the bundled knowledge and twenty short generated documents, one of which is changed."""
    folder = home / "bundled"
    shutil.copytree(bundled_knowledge(), folder)
    return _bench(home, folder, 20)


def generated_bench(home: Path, documents: int, paragraphs: int = PARAGRAPHS) -> Bench:
    """Over ``documents`` generated documents."""
    return _bench(home, home / "generated", documents, paragraphs)


def _bench(home: Path, folder: Path, documents: int, paragraphs: int = PARAGRAPHS) -> Bench:
    generator = Generator(sections(load_folder(bundled_knowledge())), paragraphs)
    generator.write(folder, range(documents))
    changing = max(range(min(documents, 100)), key=lambda number: len(_DIGIT.findall(generator.document(number))))
    return Bench(folder, home / f"{folder.name}-state", generator, changing)


def measured(bench: Bench, rounds: int, rebuilds: int) -> Seconds:
    """Seconds by step: ``rounds`` of each, the rebuild in the first ``rebuilds`` rounds only, for it takes long."""
    for number in range(rounds):
        if number < rebuilds:
            bench.rebuild()
        library = bench.start()
        for step in bench.reloads(library):
            print(f"  {number + 1}/{rounds} {step}: {bench.seconds[step][-1]:.2f} s", file=sys.stderr)
    return bench.seconds


def table(name: str, seconds: Mapping[str, Sequence[float]]) -> str:
    """Medians with least and most, and what part of the rebuild they are."""
    whole = statistics.median(seconds[REBUILD])
    lines = [f"{name}"]
    for step in (REBUILD, *STEPS):
        times = seconds[step]
        median = statistics.median(times)
        spread = f"{min(times):.2f} to {max(times):.2f}"
        lines.append(f"  {step:12} {median:8.2f} s  ({spread}, n={len(times)})  {median / whole:8.2%} of the rebuild")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="of the generated folder (0: without it)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--rebuilds", type=int, default=1, help="of the generated folder, each takes minutes")
    parser.add_argument("--json", type=Path, help="file for all measurements, in seconds")
    given = parser.parse_args()
    found: dict[str, Seconds] = {}
    with tempfile.TemporaryDirectory() as home:
        found["bundled knowledge"] = measured(bundled_bench(Path(home)), given.rounds, given.rounds)
        if given.documents:
            bench = generated_bench(Path(home), given.documents)
            found[f"{given.documents} generated documents"] = measured(bench, given.rounds, given.rebuilds)
    for name, seconds in found.items():
        print(table(name, seconds))
    if hasattr(os, "getloadavg"):
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
