"""Warm and cold answering time against the tutorials' recipe (jieba.lcut + rank_bm25, top 3), in one run.

``python -m tests.benchmarks.answering`` prints times in milliseconds and how they compare; nothing is asserted, for
machines are noisy: runs of the two alternate, and medians are compared. The recipe only ranks sentences: it
understands nothing, highlights nothing and never refuses.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bot.assembly import build_assistant, bundled_knowledge
from bot.config import load_config
from bot.corpus.loader import load_folder
from bot.corpus.passages import cut_passages

SETS = Path(__file__).resolve().parents[1] / "eval"
COLD_RUNS, FIRST_RUNS = 9, 3
NAIVE = """
import jieba, sys
from rank_bm25 import BM25Okapi
from pathlib import Path
files = sorted(Path(sys.argv[1]).glob("*.md"))
text = [s for p in files for s in p.read_text(encoding="utf-8").split("。") if s.strip()]
bm25 = BM25Okapi([jieba.lcut(s) for s in text])
print(bm25.get_top_n(jieba.lcut(sys.argv[2]), text, n=3))
"""


def milliseconds(run: Callable[[], object]) -> float:
    """How long ``run`` takes."""
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def summary(times: Sequence[float]) -> str:
    """Median and 99th percentile."""
    return f"median {statistics.median(times):.1f} ms, p99 {statistics.quantiles(times, n=100)[98]:.1f} ms"


def asked() -> list[str]:
    """Questions that people wrote who saw the documents and nothing else."""
    lines = [line for path in sorted(SETS.glob("blind-*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [json.loads(line)["question"] for line in lines]


def naive_recipe() -> Callable[[str], object]:
    """jieba.lcut and BM25Okapi over the sentences of the bundled documents."""
    import jieba
    from rank_bm25 import BM25Okapi

    documents = load_folder(bundled_knowledge())
    sentences = [documents[p.document].text[p.start : p.end] for p in cut_passages(documents)]
    model = BM25Okapi([jieba.lcut(sentence) for sentence in sentences])
    return lambda question: model.get_top_n(jieba.lcut(question), sentences, n=3)


def warm(state: Path) -> None:
    """Each question once, after others have warmed things up."""
    assistant, recipe, questions = build_assistant(load_config(state_dir=state)), naive_recipe(), asked()
    for question in questions[::9]:
        assistant.ask(question)
        recipe(question)
    fresh = [question for number, question in enumerate(questions) if number % 9]
    ours, theirs = [], []
    for question in fresh:
        ours.append(milliseconds(lambda question=question: assistant.ask(question)))
        theirs.append(milliseconds(lambda question=question: recipe(question)))
    print(f"warm, {len(fresh)} questions: {summary(ours)}; naive recipe {summary(theirs)}")


def start(command: Sequence[str], environment: Mapping[str, str]) -> Callable[[], object]:
    """A whole process, from its start to its end."""
    return lambda: subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})


def cold(question: str) -> None:
    """With what earlier runs kept, and without it; the recipe keeps jieba's dictionary in the system's folder."""
    command = [sys.executable, "-m", "bot", "ask", question]
    recipe = start([sys.executable, "-c", NAIVE, str(bundled_knowledge() / "documents"), question], {})
    with tempfile.TemporaryDirectory() as state:
        again = start(command, {"BOT_STATE_DIR": state})
        again()
        recipe()
        times = [(milliseconds(again), milliseconds(recipe)) for _ in range(COLD_RUNS)]
    ours, theirs = (statistics.median(side) for side in zip(*times, strict=True))
    print(f"cold, median of {COLD_RUNS}: {ours:.0f} ms; naive recipe {theirs:.0f} ms")
    firsts = []
    for _ in range(FIRST_RUNS):
        with tempfile.TemporaryDirectory() as state:
            firsts.append(milliseconds(start(command, {"BOT_STATE_DIR": state})))
    print(f"very first start, median of {FIRST_RUNS}: {statistics.median(firsts):.0f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as state:
        warm(Path(state))
    cold(asked()[0])


if __name__ == "__main__":
    main()
