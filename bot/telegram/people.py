"""Whom the bot talks to: the key of a dialogue, and the language to speak."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import CallbackQuery, Chat, Message, Update, User

from bot.render.messages import resolve
from bot.store.model import Dialogue, Key
from bot.store.store import Store
from bot.telegram.languages import AUTO
from bot.telegram.sending import topic_of


def speaker_of(message: Message) -> User | Chat:
    """Who wrote a message: a person, or the group or channel in whose name an anonymous admin writes."""
    return message.sender_chat or message.from_user or message.chat


def key_of(message: Message) -> Key:
    """Whose dialogue a message belongs to."""
    return Key(message.chat_id, topic_of(message) or 0, speaker_of(message).id)


def app_language(update: Update | CallbackQuery | Message) -> str | None:
    """The language of the app that a person uses, None where it is not told."""
    user = update.effective_user if isinstance(update, Update) else update.from_user
    return user.language_code if user else None


@dataclass(frozen=True)
class Languages:
    """``configured`` is a locale or ``auto``."""

    store: Store
    configured: str = AUTO

    async def chosen(self, user_id: int) -> str | None:
        """The locale that ``/lang`` or the configuration set; None follows what people write."""
        return await self.store.users.locale(user_id) or (None if self.configured == AUTO else self.configured)

    async def of_pages(self, user_id: int, dialogue: Dialogue | None, app: str | None) -> str:
        """The locale of a page of ours: the chosen one, that of the last question, that of the app."""
        return resolve(await self.chosen(user_id) or (dialogue and dialogue.spoken) or app or "")

    async def chosen_by(self, update: Update) -> str | None:
        """What ``/lang`` set for whoever sent an update."""
        user = update.effective_user
        return await self.store.users.locale(user.id) if user else None

    async def of_update(self, update: Update) -> str:
        """The locale of a page that answers an update, also the press of a button."""
        query, message = update.callback_query, update.effective_message
        if query is None and isinstance(message, Message):
            return await self.of_message(message)
        user = update.effective_user
        known = await self._dialogue_of(query) if query else None
        return await self.of_pages(user.id if user else 0, known, app_language(update))

    async def _dialogue_of(self, query: CallbackQuery) -> Dialogue | None:
        message = query.message
        if not isinstance(message, Message):
            return None
        return await self.store.dialogues.load(Key(message.chat_id, topic_of(message) or 0, query.from_user.id))

    async def of_message(self, message: Message) -> str:
        """The locale of a page that answers ``message``."""
        key = key_of(message)
        return await self.of_pages(key.user_id, await self.store.dialogues.load(key), app_language(message))
