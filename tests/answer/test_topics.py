"""Questions by theme: each is answered, in the language asked for, by documents about its theme."""

from __future__ import annotations

import pytest

from bot.answer.assistant import Assistant, locale_of
from bot.answer.model import Topic
from tests.knowledge import NORTH, assistant, document

LOCALES = ("zh-Hans", "zh-Hant", "en")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_theme_has_questions_that_are_answered(bundled: Assistant, locale: str) -> None:
    """Four to six a theme, each in its language, none in two themes."""
    topics = bundled.topics(locale)
    questions = [question for topic in topics for question in topic.questions]
    assert [topic.theme for topic in topics] == ["policy", "target", "customs"]
    assert all(4 <= len(topic.questions) <= 6 for topic in topics)
    assert len(set(questions)) == len(questions)
    assert {locale_of(question) for question in questions} == {locale}
    assert [q for q in questions if bundled.ask(q).status != "answered"] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_question_about_targets_gets_a_target(bundled: Assistant, locale: str) -> None:
    """The best citation of each says what is to be reached; a result would be no answer."""
    (targets,) = [topic for topic in bundled.topics(locale) if topic.theme == "target"]
    assert {bundled.ask(q).citations[0].facets.status for q in targets.questions} == {"target"}


@pytest.mark.parametrize("locale", LOCALES)
def test_questions_about_customs_are_answered_from_customs(bundled: Assistant, locale: str) -> None:
    """By articles on the customs, not by work reports that mention them."""
    (customs,) = [topic for topic in bundled.topics(locale) if topic.theme == "customs"]
    documents = [bundled.ask(question).citations[0].document.id for question in customs.questions]
    assert all(name.startswith("customs-") for name in documents)


def test_asks_of_no_theme_are_offered_under_none(small: Assistant) -> None:
    """Documents about other things have one theme with what they answer."""
    text = "# 2020年民生\n\n2020年,北岭区新增学位3200个。\n> 问: 北岭区2020年新增多少学位\n"
    alone = assistant(small.index.language, document(text, id="schools", title="北岭区教育", place=NORTH))
    assert alone.topics("zh-Hans") == (Topic("general", ("北岭区2020年新增多少学位",)),)


def test_documents_without_asks_have_no_topics(small: Assistant) -> None:
    """What nobody wrote a question for is not made into one."""
    assert small.topics("zh-Hans") == ()


def test_a_question_that_is_not_answered_is_not_offered(small: Assistant) -> None:
    """An ask whose passage does not answer it is left out, whoever wrote it."""
    text = (
        "# 2021年工作安排\n\n2021年,北岭区计划地区生产总值增长7.5%。\n"
        "> 问: 北岭区2021年GDP目标是多少 | 火星基地2021年投资目标是多少亿\n\n"
        "2021年,北岭区计划固定资产投资增长9%。\n"
        "> 问: 火星基地2021年投资目标是多少亿\n"
    )
    alone = assistant(small.index.language, document(text, id="plan", title="2021年北岭区工作报告", place=NORTH))
    assert [topic.questions for topic in alone.topics("zh-Hans")] == [("北岭区2021年GDP目标是多少",)]
