"""What the answers are worth: our own question sets over the real listing, imported as anybody would import it.

The sets (``tests/eval``) were written by people who saw the sources and neither the lexicon nor each other's
questions. The bounds are well below what was measured: a change that falls under them broke something.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.answer.assistant import Assistant
from bot.corpus.importing import import_sources
from bot.corpus.loader import load_folder
from bot.evaluation import load_questions, measures, run
from bot.language.language import Language
from bot.search.index import build_index

ROOT = Path(__file__).resolve().parent.parent
SETS = Path(__file__).resolve().parent / "eval"


def _assistant(sources: Sequence[str], language: Language, into: Path) -> Assistant:
    shared = Path(os.environ.get("INVESTOR_BOT_SHARED") or ROOT.parent / "shared")
    paths = [shared / source for source in sources]
    if not all(path.is_dir() for path in paths):
        pytest.skip(f"the real sources are not here ({shared}); INVESTOR_BOT_SHARED says where they are")
    assert import_sources(paths, into).failures == ()
    return Assistant(build_index(load_folder(into), language))


@pytest.fixture(scope="module")
def districts(language: Language, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Over the listing alone."""
    return _assistant(["seeds"], language, tmp_path_factory.mktemp("districts"))


@pytest.fixture(scope="module")
def shared() -> Path:
    """Where the real sources and public question sets are."""
    folder = Path(os.environ.get("INVESTOR_BOT_SHARED") or ROOT.parent / "shared")
    if not (folder / "eval" / "public").is_dir():
        pytest.skip(f"the public question sets are not here ({folder}); INVESTOR_BOT_SHARED says where they are")
    return folder


@pytest.fixture(scope="module")
def country(language: Language, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Over the listing and the national reports."""
    return _assistant(["seeds", "corpora"], language, tmp_path_factory.mktemp("country"))


@pytest.mark.parametrize("name", sorted(path.name for path in SETS.glob("blind-*.jsonl")))
def test_questions_about_the_districts_are_answered(name: str, districts: Assistant) -> None:
    """Most at once, hardly ever with a wrong figure; what the sources do not say is refused."""
    found = measures(run(load_questions(SETS / name), districts.ask))
    assert found["fact@1"].value >= 0.75
    assert found["fact@3"].value >= 0.83
    assert found["exact"].value >= 0.67
    assert found["wrong@1"].value <= 0.03
    assert found["abstain"].value >= 0.8


def test_questions_about_the_country_are_answered_from_the_national_reports(country: Assistant) -> None:
    """Beside the districts' documents, which speak of the same things."""
    found = measures(run(load_questions(SETS / "national.jsonl"), country.ask))
    assert found["fact@1"].value >= 0.55
    assert found["wrong@1"].value <= 0.03


def test_the_national_reports_hardly_disturb_questions_about_the_districts(country: Assistant) -> None:
    """An open question in these parts is about the district, not the country."""
    found = measures(run(load_questions(SETS / "blind-1.jsonl"), country.ask))
    assert found["fact@1"].value >= 0.65
    assert found["wrong@1"].value <= 0.03


@pytest.mark.parametrize(("name", "found", "answered"), [("xquad_zh", 0.92, 0.87), ("xquad_en2zh", 0.66, 0.62)])
def test_general_texts_are_found_and_quoted(
    name: str, found: float, answered: float, shared: Path, language: Language, tmp_path: Path
) -> None:
    """Encyclopedia articles about no place: the right one comes first, and what is asked stands in the first quote."""
    public = shared / "eval" / "public"
    documents = [_article(row) for row in _rows(public / f"{name}.passages.jsonl")]
    (tmp_path / "documents").mkdir()
    for number, text in documents:
        (tmp_path / "documents" / f"{number}.md").write_text(text, encoding="utf-8")
    assistant = Assistant(build_index(load_folder(tmp_path), language))
    right, told = [], []
    for row in _rows(public / f"{name}.questions-dev.jsonl"):
        first = next(iter(assistant.ask(row["question"]).citations), None)
        right.append(first is not None and first.document.id in {row["passage_id"], *row.get("alt_passage_ids", ())})
        told.append(first is not None and any(_bare(answer) in _bare(first.quote) for answer in row["answers"]))
    assert sum(right) / len(right) >= found
    assert sum(told) / len(told) >= answered


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _article(row: Mapping[str, str]) -> tuple[str, str]:
    """Its id, and the document that it makes."""
    head = json.dumps({"id": row["id"], "title": row["title"]}, ensure_ascii=False)
    return row["id"], f"---\n{head}\n---\n\n{row['text']}\n"


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())
