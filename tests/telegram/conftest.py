"""A Bot API server double and the real application, connected over HTTP on loopback."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.answer.checking import Check
from bot.answer.model import Answer, Citation, DocumentRef, Facets, Topic
from bot.config import Config, load_config
from bot.corpus.model import Document, FrontMatter
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.inbox import Inbox
from bot.telegram.limiter import Rates
from bot.telegram.serve import polling, tended
from bot.telegram.types import BotApplication
from bot.telegram.windows import Rate
from tests.ports import free_address
from tests.telegram.botapi import BotApi, complete, complete_path, reduced

QUOTE = "2021年地区生产总值增长10%左右，R&D经费占比<5.5%。"
REPORT = Document("gz-2021", FrontMatter(title="2021年黄埔区政府工作报告", publisher="黄埔区政府"), QUOTE)

UNHURRIED = Rates(overall=Rate(10_000, 1), chat=Rate(10_000, 1), group=Rate(10_000, 1))
"""For tests that are not about the pace."""

Serving = Callable[[], AbstractAsyncContextManager[BotApplication]]


@dataclass
class SmallLibrary:
    """A library of one sentence: it finds questions about GDP and is thread-safe like the real one.

    ``asked`` are the calls as (question, turns). While ``gate`` is closed, asking takes as long as the
    test wants; ``breaks`` is raised instead of an answer.
    """

    documents: tuple[Document, ...] = (REPORT,)
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    breaks: Exception | None = None
    snapshot: str = "small"

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def current(self) -> SmallLibrary:
        return self

    def ask(self, question: str, turns: Sequence[str] = ()) -> Answer:
        self.asked.append((question, tuple(turns)))
        self.gate.wait(timeout=30)
        if self.breaks:
            raise self.breaks
        locale = "zh-Hans" if any("\u4e00" <= char <= "\u9fff" for char in question) else "en"
        if question == "你好":
            return Answer(question, "smalltalk", reply="smalltalk.greeting", locale=locale)
        if "GDP" not in question and not turns:
            return Answer(question, "no_answer", reply="no_answer.unknown", locale=locale)
        return Answer(question, "answered", (_citation(),), locale=locale)

    def widen(self, citation: Citation, _steps: int) -> Citation:
        return citation

    def check(self, claim: str) -> Check:
        return Check(claim, "nowhere")

    def find_verbatim(self, _quote: str) -> tuple[Citation, ...]:
        return ()

    def examples(self, _locale: str) -> tuple[str, ...]:
        return ("黄埔区2021年GDP目标是多少",)

    def place_names(self, place: str) -> Mapping[str, str]:
        names = {"zh-Hans": "广州市黄埔区", "zh-Hant": "廣州市黃埔區", "en": "Huangpu, Guangzhou"}
        return names if place == "gz-huangpu" else {}

    def topics(self, locale: str) -> tuple[Topic, ...]:
        questions = {
            "zh-Hans": ("黄埔区2021年GDP目标是多少", "2021年GDP目标"),
            "zh-Hant": ("黃埔區2021年GDP目標幾多", "2021年GDP目標"),
            "en": ("Huangpu GDP target for 2021", "GDP target for 2021"),
        }[locale]
        return (Topic("policy", (f"{questions[0]}?",)), Topic("target", questions))


def _citation() -> Citation:
    start = QUOTE.index("10%左右")
    return Citation(
        rank=1,
        quote=QUOTE,
        span=(0, len(QUOTE)),
        document=DocumentRef("gz-2021", REPORT.title, date="2021-03-01"),
        highlights=((start, start + 5),),
        facets=Facets("gz-huangpu", ("2021",), "target"),
    )


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """A running double with the description that is at hand."""
    async with BotApi() as api:
        yield api


@pytest.fixture(params=["reduced", "complete"])
async def each_api(request: pytest.FixtureRequest) -> AsyncIterator[BotApi]:
    """A running double, once with the reduced and once with the complete description."""
    if request.param == "complete" and not complete_path().is_file():
        pytest.skip(f"{complete_path()} is not there, INVESTOR_BOT_SHARED says where it is")
    description = reduced() if request.param == "reduced" else complete(complete_path())
    async with BotApi(description=description) as api:
        yield api


@pytest.fixture
def library() -> SmallLibrary:
    """The library of one sentence."""
    return SmallLibrary()


@pytest.fixture
def config(api: BotApi) -> Config:
    """A configuration that points the bot at the double."""
    return config_for(api)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store."""
    async with Store.open(tmp_path / "store.sqlite") as store:
        yield store


def config_for(api: BotApi, **telegram: object) -> Config:
    """Return a configuration that points the bot at this double; ``telegram`` replaces keys."""
    table = {"token": api.token, "base_url": api.base_url, "base_file_url": api.base_file_url}
    return load_config(telegram=table | telegram)


def called_at(api: BotApi, state: Path, **telegram: object) -> Config:
    """Return a configuration of a bot that can be called at a free address; ``telegram`` replaces keys."""
    address = {"webhook_url": "https://bot.example.org", "webhook_listen": free_address()}
    return config_for(api, **(address | telegram)).model_copy(update={"state_dir": state})


@pytest.fixture
def serving(config: Config, library: SmallLibrary, store: Store) -> Serving:
    """``async with serving():`` runs the real application against the double until all is answered."""

    @asynccontextmanager
    async def serve() -> AsyncIterator[BotApplication]:
        inbox = Inbox(store, "server")
        application = build_application(config, library, store, hooks=inbox.hooks(), rates=UNHURRIED)
        async with polling(application), tended(application, inbox):
            yield application

    return serve
