"""Several processes on one store, and processes that die."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from bot.store.model import Dialogue, Key
from bot.store.store import Store
from tests.store.conftest import START, Clock
from tests.store.processes import all_at_once, worker
from tests.store.samples import ALICE_IN_GROUP, BOB, GROUP, SUPERGROUP, card

RIVALS, TASKS, UPDATES = 3, 4, 30


def race(location: str, name: str, minutes: int = 0) -> list[int]:
    """Every update that somebody won, in all processes."""
    with ExitStack() as stack:
        rivals = [
            stack.enter_context(worker("claim", location, f"{name}-{number}", TASKS, UPDATES, minutes))
            for number in range(RIVALS)
        ]
        return sorted(int(update) for won in all_at_once(rivals) for update in won)


async def test_every_update_is_won_once_among_processes_and_tasks(location: str) -> None:
    """And, while the leases run, by no others; again once when the winners restart or the leases end.

    What is finished is won by nobody.
    """
    everything = list(range(UPDATES))
    assert await asyncio.to_thread(race, location, "first") == everything
    assert await asyncio.to_thread(race, location, "late") == []
    assert await asyncio.to_thread(race, location, "first") == everything
    async with Store.open(location, clock=lambda: START) as store:
        for update_id in range(0, UPDATES, 3):
            await store.updates.finish(update_id)
    assert await asyncio.to_thread(race, location, "late", 1) == [update for update in everything if update % 3]


async def test_tasks_of_one_process_win_an_update_once(store: Store, clock: Clock) -> None:
    """Under one owner's name too: a webhook may deliver an update again while it is worked on."""
    for _ in range(2):
        won = await asyncio.gather(*(store.updates.claim(1, "a", 60) for _ in range(20)))
        assert won.count(True) == 1
        clock.forward(seconds=60)


async def test_what_was_acknowledged_before_kill_9_is_there_afterwards(location: str) -> None:
    """Nothing that a writer said was stored is lost, and the store opens and works."""

    def write_and_die() -> int:
        with worker("write", location) as process:
            assert process.stdout is not None
            while int(process.stdout.readline()) < 40:
                pass
            process.kill()  # SIGKILL
            rest = process.stdout.read().split()
            return int(rest[-1]) if rest else 40

    last = await asyncio.to_thread(write_and_die)
    async with Store.open(location) as store:
        for number in range(1, last + 1):
            key = Key(number, 0, number)
            assert await store.dialogues.load(key) == Dialogue((str(number),), None)
            assert await store.cards.by_question(number, number) is not None
            assert await store.updates.finished(number)
        assert await store.cards.add(card(BOB)) > last


async def test_a_file_is_whole_after_kill_9_at_any_moment(tmp_path: Path) -> None:
    """Wherever in a transaction the writer was."""
    path = tmp_path / "store.sqlite"

    def write_and_die(lines: int) -> None:
        with worker("write", f"sqlite:///{path}") as process:
            assert process.stdout is not None
            for _ in range(lines):
                process.stdout.readline()
            process.kill()

    for lines in (1, 2, 5):
        await asyncio.to_thread(write_and_die, lines)
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()


async def test_a_new_store_can_be_opened_by_many_processes_at_once(location: str) -> None:
    """One makes the tables, the others wait for it."""

    def open_all() -> list[list[str]]:
        with ExitStack() as stack:
            return all_at_once([stack.enter_context(worker("open", location)) for _ in range(5)])

    assert await asyncio.to_thread(open_all) == [["open"]] * 5


async def test_a_new_store_can_be_opened_by_many_tasks_at_once(location: str) -> None:
    """The same within one process."""

    async def open_and_use(number: int) -> str | None:
        async with Store.open(location) as store:
            await store.users.choose(number, "en")
            return await store.users.locale(number)

    assert await asyncio.gather(*(open_and_use(number) for number in range(8))) == ["en"] * 8


async def test_many_tasks_read_and_write_at_once(store: Store) -> None:
    """More than the pool has connections; nothing is lost and nothing fails."""

    async def talk(number: int) -> int:
        key = Key(number, 0, number)
        for turn in range(5):
            before = await store.dialogues.load(key) or Dialogue()
            await store.dialogues.save(key, Dialogue((*before.turns, str(turn)), None))
        after = await store.dialogues.load(key)
        return len(after.turns) if after else 0

    assert await asyncio.gather(*(talk(number) for number in range(40))) == [5] * 40


async def test_a_user_is_forgotten_while_others_press_and_groups_move(store: Store) -> None:
    """Transactions over the same rows wait for each other in one order: none is ended, and nothing is left."""
    for _ in range(10):
        ids = [await store.cards.add(card(ALICE_IN_GROUP)) for _ in range(3)]
        await asyncio.gather(*(store.feedback.give(card_id, user, 1) for card_id in ids for user in range(4)))
        await store.dialogues.save(ALICE_IN_GROUP, Dialogue(("q",), None))
        presses = [store.feedback.give(card_id, user, 1) for card_id in ids for user in range(4)]
        forget, move = store.forget(ALICE_IN_GROUP.user_id), store.dialogues.migrate(GROUP, SUPERGROUP)
        await asyncio.gather(*presses[:6], forget, move, *presses[6:])
        assert [await store.cards.get(card_id) for card_id in ids] == [None] * 3


async def test_a_cancelled_task_leaves_the_store_usable(store: Store) -> None:
    """Wherever the cancellation strikes: no lock stays held, no half transaction stays."""
    chance = random.Random(1)  # noqa: S311 - no secret
    for round_ in range(60):
        task = asyncio.create_task(store.roles.grant(round_, "admin", by=1))
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(chance.choice([0, 0, 0.0005]))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(10):
        await store.roles.grant(1000, "owner", by=1)
        granted = set(await store.roles.all())
        entries = await store.audit.entries(START - timedelta(days=1), 1000)
    assert granted == {int(entry.target) for entry in entries}
    assert 1000 in granted


async def test_the_event_loop_goes_on_while_the_store_works(store: Store) -> None:
    """A task that only counts gets its turn many times during the writes of others."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await asyncio.gather(*(store.users.choose(number, "en") for number in range(20)))
    counting.cancel()
    assert turns > 20
