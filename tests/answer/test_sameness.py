"""The same question has the same answer: in either script, again, in another process, beside seven others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.answer.assistant import Assistant
from bot.answer.model import Answer
from bot.language.normalise import fold, is_traditional, to_traditional
from tests.answer.conftest import Golden
from tests.answer.districts import districts
from tests.knowledge import assistant

ROOT = Path(__file__).parents[2]

# Prints the spans that a fresh process finds for each question; argument: the cache folder.
ELSEWHERE = """
import json, sys
from pathlib import Path
from bot.answer.assistant import Assistant
from bot.assembly import bundled_knowledge
from bot.language.language import load_language
from bot.search.index import build_index
from tests.answer.districts import districts
language = load_language([bundled_knowledge() / "lexicon"], Path(sys.argv[1]))
made = Assistant(build_index(districts(), language))
print(json.dumps([[[c.quote, c.score] for c in made.ask(q).citations] for q in json.load(sys.stdin)]))
"""
QUESTIONS = (
    "北岭区2021年GDP增长多少",
    "2021年GDP目标",
    "南浦区有哪些问题",
    "改造老旧小区多少个",
    "新建公园",
    "how many high-tech firms",
    "北岭区和南浦区合同外资谁多",
)


def shown(answer: Answer) -> list[tuple[str, tuple[int, int], float]]:
    """The citations, without the time it took."""
    return [(c.document.id, c.span, c.score) for c in answer.citations]


def test_asking_again_changes_nothing(golden: tuple[Golden, ...], bundled: Assistant) -> None:
    """The second time everything is warm."""
    for each in golden[::4]:
        assert shown(bundled.ask(each.question)) == shown(each.answer)


def test_both_scripts_find_the_same(golden: tuple[Golden, ...], bundled: Assistant) -> None:
    """Traditional questions on Simplified passages lose nothing."""
    simplified = [g for g in golden if not is_traditional(g.question) and not g.question.isascii()][::3]
    differing = [
        (g.question, traditional)
        for g in simplified
        if fold(traditional := to_traditional(g.question)) == fold(g.question)
        and shown(bundled.ask(traditional)) != shown(g.answer)
    ]
    assert differing == []


def test_width_and_case_find_the_same(golden: tuple[Golden, ...], bundled: Assistant) -> None:
    """Full-width figures and letters are the same."""
    wide = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in "0123456789GDPAEO%"})
    for each in golden[::6]:
        assert shown(bundled.ask(each.question.translate(wide))) == shown(each.answer)


def test_eight_at_once_find_what_one_finds(golden: tuple[Golden, ...], bundled: Assistant) -> None:
    """A snapshot never changes under a question."""
    some = golden[::3]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: bundled.ask(each.question), [*some, *some]))
    assert [shown(a) for a in answers] == [shown(g.answer) for g in (*some, *some)]


def test_a_cold_assistant_may_be_asked_by_many_at_once(bundled: Assistant) -> None:
    """Nothing is half made when the first questions come together."""
    cold = assistant(bundled.index.language, *districts())
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(cold.ask, QUESTIONS * 3))
    assert [shown(a) for a in together] == [shown(cold.ask(q)) for q in QUESTIONS * 3]


def elsewhere(seed: str, cache: Path) -> object:
    """What another process shows for the questions; ``seed`` orders its sets."""
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(cache)],
        input=json.dumps(QUESTIONS),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    return json.loads(done.stdout)


def test_another_process_finds_the_same(small: Assistant, cache: Path) -> None:
    """Console, JSON and Telegram run apart; the order of sets must not show."""
    expected = [[[c.quote, c.score] for c in small.ask(q).citations] for q in QUESTIONS]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(elsewhere, ("1", "2"), (cache, cache))) == [expected, expected]
