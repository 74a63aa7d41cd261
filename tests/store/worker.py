"""A process of its own that works on a store; each line that it prints is a fact about the database.

``claim LOCATION OWNER TASKS COUNT MINUTES``: TASKS tasks race for the updates 0…COUNT-1, MINUTES after the
start of the tests' clock; prints each update that it won. Waits for a line on standard input first.
``write LOCATION``: adds cards, dialogues and updates without end; prints each number once it is stored.
``open LOCATION``: waits for a line on standard input, opens the store, prints "open".
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from bot.store.model import Dialogue, Key
from bot.store.store import Store
from tests.store.conftest import START
from tests.store.samples import card


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def ready() -> None:
    """Say so, and wait until everybody is."""
    say("ready")
    await asyncio.to_thread(sys.stdin.readline)


async def claim(location: str, owner: str, tasks: str, count: str, minutes: str) -> None:
    async with Store.open(location, clock=lambda: START + timedelta(minutes=int(minutes))) as store:
        await ready()

        async def race(task: int) -> None:
            for update_id in range(int(count)):
                if await store.updates.claim(update_id, f"{owner}-{task}", 60):
                    say(update_id)

        await asyncio.gather(*(race(task) for task in range(int(tasks))))


async def write(location: str) -> None:
    async with Store.open(location) as store:
        number = 0
        while True:
            number += 1
            await store.cards.add(card(Key(number, 0, number), question_message_id=number))
            await store.dialogues.save(Key(number, 0, number), Dialogue((str(number),), None))
            await store.updates.claim(number, "writer", 60)
            await store.updates.finish(number)
            say(number)


async def open_(location: str) -> None:
    await ready()
    async with Store.open(location):
        say("open")


COMMANDS = {"claim": claim, "write": write, "open": open_}

if __name__ == "__main__":
    asyncio.run(COMMANDS[sys.argv[1]](*sys.argv[2:]))
