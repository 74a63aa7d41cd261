"""The buttons under answers: each tap shows another view, asks another question, or is a verdict."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telegram import Bot, CallbackQuery, Message, Update
from telegram.ext import CallbackQueryHandler

from bot.answer.model import Answer
from bot.render.telegram import escaped
from bot.store.model import Card, Key, Waiting
from bot.telegram.desk import Desk, Inquiry
from bot.telegram.keyboards import FORGET, stale_keyboard
from bot.telegram.pages import text
from bot.telegram.people import app_language
from bot.telegram.ports import Asking
from bot.telegram.sending import Outgoing, acknowledge, edit, topic_of
from bot.telegram.types import BotApplication, Context
from bot.telegram.views import PATTERN, Act, Press, narrowings, pressed

MOST_WISHES = 50
"""Questions that one person may let wait."""


@dataclass(frozen=True)
class Tap:
    """A button that was pressed under a message of the bot."""

    bot: Bot
    query: CallbackQuery
    press: Press
    card: Card
    key: Key


class Buttons:
    """What happens when a button of an answer is pressed. ``register`` adds it to an application."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._acts: dict[Act, Callable[[Tap], Awaitable[str]]] = {
            "view": self._unless_stale(self._view),
            "up": self._judge,
            "down": self._judge,
            "narrow": self._unless_stale(self._narrow),
            "suggest": self._unless_stale(self._suggest),
            "notify": self._notify,
            "again": self._again,
        }

    def register(self, application: BotApplication) -> None:
        """Handle the buttons of answers, the one that deletes, and those that nobody before knew: register it last."""
        application.add_handler(CallbackQueryHandler(self.press, PATTERN))
        application.add_handler(CallbackQueryHandler(self.forget, rf"^{FORGET}:\d+$"))
        application.add_handler(CallbackQueryHandler(self.gone))

    async def press(self, update: Update, context: Context) -> None:
        """Do what the button says, and tell Telegram that it was heard, with a word where there is one to say."""
        query = update.callback_query
        if query is None or query.data is None:
            return
        said = await self._pressed(context.bot, query)
        await acknowledge(query, said)

    async def ask(self, query: CallbackQuery, question: str) -> None:
        """Ask a question that a button of some page offered, in the chat and topic of that page."""
        message = query.message
        if isinstance(message, Message):
            key = Key(message.chat_id, topic_of(message) or 0, query.from_user.id)
            await self._desk.answer(query.get_bot(), Inquiry(key, question))

    async def forget(self, update: Update, context: Context) -> None:
        """Delete all that is kept about the person who pressed, if it is the one who asked for it."""
        query = update.callback_query
        if query is None or query.data is None or query.message is None:
            return
        locale = await self._locale(query)
        if query.data != f"{FORGET}:{query.from_user.id}":
            await acknowledge(query, text(locale, "forget_not_yours"))
            return
        await self._desk.store.forget(query.from_user.id)
        chat_id, message_id = query.message.chat.id, query.message.message_id
        await edit(context.bot, chat_id, message_id, Outgoing(escaped(text(locale, "forgotten"))))
        await acknowledge(query)

    async def gone(self, update: Update, _context: Context) -> None:
        """Say that a button leads nowhere any more."""
        query = update.callback_query
        if query is not None:
            await acknowledge(query, text(await self._locale(query), "button_gone"))

    async def _pressed(self, bot: Bot, query: CallbackQuery) -> str:
        press, message = pressed(query.data or ""), query.message
        card = await self._desk.store.cards.get(press.card) if press else None
        if press is None or card is None or message is None or card.key.chat_id != message.chat.id:
            return text(await self._locale(query), "button_gone")
        # the message under which the button is: a card may be shown by a message that its sending never told of
        card = replace(card, message_id=message.message_id)
        return await self._acts[press.act](Tap(bot, query, press, card, Key(*_place(card), query.from_user.id)))

    def _unless_stale(self, act: Callable[[Tap, Asking, Answer], Awaitable[str]]) -> Callable[[Tap], Awaitable[str]]:
        """The act with the answer that the card shows; where the knowledge has changed since, that is said instead."""

        async def checked(tap: Tap) -> str:
            current = await self._desk.current(tap.card)
            return await act(tap, *current) if current else await self._stale(tap)

        return checked

    async def _view(self, tap: Tap, state: Asking, answer: Answer) -> str:
        outgoing = await self._desk.shown(tap.bot, tap.card, state, answer, tap.press.view)
        await edit(tap.bot, tap.card.key.chat_id, tap.card.message_id or 0, outgoing)
        return ""

    async def _stale(self, tap: Tap) -> str:
        """The quotes may have moved: say so, and offer to ask again."""
        keyboard = stale_keyboard(tap.card.id, tap.card.locale)
        message = tap.query.message
        if isinstance(message, Message) and message.reply_markup != keyboard:
            await message.edit_reply_markup(keyboard)
        return text(tap.card.locale, "button_stale")

    async def _judge(self, tap: Tap) -> str:
        stands = await self._desk.store.feedback.give(
            tap.card.id, tap.query.from_user.id, 1 if tap.press.act == "up" else -1
        )
        return text(tap.card.locale, f"verdict_{tap.press.act}" if stands else "verdict_back")

    async def _narrow(self, tap: Tap, _state: Asking, answer: Answer) -> str:
        choices = narrowings(answer, tap.card.locale)
        if tap.press.choice >= len(choices):
            return text(tap.card.locale, "button_gone")
        await self._desk.ask_again(tap.bot, tap.card, choices[tap.press.choice].question)
        return ""

    async def _suggest(self, tap: Tap, _state: Asking, answer: Answer) -> str:
        if tap.press.choice >= len(answer.suggestions):
            return text(tap.card.locale, "button_gone")
        await self._desk.answer(tap.bot, Inquiry(tap.key, answer.suggestions[tap.press.choice]))
        return ""

    async def _notify(self, tap: Tap) -> str:
        waiting, card = self._desk.store.waiting, tap.card
        if len(await waiting.of_user(tap.key.user_id)) >= MOST_WISHES:
            return text(card.locale, "notify_full")
        wish = Waiting(0, tap.key, card.question, card.turns, card.locale, datetime.now(UTC))
        return text(card.locale, "notify_noted" if await waiting.add(wish) else "notify_known")

    async def _again(self, tap: Tap) -> str:
        await self._desk.ask_again(tap.bot, tap.card, tap.card.question)
        return ""

    async def _locale(self, query: CallbackQuery) -> str:
        return await self._desk.languages.of_pages(query.from_user.id, None, app_language(query))


def _place(card: Card) -> tuple[int, int]:
    return card.key.chat_id, card.key.topic_id
