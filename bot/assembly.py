"""The composition root: the only place that builds the object graph from the configuration."""

from __future__ import annotations

import gc
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answer.assistant import Assistant
from bot.cache import Cache
from bot.config import Config
from bot.corpus.loader import load_folder
from bot.corpus.model import Document
from bot.language.language import Language, load_language
from bot.language.places import load_places
from bot.search.index import build_index

if TYPE_CHECKING:
    from bot.store.store import Store

_HERE = Path(__file__).resolve().parent


def bundled_knowledge() -> Path:
    """The knowledge that comes with the program: beside ``bot/`` in a checkout, inside it in a wheel."""
    beside = _HERE.parent / "knowledge"
    return beside if (beside / "documents").is_dir() else _HERE / "_knowledge"


def knowledge_folder(config: Config) -> Path:
    """The configured knowledge folder, or the bundled one."""
    return config.knowledge.path or bundled_knowledge()


def lexicon_folders(folder: Path) -> Sequence[Path]:
    """Lexicon folders in rising precedence: the bundled one, then the folder's own where it has one."""
    bundled, own = bundled_knowledge() / "lexicon", folder / "lexicon"
    return [bundled, own] if own.is_dir() and own.resolve() != bundled.resolve() else [bundled]


def build_language(config: Config) -> Language:
    """The lexicon and rules for the configured knowledge. Raises KnowledgeError."""
    return load_language(lexicon_folders(knowledge_folder(config)), config.state_dir / "cache")


def build_assistant(config: Config) -> Assistant:
    """Load, check and index the configured knowledge. Raises KnowledgeError listing every problem."""
    folder = knowledge_folder(config)
    with _uncollected():
        places = load_places([f / "places.toml" for f in lexicon_folders(folder) if (f / "places.toml").is_file()])
        documents = load_folder(folder, places.places.keys())
        index = build_index(documents, build_language(config), cache=Cache(config.state_dir / "cache"))
        return Assistant(index, _snapshot(documents, lexicon_folders(folder)))


def _snapshot(documents: Sequence[Document], lexicon: Sequence[Path]) -> str:
    """The name of this state of the knowledge: the same documents and lexicon have the same one anywhere."""
    files = sorted(path for folder in lexicon for path in folder.iterdir() if path.is_file())
    parts = [*(f"{d.id} {d.sha256}" for d in documents), *(f"{p.name} {_sha256(p.read_bytes())}" for p in files)]
    return _sha256("\n".join(parts).encode())[:12]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: all the objects that are made here come to stay."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@asynccontextmanager
async def open_store(config: Config) -> AsyncIterator[Store]:
    """The configured store, its tables brought up to date, until the block ends. Raises StoreError."""
    from bot.store.store import Store  # takes half a second, which commands without a store need not wait

    location = config.store.url.get_secret_value() or config.state_dir / "store.sqlite"
    async with Store.open(location, timedelta(days=config.store.retention_days)) as store:
        yield store


class Library:
    """Holds the assistant in use. ``reload`` builds a new one beside it and swaps one reference."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._reloading = threading.Lock()
        self.current = build_assistant(config)

    def reload(self) -> Assistant:
        """Build from the folder as it is now, then swap. Raises KnowledgeError; the old one then stays."""
        with self._reloading:
            self.current = build_assistant(self._config)
        return self.current
