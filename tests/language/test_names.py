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
