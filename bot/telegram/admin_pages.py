"""What admins see: lines cut to one message, and the buttons. Callback data begins with ``a:``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer.model import Explained
from bot.publishing.model import Gap
from bot.publishing.staging import Staged
from bot.render.admin import conflict_line, document_lines, gap_lines
from bot.render.messages import text
from bot.render.telegram import escaped, utf16_units
from bot.telegram.sending import Outgoing

LIMIT = 3800
"""UTF-16 units of a page; Telegram takes 4096."""
CHOICES, CHOICE = 5, 160
"""Candidates to choose from, and characters of each."""
COMMANDS = ("reload", "status", "hit", "history", "rollback", "gaps", "notify", "publish", "admin", "audit")
"""The commands of admins, in the order of their menu; ``/admin`` is for owners."""

Row = list[InlineKeyboardButton]


def page(lines: Iterable[str], locale: str, rows: Sequence[Row] = ()) -> Outgoing:
    """Lines as one message, the last ones counted where they do not fit."""
    shown: list[str] = []
    left, hidden = LIMIT, 0
    for line in lines:
        marked = escaped(line)
        left -= utf16_units(marked) + 1
        if left < 0 and shown:
            hidden += 1
        else:
            shown.append(marked[:LIMIT])
    if hidden:
        shown.append(escaped(text(locale, "admin.more", count=hidden)))
    return Outgoing("\n".join(shown).strip() or "–", InlineKeyboardMarkup(rows) if rows else None)


def button(locale: str, key: str, data: str) -> InlineKeyboardButton:
    """A button with a label of the catalogue."""
    return InlineKeyboardButton(text(locale, f"admin.button_{key}"), callback_data=f"a:{data}")


def staged_page(staged: Staged, locale: str) -> Outgoing:
    """What was recognised, and what can be done with it."""
    lines = [text(locale, "admin.received", name=staged.name, count=len(staged.documents))]
    for document in staged.documents:
        lines += ["", *document_lines(document.document, document.sections, locale)]
        lines += [conflict_line(c.kind, c.id, c.title, locale) for c in document.conflicts]
    lines += ["", *(f"※ {remark}" for remark in staged.remarks)] if staged.remarks else []
    id, replaces = staged.id, any(document.replaces for document in staged.documents)
    first = button(locale, "replace", f"r:{id}") if replaces else button(locale, "publish", f"p:{id}")
    edits = [button(locale, field, f"e:{id}:{field}") for field in ("place", "date", "title")]
    return page(lines, locale, [[first, button(locale, "discard", f"d:{id}")], edits])


def gap_id(gap: Gap) -> str:
    """What buttons call a gap."""
    return hashlib.sha256(gap.key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def gap_page(gaps: Sequence[Gap], number: int, locale: str) -> Outgoing:
    """The ``number``-th gap (from 0) with its three resolutions."""
    if not gaps:
        return page([text(locale, "admin.no_gaps")], locale)
    number %= len(gaps)
    id = gap_id(gaps[number])
    rows = [
        [button(locale, "synonym", f"gs:{id}")],
        [button(locale, "answer", f"ga:{id}"), button(locale, "ignore", f"gi:{id}")],
    ]
    if len(gaps) > 1:
        rows.append([button(locale, "next", f"g:{(number + 1) % len(gaps)}")])
    return page(gap_lines(gaps[number], number + 1, len(gaps), locale), locale, rows)


def choices_page(gap: Gap, candidates: Sequence[Explained], snapshot: str, locale: str) -> Outgoing:
    """The candidates that may be the answer, a number to tap for each."""
    lines = [text(locale, "admin.ask_answer", question=gap.question)]
    shown = candidates[:CHOICES]
    for number, candidate in enumerate(shown, 1):
        lines += ["", f"{number}. {' '.join(candidate.quote.split())[:CHOICE]} ({candidate.document_id})"]
    row = [
        InlineKeyboardButton(str(number + 1), callback_data=f"a:gc:{gap_id(gap)}:{snapshot[:6]}:{number}")
        for number in range(len(shown))
    ]
    return page(lines, locale, [row] if row else [])
