"""The composition root: the only place that builds the object graph from the configuration.

Answering a question takes no publishing and no store, so their parts are imported where they are used.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from operator import is_
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answer.assistant import Assistant
from bot.answer.model import Answer
from bot.cache import Cache
from bot.config import Config, OpenSearchConfig, SearchConfig
from bot.corpus.loader import load_folder
from bot.errors import ConfigError, PublishError
from bot.language.language import Language, load_language
from bot.language.lexicon import Lexicon
from bot.language.places import load_places
from bot.publishing.model import Edition, Finding, Gap, GoldenResult, Kept, Progress, Reload, Snapshot, silent
from bot.publishing.snapshot import State, lexicon_digest, snapshot_id
from bot.publishing.trail import Trail, untraced
from bot.search.fallback import with_fallback
from bot.search.index import build_index
from bot.search.memory import MemoryEngine
from bot.search.model import Build, Engine, Published, Terms
from bot.search.sized import sized

if TYPE_CHECKING:
    from bot.publishing.office import Office
    from bot.publishing.publisher import Publisher
    from bot.publishing.staging import Staging
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


def build_assistant(
    config: Config,
    language: Language | None = None,
    lexicon: str | None = None,
    engine: Build | None = None,
    before: Assistant | None = None,
) -> Assistant:
    """Load, check and index the configured knowledge. Raises KnowledgeError listing every problem.

    ``language`` spares reading the lexicon again, ``lexicon`` is its digest; ``engine`` builds another engine than
    the configured one; of what is in use (``before``) everything is taken over that has not changed. Raises
    SearchUnavailableError.
    """
    folder = knowledge_folder(config)
    if lexicon is None:
        lexicon = lexicon_digest(lexicon_folders(folder))
    with _uncollected():
        places = load_places([f / "places.toml" for f in lexicon_folders(folder) if (f / "places.toml").is_file()])
        documents = load_folder(folder, places.places.keys(), before.documents if before else ())
        snapshot = snapshot_id(documents, lexicon)
        same = before is not None and before.snapshot == snapshot and all(map(is_, before.documents, documents))
        if before and same and config.search.engine != "opensearch":  # a cluster may have lost what it held
            return before
        language, cache = language or build_language(config), Cache(config.state_dir / "cache")
        known = before.index if before else None
        index = build_index(documents, language, engine or engine_builder(config), cache, known)
        return Assistant(index, snapshot)


def without_cluster(config: Config) -> Config:
    """The same with an engine on this machine: for looking at knowledge without loading it into a cluster."""
    if config.search.engine != "opensearch":
        return config
    return config.model_copy(update={"search": SearchConfig()})


def engine_builder(config: Config) -> Build:
    """How the configured engine is built. Raises ConfigError where what it needs is not installed."""
    search = config.search
    if search.engine != "opensearch":
        return _local_builder(config, search.engine)
    build = _cluster_builder(search.opensearch)
    return build if search.fallback == "none" else with_fallback(build, _local_builder(config, search.fallback))


def _local_builder(config: Config, engine: str) -> Build:
    if engine == "tantivy" and find_spec("tantivy") is None:
        raise ConfigError("search needs tantivy, which is not installed — pip install 'investor-bot[large]'")
    on_disk = partial(_on_disk, config)
    builders: dict[str, Build] = {"auto": sized(on_disk), "memory": MemoryEngine, "tantivy": on_disk}
    return builders[engine]


def _on_disk(config: Config, passages: Iterable[Terms]) -> Engine:
    from bot.search.tantivy import TantivyEngine

    return TantivyEngine(passages, Cache(config.state_dir / "index").folder)


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


def load_state(
    config: Config,
    by: str,
    language: Language,
    lexicon: str,
    engine: Build | None = None,
    before: Assistant | None = None,
) -> State[Assistant]:
    """The state of the configured folder, read with ``language`` (``lexicon``: its digest). Raises KnowledgeError.

    Of what is in use (``before``) everything is taken over that has not changed."""
    assistant = build_assistant(config, language, lexicon, engine, before)
    snapshot = Snapshot(
        id=assistant.snapshot,
        loaded_at=datetime.now(UTC),
        by=by,
        documents=len(assistant.documents),
        passages=len(assistant.index.passages),
        names=len(language.lexicon.concepts),
    )
    return State(snapshot, assistant, language, lexicon)


def _publish(assistant: Assistant) -> None:
    """Let all who share its index see that it is the current one. Raises SearchUnavailableError."""
    if isinstance(assistant.index.engine, Published):
        assistant.index.engine.activate()


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


def open_publisher(config: Config, library: Library, trail: Trail = untraced) -> Publisher:
    """Changes to the configured folder. Raises PublishError where the knowledge is the one that comes with the bot."""
    from bot.publishing.committing import Committer
    from bot.publishing.office import BUNDLED
    from bot.publishing.publisher import Publisher

    if config.knowledge.path is None:
        raise PublishError(BUNDLED)
    return Publisher(
        config.knowledge.path,
        config.state_dir,
        library,
        keep=config.knowledge.keep,
        trail=trail,
        committed=Committer(config.knowledge.path) if config.knowledge.commit else lambda _edition: None,
    )


def recover(config: Config) -> None:
    """Undo what a crash cut short in the configured folder, before it is loaded. Raises PublishError."""
    from bot.publishing.publisher import recover as recover_folder

    if config.knowledge.path is not None and config.knowledge.path.is_dir():
        recover_folder(config.knowledge.path, config.state_dir)


def open_staging(config: Config, library: Library) -> Staging:
    """Where sources wait that may become documents of the configured folder."""
    from bot.publishing.staging import Staging

    return Staging(
        config.state_dir, knowledge_folder(config), lambda: library.current.documents, lambda: library.places
    )


def published(config: Config) -> list[Edition]:
    """The published states of the configured folder, newest first; nothing is loaded."""
    from bot.publishing.publisher import editions_of

    folder = config.knowledge.path
    return editions_of(folder, config.state_dir) if folder is not None else []


def open_office(config: Config, library: Library, trail: Trail = untraced) -> Office:
    """What admins do to the configured knowledge."""
    from bot.publishing.office import Office

    own = config.knowledge.path is not None
    publisher = open_publisher(config, library, trail) if own else None
    return Office(library, publisher, open_staging(config, library))


async def open_gaps(store: Store, days: int) -> list[Gap]:
    """What was refused or disliked in the last days and is not ignored, most asked first. Raises StoreError."""
    from bot.publishing.gaps import Miss, gaps

    since = datetime.now(UTC) - timedelta(days=days)
    return gaps((Miss(*missed) for missed in await store.missed(since)), await store.gaps.ignored())


def gaps_of(config: Config, days: int) -> list[Gap]:
    """The same of the configured store, from outside an event loop."""

    async def read() -> list[Gap]:
        async with open_store(config) as store:
            return await open_gaps(store, days)

    return asyncio.run(read())


@asynccontextmanager
async def serving(config: Config, library: Library, store: Store) -> AsyncIterator[None]:
    """What runs beside a server: reloads by socket, by SIGHUP, where it is configured by themselves, and after those
    of other servers that share the store."""
    from bot.auditing import Reloads
    from bot.publishing.control import control
    from bot.publishing.following import following

    watched = knowledge_folder(config) if config.knowledge.watch else None
    others = following(library, Reloads(store)) if store.shared else nullcontext()
    async with control(config.state_dir, library, watched), others:
        yield


class Library:
    """Holds the assistant in use. ``reload`` builds a new one beside it and swaps one reference."""

    def __init__(self, config: Config, trail: Trail = untraced, language: Language | None = None) -> None:
        """``language`` is that of the lexicon as it is now, where it was read already."""
        from bot.publishing.golden import FILE as GOLDEN
        from bot.publishing.golden import load_golden
        from bot.publishing.reloading import Reloader

        self._config = config
        self._folder = knowledge_folder(config)
        self._read = (lexicon_digest(lexicon_folders(self._folder)), language) if language else None
        self._engine = engine_builder(config)  # one client of the cluster for all states
        self._reloader = Reloader(self._load, lambda: load_golden(self._folder / GOLDEN), trail, adopt=_publish)

    @property
    def current(self) -> Assistant:
        """The assistant in use."""
        return self._reloader.state.assistant

    @property
    def snapshot(self) -> Snapshot:
        """What is known of the state in use."""
        return self._reloader.state.snapshot

    @property
    def lexicon(self) -> Lexicon:
        """The lexicon of the state in use."""
        return self._reloader.state.language.lexicon

    @property
    def places(self) -> Mapping[str, str]:
        """The places of the lexicon and of the documents: id → name."""
        gazetteer = self.current.index.language.gazetteer
        return {id: gazetteer.name(id) or id for id in gazetteer.places}

    def reload(self, by: str = "console", *, force: bool = False, progress: Progress = silent) -> Reload:
        """Build from the folder as it is now, let it pass the gate, swap.

        Raises KnowledgeError, GoldenError among them unless ``force``; the old one then stays.
        """
        return self._reloader.reload(by, force=force, progress=progress)

    def golden(self) -> GoldenResult:
        """The golden questions put to the assistant in use. Raises KnowledgeError for a malformed file."""
        return self._reloader.check()

    def keep(self, answer: Answer, turns: Sequence[str] = (), *, refused: bool = False) -> Kept:
        """Make a golden question of what was asked; the earlier ones belong to it only where the answer needs them.

        Raises PublishError for the knowledge that comes with the bot, KnowledgeError for a malformed file.
        """
        from bot.publishing.keeping import Keeping, draft

        alone = self.current.ask(answer.question)
        needed = draft(alone, refused=refused) != draft(answer, refused=refused)
        return Keeping.of(self._config.knowledge.path, answer, turns if needed else (), refused=refused).keep()

    def review(self) -> tuple[Finding, ...]:
        """What is valid in the state in use and misleads all the same."""
        from bot.publishing.review.reviewing import review

        own = self._folder / "lexicon"
        language = self._reloader.state.language
        return review(self.current.documents, language, own if own.is_dir() else None)

    def _load(self, by: str) -> State[Assistant]:
        from bot.publishing.settling import settled

        before = self.current if hasattr(self, "_reloader") else None  # nothing is before the first load
        return settled(self._folder, lambda: load_state(self._config, by, *self._language(), self._engine, before))

    def _language(self) -> tuple[Language, str]:
        """The language of the lexicon as it is now; kept while no file of it changes."""
        digest = lexicon_digest(lexicon_folders(self._folder))
        while self._read is None or self._read[0] != digest:
            language = build_language(self._config)
            self._read = digest, language
            digest = lexicon_digest(lexicon_folders(self._folder))  # a file may have changed while it was read
        return self._read[1], digest
