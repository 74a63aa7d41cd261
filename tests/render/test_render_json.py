"""The JSON object is a contract."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.answer.model import Explained, Explanation, Note, TermScore
from bot.errors import QuestionError
from bot.render.json import answer_json, error_json
from tests.samples import QUOTE, answer, citation, document, silence


def test_an_answer_has_exactly_the_keys_of_the_contract() -> None:
    """Every key, every value, nothing else."""
    start = QUOTE.index("10%左右")
    assert answer_json(answer()) == {
        "question": "黄埔2021年GDP目标是多少",
        "status": "answered",
        "answers": [
            {
                "rank": 1,
                "quote": QUOTE,
                "highlights": [[start, start + 5]],
                "score": 9.1,
                "facets": {"place": "gz-huangpu", "period": ["2021"], "status": "target"},
                "section": ["三、2021年工作安排"],
                "span": [100, 100 + len(QUOTE)],
                "document": {
                    "id": "gz-2021",
                    "title": "2021年黄埔区政府工作报告",
                    "publisher": "广州市黄埔区人民政府",
                    "date": "2021-03-01",
                    "place": "gz-huangpu",
                    "source": "招商门户列表页",
                },
            }
        ],
        "notes": [],
        "elapsed_ms": 1.83,
    }


def test_notes_are_kind_and_text() -> None:
    """A note is a sentence in the language of the question, or in the one that is set."""
    note = Note("place", "place_open", {"a": "广州市黄埔区", "b": "上海市黄浦区"})
    chinese = answer_json(answer(notes=(note,)))["notes"]
    english = answer_json(answer(notes=(note,)), "en")["notes"]
    assert [set(n) for n in chinese + english] == [{"kind", "text"}] * 2
    assert "广州市黄埔区和上海市黄浦区" in chinese[0]["text"]
    assert english[0]["text"].startswith("You did not say which place")


def test_a_caution_of_a_cited_document_is_a_note_once() -> None:
    """Whoever reads only the JSON is warned too, once a document."""
    careful = citation(document=document(caution="含写作指令残留"))
    told = Note("caution", "caution", {"title": careful.document.title, "text": "含写作指令残留"})
    for given in ((), (told,)):
        notes = answer_json(answer(careful, replace(careful, rank=2), notes=given))["notes"]
        assert [note["kind"] for note in notes] == ["caution"]
        assert "含写作指令残留" in notes[0]["text"]


def test_silence_gives_its_reason() -> None:
    """No answer has a gap note: the one that the core gives, else the reply."""
    assert [n["kind"] for n in answer_json(silence())["notes"]] == ["gap"]
    assert answer_json(silence(notes=(), reply=None))["notes"] == [
        {"kind": "gap", "text": "抱歉\N{FULLWIDTH COMMA}在现有资料里没有找到答案。"}
    ]


def test_the_explanation_is_there_only_when_asked_for() -> None:
    """--explain adds one key."""
    term = TermScore("metric:gdp", 2.0, 3.5)
    why = Explanation({"place": "gz-huangpu"}, ("gdp",), (term,), (Explained("q", "d", 1.0, 0.5, (term,), "won"),))
    explained = answer_json(answer(explanation=why))
    assert set(explained) - set(answer_json(answer())) == {"explanation"}
    assert json.loads(json.dumps(explained))["explanation"]["candidates"][0]["terms"] == [
        {"term": "metric:gdp", "weight": 2.0, "score": 3.5}
    ]


def test_errors_have_one_shape() -> None:
    """Our own errors carry their kind, unforeseen ones are internal."""
    assert error_json(QuestionError("line 3: not JSON"), "q3") == {
        "id": "q3",
        "error": {"kind": "question", "message": "line 3: not JSON"},
    }
    assert error_json(ZeroDivisionError("x"))["error"]["kind"] == "internal"
