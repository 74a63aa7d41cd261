"""Every engine keeps the contract, and finds what the one in memory finds, over real documents, for real questions."""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.answer.assistant import Assistant
from bot.answer.dialogue import resolve
from bot.answer.ranking import CANDIDATES, query_terms
from bot.assembly import bundled_knowledge
from bot.corpus.importing import import_sources
from bot.corpus.loader import load_folder
from bot.language.language import Language
from bot.render.json import answer_json
from bot.search.index import build_index
from bot.search.model import Build, Engine, Terms
from tests.search.contract import EngineContract
from tests.search.engines import ENGINES

ROOT = Path(__file__).resolve().parents[2]
BEST = 10


class TestEngine(EngineContract):
    """What the protocol says, over small made-up passages."""

    new: Build

    @pytest.fixture(autouse=True, params=ENGINES)
    def _engine(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
        with ENGINES[request.param](tmp_path) as self.new:
            yield

    def build(self, passages: Iterable[Terms]) -> Engine:
        return self.new(passages)


def _bundled(_into: Path) -> Path:
    return bundled_knowledge()


def _real(into: Path) -> Path:
    """The listing and the national reports, imported as anybody would import them."""
    shared = Path(os.environ.get("INVESTOR_BOT_SHARED") or ROOT.parent / "shared")
    sources = [shared / "seeds", shared / "corpora"]
    if not all(source.is_dir() for source in sources):
        pytest.skip(f"the real sources are not here ({shared}); INVESTOR_BOT_SHARED says where they are")
    assert import_sources(sources, into).failures == ()
    return into


@pytest.fixture(scope="module", params=[_bundled, _real], ids=["bundled", "real"])
def reference(
    request: pytest.FixtureRequest, language: Language, tmp_path_factory: pytest.TempPathFactory
) -> Assistant:
    """With the engine in memory."""
    folder = request.param(tmp_path_factory.mktemp("documents"))
    return Assistant(build_index(load_folder(folder), language))


@pytest.fixture(scope="module", params=["tantivy-on-disk", "opensearch-sharded"])
def other(
    request: pytest.FixtureRequest, reference: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    """The same knowledge with the engine under test."""
    with ENGINES[request.param](tmp_path_factory.mktemp("index")) as build:
        yield Assistant(dataclasses.replace(reference.index, engine=build(reference.index.texts.bags)))


def golden() -> Sequence[str]:
    """The questions that a reload must still answer."""
    return _questions(bundled_knowledge() / "golden.jsonl")


def asked() -> Sequence[str]:
    """Those, and every tenth of the sets that the answers are measured with."""
    sets = [question for path in sorted((ROOT / "tests" / "eval").glob("*.jsonl")) for question in _questions(path)]
    return [*golden(), *sets[::10]]


def _questions(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines if line.strip()]


def test_the_same_passages_are_found(reference: Assistant, other: Assistant) -> None:
    """The best of each question, with the same scores."""
    shares = []
    for question in asked():
        terms = query_terms(resolve(question, (), reference.index))
        here, there = (list(a.index.engine.search(terms, CANDIDATES)) for a in (reference, other))
        assert [hit.score for hit in there[:BEST]] == pytest.approx([hit.score for hit in here[:BEST]], rel=1e-3)
        assert len(there) == len(here)
        if here:
            common = {hit.passage for hit in here[:BEST]} & {hit.passage for hit in there[:BEST]}
            shares.append(len(common) / len(here[:BEST]))
    assert len(shares) > 100
    assert statistics.mean(shares) >= 0.95
    assert min(shares) >= 0.8


def test_golden_questions_are_answered_alike(reference: Assistant, other: Assistant) -> None:
    """Quotes, notes and refusals."""
    assert [q for q in golden() if said(reference, q) != said(other, q)] == []


def said(assistant: Assistant, question: str) -> dict[str, Any]:
    """The answer as it is printed, without what is measured to the last digit."""
    answer = answer_json(assistant.ask(question), "zh-Hans") | {"elapsed_ms": 0}
    return answer | {"answers": [{**found, "score": round(found["score"], 2)} for found in answer["answers"]]}


def test_frequencies_are_the_same(reference: Assistant, other: Assistant) -> None:
    """Of any term."""
    terms = list(reference.index.texts.bags.names)[::50]
    assert [other.index.engine.frequency(t) for t in terms] == [reference.index.engine.frequency(t) for t in terms]
    assert len(other.index.engine) == len(reference.index.engine) == len(reference.index.passages)
