"""The one door for updates: each is taken once, whatever happens on the way."""

from __future__ import annotations

import asyncio

import pytest
from telegram import Update

from bot.observe.metrics import Metrics
from bot.telegram.hooks import Hooks
from bot.telegram.intake import ALLOWED, PENDING, Intake, kind_of
from tests.observe.test_metrics import value
from tests.telegram.botapi import (
    callback_query,
    channel_post,
    edited_message,
    inline_query,
    private_message,
)

MESSAGE = private_message("GDP")["message"] | {"message_id": 1}
MEMBER = {"status": "member", "user": {"id": 9, "is_bot": True, "first_name": "Bot"}}
CHOSEN = {"result_id": "1", "from": MESSAGE["from"], "query": "GDP"}


def update(number: int = 1, content: dict[str, object] | None = None) -> Update:
    """Return the library's update for an update of ours."""
    read = Update.de_json({"update_id": number} | (content or {"message": MESSAGE}), None)
    assert isinstance(read, Update)
    return read


async def test_an_update_that_comes_twice_is_taken_once() -> None:
    """Telegram repeats what it got no answer for, also while the first one is still being claimed."""
    claimed, may = [], asyncio.Event()

    async def claim(update: Update) -> bool:
        claimed.append(update.update_id)
        await may.wait()
        return True

    intake = Intake(Metrics(), Hooks(claim))
    both = asyncio.gather(intake.accept(update()), intake.accept(update()))
    await asyncio.sleep(0)
    may.set()
    assert await both == [True, False]
    assert (claimed, intake.qsize()) == ([1], 1)


async def test_an_update_that_was_claimed_before_is_left_alone() -> None:
    """The store knows more than this process: another one, or the one before, has done it."""

    async def claim(_: Update) -> bool:
        return False

    intake = Intake(Metrics(), Hooks(claim))
    assert await intake.accept(update()) is False
    assert intake.empty()


async def test_an_update_that_could_not_be_claimed_may_come_again() -> None:
    """A store that is down for a moment loses nothing."""
    failures = [OSError("disk full")]

    async def claim(_: Update) -> bool:
        if failures:
            raise failures.pop()
        return True

    intake = Intake(Metrics(), Hooks(claim))
    with pytest.raises(OSError, match="disk full"):
        await intake.accept(update())
    assert await intake.accept(update()) is True


async def test_it_is_crowded_until_work_is_done() -> None:
    """Above a thousand updates in work Telegram keeps the rest."""
    intake = Intake(Metrics(), Hooks())
    for number in range(PENDING):
        await intake.accept(update(number))
    waiting = asyncio.create_task(intake.room())
    await asyncio.sleep(0)
    assert intake.crowded
    assert not waiting.done()
    intake.get_nowait()
    assert intake.crowded, "what is fetched from the queue is still in work"
    intake.task_done()
    await asyncio.wait_for(waiting, 5)
    assert value(intake.metrics, "investor_bot_updates_pending") == PENDING - 1


async def test_memory_for_ids_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last so many are remembered."""
    monkeypatch.setattr("bot.telegram.intake.REMEMBERED", 50)
    intake = Intake(Metrics(), Hooks())
    for number in range(55):
        await intake.accept(update(number))
    assert len(intake._seen) == 50
    assert await intake.accept(update(50)) is False
    assert await intake.accept(update(0)) is True


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("message", {"message": MESSAGE}),
        ("edited_message", edited_message(MESSAGE, "GDP")),
        ("callback_query", callback_query("x", MESSAGE)),
        ("inline_query", inline_query("GDP")),
        ("chosen_inline_result", {"chosen_inline_result": CHOSEN}),
        (
            "my_chat_member",
            {
                "my_chat_member": {
                    "chat": MESSAGE["chat"],
                    "from": MESSAGE["from"],
                    "date": 1,
                    "old_chat_member": MEMBER,
                    "new_chat_member": MEMBER,
                }
            },
        ),
        ("other", {"channel_post": channel_post("x")["channel_post"] | {"message_id": 1}}),
    ],
)
async def test_updates_are_counted_by_kind(kind: str, content: dict[str, object]) -> None:
    """Each kind that the bot asks for has its own count, all others one."""
    intake = Intake(Metrics(), Hooks())
    await intake.accept(update(1, content))
    assert kind_of(update(1, content)) == kind
    assert value(intake.metrics, "investor_bot_updates_total", kind=kind) == 1
    assert kind == "other" or kind in ALLOWED


async def test_only_who_speaks_is_heard() -> None:
    """That a user blocked the bot is an update from the chat as well, but no reason to write there again."""
    heard: list[int] = []
    intake = Intake(Metrics(), Hooks(), heard.append)
    await intake.accept(update(1))
    await intake.accept(update(2, {"chosen_inline_result": CHOSEN}))
    assert heard == [1001]
