"""What logs may know of an update: its id, a keyed hash of its chat, and which words in it are personal."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator

from telegram import Chat, Message, Update, User

from bot.observe.logs import Subject

_DIGITS = 10
_PARTS = re.compile(r"@\w+|\n")


def subject_of(update: object, key: bytes) -> Subject:
    """Return the subject of an update; ``key`` keeps others from trying which chat a hash belongs to."""
    if not isinstance(update, Update):
        return Subject()
    chat = update.effective_chat or update.effective_user
    hashed = hmac.new(key, str(chat.id).encode(), hashlib.sha256).hexdigest()[:_DIGITS] if chat else None
    return Subject(update.update_id, hashed, frozenset(word for word in _words(update) if word))


def _words(update: Update) -> Iterator[str | None]:
    for party in (update.effective_user, update.effective_chat, update.effective_sender):
        yield from _names(party)
    message = update.effective_message
    if isinstance(message, Message):
        yield from (message.text, message.caption)
        # also what is left of a question once the bot's name is cut off
        yield from (part.strip() for part in _PARTS.split(message.text or ""))
    if update.inline_query:
        yield update.inline_query.query
    if update.chosen_inline_result:
        yield update.chosen_inline_result.query


def _names(party: User | Chat | None) -> Iterator[str | None]:
    if party is not None:
        yield str(party.id)
        yield from (party.first_name, party.last_name, party.username, getattr(party, "title", None))
