"""Starting, stopping and failing: the bot as a service."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.config import Config, load_config
from bot.errors import ServeError
from bot.store.store import Store
from bot.telegram.serve import serve
from tests.telegram.botapi import (
    BotApi,
    bad_gateway,
    conflicting,
    dropped,
    private_message,
    too_many_requests,
    unauthorized,
)
from tests.telegram.botapi.failures import Failure
from tests.telegram.conftest import QUOTE, Serving, SmallLibrary, config_for

GDP = "黄埔区2021年GDP目标是多少"


@asynccontextmanager
async def served(config: Config, library: SmallLibrary, store: Store) -> AsyncIterator[asyncio.Task[int]]:
    """Run ``serve`` beside the block and stop it afterwards."""
    task = asyncio.create_task(serve(config, library, store))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait((task,))


@pytest.mark.parametrize("token", [None, "", "  "])
async def test_without_a_token(api: BotApi, library: SmallLibrary, store: Store, token: str | None) -> None:
    """No token is one clear line that says where to set it."""
    with pytest.raises(ServeError, match="no Telegram token — set BOT_TELEGRAM__TOKEN"):
        await serve(config_for(api, token=token), library, store)


@pytest.mark.parametrize("token", ["secret", "abc:secret", "998877", "1234:secret/../x"])
async def test_with_a_malformed_token(api: BotApi, library: SmallLibrary, store: Store, token: str) -> None:
    """What cannot be a token is not sent anywhere, and not shown."""
    with pytest.raises(ServeError, match="malformed") as caught:
        await serve(config_for(api, token=token), library, store)
    assert token not in str(caught.value)
    assert api.calls == []


async def test_with_a_wrong_token(
    api: BotApi, library: SmallLibrary, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """A token that the server refuses is one line with the server's word, and never the token."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ServeError, match=r"does not accept the token \(Unauthorized\)") as caught:
        await serve(config_for(api, token="1234:secret_secret"), library, store)
    assert "secret_secret" not in str(caught.value) + caplog.text
    assert caught.value.__cause__ is None
    assert "Traceback" not in caplog.text


async def test_the_token_from_a_file(api: BotApi, library: SmallLibrary, store: Store, tmp_path: Path) -> None:
    """A token file may end with a line break."""
    file = tmp_path / "token"
    file.write_text(f"{api.token}\n")
    async with served(config_for(api, token=None, token_file=file), library, store):
        assert QUOTE in (await api.reply_to(private_message(GDP)))["text"]


async def test_with_an_unreachable_server(
    library: SmallLibrary, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that is not there is one line that names it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/bot"
        with pytest.raises(ServeError, match=f"{url} cannot be reached"):
            await serve(load_config(telegram={"token": "1234:secret_secret", "base_url": url}), library, store)
    assert "Traceback" not in caplog.text


async def test_a_server_that_stumbles_at_the_start(api: BotApi, library: SmallLibrary, store: Store) -> None:
    """One bad gateway or lost connection while starting is survived."""
    api.fail_next("getMe", bad_gateway())
    api.fail_next("deleteWebhook", dropped())
    async with served(config_for(api), library, store):
        assert QUOTE in (await api.reply_to(private_message(GDP)))["text"]


async def test_a_newcomer_leaves_to_the_instance_that_is_there(
    api: BotApi, library: SmallLibrary, store: Store
) -> None:
    """Of two instances the second one ends with one line, the first one goes on answering."""
    async with served(config_for(api), library, store) as first:
        await api.reply_to(private_message(GDP))
        with pytest.raises(ServeError, match="another instance of this bot is running"):
            await serve(config_for(api), library, store)
        assert QUOTE in (await api.reply_to(private_message(GDP)))["text"]
        assert not first.done()


async def test_an_instance_gives_up_when_the_conflict_stays(api: BotApi, library: SmallLibrary, store: Store) -> None:
    """Conflict after conflict ends an instance that was polling before."""
    async with served(config_for(api), library, store) as task:
        await api.reply_to(private_message(GDP))
        api.fail_next("getUpdates", *[conflicting()] * 5)
        api.push(private_message(GDP))
        with pytest.raises(ServeError, match="409"):
            await task


async def test_a_token_that_is_revoked_while_serving(api: BotApi, library: SmallLibrary, store: Store) -> None:
    """A revoked token ends the service, it does not leave it hanging."""
    async with served(config_for(api), library, store) as task:
        await api.reply_to(private_message(GDP))
        api.fail_next("getUpdates", unauthorized())
        api.push(private_message(GDP))
        with pytest.raises(ServeError, match="revoked"):
            await task


@pytest.mark.parametrize("failures", [[bad_gateway(), dropped()], [too_many_requests(1)]], ids=["outage", "flood"])
async def test_an_outage_is_waited_out(
    api: BotApi, library: SmallLibrary, store: Store, failures: list[Failure]
) -> None:
    """Polling goes on after bad gateways, lost connections and floods, and no question is lost."""
    api.fail_next("getUpdates", *failures)
    api.push(private_message(GDP))
    async with served(config_for(api), library, store):
        assert QUOTE in (await api.wait_sent())["text"]


async def test_an_update_that_cannot_be_read_does_not_end_the_service(
    api: BotApi, library: SmallLibrary, store: Store
) -> None:
    """A broken update is waited out like an outage."""
    broken = api.push({"message": {"message_id": "no message", "chat": {"id": 1}}})
    async with served(config_for(api), library, store) as task:
        await api.wait_for("getUpdates")
        api.queue.pending.remove(broken)
        assert QUOTE in (await api.reply_to(private_message(GDP)))["text"]
        assert not task.done()


async def test_stopping_answers_what_is_in_flight(api: BotApi, serving: Serving, library: SmallLibrary) -> None:
    """Questions that were fetched are answered before the end, and confirmed."""
    library.gate.clear()

    async def open_gate() -> None:
        await api.wait_polling(False)
        library.gate.set()

    async with serving():
        for number in range(3):
            api.push(private_message(GDP, chat_id=1001 + number % 2))
        await api.wait_for("sendChatAction")
        await api.wait_polling()
        opening = asyncio.create_task(open_gate())
    await opening
    assert len(api.sent) == 3
    assert api.queue.pending == []


async def test_a_restart_loses_nothing_and_repeats_nothing(
    api: BotApi, serving: Serving, library: SmallLibrary
) -> None:
    """What came while the bot was down is answered afterwards, and everything once."""
    questions = [f"{GDP}{number}" for number in range(3)]
    async with serving():
        await api.reply_to(private_message(questions[0]))
    api.push(private_message(questions[1]))
    async with serving():
        await api.wait_sent(2)
        await api.reply_to(private_message(questions[2]))
    async with serving():
        await api.wait_polling()
    assert [question for question, _ in library.asked] == questions


async def test_a_webhook_of_before_is_taken_down(api: BotApi, library: SmallLibrary, store: Store) -> None:
    """Polling works although a webhook was set, and what waited for the webhook is answered."""
    api.queue.webhook = "https://example.org"
    api.push(private_message(GDP))
    async with served(config_for(api), library, store):
        assert QUOTE in (await api.wait_sent())["text"]


async def test_the_token_reaches_no_log(
    api: BotApi,
    library: SmallLibrary,
    store: Store,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """With every logger at DEBUG, through failures and an exception that holds it."""
    caplog.set_level(logging.DEBUG)
    api.fail_next("sendMessage", bad_gateway())
    async with served(config_for(api), library, store):
        await api.reply_to(private_message(GDP))
        library.breaks = RuntimeError(f"{api.base_url}{api.token}/sendMessage failed")
        await api.reply_to(private_message(GDP))
        api.fail_next("getUpdates", dropped(), bad_gateway(), unauthorized())
        api.push(private_message("/help"))
        await api.wait_for("getUpdates", where=lambda call: call.status == 401)
    output = "".join(capfd.readouterr()) + caplog.text
    assert "RuntimeError" in output
    assert "getUpdates" in output
    assert api.token not in output
    assert api.token.partition(":")[2] not in output
