"""The assistant: one question in, one answer out. Thread-safe; a snapshot never changes under it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.answer import silence
from bot.answer.checking import Check, check
from bot.answer.citing import cite, find_verbatim, widen
from bot.answer.dialogue import resolve
from bot.answer.explaining import explain as explanation_of
from bot.answer.gates import place_gate
from bot.answer.model import Answer, Citation, Topic
from bot.answer.notes import notes_for
from bot.answer.question import Question
from bot.answer.ranking import Candidate, rank
from bot.answer.sides import arrange
from bot.answer.suggesting import examples, suggest
from bot.answer.topics import topics
from bot.corpus.model import Document
from bot.language.normalise import fold, is_traditional
from bot.search.index import Index

SHOWN = 5
QUESTION_MAX = 500
"""Characters of a question that are read; what comes after is no question."""
_CANTONESE = re.compile(r"[嘅咗冇喺嘢啲咩唔哋嚟咁係]|幾多|幾耐|邊度|邊個")


class Assistant:
    """Answers from one immutable index; ``snapshot`` names the state of documents and lexicon that it was made from."""

    def __init__(self, index: Index, snapshot: str = "") -> None:
        self.index = index
        self.snapshot = snapshot
        self._topics: dict[str, tuple[Topic, ...]] = {}

    @property
    def documents(self) -> tuple[Document, ...]:
        return self.index.documents

    def ask(self, question: str, turns: Sequence[str] = (), *, explain: bool = False) -> Answer:
        """Answer ``question``; ``turns`` are the user's earlier questions, oldest first."""
        began = time.perf_counter()
        read = _readable(question)
        answer = self._answer(read, [_readable(turn) for turn in turns], explain)
        return replace(
            answer,
            question=question,
            locale=locale_of(read),
            elapsed_ms=round((time.perf_counter() - began) * 1000, 3),
        )

    def _answer(self, question: str, turns: Sequence[str], explain: bool) -> Answer:
        locale = locale_of(question)
        early = silence.before_search(fold(question), self.index.language.questions)
        if early is not None:
            return self._silent(early, locale)
        asked = resolve(question, turns, self.index)
        late = silence.before_ranking(asked, self.index)
        if late is not None:
            return self._silent(late, locale, asked)
        gate = place_gate(asked, self.index.language.gazetteer, self.index.places)
        found = rank(asked, self.index, gate)
        arranged, lead = arrange(asked, gate, silence.confident(asked, found, self.index.language.questions))
        good = arranged[:SHOWN]
        explained = explanation_of(asked, found, self.index) if explain else None
        if not good:
            return replace(
                self._silent(silence.after_ranking(asked, self.index, gate), locale, asked),
                explanation=explained,
            )
        return Answer(
            question,
            "answered",
            self._cite(asked, good),
            notes_for(asked, gate, good, self.index),
            lead=min(lead, len(good)),
            explanation=explained,
        )

    def _cite(self, asked: Question, good: Sequence[Candidate]) -> tuple[Citation, ...]:
        return tuple(cite(asked, candidate, number, self.index) for number, candidate in enumerate(good, 1))

    def _silent(self, reason: silence.Reason, locale: str, asked: Question | None = None) -> Answer:
        suggestions = suggest(asked, locale, self.index) if reason.status in ("no_answer", "clarify") else ()
        return Answer(
            "",
            reason.status,
            notes=reason.notes,
            reply=reason.reply,
            params=reason.params,
            suggestions=suggestions,
        )

    def widen(self, citation: Citation, steps: int) -> Citation:
        """The citation with its quote widened by ``steps`` neighbouring sentences on each side, still verbatim."""
        return widen(citation, steps, self.index)

    def examples(self, locale: str) -> tuple[str, ...]:
        """Up to six questions that these documents answer."""
        return examples(locale, self.index)

    def check(self, claim: str) -> Check:
        """Whether a quote stands in the documents, and where its source is claimed beside it, whether it does there."""
        return check(claim, self.index)

    def topics(self, locale: str) -> tuple[Topic, ...]:
        """Questions by theme that these documents answer. The first call takes seconds, later ones nothing."""
        if locale not in self._topics:  # two threads at once do the same work, and come to the same
            self._topics[locale] = topics(locale, self.index, self.ask)
        return self._topics[locale]

    def place_names(self, place: str) -> Mapping[str, str]:
        """The names of a place by its id, one a locale; none for an unknown one."""
        return self.index.language.gazetteer.names(place)

    def find_verbatim(self, quote: str) -> tuple[Citation, ...]:
        """Where ``quote`` stands in the documents; white space, width and script do not matter, digits do."""
        return find_verbatim(quote, self.index)


def _readable(question: str) -> str:
    """The part that is read, without lone surrogates (half characters that some clients send)."""
    return question[:QUESTION_MAX].encode("utf-8", "ignore").decode()


def locale_of(question: str) -> str:
    """The interface language that fits how a question is written."""
    if not re.search(r"[\u3400-\u9fff]", question):
        return "en" if re.search(r"[A-Za-z]{2}", question) else "zh-Hans"
    return "zh-Hant" if is_traditional(question) or _CANTONESE.search(question) else "zh-Hans"
