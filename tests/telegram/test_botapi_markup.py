"""The double reads Telegram's HTML as Telegram does."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.telegram.botapi.markup import parse_html, utf16_length
from tests.telegram.botapi.refusal import Refusal


@pytest.mark.parametrize(
    ("source", "text", "kinds"),
    [
        ("a <b>b</b> c", "a b c", ["bold"]),
        ("<b><i>x</i></b>", "x", ["bold", "italic"]),
        ('<a href="https://x.cn/?a=1&amp;b=2">x</a>', "x", ["text_link"]),
        ("<blockquote expandable>x</blockquote>", "x", ["expandable_blockquote"]),
        ('<span class="tg-spoiler">x</span>', "x", ["spoiler"]),
        ('<pre><code class="language-python">x</code></pre>', "x", ["pre", "code"]),
        ("&lt;&gt;&amp;&quot;&#39;&#x27;", "<>&\"''", []),
        ("a > b", "a > b", []),
        ("<b></b>x", "x", []),
    ],
)
def test_what_telegram_reads(source: str, text: str, kinds: list[str]) -> None:
    """Tags become entities, the rest is text; an entity without text is none."""
    parsed = parse_html(source)
    assert parsed.text == text
    assert [entity["type"] for entity in parsed.entities] == kinds


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("5 < 6", 'Unsupported start tag "" at byte offset 2'),
        ("研发<5%", "Unclosed start tag at byte offset 6"),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("<b>x", "Can't find end tag corresponding to start tag b"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</b></i>", 'Unmatched end tag, expected "</i>", found "</b>" at byte offset 7'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("R&D", 'Unescaped "&" (stricter than Telegram) at byte offset 1'),
        ("&nbsp;", 'Unescaped "&" (stricter than Telegram) at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        (
            "<a href>x</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
    ],
)
def test_what_telegram_refuses(source: str, reason: str) -> None:
    """Unknown, unclosed and crossing tags and unescaped characters are refused with the place."""
    with pytest.raises(Refusal) as caught:
        parse_html(source)
    assert caught.value.body() == {
        "ok": False,
        "error_code": 400,
        "description": f"Bad Request: can't parse entities: {reason}",
    }


@given(st.text())
def test_escaped_text_reads_as_it_was(text: str) -> None:
    """Whatever is escaped comes out unchanged, and without entities."""
    parsed = parse_html(html.escape(text))
    assert (parsed.text, parsed.entities) == (text, ())


@given(st.text(), st.text(min_size=1), st.text())
def test_entities_are_counted_in_utf16_units(before: str, bold: str, after: str) -> None:
    """Offset and length of an entity cut the right stretch out of the text in UTF-16."""
    source = f"{html.escape(before)}<b>{html.escape(bold)}</b>{html.escape(after)}"
    (entity,) = parse_html(source).entities
    units = (before + bold + after).encode("utf-16-le")
    start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
    assert units[start:end].decode("utf-16-le") == bold
    assert utf16_length(bold) == entity["length"]
