"""Questions that can be answered: examples for a newcomer, and a way on where there is no answer."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from bot.answer.question import Question
from bot.answer.ranking import query_terms
from bot.language.normalise import is_traditional
from bot.search.index import Index

EXAMPLES, SUGGESTIONS, NEAR = 6, 3, 10


_examples: WeakKeyDictionary[Index, dict[str, tuple[str, ...]]] = WeakKeyDictionary()
"""What was found for each locale; a snapshot's examples never change, and go with it."""


def examples(locale: str, index: Index) -> tuple[str, ...]:
    """Up to six questions from the documents' own ``asks``, spread over documents, in the language of ``locale``."""
    known = _examples.setdefault(index, {})
    if locale not in known:
        known[locale] = _find_examples(locale, index)
    return known[locale]


def _find_examples(locale: str, index: Index) -> tuple[str, ...]:
    by_document: dict[int, list[str]] = {}
    for passage in index.passages:
        asks = by_document.setdefault(passage.passage.document, [])
        asks += [a for a in passage.passage.asks if fits(a, locale) and a not in asks]
    rows = [asks[len(asks) // 3 :] for asks in by_document.values() if asks]
    turns = [asks[n] for n in range(EXAMPLES) for asks in rows if n < len(asks)]
    return tuple(dict.fromkeys(turns))[:EXAMPLES] or _from_headings(index)


def fits(ask: str, locale: str) -> bool:
    """Whether an ask is in the language and script of ``locale``."""
    if ask.isascii():
        return locale == "en"
    return locale != "en" and is_traditional(ask) == (locale == "zh-Hant")


def _from_headings(index: Index) -> tuple[str, ...]:
    """Where documents carry no asks: their headings are what can be asked about."""
    headings = dict.fromkeys(p.passage.section[-1] for p in index.passages if p.passage.section)
    return tuple(h for h in headings if len(h) <= 30)[:EXAMPLES]


def suggest(asked: Question | None, locale: str, index: Index) -> tuple[str, ...]:
    """Up to three answerable questions, those about the things asked for first."""
    near: list[str] = []
    if asked is not None and asked.spans:
        hits = index.engine.search(query_terms(asked), NEAR)
        near = [ask for hit in hits for ask in _first(index.passages[hit.passage].passage.asks, locale)]
    return tuple(dict.fromkeys((*near, *examples(locale, index))))[:SUGGESTIONS]


def _first(asks: Sequence[str], locale: str) -> Sequence[str]:
    return [ask for ask in asks if fits(ask, locale)][:1]
