"""Texts about no place: found by their wording, as whole documents, and quoted with what stands around the answer."""

from __future__ import annotations

import pytest

from bot.answer.assistant import Assistant
from bot.language.language import Language
from tests.knowledge import assistant, document

BIRD = """洺鹀是一种小型鸣禽,栖息在海拔一千米以上的灌木丛里。

它的背部呈灰褐色,腹部颜色较浅。幼鸟出壳后由双亲轮流喂养。雌鸟每年产卵四枚,孵化期约十四天。"""
SCHOLAR = """郗麐是清代的学者,字子野,浙江人。他早年以教书为生,后来专心著述。

晚年他回到家乡,在那里建了一座藏书楼。1832年他因病去世,享年七十二岁。"""
BRIDGE = """石湾桥建成于1910年,全长八十米,由当地商人捐款修建。

桥的栏杆上刻有花鸟。1956年的洪水冲毁了中间的桥孔,三年后才修复。"""


@pytest.fixture(scope="module")
def general(language: Language) -> Assistant:
    """Over three made-up articles."""
    texts = {"洺鹀": BIRD, "郗麐": SCHOLAR, "石湾桥": BRIDGE}
    return assistant(
        language, *(document(text, title=title, id=f"d{n}") for n, (title, text) in enumerate(texts.items()))
    )


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("洺鹀住在什么地方?", "灌木丛"),
        ("洺鵐一年生幾枚卵?", "产卵四枚"),
        ("郗麐在哪一年去世?", "1832年"),
        ("郗麐的字是什么?", "字子野"),
        ("石湾桥是谁出钱修的?", "商人捐款"),
    ],
)
def test_names_that_no_dictionary_knows_are_found(question: str, told: str, general: Assistant) -> None:
    """Though the dictionary takes them apart, and the rest of the question is common words."""
    assert told in general.ask(question).citations[0].quote


def test_a_sentence_that_does_not_name_its_subject_is_found_by_its_document(general: Assistant) -> None:
    """The flood's sentence speaks of a bridge, not of which."""
    assert "1956年的洪水冲毁了" in general.ask("石湾桥哪一年被洪水冲毁?").citations[0].quote


def test_a_quote_holds_the_clauses_around_the_answer(general: Assistant) -> None:
    """Of its paragraph, as far as there is room."""
    quote = general.ask("洺鹀的孵化期多长?").citations[0].quote
    assert quote.startswith("它的背部呈灰褐色")
    assert quote.endswith("孵化期约十四天")


def test_a_question_of_common_words_alone_may_yet_be_a_name(language: Language) -> None:
    """什么是月代 asks for 月代."""
    text = "月代是旧时男子的一种发型,把头顶前部的头发剃去。"
    alone = assistant(language, document(text, title="发型"), document(BRIDGE, title="石湾桥"))
    assert "发型" in alone.ask("什么是月代?").citations[0].quote


def test_what_no_text_speaks_of_is_not_answered(general: Assistant) -> None:
    """Not a word of it."""
    assert general.ask("量子计算机需要多低的温度?").citations == ()
