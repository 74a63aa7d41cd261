"""Who may do what: owners by configuration, admins by the store. To everybody else there are no admin commands.

The handlers of admins stand before all others, behind the gate. An update that does not come from an officer passes
through them as if they were not there, so that nobody can tell an admin command from an unknown one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import CallbackQuery, Chat, Message, Update, User
from telegram.ext import ApplicationHandlerStop

from bot.store.model import Role
from bot.store.store import Store
from bot.telegram.types import Context, Handler

GROUP = -1
"""The group of handlers between the gate and everybody's."""


@dataclass(frozen=True)
class Officer:
    """An owner or admin who has proved to be one."""

    id: int
    role: Role

    @property
    def by(self) -> str:
        """How snapshots, history and audit trail name the officer."""
        return f"user:{self.id}"


Duty = Callable[[Officer, Update, Context], Awaitable[bool | None]]
"""What an officer wants done; False where it was not for us after all."""


@dataclass(frozen=True)
class Officers:
    """Recognises officers by their numeric id, anew for every update."""

    store: Store
    owners: frozenset[int]

    async def of(self, update: Update) -> Officer | None:
        """The officer who sent an update in a private chat; None for everybody else and everywhere else."""
        sender = _sender(update)
        if sender is None:
            return None
        role = "owner" if sender.id in self.owners else await self.store.roles.of(sender.id)
        return Officer(sender.id, role) if role else None

    async def ids(self) -> dict[int, Role]:
        """Everybody who is one."""
        owners: dict[int, Role] = dict.fromkeys(sorted(self.owners), "owner")
        return {**await self.store.roles.all(), **owners}

    def only(self, duty: Duty) -> Handler:
        """A handler that does its duty for officers and lets everybody else pass."""

        async def handle(update: Update, context: Context) -> None:
            officer = await self.of(update)
            if officer is not None and await duty(officer, update, context) is not False:
                raise ApplicationHandlerStop

        return handle


def _sender(update: Update) -> User | None:
    query = update.callback_query
    return _of_query(query) if query else _of_message(update.message)


def _of_query(query: CallbackQuery) -> User | None:
    chat = query.message.chat if query.message else None
    return query.from_user if _is_own(chat, query.from_user) else None


def _of_message(message: Message | None) -> User | None:
    """A person who writes in their own name: no anonymous admin, no channel, nobody's forwarded command."""
    if message is None or message.sender_chat or message.via_bot or message.is_automatic_forward:
        return None
    if message.forward_origin and message.document is None:
        return None
    return message.from_user if _is_own(message.chat, message.from_user) else None


def _is_own(chat: Chat | None, user: User | None) -> bool:
    """The private chat of that person with the bot."""
    return chat is not None and user is not None and chat.type == Chat.PRIVATE and chat.id == user.id
