"""The golden questions over the bundled knowledge."""

from __future__ import annotations

import json

from bot.assembly import bundled_knowledge
from bot.verdicts import Question, judge
from tests.answer.conftest import Golden

BAR = 0.9
"""Share of the golden questions that must be met."""


def failure(golden: Golden) -> str | None:
    """What is wrong with an answer, None where it is met: every fact in the first three quotes, none of the
    forbidden figures in the first quote before it; no quote at all where the question must be refused."""
    asked = Question(
        id=golden.question,
        question=golden.question,
        answers=tuple((fact,) for fact in golden.must),
        forbidden=golden.must_not,
    )
    verdict = judge(asked, golden.answer)
    met = verdict.fact3 and not verdict.wrong if golden.must else verdict.good
    shown = " | ".join(citation.quote for citation in golden.answer.citations[:3]) or "(no answer)"
    return None if met else f"{golden.question} -> {shown}; wanted {' '.join(golden.must) or 'no answer'}"


def test_golden_questions_are_answered(golden: tuple[Golden, ...]) -> None:
    """At least nine in ten, refusals among them."""
    failures = [what for each in golden if (what := failure(each))]
    share = 1 - len(failures) / len(golden)
    assert share >= BAR, f"{share:.3f} of {len(golden)} met; not met:\n" + "\n".join(failures)


def test_the_file_holds_questions_of_both_kinds(golden: tuple[Golden, ...]) -> None:
    """To be answered and to be refused; no question twice, only known keys."""
    lines = (bundled_knowledge() / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    keys = {frozenset(json.loads(line)) for line in lines if line.strip()}
    assert keys <= {frozenset({"question", "must", "must_not"}), frozenset({"question", "refuse"})}
    assert {bool(each.must) for each in golden} == {True, False}
    assert len({each.question for each in golden}) == len(golden)
