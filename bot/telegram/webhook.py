"""Webhook: Telegram calls the bot, and every call must prove that it comes from Telegram.

An update is answered with 200 as soon as the intake has it; what cannot be taken now is answered with 503,
and Telegram brings it again. The library's own server compares the secret in a time that depends on it, takes
bodies of 100 MB, and has no way of saying "not now".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot

from bot.config import Config
from bot.errors import ConfigError
from bot.telegram.intake import Intake

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
SECRET_FILE = "webhook-secret"  # noqa: S105 - the name of a file
BODY = 1024 * 1024
"""Bytes that the body of a call may have."""
LATER = "5"
"""Seconds after which Telegram may try again what was not taken."""


@dataclass(frozen=True)
class Endpoint:
    """Where Telegram calls (``url``), where the bot listens, and how it knows that it is Telegram."""

    url: str
    listen: str
    secret: str = field(repr=False)
    certificate: Path | None = None
    key: Path | None = None

    @property
    def path(self) -> str:
        """The path of ``url``: the only one that is served."""
        return urlsplit(self.url).path

    def tls(self) -> ssl.SSLContext | None:
        """Return what the bot needs to speak HTTPS itself, None behind a proxy; raises ConfigError."""
        if self.certificate is None or self.key is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            files = f"{self.certificate} and {self.key}"
            reason = error.strerror or getattr(error, "reason", None) or type(error).__name__
            raise ConfigError(f"telegram.webhook_certificate, webhook_key: cannot use {files}: {reason}") from None
        return context


def endpoint(config: Config) -> Endpoint:
    """Return the configured endpoint; a secret that is not set is made and kept in ``state_dir``.

    Raises ConfigError where a key is missing or the secret cannot be kept.
    """
    telegram = config.telegram
    if telegram.webhook_url is None:
        raise ConfigError(
            'telegram.webhook_url: is needed for mode = "webhook" — set it to the public https:// address'
        )
    if (telegram.webhook_certificate is None) != (telegram.webhook_key is None):
        raise ConfigError("telegram.webhook_certificate, telegram.webhook_key: set both, or none behind a proxy")
    given = telegram.webhook_secret
    secret = given.get_secret_value() if given else _kept_secret(config.state_dir / SECRET_FILE)
    path = telegram.webhook_path or _derived_path(secret)
    return Endpoint(
        telegram.webhook_url.rstrip("/") + path,
        telegram.webhook_listen,
        secret,
        telegram.webhook_certificate,
        telegram.webhook_key,
    )


class Receiver:
    """Takes Telegram's calls and gives their updates to the intake."""

    def __init__(self, endpoint: Endpoint, bot: Bot, intake: Intake) -> None:
        self._secret = endpoint.secret.encode()
        self._bot = bot
        self._intake = intake
        self._closed = False
        self.application = web.Application(client_max_size=BODY)
        self.application.add_routes([web.post(endpoint.path, self._receive)])

    def close(self) -> None:
        """Take no further updates; Telegram keeps them."""
        self._closed = True

    async def _receive(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(errors="replace"), self._secret):
            return self._refused(403, "secret")
        content = await _json(request)
        if not isinstance(content, dict) or not isinstance(content.get("update_id"), int):
            return self._refused(400, "malformed")
        if self._closed or self._intake.crowded:
            return _later()
        self._intake.metrics.reached()
        update = self._intake.read(content, self._bot, "webhook")
        try:
            if update is not None:
                await self._intake.accept(update)
        except Exception as error:
            self._intake.metrics.errors.labels("webhook").inc()
            log.error("an update could not be taken, Telegram will bring it again", exc_info=error)
            return _later()
        return web.Response()

    def _refused(self, status: int, why: str) -> web.Response:
        self._intake.metrics.turned_away.labels(f"webhook_{why}").inc()
        return web.Response(status=status)


def _later() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": LATER})


async def _json(request: web.Request) -> Any:
    """Return the body, None where it is not JSON; raises aiohttp's 413 for one that is too large."""
    body = await request.read()
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _derived_path(secret: str) -> str:
    """Return a path that nobody guesses and that shows nothing of what it is made from."""
    return "/telegram/" + hmac.new(secret.encode(), b"webhook path", hashlib.sha256).hexdigest()[:32]


def _kept_secret(file: Path) -> str:
    """Return the secret that ``file`` holds; without the file it is made, readable by its owner only."""
    try:
        if not file.exists():
            _create(file, lambda: secrets.token_urlsafe(32))
        secret = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigError(f"state_dir: the webhook's secret cannot be kept in {file}: {reason}") from None
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret):
        raise ConfigError(f"{file}: is no secret for a webhook — delete the file, a new one is made")
    return secret


def _create(file: Path, content: Callable[[], str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(content() + "\n", encoding="ascii")
