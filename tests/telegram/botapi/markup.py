"""Telegram's HTML: text and entities out of markup, refused where Telegram refuses it.

After ``parse_html`` in the server's own MessageEntity.cpp, with its messages and byte offsets. One
thing is stricter: an ``&`` that begins no entity is refused too (Telegram lets it pass as it stands),
because it shows that something was not escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .refusal import Refusal, bad_request

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "a": "text_link",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ENTITY = re.compile(r"&(?:#(?P<decimal>\d{1,7})|#[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<name>lt|gt|amp|quot));")
_START = re.compile(r"<(?P<name>[^\s>]*)(?=[\s>])")
_ATTRIBUTES = re.compile(r"(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_END = re.compile(r"</(?P<name>[^\s>]*)\s*>")
_ATTRIBUTE = re.compile(r"\s*(?P<name>[^\s=]+)(?:\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|[\w.\-]+))?")


@dataclass(frozen=True)
class Parsed:
    """The text of a message without markup; offsets and lengths of ``entities`` are UTF-16 units."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()


@dataclass
class _Reader:
    """Where the parser stands: what it has read so far and which tags are open."""

    source: str
    at: int = 0
    text: list[str] = field(default_factory=list)
    length: int = 0
    open: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)

    def put(self, text: str) -> None:
        self.text.append(text)
        self.length += utf16_length(text)

    def byte(self) -> int:
        return len(self.source[: self.at].encode())

    def refusal(self, what: str) -> Refusal:
        return bad_request(f"can't parse entities: {what} at byte offset {self.byte()}")


def utf16_length(text: str) -> int:
    """Return the length of ``text`` as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> Parsed:
    """Return text and entities of ``source``; raises Refusal (400 can't parse entities)."""
    reader = _Reader(source)
    while reader.at < len(source):
        _STEPS.get(source[reader.at], _plain)(reader)
    if reader.open:
        name = reader.open[-1][0]
        raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag {name}")
    outer_first = reader.entities[::-1]  # an inner tag ends before its outer one
    entities = sorted(outer_first, key=lambda entity: (entity["offset"], -entity["length"]))
    return Parsed("".join(reader.text), tuple(entities))


def _plain(reader: _Reader) -> None:
    reader.put(reader.source[reader.at])
    reader.at += 1


def _ampersand(reader: _Reader) -> None:
    match = _ENTITY.match(reader.source, reader.at)
    if match is None:
        raise reader.refusal('Unescaped "&" (stricter than Telegram)')
    reader.put(_decoded(match))
    reader.at = match.end()


def _decoded(match: re.Match[str]) -> str:
    if match["name"]:
        return _NAMED[match["name"]]
    return chr(int(match["decimal"]) if match["decimal"] else int(match["hex"], 16))


def _tag(reader: _Reader) -> None:
    if reader.source.startswith("</", reader.at):
        _end_tag(reader)
    else:
        _start_tag(reader)


def _start_tag(reader: _Reader) -> None:
    match = _START.match(reader.source, reader.at)
    if match is None:
        raise reader.refusal("Unclosed start tag")
    name = match["name"].lower()
    if name not in _TAGS:
        raise reader.refusal(f'Unsupported start tag "{name}"')
    rest = _ATTRIBUTES.match(reader.source, match.end())
    if rest is None:
        raise reader.refusal("Unclosed start tag")
    entity = _entity(reader, name, _attributes(reader, name, rest["attributes"]))
    reader.open.append((name, reader.length, entity))
    reader.at = rest.end()


def _attributes(reader: _Reader, tag: str, source: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for attribute in _ATTRIBUTE.finditer(source):
        name, value = attribute["name"].lower(), attribute["value"]
        if value is None and (tag, name) != ("blockquote", "expandable"):
            raise reader.refusal(f'Expected equal sign in declaration of an attribute of the tag "{tag}"')
        found[name] = value and _ENTITY.sub(_decoded, value.strip("\"'"))
    return found


def _entity(reader: _Reader, tag: str, attributes: dict[str, str | None]) -> dict[str, Any]:
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise reader.refusal('Tag "span" must have class "tg-spoiler"')
    if tag == "a":
        return {"type": "text_link", "url": attributes.get("href")}
    if tag == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    if tag == "tg-emoji":
        return {"type": "custom_emoji", "custom_emoji_id": attributes.get("emoji-id")}
    return {"type": _TAGS[tag]}


def _end_tag(reader: _Reader) -> None:
    match = _END.match(reader.source, reader.at)
    if match is None:
        raise reader.refusal("Unclosed end tag")
    if not reader.open:
        raise reader.refusal("Unexpected end tag")
    name, start, entity = reader.open.pop()
    found = match["name"].lower()
    if found not in ("", name):
        raise reader.refusal(f'Unmatched end tag, expected "</{name}>", found "</{found}>"')
    if reader.length > start:
        reader.entities.append(entity | {"offset": start, "length": reader.length - start})
    reader.at = match.end()


_STEPS = {"&": _ampersand, "<": _tag}
