"""The small parts of the bot by themselves."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Message, User

from bot.telegram import pages
from bot.telegram.addressing import question_of
from bot.telegram.languages import named
from bot.telegram.secrecy import MASK, kept_secret, masked
from bot.telegram.sending import plain
from tests.telegram.botapi import group_message, private_message

BOT = User(987654321, "Investor", is_bot=True, username="investor_test_bot")
TOKEN = "987654321:AAF-secret_secret"


def message(update: dict[str, dict[str, object]]) -> Message:
    """Return the library's message for an update of ours."""
    read = Message.de_json(update["message"] | {"message_id": 1}, None)
    assert isinstance(read, Message)
    return read


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("@investor_test_bot GDP是多少", "GDP是多少"),
        ("GDP是多少 @INVESTOR_TEST_BOT", "GDP是多少"),
        ("@investor_test_bot，GDP是多少", "GDP是多少"),
        ("😀 @investor_test_bot GDP", "😀 GDP"),
        ("@investor_test_bot", ""),
        ("@investor_test_bots GDP是多少", None),
        ("GDP是多少", None),
    ],
)
def test_what_a_group_asks(text: str, question: str | None) -> None:
    """A mention makes a question, without the bot's name in it; a longer name is somebody else's."""
    assert question_of(message(group_message(text)), BOT) == question


def test_a_message_in_a_topic_is_no_reply_to_its_first_message() -> None:
    """Telegram shows every message of a topic as a reply to the one that opened it."""
    opened = {
        "message_id": 7,
        "date": 1,
        "chat": {"id": -1002001, "type": "supergroup"},
        "from": BOT.to_dict(),
        "forum_topic_created": {"name": "GDP", "icon_color": 1},
    }
    assert question_of(message(group_message("GDP", topic=7, reply_to_message=opened)), BOT) is None


def test_an_answer_posted_through_the_bot_is_no_question() -> None:
    """What somebody posts with the bot's inline mode comes back as a message of that person."""
    assert question_of(message(private_message("GDP", via_bot=BOT.to_dict())), BOT) is None


@pytest.mark.parametrize(
    ("name", "locale"),
    [
        ("en", "en"),
        ("English", "en"),
        ("zh", "zh-Hans"),
        ("zh-tw", "zh-Hant"),
        ("ZH-HANT", "zh-Hant"),
        ("繁體", "zh-Hant"),
        ("auto", "auto"),
        ("klingon", None),
        ("", None),
    ],
)
def test_names_of_languages(name: str, locale: str | None) -> None:
    """People name languages in several ways; what is none is not guessed."""
    assert named(name) == locale


def test_the_texts_of_the_bot_are_there_in_three_languages() -> None:
    """Same keys, same placeholders, and every command of the menu is described."""
    texts = pages._texts()
    keys = {locale: {key: text.count("{") for key, text in table.items()} for locale, table in texts.items()}
    assert set(keys) == {"zh-Hans", "zh-Hant", "en"}
    assert keys["zh-Hans"] == keys["zh-Hant"] == keys["en"]
    for locale in texts:
        assert [name for name, what in pages.menu(locale) if what] == list(pages.COMMANDS)
        page = pages.help_page(locale)
        assert all(page.count(f"/{name} ") == 1 for name in pages.COMMANDS)


@given(st.text())
def test_plain_text_of_any_markup_is_what_was_escaped(text: str) -> None:
    """Without its tags an answer reads as it would have with them."""
    import html

    assert plain(f"<b>{html.escape(text, quote=False)}</b>") == text


def test_the_token_is_masked_everywhere(caplog: pytest.LogCaptureFixture) -> None:
    """In messages, in arguments, in tracebacks, and where it is percent-encoded."""
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger("anything")
    with kept_secret(TOKEN):
        log.debug("GET https://api.telegram.org/bot%s/getMe", TOKEN)
        log.warning(f"bot {TOKEN}")
        try:
            raise ValueError(f"The token `{TOKEN}` was rejected")
        except ValueError:
            log.exception("failed")
        logging.getLogger("httpx").info("HTTP Request: POST /bot%s", TOKEN)
    log.info("afterwards records are as ever: %s", 1)
    assert TOKEN not in caplog.text
    assert caplog.text.count(MASK) == 3
    assert "ValueError" in caplog.text
    assert "HTTP Request" not in caplog.text
    assert masked(f"/bot{TOKEN.replace(':', '%3A')}/", TOKEN) == f"/bot{MASK}/"
