"""Warm and cold answering time against the tutorials' recipe (jieba.lcut + rank_bm25, top 3), in one run.

``python -m tests.benchmarks.answering`` prints medians in milliseconds and their ratio; nothing is asserted, for
machines are noisy. The recipe only ranks sentences: it understands nothing, highlights nothing and never refuses.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.assembly import build_assistant, bundled_knowledge
from bot.config import load_config
from bot.corpus.loader import load_folder
from bot.corpus.passages import cut_passages

QUESTIONS, COLD_RUNS = 300, 5
NAIVE = """
import jieba, sys
from rank_bm25 import BM25Okapi
from pathlib import Path
files = sorted(Path(sys.argv[1]).glob("*.md"))
text = [s for p in files for s in p.read_text(encoding="utf-8").split("。") if s.strip()]
bm25 = BM25Okapi([jieba.lcut(s) for s in text])
print(bm25.get_top_n(jieba.lcut(sys.argv[2]), text, n=3))
"""


def median_ms(ask: Callable[[str], object], questions: Sequence[str]) -> float:
    """Median time of ``ask`` over ``questions``, after one round to warm up."""
    times = []
    for question in questions:
        ask(question)
        began = time.perf_counter()
        ask(question)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def cold_ms(command: Sequence[str]) -> float:
    """Median time of a whole process, from start to exit."""
    times = []
    for _ in range(COLD_RUNS):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def naive_recipe() -> Callable[[str], object]:
    """jieba.lcut and BM25Okapi over the sentences of the bundled documents."""
    import jieba
    from rank_bm25 import BM25Okapi

    documents = load_folder(bundled_knowledge())
    sentences = [documents[p.document].text[p.start : p.end] for p in cut_passages(documents)]
    model = BM25Okapi([jieba.lcut(sentence) for sentence in sentences])
    return lambda question: model.get_top_n(jieba.lcut(question), sentences, n=3)


def main() -> None:
    with tempfile.TemporaryDirectory() as state:
        assistant = build_assistant(load_config(state_dir=Path(state)))
        asks = [ask for d in assistant.documents for block in d.blocks for ask in block.asks]
        questions = asks[:: max(1, len(asks) // QUESTIONS)]
        warm, naive = median_ms(assistant.ask, questions), median_ms(naive_recipe(), questions)
        question = questions[0]
        ours = cold_ms([sys.executable, "-m", "bot", "ask", question])
        theirs = cold_ms([sys.executable, "-c", NAIVE, str(bundled_knowledge() / "documents"), question])
    print(f"warm, median of {len(questions)}: {warm:.1f} ms, naive recipe {naive:.1f} ms ({warm / naive:.1f} times)")
    print(f"cold, median of {COLD_RUNS}: {ours:.0f} ms, naive recipe {theirs:.0f} ms ({ours / theirs:.1f} times)")


if __name__ == "__main__":
    main()
