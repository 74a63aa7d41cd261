"""The way to a running server: a unix socket of its own under ``state_dir``, SIGHUP, and watching the folder.

A caller writes one JSON line, ``{"command": "reload", "by": …, "force": …}``; JSON lines come back: ``{"step", "done",
"total"}`` while it goes on, and at the end ``{"reload": …}`` or ``{"error": …}``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError

from bot.errors import ControlError, GoldenError, InvestorBotError, KnowledgeError, Problem
from bot.publishing.model import Progress, Reload, Step, silent
from bot.publishing.threads import in_thread

log = logging.getLogger(__name__)

FOLDER = "control"
LONGEST_LINE = 64 * 1024
LONGEST_PATH = 100
"""Bytes that the address of a unix socket may safely have."""
PATIENCE = 600.0
"""Seconds without a word from the server after which a caller gives up."""

_RELOAD = TypeAdapter(Reload)


class Reloading(Protocol):
    """What is reloaded: ``bot.assembly.Library``."""

    def reload(self, by: str = "", *, force: bool = False, progress: Progress = silent) -> Reload:
        """Build the state anew and swap it; raises KnowledgeError where it is held back."""
        ...


@asynccontextmanager
async def control(state_dir: Path, library: Reloading, watched: Path | None = None) -> AsyncIterator[None]:
    """Listen for ``investor-bot reload`` and SIGHUP until the block ends; reload by itself when ``watched`` changes.

    A server that cannot listen (no unix sockets, a folder that may not be written) serves all the same.
    """
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(_listening(state_dir / FOLDER, library))
        except (OSError, NotImplementedError) as error:
            log.warning("cannot listen for reloads in %s: %s", state_dir / FOLDER, error)
        stack.enter_context(_on_hangup(library))
        if watched is not None:
            from bot.publishing.watching import watching  # only whoever watches needs watchfiles

            await stack.enter_async_context(watching(watched, lambda: _reload_and_log(library, "watch")))
        yield


@asynccontextmanager
async def _listening(folder: Path, library: Reloading) -> AsyncIterator[None]:
    path = folder / f"{secrets.token_hex(4)}.sock"  # one for each server: several may share a folder
    listener = _bound(path)
    try:
        server = await asyncio.start_unix_server(_Caller(library).answer, sock=listener, limit=LONGEST_LINE)
        async with server:
            yield
    finally:
        listener.close()
        path.unlink(missing_ok=True)


def _bound(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _address(path) as address:
            listener.bind(address)
        path.chmod(0o600)
    except BaseException:
        listener.close()
        raise
    return listener


class _Caller:
    """Answers the callers of the socket."""

    def __init__(self, library: Reloading) -> None:
        self._library = library

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, its progress and its outcome; a caller that goes away stops nothing."""
        try:
            loop = asyncio.get_running_loop()

            def say(value: dict[str, Any]) -> None:
                """Write a line from the thread that reloads; all are written before its outcome is known here."""
                loop.call_soon_threadsafe(writer.write, _line(value))

            writer.write(_line(await self._outcome(await reader.readline(), say)))
            await writer.drain()
        except (ConnectionError, ValueError) as error:  # gone, or a line that is too long
            log.info("a caller of the control socket was lost: %s", error)
        finally:
            writer.close()

    async def _outcome(self, line: bytes, say: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        try:
            request = json.loads(line)
            known = request["command"] == "reload"
        except (ValueError, TypeError, KeyError):
            known = False
        if not known:
            return {"error": {"kind": "control", "message": 'the request is not {"command": "reload"}'}}
        by, force = str(request.get("by", "socket")), bool(request.get("force"))

        def progress(step: Step, done: int, total: int) -> None:
            say({"step": step, "done": done, "total": total})

        try:
            done = await in_thread(lambda: self._library.reload(by, force=force, progress=progress))
        except InvestorBotError as error:
            _log_error(error)
            return {"error": _error(error)}
        _log_reload(done)
        return {"reload": _RELOAD.dump_python(done, mode="json")}


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _error(error: InvestorBotError) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": error.kind, "message": str(error)}
    if isinstance(error, KnowledgeError):
        found["problems"] = [[p.path, p.line, p.what, p.mend] for p in error.problems]
    if isinstance(error, GoldenError):
        found["total"] = error.total
    return found


@contextmanager
def _on_hangup(library: Reloading) -> Iterator[None]:
    """SIGHUP reloads, where the system has it."""
    loop, tasks = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    def reload() -> None:
        task = loop.create_task(_reload_and_log(library, "signal"))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    with contextlib.suppress(NotImplementedError, AttributeError, RuntimeError):  # Windows; not in the main thread
        loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError, AttributeError, RuntimeError):
            loop.remove_signal_handler(signal.SIGHUP)


async def _reload_and_log(library: Reloading, by: str) -> None:
    """Reload where nobody waits for the outcome but the log."""
    try:
        _log_reload(await in_thread(lambda: library.reload(by)))
    except InvestorBotError as error:
        _log_error(error)
    except Exception:
        log.exception("the knowledge could not be reloaded, the old one stays in use")


def _log_reload(done: Reload) -> None:
    found, golden = done.changes, done.golden
    log.info(
        "reloaded: snapshot %s after %s, documents +%d ~%d -%d, figures changed %d, golden %d of %d",
        *(done.after.id, done.before.id),
        *(len(found.added), len(found.changed), len(found.removed), len(found.figures)),
        *(golden.passed, golden.total),
    )


def _log_error(error: InvestorBotError) -> None:
    log.error("the reload was held back, the old knowledge stays in use: %s", error)


def call_servers(state_dir: Path, by: str, *, force: bool, progress: Progress = silent) -> list[Reload]:
    """Let every server that runs with this ``state_dir`` reload, one after another; what each did.

    Raises ControlError where none runs or one is lost, KnowledgeError or GoldenError where one held it back.
    """
    request = json.dumps({"command": "reload", "by": by, "force": force}).encode() + b"\n"
    found = [_call(path, request, progress) for path in sorted((state_dir / FOLDER).glob("*.sock"))]
    done = [reload for reload in found if reload is not None]
    if not done:
        where = state_dir / FOLDER
        raise ControlError(f"no server listens in {where} — is `investor-bot serve` running, with the same state_dir?")
    return done


def _call(path: Path, request: bytes, progress: Progress) -> Reload | None:
    """What one server did; None where its socket was left behind by a server that is gone."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
            caller.settimeout(PATIENCE)
            with _address(path) as address:
                caller.connect(address)
            caller.sendall(request)
            with caller.makefile("rb") as lines:
                return _outcome(path, lines, progress)
    except (ConnectionRefusedError, FileNotFoundError):
        path.unlink(missing_ok=True)
        return None
    except OSError as error:
        raise ControlError(f"{path}: the server cannot be reached: {error} — see its log") from None


def _outcome(path: Path, lines: Iterable[bytes], progress: Progress) -> Reload:
    try:
        for line in lines:
            value = json.loads(line)
            if "reload" in value:
                return _RELOAD.validate_python(value["reload"])
            if "error" in value:
                raise _raised(value["error"])
            progress(value["step"], value["done"], value["total"])
    except (ValueError, KeyError, ValidationError) as error:
        raise ControlError(f"{path}: the server answers in another way ({error}) — is it another version?") from None
    raise ControlError(f"{path}: the server ended before it was done — see its log")


def _raised(error: dict[str, Any]) -> InvestorBotError:
    problems = [Problem(*problem) for problem in error.get("problems", ())]
    if "total" in error:
        return GoldenError(problems, error["total"])
    return KnowledgeError(problems) if problems else ControlError(error["message"])


@contextmanager
def _address(path: Path) -> Iterator[str]:
    """An address for ``path`` that is short enough for a socket, which a deep folder's would not be."""
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
