"""The desk: questions are asked, answers become cards, cards become messages. Everything is kept in the store."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telegram import Bot

from bot.answer.model import Answer, Citation
from bot.render import messages
from bot.render.layout import locale_of
from bot.render.telegram import answer_html
from bot.store.model import Asked, Card, Dialogue, Key, Share
from bot.store.store import Store
from bot.telegram.keyboards import answer_keyboard, silent_keyboard
from bot.telegram.pages import text
from bot.telegram.people import Languages
from bot.telegram.ports import Answering, Asking
from bot.telegram.sending import Address, Outgoing, edit, send, with_typing
from bot.telegram.views import View, excerpt, narrowings, on_page

FIRST = View()


@dataclass(frozen=True)
class Inquiry:
    """A question of a dialogue: who asks, where the answer goes, what was asked before.

    ``message_id`` is the message that asks; ``heading`` stands above the answer, where nobody typed the question.
    """

    key: Key
    question: str
    turns: tuple[str, ...] = ()
    message_id: int | None = None
    heading: str = ""

    @property
    def address(self) -> Address:
        """Where the answer goes."""
        return Address(self.key.chat_id, self.key.topic_id or None, self.message_id)


@dataclass(frozen=True)
class Desk:
    """Answers questions in chats; safe for any number of tasks."""

    library: Answering
    store: Store
    languages: Languages

    async def ask(self, bot: Bot, inquiry: Inquiry) -> tuple[Asking, Answer]:
        """Ask the knowledge as it is now, off the event loop, showing "typing …" where it takes long."""
        state = self.library.current
        asking = asyncio.to_thread(state.ask, inquiry.question, inquiry.turns)
        return state, await with_typing(bot, inquiry.address, asking)

    async def answer(self, bot: Bot, inquiry: Inquiry) -> None:
        """Answer a question with a new message. Raises TelegramError where it cannot be sent."""
        state, answer = await self.ask(bot, inquiry)
        await self.tell(bot, inquiry, state, answer)

    async def tell(self, bot: Bot, inquiry: Inquiry, state: Asking, answer: Answer) -> None:
        """Send an answer with a card of its own, log the question, and keep it for follow-ups."""
        locale = await self._locale(inquiry.key, answer)
        card = Card(
            key=inquiry.key,
            question=inquiry.question,
            turns=inquiry.turns,
            locale=locale,
            snapshot=state.snapshot,
            question_message_id=inquiry.message_id,
        )
        card = replace(card, id=await self.store.cards.add(card))
        await self._log(card, answer)
        await self._remember(inquiry, answer)
        outgoing = await self.shown(bot, card, state, answer, FIRST, inquiry.heading)
        sent = await send(bot, inquiry.address, outgoing)
        await self.store.cards.sent(card.id, sent.message_id)

    async def ask_again(self, bot: Bot, card: Card, question: str) -> None:
        """Put ``question`` in place of the card's and edit its message; a message that is gone is sent anew."""
        inquiry = Inquiry(card.key, question, card.turns, card.question_message_id)
        state, answer = await self.ask(bot, inquiry)
        await self._replace(card.key, card.question, question)
        card = replace(card, question=question, snapshot=state.snapshot, locale=await self._locale(card.key, answer))
        await self._log(card, answer)
        await self.store.cards.update(card.id, question=question, snapshot=state.snapshot)
        outgoing = await self.shown(bot, card, state, answer, FIRST)
        if card.message_id is None or not await edit(bot, card.key.chat_id, card.message_id, outgoing):
            sent = await send(bot, inquiry.address, outgoing)
            await self.store.cards.sent(card.id, sent.message_id)

    async def current(self, card: Card) -> tuple[Asking, Answer] | None:
        """The answer that a card shows; None where the knowledge has changed since."""
        state = self.library.current
        if state.snapshot != card.snapshot:
            return None
        return state, await asyncio.to_thread(state.ask, card.question, card.turns)

    async def shown(
        self, bot: Bot, card: Card, state: Asking, answer: Answer, view: View, heading: str = ""
    ) -> Outgoing:
        """A view of a card as a message; above an answer whose question nobody typed stands the question."""
        if not heading and card.question_message_id is None:
            heading = messages.text(card.locale, "shelf.asked", question=card.question)
        if not answer.citations:
            keyboard = silent_keyboard(answer, card.id, card.locale)
            return Outgoing(answer_html(excerpt(answer, (), first=True), card.locale, heading=heading), keyboard)
        quotes = on_page(answer, view.page)
        shown, wider = await asyncio.to_thread(
            lambda: (_widened(state, quotes, view.steps), _widened(state, quotes, view.steps + 1))
        )
        proofs = [proof(citation, state, card.locale) for citation in shown] if view.proof else []
        keyboard = answer_keyboard(
            answer,
            card.id,
            view,
            card.locale,
            wider=[c.span for c in wider] != [c.span for c in shown],
            link=await self.link(bot, shown[0], state),
            narrower=narrowings(answer, card.locale) if view.page == 0 else (),
        )
        page = excerpt(answer, shown, first=view.page == 0)
        return Outgoing(answer_html(page, card.locale, heading=heading, proofs=proofs), keyboard)

    async def link(self, bot: Bot, citation: Citation, state: Asking) -> str:
        """A link that opens this quote in a chat with the bot."""
        share = Share(citation.document.id, *citation.span, citation.quote, state.snapshot)
        return f"https://t.me/{bot.username}?start={await self.store.shares.add(share)}"

    async def _locale(self, key: Key, answer: Answer) -> str:
        return locale_of(answer, await self.languages.chosen(key.user_id) or "auto")

    async def _log(self, card: Card, answer: Answer) -> None:
        await self.store.questions.log(
            Asked(
                asked_at=datetime.now(UTC),
                user_id=card.key.user_id,
                chat_id=card.key.chat_id,
                question=card.question,
                locale=answer.locale,
                status=answer.status,
                snapshot=card.snapshot,
                elapsed_ms=answer.elapsed_ms,
                card_id=card.id,
            )
        )

    async def _remember(self, inquiry: Inquiry, answer: Answer) -> None:
        """Keep the question for follow-ups; small talk says nothing that they could refer to."""
        turns = inquiry.turns if answer.status == "smalltalk" else (*inquiry.turns, inquiry.question)
        await self.store.dialogues.save(inquiry.key, Dialogue(turns, answer.locale))

    async def _replace(self, key: Key, before: str, after: str) -> None:
        """A question was asked anew in other words: later ones refer to these."""
        known = await self.store.dialogues.load(key)
        if known and before in known.turns:
            turns = tuple(after if turn == before else turn for turn in known.turns)
            await self.store.dialogues.save(key, replace(known, turns=turns))


def _widened(state: Asking, quotes: tuple[Citation, ...], steps: int) -> tuple[Citation, ...]:
    return tuple(state.widen(citation, steps) for citation in quotes)


def proof(citation: Citation, state: Asking, locale: str) -> str:
    """Where a quote stands, checked now against the document, in words that anybody can follow."""
    document = next((d for d in state.documents if d.id == citation.document.id), None)
    start, end = citation.span
    if document is None or document.text[start:end] != citation.quote:
        return text(locale, "proof_failed")
    return text(locale, "proof", document=document.id, start=start, end=end, sha256=document.sha256)
