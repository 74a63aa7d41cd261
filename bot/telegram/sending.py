"""Sends a reply: threaded to its question, in its topic, and as plain text where markup is refused."""

from __future__ import annotations

import asyncio
import html
import logging
import re
from collections.abc import Awaitable
from typing import Any, TypeVar

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError

log = logging.getLogger(__name__)

TYPING_AFTER = 0.7
"""Seconds of work after which "typing …" is shown; quicker answers come without it."""
TYPING_AGAIN = 4.5
"""Telegram shows "typing …" for five seconds."""

_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
T = TypeVar("T")


async def reply(message: Message, text: str, markup: InlineKeyboardMarkup | None = None) -> Message:
    """Reply with Telegram HTML; where Telegram cannot read it, the same words arrive as plain text."""
    try:
        return await _send(message, text, ParseMode.HTML, markup)
    except BadRequest as error:
        if "can't parse entities" not in str(error).lower():
            raise
        log.error("Telegram refused the markup of a reply, sent as plain text: %s", error)
        return await _send(message, plain(text), None, markup)


def plain(text: str) -> str:
    """Return Telegram HTML without its tags, entities resolved."""
    return html.unescape(_TAG.sub("", text))


async def with_typing(message: Message, work: Awaitable[T]) -> T:
    """Return the result of ``work``, showing "typing …" while it takes long."""
    task = asyncio.ensure_future(work)
    pause = TYPING_AFTER
    while True:
        done, _ = await asyncio.wait((task,), timeout=pause)
        if done:
            return await task
        await _show_typing(message)
        pause = TYPING_AGAIN


async def _send(message: Message, text: str, mode: ParseMode | None, markup: InlineKeyboardMarkup | None) -> Message:
    """Send below the message; where its group has moved to a new id meanwhile, there, as a reply to nothing."""
    content: dict[str, Any] = {
        "text": text,
        "parse_mode": mode,
        "link_preview_options": _NO_PREVIEW,
        "reply_markup": markup,
    }
    try:
        return await message.get_bot().send_message(
            chat_id=message.chat_id,
            message_thread_id=topic_of(message),
            reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
            **content,
        )
    except ChatMigrated as moved:
        return await message.get_bot().send_message(chat_id=moved.new_chat_id, **content)


async def _show_typing(message: Message) -> None:
    try:
        await message.get_bot().send_chat_action(
            message.chat_id, ChatAction.TYPING, message_thread_id=topic_of(message)
        )
    except TelegramError as error:
        log.debug("cannot show typing: %s", error)


def topic_of(message: Message) -> int | None:
    """Return the topic of a message. Replies in plain groups carry a thread id too, which is none."""
    return message.message_thread_id if message.is_topic_message else None
