"""The conversation at the console: questions, follow-ups, commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.answer.model import Answer, Citation, Explanation
from bot.console.session import COMMANDS, FULL, TURNS, Session
from bot.corpus.model import Document, FrontMatter
from bot.errors import GoldenError, KnowledgeError, Problem, SearchUnavailableError
from bot.publishing.model import Kept, Reload
from bot.render.console import plain
from tests.samples import QUOTE, answer, citation, reload, silence

DOCUMENTS = (
    Document("gz-2021", FrontMatter(title="2021年黄埔区政府工作报告", publisher="黄埔区人民政府"), "正文"),
    Document("other", FrontMatter(title="另一篇"), "正文"),
)


class Knowledge:
    """A stand-in at the port: two documents, the same answer to everything; remembers what was asked."""

    def __init__(self, reply: Answer | None = None) -> None:
        self.reply = reply or answer()
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.problems: tuple[Problem, ...] = ()
        self.away: SearchUnavailableError | None = None
        self.golden_fails = False
        self.kept: list[tuple[str, tuple[str, ...], bool]] = []
        self.documents = DOCUMENTS

    @property
    def current(self) -> Knowledge:
        return self

    def reload(self, by: str = "console", *, force: bool = False) -> Reload:
        if self.problems:
            raise KnowledgeError(self.problems)
        if self.golden_fails and not force:
            raise GoldenError([Problem("golden.jsonl", 7, "not met")], 9)
        return reload()

    def ask(self, question: str, turns: Sequence[str] = (), *, explain: bool = False) -> Answer:
        if self.away:
            raise self.away
        self.asked.append((question, tuple(turns)))
        explanation = Explanation(concepts=("gdp",)) if explain else None
        return replace(self.reply, question=question, explanation=explanation)

    def keep(self, answer: Answer, turns: Sequence[str] = (), *, refused: bool = False) -> Kept:
        if self.problems:
            raise KnowledgeError(self.problems)
        self.kept.append((answer.question, tuple(turns), refused))
        state = "added" if refused or answer.citations else "declined"
        return Kept(state, "golden.jsonl", 7, met=bool(answer.citations) is not refused)

    def widen(self, citation: Citation, steps: int) -> Citation:
        steps = min(steps, 2)
        start, end = citation.span
        quote = "前" * steps + citation.quote
        return replace(citation, quote=quote, span=(start - steps, end), highlights=())

    def examples(self, locale: str) -> tuple[str, ...]:
        return (f"example {locale}", "黄埔区2021年GDP目标是多少")


@pytest.fixture
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture
def session(knowledge: Knowledge) -> Session:
    return Session(knowledge)


def plain_quotes(said: str) -> int:
    return said.replace("【", "").replace("】", "").count(QUOTE)


def shown(session: Session, *lines: str) -> str:
    """What the last of these lines brings."""
    replies = [session.handle(line) for line in lines]
    return plain(replies[-1].lines)


def test_a_question_is_answered(session: Session) -> None:
    """The quote with its mark and its source."""
    said = shown(session, "黄埔2021年GDP目标")
    assert "【10%左右】" in said
    assert "《2021年黄埔区政府工作报告》" in said


def test_a_blank_line_is_nothing(session: Session, knowledge: Knowledge) -> None:
    """Pressing Enter asks nothing."""
    assert shown(session, "   ") == ""
    assert knowledge.asked == []


def test_the_last_five_questions_go_along(session: Session, knowledge: Knowledge) -> None:
    """Follow-ups lean on earlier questions, oldest first; commands are no questions."""
    for number in range(7):
        session.handle(f"问题{number}")
        session.handle("/help")
    assert knowledge.asked[0] == ("问题0", ())
    assert knowledge.asked[2] == ("问题2", ("问题0", "问题1"))
    assert knowledge.asked[-1] == ("问题6", tuple(f"问题{n}" for n in range(6 - TURNS, 6)))


def test_the_last_question_is_kept(session: Session, knowledge: Knowledge) -> None:
    """With the ones before it; where it is asked by the command, the answer is shown first and nothing is kept yet."""
    assert knowledge.kept == []
    session.handle("/golden")
    session.handle("问题一")
    said = shown(session, "/golden 问题二")
    assert (QUOTE in said.replace("【", "").replace("】", ""), knowledge.kept) == (True, [])
    assert "/golden" in said
    assert "golden.jsonl:7" in shown(session, "/golden")
    assert knowledge.kept == [("问题二", ("问题一",), False)]
    said = shown(session, "/golden --refuse")
    assert ("golden.jsonl:7" in said, "今天是答了的" in said) == (True, True)
    knowledge.problems = (Problem("golden.jsonl", 3, "坏了"),)
    assert "golden.jsonl:3: 坏了" in shown(session, "/golden")


def test_without_an_answer_there_is_nothing_to_keep() -> None:
    """It says how to keep that there is none."""
    assert "--refuse" in shown(Session(Knowledge(silence())), "问题", "/golden")


def test_help_lists_every_command(session: Session) -> None:
    """With its arguments and what it does."""
    said = shown(session, "/help")
    assert [name for name in COMMANDS if name not in said] == []


def test_more_shows_the_other_quotes_in_full(knowledge: Knowledge) -> None:
    """Citations after the third are short at first; /more adds their labels."""
    knowledge.reply = answer(*(citation(rank=rank) for rank in range(1, 6)))
    session = Session(knowledge)
    first = shown(session, "?")
    assert first.count("目标 · 2021年") == FULL
    assert plain_quotes(first) == 5
    assert "/more" in first
    more = shown(session, "/more")
    assert more.count("目标 · 2021年") == 2
    assert more.startswith("4. ")


def test_more_without_more_says_so(session: Session) -> None:
    """One citation has no others."""
    assert shown(session, "?", "/more") == "没有更多引文了。"


def test_context_widens_step_by_step(session: Session) -> None:
    """Each /context shows more; at the end of the text it says so."""
    session.handle("?")
    assert "1. 前2021年" in shown(session, "/context")
    assert "1. 前前2021年" in shown(session, "/context 1")
    assert shown(session, "/context") == "上下文已全部显示。"


@pytest.mark.parametrize("number", ["2", "0", "x", "-1", "9" * 30])
def test_context_of_a_quote_that_is_not_there(session: Session, number: str) -> None:
    """The number is named and how many there are."""
    said = shown(session, "?", f"/context {number}")
    assert number in said
    assert "1" in said


@pytest.mark.parametrize("command", ["/context", "/explain"])
def test_commands_about_an_answer_need_one(session: Session, command: str) -> None:
    """Before any question they say so."""
    assert "请先提问" in shown(session, command)


def test_explain_asks_the_same_again(session: Session, knowledge: Knowledge) -> None:
    """The same question in the same conversation, with its explanation."""
    session.handle("一")
    assert "gdp" in shown(session, "二", "/explain")
    assert knowledge.asked[-1] == knowledge.asked[-2] == ("二", ("一",))


def test_sources_marks_what_was_just_cited(session: Session) -> None:
    """All documents; a star stands before those of the last answer."""
    lines = shown(session, "?", "/sources").splitlines()
    assert lines[1:] == [" * 《2021年黄埔区政府工作报告》 · 黄埔区人民政府", "   《另一篇》"]


def test_lang_chooses_the_language(session: Session) -> None:
    """Any spelling of case; an unknown one lists the known ones; auto goes back to the question's."""
    assert shown(session, "/lang EN") == "Language: en."
    assert "target · 2021" in shown(session, "黄埔")
    assert "zh-Hant" in shown(session, "/lang de")
    assert shown(session, "/lang auto") == "界面语言\N{FULLWIDTH COLON}auto。"


def test_the_language_of_the_last_question_is_spoken(knowledge: Knowledge) -> None:
    """After an English question the commands answer in English."""
    knowledge.reply = answer(locale="en")
    assert shown(Session(knowledge), "GDP?", "/more") == "There are no more quotes."


def test_reload_says_what_changed(session: Session) -> None:
    """Snapshot, documents, figures, golden questions, time."""
    said = shown(session, "/reload")
    for part in ("bbbbbbbbbbbb", "新增：《新政策》（new）", "固定资产投资目标 2021: 20%左右 → 18%左右", "3/3", "0.9"):
        assert part in said


def test_a_hit_test_leaves_the_conversation_alone(session: Session, knowledge: Knowledge) -> None:
    """It is asked without earlier questions, and later ones do not refer to it."""
    shown(session, "黄埔", "/hit 上海GDP", "那2021年呢")
    assert knowledge.asked == [("黄埔", ()), ("上海GDP", ()), ("那2021年呢", ("黄埔",))]
    assert "/hit" in shown(session, "/hit")


def test_a_reload_that_golden_questions_hold_back_can_be_forced(session: Session, knowledge: Knowledge) -> None:
    """The line that is not met is shown; with --force the new documents are in use."""
    knowledge.golden_fails = True
    assert "golden.jsonl:7: not met" in shown(session, "/reload")
    assert "bbbbbbbbbbbb" in shown(session, "/reload --force")


def test_a_failed_reload_lists_the_problems_and_goes_on(session: Session, knowledge: Knowledge) -> None:
    """The old knowledge stays in use."""
    knowledge.problems = (Problem("a.md", 3, "no title"), Problem("b.md", None, "empty"))
    said = shown(session, "/reload")
    assert "a.md:3: no title" in said
    assert "b.md: empty" in said
    assert "【10%左右】" in shown(session, "黄埔")


def test_an_absent_search_cluster_does_not_end_the_conversation(session: Session, knowledge: Knowledge) -> None:
    """The console says what is wrong; the next question may be answered again."""
    knowledge.away = SearchUnavailableError("https://search.example:9200: the search cluster does not answer")
    assert "search.example:9200" in shown(session, "黄埔")
    knowledge.away = None
    assert "【10%左右】" in shown(session, "黄埔")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/sorces", "/sources"), ("/hlep", "/help"), ("/contxt", "/context"), ("/QUITT", "/quit")],
)
def test_a_typo_gets_a_hint(session: Session, typed: str, meant: str) -> None:
    """An ordinary slip names the command that was meant, and does nothing else."""
    reply = session.handle(typed)
    assert meant in plain(reply.lines)
    assert not reply.over


def test_an_unknown_command_points_to_help(session: Session, knowledge: Knowledge) -> None:
    """It is never taken for a question."""
    assert "/help" in shown(session, "/xyzzy")
    assert knowledge.asked == []


@pytest.mark.parametrize("command", ["/quit", "/exit", "/QUIT", " /quit "])
def test_quit_ends_the_conversation(session: Session, command: str) -> None:
    """By any of its names."""
    assert session.handle(command).over


def test_the_banner_counts_the_documents(session: Session) -> None:
    """And names the two commands that a newcomer needs."""
    said = plain(session.banner().lines)
    assert "2" in said
    assert "/help" in said
    assert "/quit" in said
