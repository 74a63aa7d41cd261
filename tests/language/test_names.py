"""Display names in each language of the interface."""

from __future__ import annotations

import pytest

from bot.language.names import DisplayNames


def test_names_by_locale() -> None:
    """As a mapping; the Traditional name is made from the Simplified one."""
    names = DisplayNames("广州市黄埔区", "Huangpu, Guangzhou")
    assert dict(names) == {"zh-Hans": "广州市黄埔区", "zh-Hant": "廣州市黃埔區", "en": "Huangpu, Guangzhou"}
    assert names == dict(names)
    with pytest.raises(KeyError):
        names["fr"]


def test_names_are_compared_without_the_traditional_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Traditional name follows from the Simplified one."""
    monkeypatch.setattr("bot.language.names.to_traditional", lambda _name: pytest.fail("the dictionary was asked for"))
    huangpu = DisplayNames("广州市黄埔区", "Huangpu, Guangzhou")
    assert huangpu == DisplayNames("广州市黄埔区", "Huangpu, Guangzhou")
    assert huangpu != DisplayNames("上海市黄浦区", "Huangpu, Shanghai")
