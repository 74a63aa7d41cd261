"""The message catalogues: every word the program says itself, in three languages.

``catalogues/<locale>.toml`` holds one table a topic; ``text("en", "note.gap_place", place=…)`` is a
filled-in message. The catalogues have the same keys and the same placeholders (a test holds them to it).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LOCALES = ("zh-Hans", "zh-Hant", "en")
DEFAULT_LOCALE = "zh-Hans"

_FOLDER = Path(__file__).parent / "catalogues"
_TRADITIONAL = re.compile(r"yue|zh-(hant|hk|mo|tw)", re.IGNORECASE)
_PERIODS = ("period", "have")
_PERIOD = re.compile(r"(\d{4})(?:-(\d{4}))?")


@cache
def catalogue(locale: str) -> Mapping[str, str]:
    """All messages of one of LOCALES by their full key (``note.conflict``)."""
    tables = tomllib.loads((_FOLDER / f"{locale}.toml").read_text(encoding="utf-8"))
    return {f"{table}.{key}": message for table, entries in tables.items() for key, message in entries.items()}


def resolve(locale: str) -> str:
    """The catalogue for any language tag: ``yue``, ``zh_TW.UTF-8``, ``zh-CN``, ``en-GB``, ``fr`` …

    Chinese goes by script, everything else reads English; an empty tag is DEFAULT_LOCALE.
    """
    tag = locale.replace("_", "-")
    if _TRADITIONAL.match(tag):
        return "zh-Hant"
    return "zh-Hans" if not tag or tag.lower().startswith(("zh", "mixed")) else "en"


def text(locale: str, key: str, /, **params: Any) -> str:
    """The message ``key`` with its parameters, each shown by ``shown``.

    Raises KeyError where the catalogue lacks the key or ``params`` lack a placeholder.
    """
    locale = resolve(locale)
    message = catalogue(locale)[key]
    return message.format(**{name: shown(locale, value, name) for name, value in params.items()})


def shown(locale: str, value: Any, name: str = "") -> str:
    """A parameter for readers: lists joined, names by locale, figures with what they are about.

    Periods are spelled out only where ``name`` says that the parameter is one: a title may be ``2021``.
    """
    if isinstance(value, Mapping):
        return _figure(locale, value) if "value" in value else name_of(value, locale, "")
    if isinstance(value, (list, tuple)):
        return text(locale, "format.list_join").join(shown(locale, part, name) for part in value)
    return period(locale, value) if isinstance(value, str) and name in _PERIODS else str(value)


def name_of(names: Mapping[str, str], locale: str, otherwise: str) -> str:
    """The display name in the language of ``locale``, else in any Chinese, else ``otherwise``."""
    for candidate in (resolve(locale), *LOCALES):
        if names.get(candidate):
            return names[candidate]
    return otherwise


def period(locale: str, value: str) -> str:
    """``2021`` → ``2021年``, ``2021-2025`` → ``2021–2025年``; anything else as it stands."""
    match = _PERIOD.fullmatch(value)
    if match is None:
        return value
    start, end = match.groups()
    key, params = ("label.years", {"start": start, "end": end}) if end else ("label.year", {"year": start})
    return catalogue(resolve(locale))[key].format(**params)


def status(locale: str, value: str) -> str:
    """``target`` → 目标; a status without a label as it stands."""
    return catalogue(resolve(locale)).get(f"label.{value}", value)


def _figure(locale: str, figure: Mapping[str, Any]) -> str:
    """One of several differing figures: its value, then place, period, status and source in brackets."""
    parts = [shown(locale, figure[key], key) for key in ("place", "period") if figure.get(key)]
    if figure.get("status"):
        parts.append(status(locale, str(figure["status"])))
    if figure.get("title"):
        parts.append(text(locale, "format.title", title=str(figure["title"])))
    if figure.get("date"):
        parts.append(str(figure["date"]))
    value = shown(locale, figure["value"])
    more = text(locale, "format.detail_join").join(parts)
    return catalogue(resolve(locale))["format.detail"].format(value=value, more=more) if parts else value
