"""Answer → the JSON object of ``ask --json``; a stable contract, tools rely on its keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.answer.model import Answer, Citation, Explanation, Note
from bot.errors import InvestorBotError
from bot.publishing.model import Checked, Kept
from bot.render.layout import locale_of, note_text, reply
from bot.render.publishing import finding_problem

SCORE_DIGITS, TIME_DIGITS = 4, 2


def answer_json(answer: Answer, locale: str = "auto") -> dict[str, Any]:
    """The answer as plain data; ``explanation`` is there only where one was asked for.

    Notes come in the language of ``locale`` (auto: the question's), quotes always as they stand.
    """
    result: dict[str, Any] = {
        "question": answer.question,
        "status": answer.status,
        "answers": [citation_json(citation) for citation in answer.citations],
        "notes": _notes(answer, locale_of(answer, locale)),
        "elapsed_ms": round(answer.elapsed_ms, TIME_DIGITS),
    }
    if answer.explanation is not None:
        result["explanation"] = explanation_json(answer.explanation)
    return result


def citation_json(citation: Citation) -> dict[str, Any]:
    """One element of ``answers``."""
    facets, document = citation.facets, citation.document
    return {
        "rank": citation.rank,
        "quote": citation.quote,
        "highlights": [list(span) for span in citation.highlights],
        "score": round(citation.score, SCORE_DIGITS),
        "facets": {"place": facets.place, "period": list(facets.period), "status": facets.status},
        "section": list(citation.section),
        "span": list(citation.span),
        "document": {
            "id": document.id,
            "title": document.title,
            "publisher": document.publisher,
            "date": document.date,
            "place": document.place,
            "source": document.source,
        },
    }


def _notes(answer: Answer, locale: str) -> list[dict[str, str]]:
    """The notes, a caution for every cited document that has one, and why there is no answer."""
    notes = (*answer.notes, *_missing_cautions(answer))
    result = [{"kind": note.kind, "text": note_text(note, locale)} for note in notes]
    if answer.status == "no_answer" and all(note.kind != "gap" for note in notes):
        result.append({"kind": "gap", "text": reply(answer, locale)})
    return result


def _missing_cautions(answer: Answer) -> list[Note]:
    told = {note.params.get("title") for note in answer.notes if note.code == "caution"}
    documents = {c.document.title: c.document for c in answer.citations if c.document.caution}
    return [
        Note("caution", "caution", {"title": title, "text": document.caution})
        for title, document in documents.items()
        if title not in told
    ]


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """How the question was understood and how the candidates scored."""
    return {
        "facets": dict(explanation.facets),
        "concepts": list(explanation.concepts),
        "terms": [{"term": t.term, "weight": t.weight, "score": t.score} for t in explanation.terms],
        "candidates": [
            {
                "quote": candidate.quote,
                "document": candidate.document_id,
                "score": round(candidate.score, SCORE_DIGITS),
                "confidence": round(candidate.confidence, SCORE_DIGITS),
                "terms": [{"term": t.term, "weight": t.weight, "score": t.score} for t in candidate.terms],
                "why": candidate.why,
            }
            for candidate in explanation.candidates
        ],
    }


def kept_json(kept: Kept, golden: Mapping[str, Any], answer: Answer, locale: str = "auto") -> dict[str, Any]:
    """What became of a golden question: ``state``, where it stands, what it demands, and the answer of today."""
    return {
        "question": answer.question,
        "state": kept.state,
        "path": kept.path,
        "line": kept.line,
        "met": kept.met,
        "golden": dict(golden),
        "answer": answer_json(answer, locale),
    }


def check_json(checked: Checked, locale: str) -> dict[str, Any]:
    """What ``check`` found; ``documents`` and ``golden`` are null where the knowledge could not be loaded."""
    golden = checked.golden
    return {
        "documents": checked.documents,
        "golden": {"passed": golden.passed, "total": golden.total} if golden else None,
        "problems": [asdict(problem) for problem in checked.problems],
        "warnings": [{"code": w.code, **asdict(finding_problem(w, locale))} for w in checked.warnings],
    }


def error_json(error: InvestorBotError | Exception, question_id: object = None) -> dict[str, Any]:
    """``{"id", "error": {"kind", "message"}}``: the one shape of every error."""
    kind = error.kind if isinstance(error, InvestorBotError) else "internal"
    message = str(error) if isinstance(error, InvestorBotError) else f"{type(error).__name__}: {error}"
    return {"id": question_id, "error": {"kind": kind, "message": message}}
