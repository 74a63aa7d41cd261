"""What the bot tells whoever keeps a record of its chats; by default nobody does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Update


async def _claim_any(_update: Update) -> bool:
    return True


async def _tell_nobody(_what: object) -> None:
    return None


def _nothing() -> None:
    return None


async def _move_nothing(_old_chat_id: int, _new_chat_id: int) -> None:
    return None


@dataclass(frozen=True)
class Hooks:
    """The seams for a store.

    ``claim`` makes an update ours, durably: False where it is another's or was done before; where it raises,
    the update is not taken and Telegram brings it again. ``done`` hears of each update that was worked through.
    ``give_up`` says that what is not done by now is left to the next run. ``on_refused`` hears the id of a chat that
    takes no messages any more (the bot was blocked or removed), ``on_welcomed`` of one that takes them again.
    ``on_migrated`` hears, maybe twice, that a group has a new id (old, new): all that is known of it belongs to the
    new one.
    """

    claim: Callable[[Update], Awaitable[bool]] = _claim_any
    done: Callable[[Update], Awaitable[None]] = _tell_nobody
    give_up: Callable[[], None] = _nothing
    on_refused: Callable[[int], Awaitable[None]] = _tell_nobody
    on_welcomed: Callable[[int], Awaitable[None]] = _tell_nobody
    on_migrated: Callable[[int, int], Awaitable[None]] = _move_nothing
