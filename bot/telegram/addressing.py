"""Whether a message speaks to the bot, and what it says without the bot's name.

In a private chat everything does. In a group the bot stays silent unless it is mentioned or somebody
replies to one of its messages (commands have their own handlers).
"""

from __future__ import annotations

import re

from telegram import Message, MessageEntity, User
from telegram.constants import ChatType

_MENTIONS: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
_SPACES = re.compile(r"[ \t\u3000]{2,}")
_SEPARATORS = " \t\n\u3000,:\uff0c\uff1a"


def question_of(message: Message, bot: User) -> str | None:
    """Return the question that the message puts to the bot, "" for a bare mention, None for none."""
    if message.via_bot:
        return None  # posted through a bot's inline mode: somebody's answer, not a question
    mentions = _mentions(message, bot)
    if message.chat.type == ChatType.PRIVATE or mentions or _replies_to(message, bot):
        return _without(message.text or "", mentions)
    return None


def argument_of(message: Message) -> str:
    """Return what stands behind a command, line breaks and all."""
    return "".join((message.text or "").split(maxsplit=1)[1:])


def _mentions(message: Message, bot: User) -> list[str]:
    """Return the words of the message that name the bot."""
    found = message.parse_entities(_MENTIONS)
    return [text for entity, text in found.items() if _names(entity, text, bot)]


def _names(entity: MessageEntity, text: str, bot: User) -> bool:
    if entity.user is not None:
        return entity.user.id == bot.id
    return text.lower() == f"@{bot.username}".lower()


def _replies_to(message: Message, bot: User) -> bool:
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created is not None:
        return False  # in a topic every message "replies" to the message that opened the topic
    return replied.from_user is not None and replied.from_user.id == bot.id


def _without(text: str, mentions: list[str]) -> str:
    for mention in mentions:
        text = text.replace(mention, " ", 1)
    return _SPACES.sub(" ", text).strip(_SEPARATORS)
