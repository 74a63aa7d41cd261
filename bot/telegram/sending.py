"""Sends and edits messages: threaded to the question, in its topic, as plain text where markup is refused."""

from __future__ import annotations

import asyncio
import html
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError

log = logging.getLogger(__name__)

TYPING_AFTER = 0.7
"""Seconds of work after which "typing …" is shown; quicker answers come without it."""
TYPING_AGAIN = 4.5
"""Telegram shows "typing …" for five seconds."""

_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
T = TypeVar("T")


@dataclass(frozen=True)
class Outgoing:
    """A message to send: Telegram HTML and the buttons under it."""

    html: str
    keyboard: InlineKeyboardMarkup | None = None


@dataclass(frozen=True)
class Address:
    """Where a message goes: a chat, a topic in it, and the message that it replies to."""

    chat_id: int
    topic_id: int | None = None
    reply_to: int | None = None


def address_of(message: Message) -> Address:
    """Return where a reply to ``message`` goes."""
    return Address(message.chat_id, topic_of(message), message.message_id)


async def reply(message: Message, text: str, keyboard: InlineKeyboardMarkup | None = None) -> Message:
    """Reply with Telegram HTML. Raises TelegramError."""
    return await send(message.get_bot(), address_of(message), Outgoing(text, keyboard))


async def send(bot: Bot, address: Address, outgoing: Outgoing) -> Message:
    """Send; where Telegram cannot read the markup, the same words arrive as plain text. Raises TelegramError."""
    replied = ReplyParameters(address.reply_to, allow_sending_without_reply=True) if address.reply_to else None

    async def attempt(mode: ParseMode | None) -> Message:
        content: dict[str, Any] = {
            "text": in_mode(outgoing.html, mode),
            "parse_mode": mode,
            "reply_markup": outgoing.keyboard,
            "link_preview_options": NO_PREVIEW,
        }
        try:
            return await bot.send_message(
                chat_id=address.chat_id, message_thread_id=address.topic_id, reply_parameters=replied, **content
            )
        except ChatMigrated as moved:  # the group has a new id, where there is no message to reply to
            return await bot.send_message(chat_id=moved.new_chat_id, **content)

    return await marked_up_or_plain(attempt)


async def edit(bot: Bot, chat_id: int, message_id: int, outgoing: Outgoing) -> bool:
    """Change a message of the bot; False where it is no more. Raises TelegramError."""

    async def attempt(mode: ParseMode | None) -> object:
        return await bot.edit_message_text(
            in_mode(outgoing.html, mode),
            chat_id,
            message_id,
            parse_mode=mode,
            reply_markup=outgoing.keyboard,
            link_preview_options=NO_PREVIEW,
        )

    try:
        await marked_up_or_plain(attempt)
    except BadRequest as error:
        said = str(error).lower()
        if "not modified" in said:  # a button that was tapped twice
            return True
        if any(gone in said for gone in _GONE):
            return False
        raise
    return True


async def acknowledge(query: CallbackQuery, said: str = "") -> None:
    """Tell Telegram that a tap was heard, with a word where there is one; what the tap wants does not depend on it."""
    try:
        await query.answer(said or None)
    except TelegramError as error:  # after a quarter of a minute Telegram does not want to know any more
        log.info("a tap could not be acknowledged: %s", error)


async def marked_up_or_plain(attempt: Callable[[ParseMode | None], Awaitable[T]]) -> T:
    """The result of ``attempt`` with markup; where Telegram cannot read it, of a second one without (mode None)."""
    try:
        return await attempt(ParseMode.HTML)
    except BadRequest as error:
        if "can't parse entities" not in str(error).lower():
            raise
        log.error("Telegram refused the markup of a message, sent as plain text: %s", error)
        return await attempt(None)


def in_mode(text: str, mode: ParseMode | None) -> str:
    """Telegram HTML as it stands, or where no mode reads it the words alone."""
    return text if mode else plain(text)


def plain(text: str) -> str:
    """Return Telegram HTML without its tags, entities resolved."""
    return html.unescape(_TAG.sub("", text))


async def with_typing(bot: Bot, address: Address, work: Awaitable[T]) -> T:
    """Return the result of ``work``, showing "typing …" while it takes long."""
    task: asyncio.Future[T] = asyncio.ensure_future(work)
    pause = TYPING_AFTER
    while True:
        done, _ = await asyncio.wait((task,), timeout=pause)
        if done:
            return await task
        await _show_typing(bot, address)
        pause = TYPING_AGAIN


async def _show_typing(bot: Bot, address: Address) -> None:
    try:
        await bot.send_chat_action(address.chat_id, ChatAction.TYPING, message_thread_id=address.topic_id)
    except TelegramError as error:
        log.debug("cannot show typing: %s", error)


def topic_of(message: Message) -> int | None:
    """Return the topic of a message. Replies in plain groups carry a thread id too, which is none."""
    return message.message_thread_id if message.is_topic_message else None
