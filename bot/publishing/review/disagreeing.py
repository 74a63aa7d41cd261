"""Two documents that give different figures for the same thing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.corpus.model import Document
from bot.language.facets import report_year
from bot.language.language import Language
from bot.language.lexicon import COUNTRY, FORM, Mention
from bot.language.normalise import fold, normalise
from bot.language.period import find_periods
from bot.publishing.figures import Figure, read_figures
from bot.publishing.model import Finding
from bot.publishing.review.amounts import agree

CODE = "figures-disagree"
ALIKE, SHARED = 0.5, 2
"""Two clauses speak of one thing: they name the same concepts, or at least two, and half of all, in common."""

_UNCOUNTED = {"rank", "number", "amount"}
_MEASURE = re.compile(
    r"新增|新建|增长|增加|增至|提高|提升|下降|降低|减少|压减|压缩|缩短|累计|年均|人均|占|每年|每月|其中|分别|首|剩余"
)
"""Words that make another measure of the same thing: 新增10家 is no other figure for 63家."""


@dataclass(frozen=True)
class Statement:
    """A figure with all that must be the same before two of them can disagree."""

    document: Document
    figure: Figure
    subjects: frozenset[str]
    concepts: frozenset[str]
    measure: frozenset[str]
    scope: frozenset[str]
    period: str
    """When it holds; where the text does not say, the year that the document speaks from."""
    dated: bool
    """Whether its sentence, its paragraph or a heading above says when; else only the document as a whole does."""

    def about(self) -> Iterator[Hashable]:
        """What must be the same to the letter, once for each of its subjects."""
        read = self.figure.read
        kind = self.document.meta.place, read.kind, read.unit, self.figure.key.status, self.measure, self.scope
        return ((*kind, subject) for subject in self.subjects)


def disagreements(documents: Sequence[Document], language: Language) -> Iterator[Finding]:
    """Each figure once, with the first one of an earlier document that it disagrees with. A document without a place,
    or whose front matter allows it to disagree, is compared with none."""
    groups: defaultdict[Hashable, list[Statement]] = defaultdict(list)
    for document in documents:
        if document.meta.place and CODE not in document.meta.allow:
            for statement in _statements(document, language):
                for key in statement.about():
                    groups[key].append(statement)
    told: set[tuple[str, int]] = set()
    for group in groups.values():
        for one, other in _pairs(group):
            at = other.document.id, other.figure.span[0]
            if at not in told:
                told.add(at)
                yield _finding(one, other)


def _pairs(group: Sequence[Statement]) -> Iterator[tuple[Statement, Statement]]:
    """Each statement of a group with the first before it that it disagrees with."""
    for number, other in enumerate(group):
        one = next((one for one in group[:number] if _disagree(one, other, group)), None)
        if one:
            yield one, other


def _statements(document: Document, language: Language) -> Iterator[Statement]:
    for figure in read_figures(document, language):
        if figure.read.kind in _UNCOUNTED:
            continue
        text = document.text[slice(*figure.clause)]
        mentions = [m for m in language.lexicon.mentioned(normalise(text).text) if _tells(m, language)]
        if mentions:
            yield Statement(
                document,
                figure,
                frozenset(_subjects(mentions, figure)),
                frozenset(m.concept for m in mentions),
                frozenset(_MEASURE.findall(fold(text))),
                frozenset(_scope(document, figure, language)),
                figure.key.period or str(report_year(document) or ""),
                _dated(document, figure),
            )


def _tells(mention: Mention, language: Language) -> bool:
    """Whether a concept says what is counted: no verb and no country does."""
    concept = language.lexicon.concepts[mention.concept]
    return mention.strength == FORM and concept.group != COUNTRY and not concept.id.startswith("v-")


def _subjects(mentions: Sequence[Mention], figure: Figure) -> Iterator[str]:
    """What the figure counts: the name closest before it, and one that is joined to its unit (43个国家和地区)."""
    read = figure.read
    before = [m.end for m in mentions if m.end <= read.start]
    yield from (m.concept for m in mentions if before and m.end == max(before))
    yield from (m.concept for m in mentions if m.start == read.end)


def _scope(document: Document, figure: Figure, language: Language) -> Iterable[str]:
    """The parts of the place that are spoken of up to the figure: 知识城's figure is not that of the district."""
    said = fold(document.text[figure.passage.start : figure.span[1]])
    place = document.meta.place
    whole = fold(language.gazetteer.name(place) or "")
    return (part for part in language.gazetteer.parts(place) if part in said and part not in whole)


def _dated(document: Document, figure: Figure) -> bool:
    block = document.blocks[figure.passage.block]
    texts = (document.text[block.start : block.end], *figure.passage.section)
    return any(find_periods(fold(text)) for text in texts)


def _disagree(one: Statement, other: Statement, group: Sequence[Statement]) -> bool:
    """Whether they cannot both be right, and neither document says of the same thing what the other does as well."""
    if one.document.id == other.document.id or not _comparable(one, other):
        return False
    return not any(
        agree(mine.figure.written, theirs.figure.written)
        for mine, theirs in ((one, other), *_against(one, other.document, group), *_against(other, one.document, group))
    )


def _against(one: Statement, document: Document, group: Sequence[Statement]) -> Iterator[tuple[Statement, Statement]]:
    """``one`` with all that another document says of the same thing."""
    return ((one, other) for other in group if other.document is document and _comparable(one, other))


def _comparable(one: Statement, other: Statement) -> bool:
    """Whether two statements of one group are of the same thing at the same time."""
    return _same_time(one, other) and _alike(one.concepts, other.concepts)


def _same_time(one: Statement, other: Statement) -> bool:
    """The same period; of articles also where one of them does not say in its text when its figure holds."""
    if one.period == other.period:
        return True
    reports = "work-report" in (one.document.meta.kind, other.document.meta.kind)
    return not reports and not (one.dated and other.dated)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return one == other or (shared >= SHARED and shared >= ALIKE * len(one | other))


def _finding(one: Statement, other: Statement) -> Finding:
    document, at = other.document, other.figure.span[0]
    params = {
        "figure": other.figure.written,
        "other": one.figure.written,
        "where": f"{one.document.path}:{one.document.line_at(one.figure.span[0])}",
        "clause": document.text[slice(*other.figure.clause)],
    }
    return Finding(CODE, document.path, document.line_at(at), params)
