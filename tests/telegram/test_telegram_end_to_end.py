"""The whole way: a knowledge folder, the real core, the real bot, HTTP, and what arrives in the chat."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.assembly import Library
from bot.config import load_config
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.serve import polling
from tests.telegram.botapi import BotApi, hanging, private_message
from tests.telegram.conftest import config_for

ROOT = Path(__file__).parents[2]
DOCUMENT = """---
id: gz-2021
title: 2021年黄埔区政府工作报告
publisher: 广州市黄埔区人民政府
date: 2021-03-01
place: gz-huangpu
kind: work-report
---
# 三、2021年工作安排

今年的预期目标是：地区生产总值增长10%左右，固定资产投资增长20%左右。

# 四、营商环境

深化“免申即享”改革，研发经费占比<5.5%的企业 & 机构同样适用。
"""
GDP = "2021年地区生产总值增长目标是多少"
PATIENCE = 60.0
"""Seconds that the program may take to start or to end: a bound for broken code."""


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A knowledge folder with one document."""
    file = tmp_path / "knowledge" / "documents" / "gz-2021.md"
    file.parent.mkdir(parents=True)
    file.write_text(DOCUMENT, encoding="utf-8")
    return tmp_path / "knowledge"


@pytest.fixture
def environment(api: BotApi, knowledge: Path, tmp_path: Path) -> dict[str, str]:
    """What somebody sets to serve this folder through the double."""
    ours = {
        "BOT_TELEGRAM__TOKEN": api.token,
        "BOT_TELEGRAM__BASE_URL": api.base_url,
        "BOT_TELEGRAM__BASE_FILE_URL": api.base_file_url,
        "BOT_KNOWLEDGE__PATH": str(knowledge),
        "BOT_STATE_DIR": str(tmp_path / "state"),
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("BOT_")} | ours


@asynccontextmanager
async def program(environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run ``python -m bot serve`` beside the block."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", cwd=ROOT, env=environment, stdout=pipe, stderr=pipe
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    """Return the exit code and everything that was printed, once the program has ended."""
    async with asyncio.timeout(PATIENCE):
        out, err = await process.communicate()
    return process.returncode, out.decode() + err.decode()


async def test_the_chat_reads_what_the_core_answers(api: BotApi, knowledge: Path, tmp_path: Path, store: Store) -> None:
    """Every quote of the answer arrives verbatim, with its title and date."""
    config = config_for(api)
    library = Library(load_config(knowledge={"path": knowledge}, state_dir=tmp_path / "state"))
    answer = library.current.ask(GDP)
    async with polling(build_application(config, library, store)):
        message = await api.reply_to(private_message(GDP))
    assert "10%左右" in answer.citations[0].quote
    for citation in answer.citations:
        assert citation.quote in message["text"]
    assert "2021年黄埔区政府工作报告" in message["text"]
    assert "2021-03-01" in message["text"]


async def test_quotes_that_look_like_markup_arrive(api: BotApi, knowledge: Path, tmp_path: Path, store: Store) -> None:
    """``<`` and ``&`` of a source are text, not markup."""
    library = Library(load_config(knowledge={"path": knowledge}, state_dir=tmp_path / "state"))
    async with polling(build_application(config_for(api), library, store)):
        message = await api.reply_to(private_message("黄埔免申即享改革研发经费占比"))
    assert "<5.5%的企业 & 机构" in message["text"]
    assert [call.status for call in api.calls if call.method == "sendMessage"] == [200]


async def test_the_program_serves_until_sigterm(api: BotApi, environment: dict[str, str], tmp_path: Path) -> None:
    """``python -m bot serve`` answers, stops with 0 on SIGTERM, and prints its token nowhere."""
    api.push(private_message(GDP))
    loudest = environment | {"PYTHONASYNCIODEBUG": "1"}
    async with program(loudest) as process:
        message = await api.wait_sent()
        await api.wait_polling()
        process.send_signal(signal.SIGTERM)
        code, output = await ended(process)
    assert "10%左右" in message["text"]
    assert code == 0
    assert api.queue.pending == []
    assert "Traceback" not in output
    written = [file.read_bytes() for file in (tmp_path / "state").rglob("*") if file.is_file()]
    assert api.token not in output
    assert not any(api.token.encode() in content for content in written)


async def test_ctrl_c_stops_it_as_well(api: BotApi, environment: Mapping[str, str]) -> None:
    """SIGINT ends the program as SIGTERM does."""
    async with program(environment) as process:
        await api.wait_polling()
        process.send_signal(signal.SIGINT)
        code, output = await ended(process)
    assert code == 0
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("", "no Telegram token"),
        ("not-a-token", "the Telegram token is malformed"),
        ("1234:wrong_wrong_wrong", "does not accept the token (Unauthorized)"),
    ],
    ids=["none", "malformed", "wrong"],
)
async def test_the_program_without_a_good_token(
    api: BotApi, environment: dict[str, str], token: str, says: str
) -> None:
    """One line on standard error, exit code 3, no traceback, no token."""
    async with program(environment | {"BOT_TELEGRAM__TOKEN": token}) as process:
        code, output = await ended(process)
    assert code == 3
    assert says in output
    assert len(output.splitlines()) == 1
    assert not token or token not in output


async def test_the_program_without_a_server(environment: dict[str, str]) -> None:
    """A server that is not there: one line that names it, exit code 3."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/bot"
        async with program(environment | {"BOT_TELEGRAM__BASE_URL": url}) as process:
            code, output = await ended(process)
    assert code == 3
    assert len(output.splitlines()) == 1
    assert f"{url} cannot be reached" in output


async def test_a_question_in_the_hands_of_a_killed_program_is_answered_by_the_next(
    api: BotApi, environment: dict[str, str]
) -> None:
    """kill -9 after Telegram was told that the question has arrived, and before it is answered: nothing is lost."""
    api.fail_next("sendMessage", hanging())
    async with program(environment) as process:
        api.push(private_message(GDP))
        await api.wait_for("sendMessage")
        await api.wait_confirmed()
        process.kill()
        await process.communicate()
    assert api.sent == []
    async with program(environment):
        message = await api.wait_sent()
    assert "10%左右" in message["text"]
