"""The composition root: the only place that builds the object graph from the configuration."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from bot.answer.assistant import Assistant
from bot.config import Config, OpenSearchConfig, SearchConfig
from bot.corpus.loader import load_folder
from bot.errors import ConfigError
from bot.language.language import Language, load_language
from bot.language.places import load_places
from bot.search.fallback import Build, with_fallback
from bot.search.index import build_index
from bot.search.memory import MemoryEngine

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
    places = load_places([f / "places.toml" for f in lexicon_folders(folder) if (f / "places.toml").is_file()])
    documents = load_folder(folder, places.places.keys())
    return Assistant(build_index(documents, build_language(config), engine_builder(config.search)))


def engine_builder(config: SearchConfig) -> Build:
    """How the configured engine is built. Raises ConfigError where what it needs is not installed."""
    if config.engine != "opensearch":
        return MemoryEngine
    build = _cluster_builder(config.opensearch)
    return with_fallback(build, MemoryEngine) if config.fallback == "memory" else build


def _cluster_builder(config: OpenSearchConfig) -> Build:
    try:
        from bot.search.clustered import ClusterEngine
        from bot.search.opensearch import Cluster, ClusterSettings
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"search.engine is opensearch, which needs {error.name} — pip install 'investor-bot[cluster]'"
        ) from error
    settings = config.model_dump(exclude={"index_prefix", "timeout_seconds"})
    cluster = Cluster(ClusterSettings(**settings, prefix=config.index_prefix, timeout=config.timeout_seconds))
    return lambda passages: ClusterEngine(passages, cluster)


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
