"""Reloads: what passes the gate, what is held back, and that nobody notices but for the better."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.answer.assistant import Assistant
from bot.config import Config
from bot.errors import GoldenError, KnowledgeError
from bot.publishing.joining import Joined
from bot.publishing.model import Step
from bot.publishing.reloading import Reloader
from tests.publishing.conftest import Folder

INVEST = "黄埔区2021年固定资产投资增长目标是多少"
Make = Callable[[], Reloader[Assistant]]


def first_quote(reloader: Reloader[Assistant], question: str = INVEST) -> str:
    return reloader.state.assistant.ask(question).citations[0].quote


def test_the_same_content_has_the_same_id(folder: Folder, reloader: Make) -> None:
    """Whoever loaded it; another byte is another snapshot."""
    held = reloader()
    again = held.reload("console")
    assert again.before.id == again.after.id
    assert not again.changes
    assert (again.after.by, again.after.documents) == ("console", 1)
    folder.report(invest="18%左右")
    assert held.reload("console").after.id != again.after.id


def test_a_reload_says_what_changed(folder: Folder, reloader: Make) -> None:
    """Documents by kind, and the figure with what it is about."""
    folder.write("old", "旧通知的正文,招商1家。")
    held = reloader()
    folder.report(invest="18%左右")
    folder.write("new", "新政策的正文,奖励5万元。")
    (folder.path / "documents" / "old.md").unlink()
    found = held.reload("console").changes
    assert (list(found.added), list(found.changed), list(found.removed)) == (["new"], ["report"], ["old"])
    (figure,) = found.figures
    assert (figure.name, figure.status, figure.period) == ("固定资产投资", "target", "2021")
    assert (figure.before, figure.after) == ("20%左右", "18%左右")
    assert first_quote(held).endswith("18%左右")


def test_an_invalid_document_holds_the_reload_back(folder: Folder, reloader: Make) -> None:
    """With file, line and remedy, force or not; the old snapshot goes on answering."""
    held = reloader()
    folder.report(invest="18%左右")
    (folder.path / "documents" / "bad.md").write_text("---\ntitel: x\n---\ntext\n", encoding="utf-8")
    for force in (False, True):
        with pytest.raises(KnowledgeError, match=r"bad\.md:2: 未知字段 titel"):
            held.reload("console", force=force)
    assert first_quote(held).endswith("20%左右")


def test_a_golden_question_that_fails_holds_the_reload_back(folder: Folder, reloader: Make) -> None:
    """It names the question, its line and what stands there now; forced, the new snapshot is in use."""
    folder.golden({"question": "黄埔区2021年GDP目标", "quote": ["10%左右"]}, {"question": INVEST, "quote": ["20%左右"]})
    held = reloader()
    assert held.check().passed == 2
    folder.report(invest="18%左右")
    with pytest.raises(GoldenError) as caught:
        held.reload("console")
    (problem,) = caught.value.problems
    assert (problem.line, caught.value.total) == (2, 2)
    assert problem.path.endswith("golden.jsonl")
    assert INVEST in problem.what
    assert "18%左右" in problem.what
    assert first_quote(held).endswith("20%左右")
    forced = held.reload("console", force=True)
    assert (forced.forced, forced.golden.passed) == (True, 1)
    assert first_quote(held).endswith("18%左右")


def test_a_question_that_must_be_refused_holds_too(folder: Folder, reloader: Make) -> None:
    """As soon as the documents answer it."""
    folder.golden({"question": "黄埔区2021年写字楼租金多少", "refused": True})
    held = reloader()
    assert held.check().passed == 1
    folder.write("rent", "2021年,黄埔区写字楼租金每月每平方米60元。", place="gz-huangpu")
    with pytest.raises(GoldenError, match="应当不答"):
        held.reload("console")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "不是 JSON"),
        ('{"question": "甲"}', "quote 与 refused"),
        ('{"question": "甲", "quote": ["乙"], "refused": true}', "quote 与 refused"),
        ('{"question": "甲", "must": ["乙"]}', "未知字段 must"),
        ('{"question": "", "refused": true}', "question"),
    ],
)
def test_a_malformed_golden_line_is_named(folder: Folder, reloader: Make, line: str, said: str) -> None:
    """With its number and the right form; it holds a reload back like any other mistake."""
    held = reloader()
    (folder.path / "golden.jsonl").write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=said) as caught:
        held.reload("console", force=True)
    assert caught.value.problems[0].line == 2


def test_progress_is_told(folder: Folder, reloader: Make) -> None:
    """Reading, each golden question, comparing."""
    folder.golden({"question": INVEST, "quote": ["20%左右"]})
    steps: list[tuple[Step, int, int]] = []
    reloader().reload("console", progress=lambda *step: steps.append(step))
    assert steps == [("reading", 0, 0), ("golden", 1, 1), ("comparing", 0, 0)]


def test_reloads_that_wait_are_joined() -> None:
    """Many callers during one run share the next run; each gets the result of a run that began after its call."""
    joined: Joined[int] = Joined()
    started, go = threading.Event(), threading.Event()
    runs: list[int] = []

    def work() -> int:
        runs.append(len(runs))
        started.set()
        assert go.wait(30)
        return runs[-1]

    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(joined.run, False, work)
        assert started.wait(30)
        others = [pool.submit(joined.run, False, work) for _ in range(8)]
        while len(joined._waiting) < 1 or pool._work_queue.qsize():
            threading.Event().wait(0.01)
        go.set()
        assert first.result() == 0
        assert {other.result() for other in others} == {1}
    assert runs == [0, 1]


def test_a_failed_run_fails_for_all_and_the_next_one_runs() -> None:
    """Nobody waits for ever."""
    joined: Joined[int] = Joined()

    def fail() -> int:
        raise KnowledgeError([])

    for _ in range(2):
        with pytest.raises(KnowledgeError):
            joined.run(False, fail)
    assert joined.run(False, lambda: 7) == 7


def test_questions_go_on_through_fifty_reloads(folder: Folder, reloader: Make) -> None:
    """None fails, none mixes two versions: both figures of an answer, and those of two documents, are of one state."""
    question = "黄埔区2021年地区生产总值和固定资产投资增长目标"

    def write(version: int) -> None:
        folder.report(f"{version}.1%左右", f"{version}.1%左右")
        body = f"# 2021年工作安排\n\n2021年,黄埔区固定资产投资增长{version}.1%左右。"
        folder.write("copy", body, place="gz-huangpu")

    write(1)
    held, over = reloader(), threading.Event()
    versions: set[str] = set()

    def ask() -> int:
        asked = 0
        while not over.is_set():
            answer = held.state.assistant.ask(question)
            figures = {quote.partition(".1%")[0][-2:].strip("长") for quote in (c.quote for c in answer.citations)}
            assert answer.status == "answered"
            assert len(figures) == 1, [c.quote for c in answer.citations]
            versions.update(figures)
            asked += 1
        return asked

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        try:
            for version in range(2, 52):
                write(version)
                held.reload("test")
        finally:
            over.set()
        asked = [task.result() for task in asking]
    assert min(asked) > 0
    assert len(versions) > 5
    assert first_quote(held).endswith("51.1%左右")


def test_the_whole_library_reloads_its_lexicon_too(folder: Folder, config: Config) -> None:
    """A new word in the folder's own lexicon is understood after a reload; one that collides holds it back."""
    from bot.assembly import Library

    library = Library(config)
    assert library.current.ask("黄埔2021年盖茨比增长目标").status != "answered"
    own = folder.path / "lexicon"
    own.mkdir()
    (own / "own.toml").write_text(
        '[[concept]]\nid = "own-x"\nforms = ["固定资产投资增幅", "盖茨比"]\n', encoding="utf-8"
    )
    found = library.reload()
    assert found.changes.lexicon
    assert found.before.id != found.after.id
    (own / "own.toml").write_text('[[concept]]\nid = "own-x"\nforms = ["GDP"]\n', encoding="utf-8")
    with pytest.raises(KnowledgeError, match="also belongs to"):
        library.reload()
    assert library.snapshot.id == found.after.id
