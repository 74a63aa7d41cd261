"""A long bad day: 200 people ask 2,000 questions while Telegram and the network fail again and again.

Half of the questions come by polling, half by webhook.

The failures are drawn with a fixed seed. Those of sending are what a bot can recover from without guessing (429,
500, 502, a connection lost before the call was done), a time-out after the message had gone, and a connection lost
after it. In the last case nobody can know: the bot sends again, and these answers alone may come twice.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.inbox import Inbox
from bot.telegram.serve import polling, receiving, tended
from bot.telegram.types import BotApplication
from bot.telegram.webhook import endpoint
from tests.telegram.botapi import (
    BotApi,
    Call,
    bad_gateway,
    dropped,
    hanging,
    internal_error,
    private_message,
    too_many_requests,
)
from tests.telegram.botapi.failures import Failure
from tests.telegram.botapi.updates import Update
from tests.telegram.conftest import QUOTE, UNHURRIED, SmallLibrary, called_at

PEOPLE, EACH = 200, 5
"""People, and the questions of each in either mode."""
SECONDS = 180
"""A bound for broken code; it takes a fraction of that."""
CONNECTIONS = 40
"""Calls that Telegram makes to a webhook at once."""

SENDING = {
    None: 958,
    too_many_requests(1): 8,
    internal_error(): 10,
    bad_gateway(): 10,
    dropped(): 8,
    dropped(done=True): 3,
    hanging(done=True): 3,
}
"""How often of 1,000 times sending a message ends so."""
FETCHING = {
    None: 90,
    too_many_requests(1): 2,
    bad_gateway(): 2,
    internal_error(): 2,
    dropped(): 2,
    dropped(done=True): 2,
}
"""The same of 100 for fetching updates. A time-out there is left out: it takes half a minute."""


class Weather:
    """Draws how a call ends, the same in every run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self.drawn: Counter[Failure] = Counter()

    def __call__(self, method: str) -> Failure | None:
        chances = {"sendMessage": SENDING, "getUpdates": FETCHING}.get(method, {None: 1})
        (failure,) = self._random.choices(list(chances), list(chances.values()))
        if failure:
            self.drawn[failure] += 1
        return failure


def questions() -> list[Update]:
    """Everybody's questions, mixed; those of one person in their order."""
    order = [person for person in range(PEOPLE) for _ in range(EACH)]
    random.Random(1).shuffle(order)  # noqa: S311
    asked: Counter[int] = Counter()
    updates = []
    for person in order:
        asked[person] += 1
        updates.append(private_message(f"GDP {person}-{asked[person]}", chat_id=1001 + person))
    return updates


@asynccontextmanager
async def serving(
    api: BotApi, library: SmallLibrary, store: Store, mode: str, state: Path
) -> AsyncIterator[tuple[BotApplication, str]]:
    """Run the real application one way or the other; returns it and where the webhook listens."""
    config = called_at(api, state)
    inbox = Inbox(store, "server")
    application = build_application(config, library, store, hooks=inbox.hooks(), rates=UNHURRIED)
    way = receiving(application, endpoint(config)) if mode == "webhook" else polling(application)
    async with way, tended(application, inbox):
        yield application, f"http://{config.telegram.webhook_listen}"


async def deliver(api: BotApi, updates: Sequence[Update], url: str) -> None:
    """Call the webhook as Telegram does: one call at a time for a chat, again where it was not taken.

    Of ten calls one is made twice: the bot had taken the update, but its answer was lost.
    """
    free, draw = asyncio.Semaphore(CONNECTIONS), random.Random(2)  # noqa: S311
    chats: defaultdict[int, list[Update]] = defaultdict(list)
    for update in updates:
        chats[update["message"]["chat"]["id"]].append(api.numbered(update))

    async def one_chat(own: Sequence[Update]) -> None:
        for update in own:
            calls = 2 if draw.random() < 0.1 else 1
            while calls:
                async with free:
                    calls -= await api.deliver_numbered(update, url) == 200

    await asyncio.gather(*(one_chat(own) for own in chats.values()))


def once(messages: Sequence[str], uncertain: Counter[str]) -> list[str]:
    """The questions that were answered, without second answers to those whose first one may have been lost."""
    left, kept = Counter(uncertain), []
    for question in messages:
        if kept[-1:] == [question] and left[question]:
            left[question] -= 1
        else:
            kept.append(question)
    return kept


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_each_question_is_answered_once_and_in_order(
    api: BotApi, library: SmallLibrary, store: Store, mode: str, tmp_path: Path
) -> None:
    """Nothing is lost, nothing is asked twice, nobody reads an apology, and no follow-up overtakes its question."""
    updates = questions()
    api.weather = weather = Weather(3)
    async with serving(api, library, store, mode, tmp_path) as (application, url), asyncio.timeout(SECONDS):
        if mode == "webhook":
            await deliver(api, updates, url)
        else:
            for update in updates:
                api.push(update)
            await api.wait_confirmed()
        await application.update_queue.join()
        api.weather = lambda _method: None
    answered: defaultdict[int, list[str]] = defaultdict(list)
    for message in api.sent:
        assert QUOTE in message["text"]
        answered[message["chat"]["id"]].append(message["reply_to_message"]["text"])
    lost = Counter(call.result["reply_to_message"]["text"] for call in api.calls if _is_uncertain(call))
    expected = {1001 + person: [f"GDP {person}-{n}" for n in range(1, EACH + 1)] for person in range(PEOPLE)}
    assert {chat: once(texts, lost) for chat, texts in answered.items()} == expected
    assert Counter(question for question, _ in library.asked) == Counter(q for own in expected.values() for q in own)
    assert set(weather.drawn) >= set(SENDING) - {None}


def _is_uncertain(call: Call) -> bool:
    """Whether a message arrived and the connection was lost before the bot heard of it."""
    return call.method == "sendMessage" and call.ending == "dropped" and call.result is not None
