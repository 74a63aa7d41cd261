"""Webhook mode: Telegram calls the bot over real HTTP, and so does everybody who tries."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import ssl
import stat
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from telegram import Update

from bot.config import Config, load_config
from bot.errors import ConfigError, ServeError
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.hooks import Hooks
from bot.telegram.intake import ALLOWED
from bot.telegram.serve import receiving
from bot.telegram.types import BotApplication
from bot.telegram.webhook import BODY, SECRET_HEADER, endpoint
from tests.telegram.botapi import BotApi, bad_gateway, private_message, unauthorized
from tests.telegram.conftest import QUOTE, UNHURRIED, SmallLibrary, called_at

GDP = "黄埔区2021年GDP目标是多少"
SECRET = "a-secret-of-the-webhook"

Receiving = Callable[..., AbstractAsyncContextManager[BotApplication]]


@pytest.fixture
def webhook_config(api: BotApi, tmp_path: Path) -> Config:
    """A configuration for a bot behind a proxy."""
    return called_at(api, tmp_path / "state", mode="webhook", webhook_url="https://bot.example.org/")


@pytest.fixture
def at(webhook_config: Config) -> str:
    """Where the bot listens."""
    return f"http://{webhook_config.telegram.webhook_listen}"


@pytest.fixture
def called(webhook_config: Config, library: SmallLibrary, store: Store) -> Receiving:
    """``async with called():`` runs the real application with a webhook at the double."""

    @asynccontextmanager
    async def run(hooks: Hooks | None = None, watch_every: float = 60) -> AsyncIterator[BotApplication]:
        application = build_application(webhook_config, library, store, hooks=hooks, rates=UNHURRIED)
        async with receiving(application, endpoint(webhook_config), watch_every):
            yield application

    return run


async def post(url: str, body: bytes, secret: str | None, method: str = "POST") -> int:
    """Call a webhook as anybody might and return the status."""
    headers = {"Content-Type": "application/json"} | ({SECRET_HEADER: secret} if secret is not None else {})
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=io.BytesIO(body), headers=headers) as response,
    ):
        return response.status


async def test_an_update_is_answered(api: BotApi, called: Receiving, at: str) -> None:
    """200 for Telegram at once, the answer in the chat."""
    async with called():
        assert await api.deliver(private_message(GDP), at) == 200
        assert QUOTE in (await api.wait_sent())["text"]


async def test_what_telegram_is_told(api: BotApi, called: Receiving, webhook_config: Config) -> None:
    """The address, the secret, the wanted kinds, and that nothing is to be dropped."""
    waiting = api.push(private_message(GDP))
    async with called():
        call = await api.wait_for("setWebhook")
    assert call.params["url"] == endpoint(webhook_config).url
    assert call.params["url"].startswith("https://bot.example.org/telegram/")
    assert call.params["secret_token"] == endpoint(webhook_config).secret
    assert call.params["allowed_updates"] == ALLOWED
    assert call.params["max_connections"] == 40
    assert "certificate" not in call.params
    assert not call.params.get("drop_pending_updates")
    assert api.queue.pending == [waiting]
    assert not [call for call in api.calls if call.method == "deleteWebhook"]


async def test_200_comes_before_the_answer(api: BotApi, called: Receiving, library: SmallLibrary, at: str) -> None:
    """Telegram does not wait for answers; those of one chat stay in order."""
    library.gate.clear()
    questions = [f"{GDP}{number}" for number in range(5)]
    async with called():
        assert [await api.deliver(private_message(question), at) for question in questions] == [200] * 5
        assert api.sent == []
        library.gate.set()
        await api.wait_sent(5)
    assert [message["reply_to_message"]["text"] for message in api.sent] == questions


async def test_what_comes_twice_is_answered_once(api: BotApi, called: Receiving, at: str) -> None:
    """Telegram brings an update again when it got no answer in time."""
    async with called():
        update = api.numbered(private_message(GDP))
        assert [await api.deliver(update, at) for _ in range(3)] == [200] * 3
        await api.wait_sent()
    assert len(api.sent) == 1


@pytest.mark.parametrize("secret", [None, "", "wrong-wrong-wrong-wrong", SECRET + "x", "秘密"])
async def test_without_the_secret_nobody_gets_in(
    api: BotApi, called: Receiving, library: SmallLibrary, at: str, secret: str | None, webhook_config: Config
) -> None:
    """403, whatever the body is, and nothing happens."""
    async with called():
        url = at + endpoint(webhook_config).path
        encoded = None if secret is None else secret.encode().decode("latin-1")
        for body in (json.dumps(api.numbered(private_message(GDP))).encode(), b"{"):
            assert await post(url, body, encoded) == 403
    assert library.asked == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"update_id": "7"}', 400),
        (b"[" * 100_000, 400),
        (b'{"update_id": 7, "message": {"message_id": "no message"}}', 200),
        (b'{"update_id": 8}', 200),
        (b" " * (BODY + 1), 413),
    ],
    ids=["empty", "cut off", "binary", "list", "no id", "wrong id", "deep", "unreadable", "nothing", "too large"],
)
async def test_bodies_that_are_no_update(
    api: BotApi, called: Receiving, at: str, webhook_config: Config, body: bytes, status: int
) -> None:
    """Refused where Telegram would never send it, taken and dropped where it would come for ever; life goes on."""
    async with called():
        assert await post(at + endpoint(webhook_config).path, body, endpoint(webhook_config).secret) == status
        assert await api.deliver(private_message(GDP), at) == 200
        assert QUOTE in (await api.wait_sent())["text"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "", 405), ("PUT", "", 405), ("POST", "x", 404), ("POST", "/x", 404)],
)
async def test_other_methods_and_paths(
    called: Receiving, at: str, webhook_config: Config, method: str, path: str, status: int
) -> None:
    """Only POST, and only the one path."""
    async with called():
        where = endpoint(webhook_config)
        assert await post(at + where.path + path, b"{}", where.secret, method) == status


async def test_an_update_that_cannot_be_claimed_comes_again(api: BotApi, called: Receiving, at: str) -> None:
    """503 until it is taken durably; then 200, and one answer."""
    broken = [OSError("disk full")] * 2

    async def claim(_: Update) -> bool:
        if broken:
            raise broken.pop()
        return True

    async with called(Hooks(claim)):
        update = api.numbered(private_message(GDP))
        assert [await api.deliver(update, at) for _ in range(3)] == [503, 503, 200]
        await api.wait_sent()
    assert len(api.sent) == 1


async def test_a_crowded_bot_lets_telegram_wait(
    api: BotApi, called: Receiving, library: SmallLibrary, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With so many updates in work the next one is put off, and taken later."""
    monkeypatch.setattr("bot.telegram.intake.PENDING", 3)
    library.gate.clear()
    async with called() as application:
        first = [await api.deliver(private_message(GDP), at) for _ in range(3)]
        update = api.numbered(private_message(GDP))
        assert [*first, await api.deliver(update, at)] == [200, 200, 200, 503]
        library.gate.set()
        await application.update_queue.join()
        assert await api.deliver(update, at) == 200
        await api.wait_sent(4)


async def test_stopping_finishes_what_was_taken_and_leaves_the_rest(
    api: BotApi, called: Receiving, library: SmallLibrary, at: str
) -> None:
    """In flight is answered; what comes later is put off, and the webhook stays for the next run."""
    library.gate.clear()
    late: list[int] = []

    async def stopping() -> None:
        await asyncio.sleep(0.1)  # the block has been left, the server still listens
        late.append(await api.deliver(private_message(GDP), at))
        library.gate.set()

    async with called():
        assert await api.deliver(private_message(GDP), at) == 200
        task = asyncio.create_task(stopping())
    await task
    assert late == [503]
    assert len(api.sent) == 1
    assert api.queue.webhook


async def test_the_secret_stays_over_restarts(api: BotApi, called: Receiving, webhook_config: Config, at: str) -> None:
    """It is made once, readable by its owner only, and is neither the token nor in the path."""
    async with called():
        first = endpoint(webhook_config)
    async with called():
        assert await api.deliver(private_message(GDP), at) == 200
    assert endpoint(webhook_config) == first
    file = webhook_config.state_dir / "webhook-secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() == first.secret
    assert first.secret not in first.url
    assert api.token.partition(":")[2] not in first.url + first.secret
    assert first.secret not in repr(first)


async def test_a_start_that_stumbles(api: BotApi, called: Receiving, at: str) -> None:
    """A bad gateway at setWebhook is survived."""
    api.fail_next("setWebhook", bad_gateway())
    async with called():
        assert await api.deliver(private_message(GDP), at) == 200


async def test_a_webhook_that_was_taken_down_is_set_again(api: BotApi, called: Receiving, at: str) -> None:
    """An instance that polled for a moment took it down; the bot notices."""
    async with called(watch_every=0.05):
        api.queue.webhook = ""
        await api.wait_for("setWebhook", 2)
        assert await api.deliver(private_message(GDP), at) == 200


async def serving(application: BotApplication, config: Config, every: float = 0.05) -> None:
    """Serve until the webhook's watch ends by itself; raises what ended it."""
    async with receiving(application, endpoint(config), every) as task:
        await task


async def test_a_rival_ends_the_bot(api: BotApi, webhook_config: Config, library: SmallLibrary, store: Store) -> None:
    """Two instances that take the webhook from each other: one clear line."""

    async def rival() -> None:
        for number in range(1, 10):
            await api.wait_for("setWebhook", number)
            api.queue.webhook = "https://rival.example.org/hook"

    task = asyncio.create_task(rival())
    with pytest.raises(ServeError, match="another instance of this bot takes the webhook away"):
        await serving(build_application(webhook_config, library, store), webhook_config)
    task.cancel()


async def test_a_revoked_token_ends_the_bot(
    api: BotApi, webhook_config: Config, library: SmallLibrary, store: Store
) -> None:
    """As in polling."""
    api.fail_next("getWebhookInfo", unauthorized())
    with pytest.raises(ServeError, match="revoked"):
        await serving(build_application(webhook_config, library, store), webhook_config)


async def test_a_failed_look_is_no_end(api: BotApi, called: Receiving, at: str) -> None:
    """Telegram may be away for a while."""
    api.fail_next("getWebhookInfo", *[bad_gateway()] * 3)
    async with called(watch_every=0.02):
        await api.wait_for("getWebhookInfo", where=lambda call: call.ok)
        assert await api.deliver(private_message(GDP), at) == 200


async def test_an_address_in_use(
    called: Receiving, webhook_config: Config, library: SmallLibrary, store: Store
) -> None:
    """One clear line with the key."""
    async with called():
        with pytest.raises(ServeError, match=r"telegram\.webhook_listen: cannot listen on 127"):
            await serving(build_application(webhook_config, library, store), webhook_config)


async def test_https_with_a_certificate_of_our_own(
    api: BotApi, webhook_config: Config, tmp_path: Path, library: SmallLibrary, store: Store
) -> None:
    """The certificate is shown to Telegram, which then trusts the bot's own HTTPS, and nothing else."""
    certificate, key = self_signed(tmp_path)
    more = {"webhook_certificate": certificate, "webhook_key": key}
    config = webhook_config.model_copy(update={"telegram": webhook_config.telegram.model_copy(update=more)})
    at = f"https://localhost:{config.telegram.webhook_listen.rpartition(':')[2]}"
    async with receiving(build_application(config, library, store), endpoint(config)):
        assert api.queue.webhook_certificate == certificate.read_bytes()
        trusting = ssl.create_default_context(cadata=api.queue.webhook_certificate.decode())
        assert await api.deliver(private_message(GDP), at, trusting) == 200
        assert QUOTE in (await api.wait_sent())["text"]
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await api.deliver(private_message(GDP), at)


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Return the files of a new certificate for localhost and of its key."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not there to make a certificate")
    certificate, key = folder / "webhook.pem", folder / "webhook.key"
    request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*request.split(), *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


@pytest.mark.parametrize(
    ("telegram", "says"),
    [
        ({}, r"telegram\.webhook_url: is needed"),
        ({"webhook_url": "https://x.org", "webhook_certificate": "/x.pem"}, "set both"),
        (
            {"webhook_url": "https://x.org", "webhook_certificate": "/x.pem", "webhook_key": "/x.key"},
            "cannot use /x.pem and /x.key: No such file",
        ),
    ],
    ids=["no address", "half", "no files"],
)
def test_what_is_missing_is_named(telegram: dict[str, Any], says: str, tmp_path: Path) -> None:
    """Before anything is opened or called."""
    config = load_config(state_dir=tmp_path, telegram=telegram)
    with pytest.raises(ConfigError, match=says):
        endpoint(config).tls()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("webhook_url", "http://plain.example.org"),
        ("webhook_listen", "8443"),
        ("webhook_listen", "localhost:0"),
        ("webhook_listen", "localhost:port"),
        ("webhook_secret", "too short"),
        ("webhook_secret", "has spaces in it, and is long"),
        ("webhook_path", "no-slash"),
        ("webhook_path", "/a b"),
    ],
)
def test_wrong_values_are_refused_and_not_shown(key: str, value: str) -> None:
    """The message names the key."""
    with pytest.raises(ConfigError, match=rf"telegram\.{key}") as caught:
        load_config(telegram={key: value})
    assert value not in str(caught.value)


def test_a_spoilt_secret_file_is_named(tmp_path: Path) -> None:
    """With what to do about it."""
    (tmp_path / "webhook-secret").write_text("short\n")
    config = load_config(state_dir=tmp_path, telegram={"webhook_url": "https://x.org"})
    with pytest.raises(ConfigError, match="delete the file, a new one is made"):
        endpoint(config)


def test_a_path_and_a_secret_of_ones_own(tmp_path: Path) -> None:
    """Nothing is written then."""
    telegram = {"webhook_url": "https://x.org:8443/bots/", "webhook_path": "/hook", "webhook_secret": SECRET}
    where = endpoint(load_config(state_dir=tmp_path / "state", telegram=telegram))
    assert (where.url, where.path, where.secret) == ("https://x.org:8443/bots/hook", "/bots/hook", SECRET)
    assert not (tmp_path / "state").exists()
