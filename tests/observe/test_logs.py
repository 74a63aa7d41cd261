"""Log lines: their shape, whose they are, and what they must not hold."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import LogConfig
from bot.observe.logs import MASK, TALKATIVE, Subject, about, attributed, redacted, set_up

WANG = Subject(7, "c0ffee", frozenset({"王伟", "4711", "黄埔GDP多少"}))
log = logging.getLogger("bot.somewhere")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """What a test sets up ends with it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in TALKATIVE}
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the JSON objects on standard error."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_json_lines_have_the_promised_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """Time, level, logger and message always; update and chat where they are known; one line each."""
    set_up(LogConfig(format="json"))
    with attributed():
        log.info("第一行\nsecond %s", 2)
        with about(WANG):
            log.warning("about somebody", extra={"seconds": 1.5})
    first, second = lines(capsys)
    assert first.pop("time").startswith("20")
    assert first == {"level": "INFO", "logger": "bot.somewhere", "message": "第一行\nsecond 2"}
    assert second.pop("time")
    assert second == {
        "level": "WARNING",
        "logger": "bot.somewhere",
        "message": "about somebody",
        "update_id": 7,
        "chat": "c0ffee",
        "seconds": 1.5,
    }


def test_a_traceback_is_part_of_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Under a key of its own, without what is personal."""
    set_up(LogConfig(format="json"))
    with attributed(), about(WANG):
        try:
            raise ValueError("cannot read 黄埔GDP多少 of 王伟 (4711)")
        except ValueError:
            log.exception("failed")
    (line,) = lines(capsys)
    assert f"ValueError: cannot read {MASK} of {MASK} ({MASK})" in line["exception"]


def test_text_lines_say_whose_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Behind the message; a line of nobody has nothing there."""
    set_up(LogConfig())
    with attributed():
        log.info("one")
        with about(WANG):
            log.info("two")
    one, two = capsys.readouterr().err.splitlines()
    assert one.endswith(" INFO bot.somewhere: one")
    assert two.endswith(" INFO bot.somewhere: two [update 7, chat c0ffee]")


def test_the_level_is_as_configured(capsys: pytest.CaptureFixture[str]) -> None:
    """Below it nothing is shown."""
    set_up(LogConfig(level="WARNING"))
    log.info("quiet")
    log.warning("loud")
    assert "loud" in (shown := capsys.readouterr().err)
    assert "quiet" not in shown


def test_libraries_do_not_print_updates_at_debug(capsys: pytest.CaptureFixture[str]) -> None:
    """Outside of an update nobody knows what is personal in it, so they are not heard at DEBUG."""
    set_up(LogConfig(level="DEBUG"))
    logging.getLogger("telegram.ext.Application").debug("Processing update 王伟")
    log.debug("ours")
    assert "ours" in (shown := capsys.readouterr().err)
    assert "王伟" not in shown


def test_personal_data_is_shown_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    """For looking into one case, with the operator's consent."""
    set_up(LogConfig(level="DEBUG", personal=True))
    with attributed(personal=True), about(WANG):
        log.info("王伟 asks")
        logging.getLogger("telegram.ext.Application").debug("Processing update")
    shown = capsys.readouterr().err
    assert "王伟 asks" in shown
    assert "Processing update" in shown


async def test_tasks_and_threads_keep_their_subject(capsys: pytest.CaptureFixture[str]) -> None:
    """Side by side, each its own."""
    set_up(LogConfig(format="json"))

    async def work(number: int) -> None:
        with about(Subject(number, f"chat-{number}", frozenset({f"name-{number}"}))):
            await asyncio.sleep(0)
            await asyncio.to_thread(log.info, "name-%d", number)

    with attributed():
        await asyncio.gather(*(work(number) for number in range(5)))
    found = sorted((line["update_id"], line["chat"], line["message"]) for line in lines(capsys))
    assert found == [(number, f"chat-{number}", MASK) for number in range(5)]


def test_a_record_whose_arguments_do_not_fit_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """A mistake in a log call must not end an answer, nor show what is personal."""
    with attributed(), about(WANG):
        log.warning("%d of %s", "王伟")
    assert "王伟" not in caplog.text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("chat 4711 is gone", f"chat {MASK} is gone"),
        ("took 47113 ms", "took 47113 ms"),
        ("王伟们", f"{MASK}们"),
        ("a.b", "a.b"),
    ],
)
def test_numbers_are_masked_only_as_a_whole(text: str, clean: str) -> None:
    """An id is no part of another number; words are masked wherever they stand, whatever is in them."""
    assert redacted(text, {"4711", "王伟", "a+b", "a"}) == clean


@given(st.text(min_size=2), st.text(), st.text())
def test_no_word_survives(word: str, before: str, after: str) -> None:
    """Whatever people are called and write, unless it is a number in another number."""
    clean = redacted(f"{before} {word} {after}", {word})
    assert MASK in clean
    assert word.lstrip("-").isdigit() or word in MASK or word not in clean.replace(MASK, "\0")


def test_standard_output_stays_for_results(capsys: pytest.CaptureFixture[str]) -> None:
    """Logs go to standard error."""
    set_up(LogConfig())
    log.error("oops")
    assert capsys.readouterr().out == ""
