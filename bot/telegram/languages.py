"""The languages of the interface, and how people name them behind ``/lang``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram import Update

from bot.render.messages import resolve

AUTO = "auto"
_NAMES = {
    AUTO: AUTO,
    "自动": AUTO,
    "自動": AUTO,
    "简体": "zh-Hans",
    "简体中文": "zh-Hans",
    "中文": "zh-Hans",
    "繁體": "zh-Hant",
    "繁体": "zh-Hant",
    "繁體中文": "zh-Hant",
    "english": "en",
    "英文": "en",
    "英語": "en",
    "英语": "en",
}


def named(name: str) -> str | None:
    """Return the locale that ``/lang name`` asks for, ``auto``, or None where the name is unknown."""
    wanted = name.strip().lower()
    if wanted in _NAMES:
        return _NAMES[wanted]
    primary = wanted.replace("_", "-").partition("-")[0]
    return resolve(wanted) if primary in ("zh", "yue", "en") else None


Chosen = Callable[[Update], Awaitable[str | None]]
"""Update → the language that whoever sent it has chosen for good, None where nobody did."""
Language = Callable[[Update], Awaitable[str]]
"""Update → the language to speak to whoever sent it."""
