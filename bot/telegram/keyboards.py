"""The buttons under an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answer.model import Answer
from bot.render.layout import shorten
from bot.telegram.pages import text
from bot.telegram.views import MAX_STEPS, Narrowing, Press, View, paged

LABEL = 48
"""Characters of a question on a button; a phone shows about that many."""
UP, DOWN = "👍", "👎"
FORGET = "forget"
"""What the data of the button that deletes begins with; the person's id follows."""
Row = list[InlineKeyboardButton]


def answer_keyboard(
    answer: Answer, card: int, view: View, locale: str, *, wider: bool, link: str, narrower: Sequence[Narrowing]
) -> InlineKeyboardMarkup:
    """Under quotes: other pages, a wider quote, the proof, verdicts, sharing, narrower questions.

    ``wider``: whether there is more around the quote; ``link`` opens it in a chat with the bot.
    """
    narrow = [
        _button(shorten(one.label, LABEL), Press("narrow", card, choice=number)) for number, one in enumerate(narrower)
    ]
    views, count = [], len(paged(answer))
    if count > 1:
        following = (view.page + 1) % count
        views.append(_to(locale, "more", card, View(following), number=following + 1, count=count))
    if wider and view.steps < MAX_STEPS:
        views.append(_to(locale, "context", card, replace(view, steps=view.steps + 1)))
    views.append(_to(locale, "proof_off" if view.proof else "proof", card, replace(view, proof=not view.proof)))
    verdicts = [_button(UP, Press("up", card, view)), _button(DOWN, Press("down", card, view))]
    share = InlineKeyboardButton(text(locale, "button_share"), url=f"https://t.me/share/url?url={quote(link, safe='')}")
    return InlineKeyboardMarkup([row for row in (narrow, views, [*verdicts, share]) if row])


def silent_keyboard(answer: Answer, card: int, locale: str) -> InlineKeyboardMarkup | None:
    """Where there is no answer: questions that have one, and a promise to write when there is one."""
    rows: list[Row] = [
        [_button(shorten(question, LABEL), Press("suggest", card, choice=number))]
        for number, question in enumerate(answer.suggestions)
    ]
    if answer.status == "no_answer":
        rows.append([_button(text(locale, "button_notify"), Press("notify", card))])
    return InlineKeyboardMarkup(rows) if rows else None


def stale_keyboard(card: int, locale: str) -> InlineKeyboardMarkup:
    """Where the knowledge has changed since: ask again."""
    return InlineKeyboardMarkup([[_button(text(locale, "button_again"), Press("again", card))]])


def forget_keyboard(user_id: int, locale: str) -> InlineKeyboardMarkup:
    """Really delete? Only the person whose id the button holds can say so."""
    button = InlineKeyboardButton(text(locale, "button_forget"), callback_data=f"{FORGET}:{user_id}")
    return InlineKeyboardMarkup([[button]])


def _to(locale: str, name: str, card: int, view: View, **params: object) -> InlineKeyboardButton:
    return _button(text(locale, f"button_{name}", **params), Press("view", card, view))


def _button(label: str, press: Press) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=press.data())
