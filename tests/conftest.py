"""What all tests share: the bundled language and knowledge, loaded once a session."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.answer.assistant import Assistant
from bot.assembly import bundled_knowledge
from bot.corpus.loader import load_folder
from bot.language.language import Language, load_language
from bot.search.index import build_index

# As hypothesis does by itself: fresh examples at a desk, the same ones in every CI run.
# A busy machine is no mistake of the code: hypothesis must not judge by the clock.
settings.register_profile(
    "patient",
    settings.get_profile("ci" if os.environ.get("CI") else "default"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder for what is kept between runs."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def language(cache: Path) -> Language:
    """The bundled lexicon and rules."""
    return load_language([bundled_knowledge() / "lexicon"], cache)


@pytest.fixture(scope="session")
def bundled(language: Language) -> Assistant:
    """The assistant over the bundled documents."""
    return Assistant(build_index(load_folder(bundled_knowledge()), language))
