"""Names of ours for the reader, in each language of the interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.language.normalise import to_traditional

LOCALES = ("zh-Hans", "zh-Hant", "en")


class DisplayNames(Mapping[str, str]):
    """By locale. The Traditional one is made when it is asked for, since its dictionary takes a while to load."""

    def __init__(self, simplified: str, english: str) -> None:
        self._known = {"zh-Hans": simplified, "en": english}

    def __getitem__(self, locale: str) -> str:
        if locale == "zh-Hant" and locale not in self._known:
            self._known[locale] = to_traditional(self._known["zh-Hans"])
        return self._known[locale]

    def __iter__(self) -> Iterator[str]:
        return iter(LOCALES)

    def __len__(self) -> int:
        return len(LOCALES)
