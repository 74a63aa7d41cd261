"""The figures of a document, each with what it is said of: so that two versions can be compared by what they say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from bot.corpus.model import Document, Passage
from bot.corpus.passages import cut_passages
from bot.language.facets import state_all
from bot.language.language import Language
from bot.language.lexicon import FORM, Mention
from bot.language.normalise import normalise
from bot.language.period import label
from bot.language.values import Value, find_values
from bot.publishing.model import FigureChange

NAME = 12
"""Characters before a figure that stand for its name where the lexicon knows none."""
_EDGES = " \t\u3000,.;:，。；：、(（"


@dataclass(frozen=True)
class Key:
    """What a figure is said of."""

    section: tuple[str, ...]
    name: str
    period: str
    status: str | None

    @property
    def loose(self) -> tuple[str, str, str | None]:
        """The same without the section: a heading that is worded anew changes no figure."""
        return self.name, self.period, self.status


@dataclass(frozen=True)
class Figure:
    """A figure as it is written, what it is said of, and where: ``span`` and ``clause`` are offsets into the
    document's text. ``read`` is what it is read as, in the folded text of its clause."""

    key: Key
    written: str
    read: Value
    span: tuple[int, int]
    clause: tuple[int, int]
    passage: Passage


Figures = Mapping[Key, Sequence[str]]


def figures(document: Document, language: Language) -> Figures:
    """All figures of a document as they are written, in order, by what they are said of."""
    found: defaultdict[Key, list[str]] = defaultdict(list)
    for figure in read_figures(document, language):
        found[figure.key].append(figure.written)
    return found


def read_figures(document: Document, language: Language) -> Iterator[Figure]:
    """All figures of a document, in order."""
    passages = cut_passages([document])
    for passage, stated in zip(passages, state_all([document], passages, language.status), strict=True):
        for clause, facets in zip(passage.clauses, stated, strict=True):
            period = label(facets.years) if facets.years else ""
            for name, value, (start, end) in _named(document.text[slice(*clause)], language):
                key, span = Key(passage.section, name, period, facets.status), (clause[0] + start, clause[0] + end)
                yield Figure(key, document.text[slice(*span)], value, span, clause, passage)


def _named(clause: str, language: Language) -> Iterator[tuple[str, Value, tuple[int, int]]]:
    """The figures of a clause with their names and where they stand in it."""
    folded = normalise(clause)
    values = find_values(folded.text)
    mentions = [m for m in language.lexicon.mentioned(folded.text) if m.strength == FORM] if values else []
    last = 0
    for value in values:
        yield _name(folded.text, last, value, mentions, language), value, folded.span(value.start, value.end)
        last = value.end


def _name(text: str, last: int, value: Value, mentions: Sequence[Mention], language: Language) -> str:
    """The concept that is named closest before the figure, else the words before it, else the concept behind it."""
    before = [m for m in mentions if m.end <= value.start]
    near = [m for m in before if m.start >= last] or before
    if near:
        return _form(max(near, key=lambda m: (m.end, m.end - m.start)), language)
    words = text[last : value.start].strip(_EDGES)[-NAME:]
    behind = [m for m in mentions if m.start >= value.end]
    return _form(behind[0], language) if behind and not words else words or text[value.end : value.end + NAME]


def _form(mention: Mention, language: Language) -> str:
    return language.lexicon.concepts[mention.concept].forms[0]


def figure_changes(title: str, before: Figures, after: Figures) -> Iterator[FigureChange]:
    """The figures that read otherwise, in the order of the new version, those that are gone at the end."""
    gone, new = _left(before, after), _left(after, before)
    _cancel(gone, new)
    for key in [*new, *(key for key in gone if key not in new)]:
        for old, now in zip_longest(gone.get(key, ()), new.get(key, ()), fillvalue=""):
            yield FigureChange(title, key.section, key.name, key.period, key.status, old, now)


def _left(of: Figures, without: Figures) -> dict[Key, list[str]]:
    """The figures of one version that the other does not have under the same key."""
    left = {key: _minus(values, without.get(key, ())) for key, values in of.items()}
    return {key: values for key, values in left.items() if values}


def _minus(values: Sequence[str], others: Sequence[str]) -> list[str]:
    spare = Counter(others)
    kept = []
    for value in values:
        if spare[value]:
            spare[value] -= 1
        else:
            kept.append(value)
    return kept


def _cancel(gone: dict[Key, list[str]], new: dict[Key, list[str]]) -> None:
    """Take out what only moved to another section, and pair a figure that also changed on its way."""
    sections: defaultdict[tuple[str, str, str | None], list[Key]] = defaultdict(list)
    for key in new:
        sections[key.loose].append(key)
    for key in [key for key in gone if key not in new and key.loose in sections]:
        moved = gone.pop(key)
        target = sections[key.loose][0]
        kept = _minus(moved, new[target])
        new[target] = _minus(new[target], moved)
        if kept:
            gone[target] = [*gone.get(target, ()), *kept]
        if not new[target]:
            del new[target]
            sections[key.loose].remove(target)
            if not sections[key.loose]:
                del sections[key.loose]
