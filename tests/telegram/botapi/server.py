"""The double itself: an HTTP server on loopback that speaks the Bot API and records every call."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import aiohttp
from aiohttp import web

from .chats import Chats, Message
from .description import Description, best_available
from .failures import Failure
from .methods import Methods
from .parameters import checked
from .refusal import Refusal
from .updates import Update, UpdateQueue

TOKEN = "987654321:AAF-double_double_double_double-0123"
PATIENCE = 60.0
"""Seconds that a helper waits before it gives up: a bound for broken code, never waited for otherwise."""


@dataclass(frozen=True)
class Call:
    """A call as it came and as it was answered; ``status`` 0 where no answer could be read.

    ``at`` is when it came, in seconds of the monotonic clock.
    """

    method: str
    params: Mapping[str, Any]
    status: int
    result: Any = None
    description: str = ""
    at: float = 0.0
    ending: str = ""

    @property
    def ok(self) -> bool:
        return self.status == 200


@dataclass
class BotApi:
    """``async with BotApi() as api``: a Bot API server at ``api.base_url``, for one bot.

    ``fail_next`` scripts single failures; ``weather`` says for every other call of a method how it fails, if it does.
    """

    token: str = TOKEN
    description: Description = field(default_factory=best_available)
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.me = {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Investor",
            "username": "investor_test_bot",
        }
        self.chats = Chats()
        self._changed = asyncio.Condition()
        self.queue = UpdateQueue(self._changed)
        self.methods = Methods(self.me, self.chats, self.queue)
        self._failures: defaultdict[str, deque[Failure]] = defaultdict(deque)
        self.weather: Callable[[str], Failure | None] = lambda _method: None
        self._runner: web.AppRunner | None = None
        self._address = ""

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/bot{token}/{method}", self._serve)
        application.router.add_get("/file/bot{token}/documents/{file}", self._send_file)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self._address = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.queue.wake()
        if self._runner:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What ``telegram.base_url`` has to be."""
        return f"{self._address}/bot"

    @property
    def base_file_url(self) -> str:
        """What ``telegram.base_file_url`` has to be."""
        return f"{self._address}/file/bot"

    @property
    def sent(self) -> list[Message]:
        """The messages that arrived in chats, oldest first, also those whose sender never heard of it."""
        return [call.result for call in self.calls if call.method == "sendMessage" and _is_message(call.result)]

    def fail_next(self, method: str, *failures: Failure) -> None:
        """Let the next calls of ``method`` fail so, one failure each."""
        self._failures[method].extend(failures)

    def push(self, update: Update) -> Update:
        """Queue an update; ids that it lacks are given, its messages can be replied to from now on."""
        for kind, content in update.items():
            if kind in ("message", "edited_message", "channel_post"):
                content.setdefault("message_id", self.chats.next_message_id())
                self.chats.keep(content)
            elif kind in ("callback_query", "inline_query"):
                self.methods.queries.add(content["id"])
        return self.queue.push(update)

    async def wait_for(self, method: str, count: int = 1, where: Callable[[Call], bool] = lambda _: True) -> Call:
        """Return the ``count``-th call of ``method`` that fulfils ``where``, as soon as it was answered."""

        def found() -> list[Call]:
            return [call for call in self.calls if call.method == method and where(call)]

        await self._until(lambda: len(found()) >= count, f"call {count} of {method}")
        return found()[count - 1]

    async def wait_sent(self, count: int = 1) -> Message:
        """Return the ``count``-th message that arrived in a chat."""
        return (await self.wait_for("sendMessage", count, lambda call: call.ok)).result  # type: ignore[no-any-return]

    async def reply_to(self, update: Update) -> Message:
        """Queue an update and return the first message that is sent after it."""
        before = len(self.sent)
        self.push(update)
        return await self.wait_sent(before + 1)

    async def deliver(self, update: Update, url: str, tls: ssl.SSLContext | None = None, **headers: str) -> int:
        """Bring an update to a webhook as Telegram does and return the status; ``headers`` replace its own.

        ``url`` stands for the public address that was set: the path is that of the webhook.
        """
        return await self.deliver_numbered(self.numbered(update), url, tls, **headers)

    async def deliver_numbered(
        self, update: Update, url: str, tls: ssl.SSLContext | None = None, **headers: str
    ) -> int:
        """The same for an update that has its numbers, as when Telegram brings it once more."""
        _, _, path = self.queue.webhook.removeprefix("https://").partition("/")
        sent = {"X-Telegram-Bot-Api-Secret-Token": self.queue.webhook_secret} | headers
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{url}/{path}", json=update, headers=sent, ssl=tls or True) as response,
        ):
            return response.status

    def numbered(self, update: Update) -> Update:
        """Return an update with its numbers, as ``push`` would queue it; for webhooks."""
        queued = self.push(update)
        self.queue.pending.remove(queued)
        return queued

    async def wait_confirmed(self) -> None:
        """Wait until the bot has fetched and confirmed every update."""
        await self._until(lambda: not self.queue.pending, "the confirmation of all updates")

    async def wait_polling(self, polling: bool = True) -> None:
        """Wait until the bot waits for updates, or until it does so no more."""
        await self._until(lambda: self.queue.has_reader == polling, f"long poll ({polling})")

    async def _until(self, reached: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                await self._changed.wait_for(reached)
        except TimeoutError:
            seen = [(call.method, call.status, call.description) for call in self.calls]
            raise AssertionError(f"no {what} within {PATIENCE} s; the calls: {seen}") from None

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method, at = request.match_info["method"], time.monotonic()
        params, is_form = await _read(request)
        try:
            self._authorize(request.match_info["token"])
            params = checked(self.description, method, params, form=is_form)
            call = await self._call(method, params)
        except Refusal as refusal:
            call = Call(method, params, refusal.code, refusal, refusal.description)
        await self._record(replace(call, at=at))
        if call.ending == "hanging":
            await asyncio.sleep(PATIENCE)
        return _response(request, call)

    async def _send_file(self, request: web.Request) -> web.Response:
        data = self.methods.files.get(request.match_info["file"])
        if request.match_info["token"] != self.token or data is None:
            return web.Response(status=404)
        return web.Response(body=data)

    async def _call(self, method: str, params: dict[str, Any]) -> Call:
        failure = self._failures[method].popleft() if self._failures[method] else self.weather(method)
        if failure is None:
            return Call(method, params, 200, await self.methods.call(method, params))
        if failure.refusal:
            raise failure.refusal
        result = await self.methods.call(method, params) if failure.done else None
        return Call(method, params, 0, result, ending=failure.ending)

    def _authorize(self, token: str) -> None:
        if ":" not in token:
            raise Refusal(404, "Not Found")
        if token != self.token:
            raise Refusal(401, "Unauthorized")

    async def _record(self, call: Call) -> None:
        self.calls.append(call)
        async with self._changed:
            self._changed.notify_all()


def _is_message(result: Any) -> bool:
    return isinstance(result, dict) and "message_id" in result


async def _read(request: web.Request) -> tuple[dict[str, Any], bool]:
    """Return the parameters and whether they are strings of a form or of the query."""
    params: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return params | await request.json(), False
    return params | dict(await request.post()), True


def _response(request: web.Request, call: Call) -> web.StreamResponse:
    if call.ending == "garbled":
        return web.Response(text="<html>", content_type="text/html")
    if call.status == 0 and request.transport:
        request.transport.abort()
    if isinstance(call.result, Refusal):
        return web.json_response(call.result.body(), status=call.status)
    return web.json_response({"ok": True, "result": call.result})
