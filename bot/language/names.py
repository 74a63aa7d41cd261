"""Names of ours for the reader, in each language of the interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.language.normalise import to_traditional

LOCALES = ("zh-Hans", "zh-Hant", "en")


class DisplayNames(Mapping[str, str]):
    """By locale. The Traditional one is made when it is asked for, since its dictionary takes a while to load."""

    def __init__(self, simplified: str, english: str) -> None:
        self._simplified, self._english = simplified, english

    def __getitem__(self, locale: str) -> str:
        if locale == "zh-Hant":
            return to_traditional(self._simplified)
        return {"zh-Hans": self._simplified, "en": self._english}[locale]

    def __iter__(self) -> Iterator[str]:
        return iter(LOCALES)

    def __len__(self) -> int:
        return len(LOCALES)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DisplayNames):
            return (self._simplified, self._english) == (other._simplified, other._english)
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]  # as of any mapping
