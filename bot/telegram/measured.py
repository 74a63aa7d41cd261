"""The answering core with a stopwatch: how long answers take, and how they turn out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.answer.checking import Check
from bot.answer.model import Answer, Citation, Topic
from bot.corpus.model import Document
from bot.observe.metrics import Metrics
from bot.telegram.ports import Answering, Asking


class MeasuredLibrary:
    """An ``Answering`` that measures another one."""

    def __init__(self, library: Answering, metrics: Metrics) -> None:
        self._library = library
        self._metrics = metrics

    @property
    def current(self) -> Asking:
        """The state to ask now, measured."""
        return _MeasuredState(self._library.current, self._metrics)


@dataclass(frozen=True)
class _MeasuredState:
    """Only ``ask`` is measured; everything else is passed on."""

    state: Asking
    metrics: Metrics

    @property
    def snapshot(self) -> str:
        return self.state.snapshot

    @property
    def documents(self) -> tuple[Document, ...]:
        return self.state.documents

    def ask(self, question: str, turns: Sequence[str] = ()) -> Answer:
        with self.metrics.timed("answer"):
            answer = self.state.ask(question, turns)
        self.metrics.answers.labels(answer.status).inc()
        return answer

    def widen(self, citation: Citation, steps: int) -> Citation:
        return self.state.widen(citation, steps)

    def check(self, claim: str) -> Check:
        return self.state.check(claim)

    def find_verbatim(self, quote: str) -> tuple[Citation, ...]:
        return self.state.find_verbatim(quote)

    def examples(self, locale: str) -> tuple[str, ...]:
        return self.state.examples(locale)

    def place_names(self, place: str) -> Mapping[str, str]:
        return self.state.place_names(place)

    def topics(self, locale: str) -> tuple[Topic, ...]:
        return self.state.topics(locale)
