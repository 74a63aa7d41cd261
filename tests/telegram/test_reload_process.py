"""``investor-bot reload`` and ``investor-bot serve``, two processes as an operator runs them."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

from tests.telegram.botapi import BotApi, private_message
from tests.telegram.test_telegram_end_to_end import GDP, ended, environment, knowledge, program

__all__ = ["environment", "knowledge"]  # fixtures


async def reload(environment: dict[str, str], *options: str) -> tuple[int | None, str]:
    """The exit code of the command and all that it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "reload", *options, "--lang", "zh-Hans"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_a_running_server_takes_up_new_knowledge(
    api: BotApi, environment: dict[str, str], knowledge: Path
) -> None:
    """The next answer is of the new state; what golden questions hold back is shown, and its exit code is 1."""
    (file,) = (knowledge / "documents").glob("*.md")
    golden = {"question": GDP, "quote": ["10%左右"]}
    (knowledge / "golden.jsonl").write_text(json.dumps(golden), encoding="utf-8")
    async with program(environment) as process:
        assert "10%左右" in (await api.reply_to(private_message(GDP)))["text"]
        file.write_text(file.read_text(encoding="utf-8").replace("10%左右", "9%左右"), encoding="utf-8")
        code, output = await reload(environment)
        assert code == 1
        assert "golden.jsonl:1: " in output
        assert "10%左右" in (await api.reply_to(private_message(GDP)))["text"]
        code, output = await reload(environment, "--force")
        assert code == 0
        assert ": 10%左右 → 9%左右" in output
        assert "9%左右" in (await api.reply_to(private_message(GDP)))["text"]
        process.send_signal(signal.SIGTERM)
        code, log = await ended(process)
    assert code == 0
    assert "held back" in log
    code, output = await reload(environment)
    assert (code, output.count("\n")) == (1, 1)
    assert "no server listens" in output
