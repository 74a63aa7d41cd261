"""The answering core with a stopwatch: how long answers take, and how they turn out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answer.model import Answer, Topic
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


class _MeasuredState:
    def __init__(self, state: Asking, metrics: Metrics) -> None:
        self._state = state
        self._metrics = metrics

    @property
    def documents(self) -> tuple[Document, ...]:
        return self._state.documents

    def ask(self, question: str, turns: Sequence[str] = ()) -> Answer:
        with self._metrics.timed("answer"):
            answer = self._state.ask(question, turns)
        self._metrics.answers.labels(answer.status).inc()
        return answer

    def examples(self, locale: str) -> tuple[str, ...]:
        return self._state.examples(locale)

    def place_names(self, place: str) -> Mapping[str, str]:
        return self._state.place_names(place)

    def topics(self, locale: str) -> tuple[Topic, ...]:
        return self._state.topics(locale)
