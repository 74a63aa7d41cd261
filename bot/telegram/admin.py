"""The officers' side of the bot: reload, status, hit test, history, gaps, roles, audit, and files that they send."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from telegram import Bot, BotCommand, BotCommandScopeChat, CallbackQuery, ForceReply, Message, Update
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.errors import GoldenError, InvestorBotError, KnowledgeError, PublishError
from bot.publishing.gaps import Miss, gaps
from bot.publishing.model import Gap, Progress, Reload, Step
from bot.publishing.office import Office
from bot.publishing.staging import MAX_BYTES, Source
from bot.publishing.threads import in_thread
from bot.render.admin import status_lines, waiting_lines
from bot.render.hits import hit_lines
from bot.render.messages import text
from bot.render.publishing import edition_line, entry_line, held_back_lines, reload_lines, step_line
from bot.store.model import Entry
from bot.store.store import Store
from bot.telegram import pages
from bot.telegram.addressing import argument_of
from bot.telegram.admin_pages import COMMANDS, Row, button, choices_page, gap_id, gap_page, page, staged_page
from bot.telegram.officers import GROUP, Duty, Officer, Officers
from bot.telegram.people import Languages, app_language
from bot.telegram.sending import Outgoing, acknowledge, edit, reply
from bot.telegram.types import BotApplication, Context

log = logging.getLogger(__name__)

DAYS, ENTRIES = 30, 20
"""How far back gaps and the audit trail go, and how many entries are shown."""
PAUSE = 1.0
"""Seconds between two edits of a progress message."""
PROMPTS = 500
"""Questions of the bot to admins that are remembered; the oldest is forgotten first."""

T = TypeVar("T")
Work = Callable[[Progress], Reload]


@dataclass(frozen=True)
class Prompt:
    """What a reply to a message of the bot means: ``act`` with its arguments."""

    act: str
    arguments: tuple[str, ...]


class AdminHandlers:
    """Commands, buttons, files and replies of officers. ``register`` adds them to an application."""

    def __init__(self, office: Office, store: Store, languages: Languages, owners: Iterable[int]) -> None:
        self._office, self._store, self._languages = office, store, languages
        self._officers = Officers(store, frozenset(owners))
        self._prompts: OrderedDict[tuple[int, int], Prompt] = OrderedDict()
        self._welcomed: set[int] = set()
        self._acts: dict[str, Callable[[Tap], Awaitable[None]]] = {
            "f": self._forced_reload,
            "b": self._forced_rollback,
            "p": self._publish,
            "r": self._publish,
            "e": self._edit,
            "d": self._discard,
            "g": self._show_gap,
            "gi": self._ignore,
            "gs": self._ask_synonym,
            "ga": self._ask_answer,
            "gc": self._choose,
        }
        self._replies: dict[str, Callable[[Officer, Message, Prompt], Awaitable[None]]] = {
            "edit": self._edited,
            "synonym": self._taught,
            "answer": self._pointed,
        }

    def register(self, application: BotApplication) -> None:
        """Stand between the gate and everybody's handlers."""
        new = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
        duties: dict[str, Duty] = {name: getattr(self, name) for name in COMMANDS}
        for name, duty in duties.items():
            application.add_handler(CommandHandler(name, self._officers.only(duty), filters=new), group=GROUP)
        replied = new & filters.REPLY & filters.TEXT & ~filters.COMMAND
        application.add_handler(
            MessageHandler(new & filters.Document.ALL, self._officers.only(self.document)), group=GROUP
        )
        application.add_handler(MessageHandler(replied, self._officers.only(self.replied)), group=GROUP)
        application.add_handler(CallbackQueryHandler(self._officers.only(self.pressed), r"^a:"), group=GROUP)

    async def reload(self, officer: Officer, update: Update, _context: Context) -> None:
        """Use the folder as it is now; what golden questions hold back can be forced with a button."""
        message, locale = await self._heard(officer, update)
        sent = await reply(message, page([step_line("reading", 0, 0, locale)], locale).html)
        rows = [[button(locale, "force_reload", "f")]]
        await self._carry_out(sent, locale, lambda p: self._office.reload(officer.by, False, p), rows)

    async def status(self, officer: Officer, update: Update, _context: Context) -> None:
        """What is in use, and how the day went."""
        message, locale = await self._heard(officer, update)
        midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        counts = await self._store.questions.count(midnight)
        golden = await in_thread(self._office.library.golden)
        latency = (counts.median_ms, counts.p95_ms)
        lines = status_lines(self._office.library.snapshot, golden, dict(counts.by_status), latency, locale)
        await _say(message, lines, locale)

    async def hit(self, officer: Officer, update: Update, context: Context) -> None:
        """Why each candidate of a question won or lost."""
        message, locale = await self._heard(officer, update)
        question = " ".join(context.args or ())
        if not question:
            await _say(message, [text(locale, "hit.usage")], locale)
            return
        answer = await in_thread(lambda: self._office.library.current.ask(question, explain=True))
        await _say(message, hit_lines(answer, locale), locale)

    async def history(self, officer: Officer, update: Update, _context: Context) -> None:
        """The published states."""
        message, locale = await self._heard(officer, update)
        editions = await self._tried(message, locale, self._office.history)
        if editions is not None:
            lines = [edition_line(edition, locale) for edition in editions]
            await _say(message, lines or [text(locale, "admin.no_history")], locale)

    async def rollback(self, officer: Officer, update: Update, context: Context) -> None:
        """Back to a published state."""
        message, locale = await self._heard(officer, update)
        number = (context.args or [""])[0]
        if not number.isdecimal():
            await _say(message, [text(locale, "admin.rollback_usage")], locale)
            return
        sent = await reply(message, page([step_line("reading", 0, 0, locale)], locale).html)
        rows = [[button(locale, "force_rollback", f"b:{int(number)}")]]
        await self._carry_out(sent, locale, self._rolled_back(int(number), officer, force=False), rows)

    async def gaps(self, officer: Officer, update: Update, _context: Context) -> None:
        """What people asked in vain, one at a time."""
        message, locale = await self._heard(officer, update)
        outgoing = gap_page(await self._gaps(), 0, locale)
        await reply(message, outgoing.html, outgoing.keyboard)

    async def notify(self, officer: Officer, update: Update, _context: Context) -> None:
        """Who waits for what."""
        message, locale = await self._heard(officer, update)
        waiting = [(wish.question, wish.key.user_id) for wish in await self._store.waiting.open()]
        await _say(message, waiting_lines(waiting, locale), locale)

    async def publish(self, officer: Officer, update: Update, _context: Context) -> None:
        """Stage the text behind the command, or that of the message which it replies to."""
        message, locale = await self._heard(officer, update)
        written = argument_of(message)
        replied = message.reply_to_message
        content = written.strip() or (replied.text or "" if replied else "").strip()
        if not content:
            await _say(message, [text(locale, "admin.publish_usage")], locale)
            return
        name = "text.md" if content.startswith(("---", "# ")) else "text.txt"
        await self._stage(officer, message, locale, Source(name, content.encode("utf-8", "replace")))

    async def admin(self, officer: Officer, update: Update, context: Context) -> bool | None:
        """Grant and revoke; for owners. To admins it is an unknown command."""
        if officer.role != "owner":
            return False
        message, locale = await self._heard(officer, update)
        what, id = [*(context.args or ()), "", ""][:2]
        if what == "list":
            lines = [text(locale, "admin.admins")]
            lines += [
                text(locale, "admin.admin_line", id=i, role=role) for i, role in (await self._officers.ids()).items()
            ]
        elif what not in ("add", "remove") or not id.isdecimal():
            lines = [text(locale, "admin.admin_usage")]
        else:
            lines = [await self._changed_role(what, int(id), officer, context.bot, locale)]
        await _say(message, lines, locale)
        return None

    async def audit(self, officer: Officer, update: Update, _context: Context) -> None:
        """Who did what, newest first."""
        message, locale = await self._heard(officer, update)
        entries = await self._store.audit.entries(datetime.now(UTC) - timedelta(days=DAYS), ENTRIES)
        lines = [entry_line(e.at, e.actor, e.action, e.target, e.before, e.after) for e in entries]
        await _say(message, lines or [text(locale, "admin.no_audit", days=DAYS)], locale)

    async def document(self, officer: Officer, update: Update, context: Context) -> None:
        """Stage a file; what is too large is not even fetched."""
        message, locale = await self._heard(officer, update)
        document = message.document
        if document is None:
            return
        if (document.file_size or 0) > MAX_BYTES:
            await _say(message, [text(locale, "admin.too_large")], locale)
            return
        file = await context.bot.get_file(document.file_id)
        data = bytes(await file.download_as_bytearray())
        await self._stage(officer, message, locale, Source(document.file_name or "", data))

    async def replied(self, officer: Officer, update: Update, _context: Context) -> bool | None:
        """What a reply to one of our prompts says; other replies are questions like any."""
        message = update.message
        replied = message.reply_to_message if message else None
        prompt = self._prompts.pop((replied.chat.id, replied.message_id), None) if replied else None
        if message is None or prompt is None:
            return False
        await self._replies[prompt.act](officer, message, prompt)
        return None

    async def pressed(self, officer: Officer, update: Update, context: Context) -> bool | None:
        """Do what a button says; a button that none of ours can be is everybody's business."""
        query = update.callback_query
        message = query.message if query else None
        _, act, *arguments = (query.data or "").split(":") if query else ("", "")
        if query is None or not isinstance(message, Message) or act not in self._acts:
            return False
        await acknowledge(query)
        locale = await self._locale(officer, query)
        try:
            await self._acts[act](Tap(officer, context.bot, message, act, tuple(arguments), locale))
        except (IndexError, ValueError):
            log.warning("a button of the admins holds nonsense: %r", query.data)
        except InvestorBotError as error:
            await _say(message, [str(error)], locale)
        return None

    async def _forced_reload(self, tap: Tap) -> None:
        await self._carry_out(tap.message, tap.locale, lambda p: self._office.reload(tap.officer.by, True, p))

    async def _forced_rollback(self, tap: Tap) -> None:
        await self._carry_out(
            tap.message, tap.locale, self._rolled_back(int(tap.arguments[0]), tap.officer, force=True)
        )

    def _rolled_back(self, number: int, officer: Officer, *, force: bool) -> Work:
        return lambda progress: self._office.rollback(number, officer.by, force=force, progress=progress)

    async def _publish(self, tap: Tap) -> None:
        id, *force = tap.arguments
        rows = [[button(tap.locale, "force", f"{tap.act}:{id}:f"), button(tap.locale, "discard", f"d:{id}")]]

        def work(progress: Progress) -> Reload:
            by, replace = tap.officer.by, tap.act == "r"
            return self._office.publish(id, by, replace=replace, force=force == ["f"], progress=progress)

        await self._carry_out(tap.message, tap.locale, work, rows)

    async def _edit(self, tap: Tap) -> None:
        id, field = tap.arguments
        await self._ask(tap, f"ask_{field}", Prompt("edit", (id, field)))

    async def _edited(self, officer: Officer, message: Message, prompt: Prompt) -> None:
        locale = await self._locale(officer, message)
        id, field = prompt.arguments
        staged = await self._tried(message, locale, lambda: self._office.edit(id, field, message.text or ""))  # type: ignore[arg-type]  # one of our own buttons
        if staged is not None:
            outgoing = staged_page(staged, locale)
            await reply(message, outgoing.html, outgoing.keyboard)

    async def _discard(self, tap: Tap) -> None:
        await in_thread(lambda: self._office.staging.discard(tap.arguments[0]))
        await _change(tap.message, page([text(tap.locale, "admin.discarded")], tap.locale))

    async def _show_gap(self, tap: Tap) -> None:
        await _change(tap.message, gap_page(await self._gaps(), int(tap.arguments[0]), tap.locale))

    async def _ignore(self, tap: Tap) -> None:
        gap = await self._gap(tap)
        await self._store.gaps.ignore(gap.key)
        await self._store.audit.record(Entry(datetime.now(UTC), tap.officer.id, "gap.ignore", gap.question))
        outgoing = gap_page(await self._gaps(), 0, tap.locale)
        said = page([text(tap.locale, "admin.ignored", question=gap.question)], tap.locale).html
        await _change(tap.message, Outgoing(f"{said}\n\n{outgoing.html}", outgoing.keyboard))

    async def _ask_synonym(self, tap: Tap) -> None:
        gap = await self._gap(tap)
        await self._ask(tap, "ask_synonym", Prompt("synonym", (gap.question,)), question=gap.question)

    async def _taught(self, officer: Officer, message: Message, prompt: Prompt) -> None:
        locale = await self._locale(officer, message)
        word, _, name = (message.text or "").replace("\uff1d", "=").partition("=")
        if not word.strip() or not name.strip():
            await self._prompted(message, text(locale, "admin.ask_synonym_again"), prompt)
            return
        sent = await reply(message, page([step_line("reading", 0, 0, locale)], locale).html)
        work: Work = lambda p: self._office.teach(word.strip(), name.strip(), officer.by, p)  # noqa: E731
        await self._resolve(sent, locale, prompt.arguments[0], work)

    async def _ask_answer(self, tap: Tap) -> None:
        gap = await self._gap(tap)
        library = self._office.library
        snapshot = library.snapshot.id
        answer = await in_thread(lambda: library.current.ask(gap.question, explain=True))
        candidates = answer.explanation.candidates if answer.explanation else ()
        outgoing = choices_page(gap, candidates, snapshot, tap.locale)
        sent = await reply(tap.message, outgoing.html, outgoing.keyboard)
        self._remember(sent, Prompt("answer", (gap.question,)))

    async def _choose(self, tap: Tap) -> None:
        _, snapshot, number = tap.arguments
        gap, library = await self._gap(tap), self._office.library
        answer = await in_thread(lambda: library.current.ask(gap.question, explain=True))
        candidates = answer.explanation.candidates if answer.explanation else ()
        if not library.snapshot.id.startswith(snapshot) or int(number) >= len(candidates):
            raise PublishError(text(tap.locale, "admin.stale"))
        chosen = candidates[int(number)]
        await self._point(tap.message, tap.locale, tap.officer, gap.question, chosen.document_id, chosen.span)

    async def _pointed(self, officer: Officer, message: Message, prompt: Prompt) -> None:
        locale, library = await self._locale(officer, message), self._office.library
        quote = (message.text or "").strip()
        found = await in_thread(lambda: library.current.find_verbatim(quote)) if len(quote) >= 4 else ()
        if not found:
            await self._prompted(message, text(locale, "admin.not_verbatim"), prompt)
            return
        sent = await reply(message, page([step_line("reading", 0, 0, locale)], locale).html)
        await self._point(sent, locale, officer, prompt.arguments[0], found[0].document.id, found[0].span)

    async def _point(
        self, message: Message, locale: str, officer: Officer, question: str, document: str, span: tuple[int, int]
    ) -> None:
        def work(progress: Progress) -> Reload:
            return self._office.point_out(question, document, span, officer.by, progress)

        await self._resolve(message, locale, question, work)

    async def _resolve(self, message: Message, locale: str, question: str, work: Work) -> None:
        """Carry out what mends a gap, and show what the question brings now."""
        if not await self._carry_out(message, locale, work):
            return
        answer = await in_thread(lambda: self._office.library.current.ask(question))
        quote = answer.citations[0].quote if answer.citations else None
        said = text(locale, "admin.again", quote=quote) if quote else text(locale, "admin.still_silent")
        await _say(message, [said], locale)

    async def _stage(self, officer: Officer, message: Message, locale: str, source: Source) -> None:
        staged = await self._tried(message, locale, lambda: self._office.stage(source, officer.by))
        if staged is not None:
            outgoing = staged_page(staged, locale)
            await reply(message, outgoing.html, outgoing.keyboard)

    async def _carry_out(self, sent: Message, locale: str, work: Work, forcing: Sequence[Row] = ()) -> bool:
        """Do it off the event loop, its progress and then its outcome in a message of ours; whether it was done.

        ``forcing`` are the buttons where golden questions held it back.
        """
        latest: list[tuple[Step, int, int]] = []
        task = asyncio.ensure_future(in_thread(lambda: work(lambda *step: latest.append(step))))
        shown = 0
        while not (await asyncio.wait((task,), timeout=PAUSE))[0]:
            if len(latest) > shown:
                shown = len(latest)
                await _change(sent, page([step_line(*latest[-1], locale)], locale))
        try:
            outgoing, done = page(reload_lines(task.result(), locale), locale), True
        except KnowledgeError as error:
            rows = forcing if isinstance(error, GoldenError) else ()
            outgoing, done = page(held_back_lines(error, locale), locale, rows), False
        except InvestorBotError as error:
            outgoing, done = page([str(error)], locale), False
        await _change(sent, outgoing)
        return done

    async def _tried(self, message: Message, locale: str, work: Callable[[], T]) -> T | None:
        """The outcome of blocking work; None where it could not be done, which is then said."""
        try:
            return await in_thread(work)
        except InvestorBotError as error:
            await _say(message, [str(error)], locale)
            return None

    async def _gaps(self) -> list[Gap]:
        """What was refused or disliked lately and is not ignored, most asked first."""
        since = datetime.now(UTC) - timedelta(days=DAYS)
        missed, ignored = await self._store.missed(since), await self._store.gaps.ignored()
        return await in_thread(lambda: gaps((Miss(*one) for one in missed), ignored))

    async def _gap(self, tap: Tap) -> Gap:
        found = next((gap for gap in await self._gaps() if gap_id(gap) == tap.arguments[0]), None)
        if found is None:
            raise PublishError(text(tap.locale, "admin.gap_gone"))
        return found

    async def _ask(self, tap: Tap, key: str, prompt: Prompt, **params: object) -> None:
        await self._prompted(tap.message, text(tap.locale, f"admin.{key}", **params), prompt)

    async def _prompted(self, message: Message, words: str, prompt: Prompt) -> None:
        sent = await message.get_bot().send_message(message.chat_id, words, reply_markup=ForceReply())
        self._remember(sent, prompt)

    def _remember(self, sent: Message, prompt: Prompt) -> None:
        self._prompts[sent.chat_id, sent.message_id] = prompt
        if len(self._prompts) > PROMPTS:
            self._prompts.popitem(last=False)

    async def _changed_role(self, what: str, id: int, officer: Officer, bot: Bot, locale: str) -> str:
        if id in self._officers.owners:
            return text(locale, "admin.owner_stays", id=id)
        if what == "add":
            await self._store.roles.grant(id, "admin", officer.id)
            await self._show_menu(bot, id, locale, granted=True)
            return text(locale, "admin.granted", id=id)
        await self._store.roles.revoke(id, officer.id)
        await self._show_menu(bot, id, locale, granted=False)
        return text(locale, "admin.revoked", id=id)

    async def _heard(self, officer: Officer, update: Update) -> tuple[Message, str]:
        message = update.message
        if message is None:
            raise TypeError("the filters let only new messages through")
        locale = await self._locale(officer, message)
        if officer.id not in self._welcomed:
            self._welcomed.add(officer.id)
            await self._show_menu(message.get_bot(), officer.id, locale, granted=True)
        return message, locale

    async def _show_menu(self, bot: Bot, id: int, locale: str, *, granted: bool) -> None:
        """Show the admin commands in this officer's menu alone; the menu is a help, not the authorisation."""
        scope = BotCommandScopeChat(id)
        try:
            if granted:
                own = [(name, text(locale, f"admin.command_{name}")) for name in COMMANDS]
                await bot.set_my_commands([BotCommand(*entry) for entry in (*pages.menu(locale), *own)], scope)
            else:
                self._welcomed.discard(id)
                await bot.delete_my_commands(scope)
        except TelegramError as error:  # a user who never spoke to the bot has no chat with it
            log.info("the menu of an admin could not be changed: %s", error)

    async def _locale(self, officer: Officer, of: Message | CallbackQuery) -> str:
        return await self._languages.of_pages(officer.id, None, app_language(of))


@dataclass(frozen=True)
class Tap:
    """A button that an officer pressed under ``message``."""

    officer: Officer
    bot: Bot
    message: Message
    act: str
    arguments: tuple[str, ...]
    locale: str


async def _say(message: Message, lines: Iterable[str], locale: str) -> None:
    await reply(message, page(lines, locale).html)


async def _change(message: Message, outgoing: Outgoing) -> None:
    """Put the page in place of a message of ours, or send it anew where that is gone."""
    if not await edit(message.get_bot(), message.chat_id, message.message_id, outgoing):
        await reply(message, outgoing.html, outgoing.keyboard)
