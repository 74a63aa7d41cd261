"""The bot's own pages in Telegram HTML: help and the languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from bot.render import messages
from bot.render.telegram import escaped, page_html

COMMANDS = ("start", "topics", "sources", "new", "verify", "lang", "forget", "help", "about")
"""The commands in the order of the menu."""
GROUP_COMMANDS = ("topics", "sources", "new", "help")
"""Those that the menu of a group shows; the others work there too."""


def text(locale: str, key: str, **params: object) -> str:
    """Return a message of ``texts.toml``, or else of the catalogues' table ``telegram``."""
    own = _texts()[messages.resolve(locale)]
    if key not in own:
        return messages.text(locale, f"telegram.{key}", **params)
    return own[key].format(**params)


def help_page(locale: str) -> str:
    """Return how to ask, and all commands."""
    page = page_html(locale, "telegram.help")
    missing = [name for name in COMMANDS if f"/{name} " not in page]
    return "\n".join([page, *(f"/{name} {escaped(text(locale, f'command_{name}'))}" for name in missing)])


def language_page(locale: str, chosen: str, unknown: str = "") -> str:
    """Return which language is chosen and how to choose; ``unknown`` is a name that is no language."""
    first = (
        messages.text(locale, "console.lang_unknown", lang=unknown[:40])
        if unknown
        else messages.text(locale, "console.lang_now", lang=chosen)
    )
    return escaped(f"{first}\n{text(locale, 'lang')}")


def menu(locale: str, commands: Sequence[str] = COMMANDS) -> Iterator[tuple[str, str]]:
    """Return the commands with what they do, as Telegram's menu shows them."""
    for name in commands:
        yield name, text(locale, f"command_{name}")


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))
