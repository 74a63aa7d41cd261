"""Keeps the bot's secrets out of every log: the token, and in webhook mode the secret and the path.

The token is part of every URL of the Bot API, so it turns up where one does not look for it: in the
request log of httpx, in ``repr(bot)``, in the message of ``InvalidToken``. The loggers of the HTTP
client are lowered, and whatever record still holds a secret, in its message or in its traceback, is
masked when it is made, before any handler sees it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from bot.observe.logs import each_record, rewrite

MASK = "<token>"
_HTTP_LOGGERS = ("httpx", "httpcore", "hpack")


@contextmanager
def kept_secret(*secrets: str) -> Iterator[None]:
    """Mask ``secrets`` in all log records and quieten the HTTP client while the block runs."""

    def hidden(text: str) -> str:
        for secret in secrets:
            text = masked(text, secret)
        return text

    levels = {name: logging.getLogger(name).level for name in _HTTP_LOGGERS}
    for name in _HTTP_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        with each_record(lambda record: rewrite(record, hidden)):
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def masked(text: str, secret: str) -> str:
    """Return ``text`` without the secret, also where it stands percent-encoded in a URL."""
    return re.sub(re.escape(secret).replace(":", "(?::|%3[aA])"), MASK, text)
