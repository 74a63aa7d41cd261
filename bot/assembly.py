"""The composition root: the only place that builds the object graph from the configuration."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from operator import is_
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answer.assistant import Assistant
from bot.cache import Cache
from bot.config import Config
from bot.corpus.loader import load_folder
from bot.errors import PublishError, StoreError
from bot.language.language import Language, load_language
from bot.language.lexicon import Lexicon
from bot.language.places import load_places
from bot.publishing.committing import Committer
from bot.publishing.gaps import Miss, gaps
from bot.publishing.golden import FILE as GOLDEN
from bot.publishing.golden import load_golden
from bot.publishing.model import Edition, Gap, GoldenResult, Progress, Reload, Snapshot, silent
from bot.publishing.office import BUNDLED, Office
from bot.publishing.publisher import Publisher, editions_of
from bot.publishing.publisher import recover as recover_folder
from bot.publishing.reloading import Reloader
from bot.publishing.settling import settled
from bot.publishing.snapshot import State, lexicon_digest, snapshot_id
from bot.publishing.staging import Staging
from bot.publishing.trail import Deed, Trail, untraced
from bot.search.index import build_index

if TYPE_CHECKING:
    from bot.store.model import Entry
    from bot.store.store import Store

log = logging.getLogger(__name__)

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
    config: Config, language: Language | None = None, lexicon: str | None = None, before: Assistant | None = None
) -> Assistant:
    """Load, check and index the configured knowledge. Raises KnowledgeError listing every problem.

    ``language`` spares reading the lexicon again, ``lexicon`` is its digest; of what is in use (``before``)
    everything is taken over that has not changed.
    """
    folder = knowledge_folder(config)
    if lexicon is None:
        lexicon = lexicon_digest(lexicon_folders(folder))
    with _uncollected():
        places = load_places([f / "places.toml" for f in lexicon_folders(folder) if (f / "places.toml").is_file()])
        documents = load_folder(folder, places.places.keys(), before.documents if before else ())
        snapshot = snapshot_id(documents, lexicon)
        if before and before.snapshot == snapshot and all(map(is_, before.documents, documents)):
            return before
        language = language or build_language(config)
        known = before.index if before else None
        index = build_index(documents, language, cache=Cache(config.state_dir / "cache"), before=known)
        return Assistant(index, snapshot)


def load_state(
    config: Config, by: str, language: Language, lexicon: str, before: Assistant | None = None
) -> State[Assistant]:
    """The state of the configured folder, read with ``language`` (``lexicon``: its digest). Raises KnowledgeError.

    Of what is in use (``before``) everything is taken over that has not changed."""
    assistant = build_assistant(config, language, lexicon, before)
    snapshot = Snapshot(
        id=assistant.snapshot,
        loaded_at=datetime.now(UTC),
        by=by,
        documents=len(assistant.documents),
        passages=len(assistant.index.passages),
        names=len(language.lexicon.concepts),
    )
    return State(snapshot, assistant, language, lexicon)


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


def audit_trail(config: Config) -> Trail:
    """Keeps deeds in the audit trail of the configured store, in any thread that runs no event loop."""

    def keep(deed: Deed) -> None:
        try:
            asyncio.run(_record(config, deed))
        except StoreError as error:
            log.error("the audit trail lacks %s of %s by %s: %s", deed.action, deed.target, deed.by, error)

    return keep


async def _record(config: Config, deed: Deed) -> None:
    from bot.store.model import Entry

    kind, _, number = deed.by.partition(":")
    actor = int(number) if kind == "user" and number.isdecimal() else None
    after = deed.after if actor is not None else {"by": deed.by, "now": deed.after}
    async with open_store(config) as store:
        await store.audit.record(Entry(datetime.now(UTC), actor, deed.action, deed.target, deed.before, after))


def open_publisher(config: Config, library: Library, trail: Trail = untraced) -> Publisher:
    """Changes to the configured folder. Raises PublishError where the knowledge is the one that comes with the bot."""
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
    if config.knowledge.path is not None and config.knowledge.path.is_dir():
        recover_folder(config.knowledge.path, config.state_dir)


def open_staging(config: Config, library: Library) -> Staging:
    """Where sources wait that may become documents of the configured folder."""
    return Staging(
        config.state_dir, knowledge_folder(config), lambda: library.current.documents, lambda: library.places
    )


def published(config: Config) -> list[Edition]:
    """The published states of the configured folder, newest first; nothing is loaded."""
    folder = config.knowledge.path
    return editions_of(folder, config.state_dir) if folder is not None else []


def audit_entries(config: Config, days: int) -> list[Entry]:
    """The entries of the audit trail of the last days, newest first. Raises StoreError."""

    async def read() -> list[Entry]:
        async with open_store(config) as store:
            return await store.audit.entries(datetime.now(UTC) - timedelta(days=days), limit=1000)

    return asyncio.run(read())


def open_office(config: Config, library: Library, trail: Trail = untraced) -> Office:
    """What admins do to the configured knowledge."""
    own = config.knowledge.path is not None
    publisher = open_publisher(config, library, trail) if own else None
    return Office(library, publisher, open_staging(config, library))


async def open_gaps(store: Store, days: int) -> list[Gap]:
    """What was refused or disliked in the last days and is not ignored, most asked first. Raises StoreError."""
    since = datetime.now(UTC) - timedelta(days=days)
    return gaps((Miss(*missed) for missed in await store.missed(since)), await store.gaps.ignored())


def gaps_of(config: Config, days: int) -> list[Gap]:
    """The same of the configured store, from outside an event loop."""

    async def read() -> list[Gap]:
        async with open_store(config) as store:
            return await open_gaps(store, days)

    return asyncio.run(read())


def serving(config: Config, library: Library) -> AbstractAsyncContextManager[None]:
    """What runs beside a server: reloads by socket, by SIGHUP and, where it is configured, by themselves."""
    from bot.publishing.control import control

    return control(config.state_dir, library, knowledge_folder(config) if config.knowledge.watch else None)


class Library:
    """Holds the assistant in use. ``reload`` builds a new one beside it and swaps one reference."""

    def __init__(self, config: Config, trail: Trail = untraced, language: Language | None = None) -> None:
        """``language`` is that of the lexicon as it is now, where it was read already."""
        self._config = config
        self._folder = knowledge_folder(config)
        self._read = (lexicon_digest(lexicon_folders(self._folder)), language) if language else None
        self._reloader = Reloader(self._load, lambda: load_golden(self._folder / GOLDEN), trail)

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

    def _load(self, by: str) -> State[Assistant]:
        before = self.current if hasattr(self, "_reloader") else None  # nothing is before the first load
        return settled(self._folder, lambda: load_state(self._config, by, *self._language(), before))

    def _language(self) -> tuple[Language, str]:
        """The language of the lexicon as it is now; kept while no file of it changes."""
        digest = lexicon_digest(lexicon_folders(self._folder))
        while self._read is None or self._read[0] != digest:
            language = build_language(self._config)
            self._read = digest, language
            digest = lexicon_digest(lexicon_folders(self._folder))  # a file may have changed while it was read
        return self._read[1], digest
