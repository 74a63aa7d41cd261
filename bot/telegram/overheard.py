"""What the bot hears and does not listen to: it is stopped before anything looks at it.

Posts of channels, messages to a business account, guest messages, what other bots write or what was posted through
one, and commands to another bot. The message filters of the library would let all of these through.
"""

from __future__ import annotations

import re

from telegram import Message, Update
from telegram.ext import ApplicationHandlerStop, TypeHandler

from bot.telegram.gate import FIRST
from bot.telegram.intake import ALLOWED, kind_of
from bot.telegram.types import BotApplication, Context

BEFORE_THE_GATE = FIRST - 1
"""The group of handlers that comes first: what is overheard costs nobody a question of their minute."""

_TO_A_BOT = re.compile(r"/\w+@(?P<bot>\w+)")


class Overheard:
    """Stops updates that are none of the bot's business."""

    def register(self, application: BotApplication) -> None:
        """Stand before everything else."""
        application.add_handler(TypeHandler(Update, self.check), group=BEFORE_THE_GATE)

    async def check(self, update: Update, context: Context) -> None:
        """Let an update through, or raise ApplicationHandlerStop."""
        message = update.message or update.edited_message
        if kind_of(update) not in ALLOWED or (message and is_overheard(message, context.bot.username)):
            raise ApplicationHandlerStop


def is_overheard(message: Message, username: str) -> bool:
    """Whether a message is not meant for the bot ``username``, wherever it was written."""
    return bool(
        message.via_bot or message.is_automatic_forward or _is_from_a_bot(message) or _is_to_another(message, username)
    )


def _is_from_a_bot(message: Message) -> bool:
    """Anonymous admins and people who write as a channel are shown as bots too, with the chat they speak for."""
    return message.sender_chat is None and message.from_user is not None and message.from_user.is_bot


def _is_to_another(message: Message, username: str) -> bool:
    command = _TO_A_BOT.match(message.text or "")
    return command is not None and command["bot"].lower() != username.lower()
