"""Keeps the bot's token out of every log.

The token is part of every URL of the Bot API, so it turns up where one does not look for it: in the
request log of httpx, in ``repr(bot)``, in the message of ``InvalidToken``. The loggers of the HTTP
client are lowered, and whatever record still holds the token, in its message or in its traceback, is
masked when it is made, before any handler sees it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MASK = "<token>"
_HTTP_LOGGERS = ("httpx", "httpcore", "hpack")


@contextmanager
def kept_secret(token: str) -> Iterator[None]:
    """Mask ``token`` in all log records and quieten the HTTP client while the block runs."""
    make = logging.getLogRecordFactory()
    levels = {name: logging.getLogger(name).level for name in _HTTP_LOGGERS}

    def make_masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        return _masked(make(*args, **kwargs), token)

    logging.setLogRecordFactory(make_masked)
    for name in _HTTP_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def masked(text: str, token: str) -> str:
    """Return ``text`` without the token, also where it stands percent-encoded in a URL."""
    return re.sub(re.escape(token).replace(":", "(?::|%3[aA])"), MASK, text)


def _masked(record: logging.LogRecord, token: str) -> logging.LogRecord:
    message = _message(record)
    hidden = masked(message, token)
    if hidden != message:
        record.msg, record.args = hidden, None
    if record.exc_info:
        # formatters print exc_text where it is set and format exc_info only where it is not
        traceback = logging.Formatter().formatException(record.exc_info)
        hidden = masked(traceback, token)
        if hidden != traceback:
            record.exc_text, record.exc_info = hidden, None
    return record


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # arguments that do not fit: logging itself reports where
        return f"{record.msg} {record.args}"
