"""Questions by theme for whoever does not know what to ask: policies, targets, customs facilitation.

They are the documents' own ``asks``, sorted by what they name themselves, and each was tried: it is answered, and
by the passage that it was written for.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest

from bot.answer.model import Answer, Topic
from bot.answer.suggesting import examples, fits
from bot.language.lexicon import FORM
from bot.search.index import AnalysedPassage, Index
from bot.search.terms import ANCESTOR, TextTerms, read_text

MOST, ENOUGH = 6, 4
"""Questions of a theme: at most, and so many that none are looked for farther afield."""
TRIED = 40
"""Questions of a theme that are tried at most."""
WIDEST = 64
"""Columns that a question may take, Chinese characters count two: what a button can show."""
POLICY = "policy-general"
"""The concept of the lexicon that all policies are a kind of."""
FIGURES = frozenset({"money", "percent"})
"""Kinds of figures that investors compare."""

Ask = Callable[[str], Answer]
Candidate = tuple[AnalysedPassage, str]
Belongs = Callable[[AnalysedPassage, TextTerms, Index], bool]


def topics(locale: str, index: Index, ask: Ask) -> tuple[Topic, ...]:
    """The themes in their order with up to MOST questions in the language of ``locale``; none without one.

    Where no document brings asks of that language it is one theme, ``general``, with the examples.
    """
    themes = {theme: _questions(criteria, locale, index, ask) for theme, criteria in _THEMES.items()}
    if not any(themes.values()):
        themes = {"general": tuple(q for q in examples(locale, index) if ask(q).citations)}
    return tuple(Topic(theme, questions) for theme, questions in themes.items() if questions)


def _questions(criteria: Sequence[Belongs], locale: str, index: Index, ask: Ask) -> tuple[str, ...]:
    """What meets the first criterion, and the next one only where that is not ENOUGH."""
    found: dict[str, None] = {}
    for belongs in criteria:
        if len(found) < ENOUGH:
            found |= dict.fromkeys(_tried(_candidates(belongs, locale, index), index, ask))
    return tuple(found)[:MOST]


def _tried(candidates: Iterator[Candidate], index: Index, ask: Ask) -> Iterator[str]:
    """Those that are answered, without a remark first: they leave nothing open."""
    plain: list[str] = []
    others: list[str] = []
    for passage, question in islice(candidates, TRIED):
        answer = ask(question)
        if _answers(answer, passage, index):
            (others if _remarked(answer) else plain).append(question)
        if len(plain) == MOST:
            break
    yield from (*plain, *others)


def _candidates(belongs: Belongs, locale: str, index: Index) -> Iterator[Candidate]:
    """Asks of the theme, at most one of a passage, in turn from each document."""
    by_document: defaultdict[int, list[Candidate]] = defaultdict(list)
    for passage in index.passages:
        known = {text for _, text in by_document[passage.passage.document]}
        suitable = (
            ask
            for ask in passage.passage.asks
            if _suits(ask, locale) and belongs(passage, read_text(ask, index.language), index)
        )
        by_document[passage.passage.document] += [(passage, ask) for ask in islice(suitable, 1) if ask not in known]
    for row in zip_longest(*by_document.values()):
        yield from (candidate for candidate in row if candidate)


def _suits(ask: str, locale: str) -> bool:
    columns = sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in ask)
    return fits(ask, locale) and columns <= WIDEST


def _is_policy(passage: AnalysedPassage, ask: TextTerms, index: Index) -> bool:
    """It asks about a policy, or the answer names one; that of customs is a theme of its own."""
    texts = (ask, *(clause.terms for clause in passage.clauses))
    return any(text.concepts.get(POLICY, 0.0) >= ANCESTOR for text in texts) and not _is_customs(passage, ask, index)


def _names_policy(_passage: AnalysedPassage, ask: TextTerms, index: Index) -> bool:
    """It asks about something that belongs to the field of policies."""
    return _named_group("policy", ask, index)


def _is_target(passage: AnalysedPassage, ask: TextTerms, index: Index) -> bool:
    """It asks what is to be reached, and a target in money or percent stands there."""
    targets = (clause for clause in passage.clauses if clause.stated.status == "target")
    figures = (value.kind for clause in targets for value in clause.terms.values)
    return index.language.status.read("question", ask.text) == "target" and not FIGURES.isdisjoint(figures)


def _is_customs(passage: AnalysedPassage, _ask: TextTerms, index: Index) -> bool:
    """Its document is about customs by its title."""
    return _named_group("customs", read_text(index.documents[passage.passage.document].title, index.language), index)


def _named_group(group: str, text: TextTerms, index: Index) -> bool:
    named = (name for name, strength in text.concepts.items() if strength == FORM)
    return any(index.language.lexicon.concepts[name].group == group for name in named)


def _answers(answer: Answer, passage: AnalysedPassage, index: Index) -> bool:
    """Whether the best citation is from the passage."""
    if not answer.citations:
        return False
    best, own = answer.citations[0], passage.passage
    document = index.documents[own.document]
    return best.document.id == document.id and best.span[0] < own.end and own.start < best.span[1]


def _remarked(answer: Answer) -> bool:
    return any(note.kind != "caution" for note in answer.notes)


_THEMES: Mapping[str, tuple[Belongs, ...]] = {
    "policy": (_is_policy, _names_policy),
    "target": (_is_target,),
    "customs": (_is_customs,),
}
"""The themes by what makes a question belong to them, the strictest criterion first."""
