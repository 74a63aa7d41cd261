"""Judging all candidates at once gives what the gates say of each clause alone."""

from __future__ import annotations

import numpy as np
import pytest

from bot.answer.assistant import Assistant
from bot.answer.fitting import EMPTY, PART, THING, UNNAMED, UNNAMED_FIGURE, UNSEEN, Fitting
from bot.answer.gates import form_factor, official, period_factor, status_factor, value_factor
from bot.answer.question import Question, understand
from bot.answer.scoring import Scored, score_passages
from bot.language.places import Gazetteer

QUESTIONS = (
    "黄埔2021年GDP增长目标是多少",
    "2020年黄浦区引进了多少家企业",
    "知识城2020年固定资产投资多少",
    "黄埔有哪些人才政策",
    "黄浦区的书记是谁",
    "新天地在哪里",
    "黄埔海关的英文名",
    "哪一年获批的",
    "还有什么问题没解决",
    "how much did exports grow in 2020",
)


def factor(question: Question, scored: Scored, row: int, gazetteer: Gazetteer) -> float:
    """The rule for one clause: what it states, its figures, its form, what it names, the part that it is about."""
    clause = scored.clause(row)
    stated, read = clause.stated, clause.terms
    fit = period_factor(question, stated) * status_factor(question, stated.status)
    fit *= value_factor(question, read.values, read.text, official(stated))
    dated = stated.years is not None and stated.years[0] == stated.years[1] and stated.status != "target"
    fit *= form_factor(question, read.folded.source, official(stated), dated)
    things = [n for n, span in enumerate(question.spans) if span.named and span.weight >= THING]
    if any(scored.seen[row, n] < UNSEEN for n in things):
        fit *= UNNAMED_FIGURE if question.wants_figure else UNNAMED
    if not scored.own[row].any() and not (question.wants_figure and read.values):
        fit *= EMPTY
    parts = gazetteer.parts(stated.place)
    return fit * (PART if any(part in read.text and part not in question.text for part in parts) else 1.0)


@pytest.mark.parametrize("source", QUESTIONS)
def test_every_clause_is_judged_by_the_rule(source: str, bundled: Assistant) -> None:
    """Whatever its neighbours are."""
    index = bundled.index
    question = understand(source, index)
    scored = score_passages(question, index, list(range(len(index.passages))))
    rows = np.arange(len(scored.coverage))[::3]
    found = Fitting(question, index, scored, rows).factors()
    expected = [factor(question, scored, row, index.language.gazetteer) for row in rows.tolist()]
    assert found.tolist() == pytest.approx(expected)
    assert len(set(expected)) > 1
