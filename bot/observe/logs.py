"""Logs: lines for people or JSON for machines, each with the update it belongs to and without personal data.

``about`` says which update the code inside works on; records made there carry ``update_id`` and ``chat`` (a
keyed hash: the same chat has the same one, nobody gets back from it to the chat), and the words that are
personal are taken out of message and traceback when the record is made, before any handler sees it.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from pythonjsonlogger.json import JsonFormatter

from bot.config import LogConfig

MASK = "<personal>"
TALKATIVE = ("telegram", "httpx", "httpcore", "hpack", "aiohttp", "asyncio", "aiosqlite")
"""Loggers of libraries that print whole updates, calls or rows at DEBUG."""
CHATTERING = ("sqlalchemy", "alembic")
"""Those that print every statement at INFO."""
_SHORTEST = 2
"""Characters that a word needs to be masked; of one character half of every line would be."""


@dataclass(frozen=True)
class Subject:
    """What the code works on: an update, its chat (hashed), and the words in it that are personal."""

    update_id: int | None = None
    chat: str | None = None
    personal: frozenset[str] = frozenset()


_subject: ContextVar[Subject | None] = ContextVar("subject", default=None)


@contextmanager
def about(subject: Subject) -> Iterator[None]:
    """Mark records as made for ``subject`` while the block runs, in tasks and threads started from it too."""
    token = _subject.set(subject)
    try:
        yield
    finally:
        _subject.reset(token)


@contextmanager
def attributed(personal: bool = False) -> Iterator[None]:
    """Give records their subject while the block runs, and unless ``personal`` take its words out of them."""

    def attribute(record: logging.LogRecord) -> None:
        subject = _subject.get()
        if subject is None:
            return
        record.update_id, record.chat = subject.update_id, subject.chat
        if not personal:
            rewrite(record, lambda text: redacted(text, subject.personal))

    with each_record(attribute):
        yield


@contextmanager
def each_record(change: Callable[[logging.LogRecord], None]) -> Iterator[None]:
    """Let ``change`` see every record when it is made, while the block runs."""
    make = logging.getLogRecordFactory()

    def made(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make(*args, **kwargs)
        change(record)
        return record

    logging.setLogRecordFactory(made)
    try:
        yield
    finally:
        logging.setLogRecordFactory(make)


def rewrite(record: logging.LogRecord, clean: Callable[[str], str]) -> None:
    """Put message and traceback of a record through ``clean``."""
    message = _message(record)
    cleaned = clean(message)
    if cleaned != message:
        record.msg, record.args = cleaned, None
    if record.exc_info or record.exc_text:
        # formatters print exc_text where it is set and format exc_info only where it is not
        traceback = record.exc_text or logging.Formatter().formatException(record.exc_info)  # type: ignore[arg-type]
        cleaned = clean(traceback)
        if cleaned != traceback:
            record.exc_text, record.exc_info = cleaned, None


def redacted(text: str, words: Iterable[str]) -> str:
    """Return ``text`` without the words; numbers only where they stand by themselves."""
    for word in sorted((word for word in words if len(word) >= _SHORTEST), key=len, reverse=True):
        pattern = rf"(?<!\d){re.escape(word)}(?!\d)" if word.lstrip("-").isdigit() else re.escape(word)
        text = re.sub(pattern, MASK, text)
    return text


def set_up(config: LogConfig) -> None:
    """Send the logs of this process to standard error, as configured."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if config.format == "json" else _Text())
    logging.basicConfig(level=config.level, handlers=[handler], force=True)
    for name in TALKATIVE:
        # shown at DEBUG only where personal data may be
        level = logging.NOTSET if config.personal else max(logging.INFO, logging.getLogger().level)
        logging.getLogger(name).setLevel(level)
    for name in CHATTERING:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    logging.captureWarnings(True)


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        chat = getattr(record, "chat", None)
        update_id = getattr(record, "update_id", None)
        return line if update_id is None else f"{line} [update {update_id}, chat {chat or '-'}]"


class _Json(JsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            timestamp="time",
            json_ensure_ascii=False,
        )


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # arguments that do not fit: logging itself reports where
        return f"{record.msg} {record.args}"
