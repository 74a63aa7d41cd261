"""What an answer becomes when its question is kept: the facts that are demanded from then on."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.answer.assistant import Assistant
from bot.assembly import Library
from bot.config import Config
from bot.publishing.folder import GOLDEN, Folder
from bot.publishing.golden import Golden, load_golden, met
from bot.publishing.keeping import draft, keep, known
from tests.publishing.conftest import Folder as Files


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("黄埔2020年GDP增长多少", ["4.1%"]),
        ("穗深城际从黄埔站到深圳机场多久", ["30 分钟"]),
        ("广州黄埔2020年和2021年GDP增长多少", ["4.1%", "10%左右"]),
    ],
)
def test_the_highlight_is_demanded(bundled: Assistant, question: str, facts: list[str]) -> None:
    """A value with its unit; of a comparing question the one of each side. Today's answer meets it."""
    answer = bundled.ask(question)
    golden = draft(answer)
    assert golden is not None
    assert [spellings for (spellings,) in golden.quote] == facts
    assert met(golden, answer)


def test_all_that_is_answered_can_be_kept(bundled: Assistant) -> None:
    """Each answered golden question of the bundled knowledge has a highlight that its own answer meets."""
    lines = load_golden(Path(__file__).parents[2] / "knowledge" / GOLDEN)
    answers = [bundled.ask(line.golden.question, line.golden.turns) for line in lines if not line.golden.refused]
    drafts = [draft(answer) for answer in answers]
    assert len(answers) > 50
    assert [a.question for a, made in zip(answers, drafts, strict=True) if made is None or not met(made, a)] == []


def test_turns_that_the_answer_does_not_need_are_left_out(config: Config, folder: Files) -> None:
    """At the console every earlier question goes along; the gate must not depend on small talk."""
    library, whole, follow = Library(config), "黄埔区2021年固定资产投资增长目标是多少", "那地区生产总值呢"
    for question, turns in ((whole, ["黄埔区2021年地区生产总值增长多少"]), (follow, [whole])):
        kept = library.keep(library.current.ask(question, turns), turns)
        assert (kept.state, kept.met) == ("added", True)
    first, second = load_golden(folder.path / GOLDEN)
    assert (first.golden.turns, first.golden.quote) == ((), (("20%左右",),))
    assert second.golden.turns == (whole,)
    assert library.golden().failures == ()


def test_the_earlier_turns_belong_to_the_question(tmp_path: Path, bundled: Assistant) -> None:
    """The same words after another question are another one."""
    alone, after = "那2021年的目标呢", "广州黄埔2020年GDP增长多少"
    golden = draft(bundled.ask(alone, [after]), [after])
    assert golden is not None
    line = keep(Folder(tmp_path), golden)
    assert line.golden == golden
    assert known(golden, [line]) == line
    assert known(Golden(question=alone, refused=True), [line]) is None
