"""A double of the Telegram Bot API server, over real HTTP on loopback.

``server.BotApi`` is the server: it checks every call against the Bot API's description, refuses what
Telegram refuses with Telegram's own error shape, and records everything. ``factories`` make updates,
``failures`` are what a test can let it answer instead.
"""

from .description import best_available, complete, complete_path, reduced
from .factories import (
    business_message,
    callback_query,
    channel_post,
    chosen_inline_result,
    edited_message,
    group_message,
    guest_message,
    inline_query,
    membership,
    private_message,
)
from .failures import (
    bad_gateway,
    conflicting,
    dropped,
    garbled,
    hanging,
    internal_error,
    refused,
    too_many_requests,
    unauthorized,
)
from .server import TOKEN, BotApi, Call

__all__ = [
    "TOKEN",
    "BotApi",
    "Call",
    "bad_gateway",
    "best_available",
    "business_message",
    "callback_query",
    "channel_post",
    "chosen_inline_result",
    "complete",
    "complete_path",
    "conflicting",
    "dropped",
    "edited_message",
    "garbled",
    "group_message",
    "guest_message",
    "hanging",
    "inline_query",
    "internal_error",
    "membership",
    "private_message",
    "reduced",
    "refused",
    "too_many_requests",
    "unauthorized",
]
