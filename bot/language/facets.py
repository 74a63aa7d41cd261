"""What a clause is about: place, period, status. A clause says it itself, or inherits it.

Inheritance follows how such texts are written: a heading (``三、2021年工作安排``) holds for its section, a time at
the start of a paragraph (``2020年是…``, ``五年来,…``) until the next one, a time at the start of a sentence or clause
for the rest of the sentence. No rule looks at a document's id.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.corpus.model import Document, Passage
from bot.errors import KnowledgeError, Problem
from bot.language.normalise import fold
from bot.language.period import Period, Years, find_periods, plan_years

_LEAD = (
    r"^[\"“”'‘’(\s]*(?:一是|二是|三是|——|--)?(?:力争|争取|确保|预计|计划)?(?:到|截至|截止|在|自|早在|至|从)?[\"“”'‘’]*$"
)
_COMPARED = re.compile(r"(?:比|较|与|由|从|自|超|超过|相当于|是)[\"“]*$")


@dataclass(frozen=True)
class Stated:
    """Facets of a stretch of text: place id, years, status (``target``, ``result``, ``estimate``, ``problem``)."""

    place: str | None = None
    years: Years | None = None
    status: str | None = None
    others: tuple[Years, ...] = ()
    """Further years that the clause itself names."""


@dataclass(frozen=True)
class StatusRule:
    """One rule of ``status.toml``; ``where`` is ``heading``, ``clause`` or ``question``."""

    where: str
    status: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class StatusRules:
    """All rules, in the order of the file: the first that matches decides."""

    rules: tuple[StatusRule, ...] = ()

    def read(self, where: str, text: str) -> str | None:
        """Status of folded ``text``, None where no rule matches."""
        return next((r.status for r in self.rules if r.where == where and r.pattern.search(text)), None)

    def cues(self, where: str, text: str) -> list[tuple[str, int]]:
        """Every cue of folded ``text`` with its status and position, in the order of the rules."""
        return [(r.status, m.start()) for r in self.rules if r.where == where for m in r.pattern.finditer(text)]

    def spans(self, where: str, text: str) -> list[tuple[int, int]]:
        """Where the cues stand in folded ``text``."""
        return [m.span() for r in self.rules if r.where == where for m in r.pattern.finditer(text)]

    def all(self, where: str, text: str) -> set[str]:
        """Every status whose rule matches."""
        return {r.status for r in self.rules if r.where == where and r.pattern.search(text)}


def load_status(files: Iterable[Path]) -> StatusRules:
    """Rules of ``status.toml``; of several files the last wins. Raises KnowledgeError for a bad pattern."""
    rules: tuple[StatusRule, ...] = ()
    for path in files:
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            rules = tuple(
                StatusRule(where, r["status"], re.compile(r["pattern"]))
                for where in ("heading", "clause", "question")
                for r in data.get(where, [])
            )
        except (tomllib.TOMLDecodeError, KeyError, re.error) as error:
            raise KnowledgeError(
                [Problem(str(path), None, f"{error}", "each rule needs status and a valid pattern")]
            ) from error
    return StatusRules(rules)


def report_year(document: Document) -> int | None:
    """The year a document speaks from: that of its title (``2021年…报告``), else of its date."""
    named = [p for p in find_periods(fold(document.title)) if p.years and p.years[0] == p.years[1]]
    if named and named[0].years:
        return named[0].years[0]
    day: dt.date | None = document.meta.date
    return day.year if day else None


def resolve(period: Period, year: int | None) -> Years | None:
    """The years a pointing word means in a document that speaks from ``year`` (``去年`` → year − 1)."""
    if period.years or year is None:
        return period.years
    if period.word == "five":
        plan = next((plan_years(n) for n in range(9, 20) if plan_years(n)[1] == year - 1), None)
        return plan or (year - 5, year - 1)
    if period.word == "next five":
        return year, year + 4
    shift = {"this": 0, "last": -1, "next": 1, "previous": -1}.get(period.word or "")
    return None if shift is None else (year + shift, year + shift)


@dataclass(frozen=True)
class _Heading:
    """``statuses`` by the years they are said of; None stands for all (``2021年总量与2022年目标`` has a target
    for 2022 only)."""

    years: Years | None
    statuses: Mapping[Years | None, str]

    def status(self, years: Years | None) -> str | None:
        return self.statuses.get(years) or self.statuses.get(None)


def _paired(cues: Sequence[tuple[str, int]], times: Sequence[tuple[int, Years]]) -> dict[Years | None, str]:
    """Each cue of a heading with the year before it; where the heading has one year or none, with None."""
    statuses: dict[Years | None, str] = {}
    for status, position in cues:
        before = [years for start, years in times if start < position]
        statuses.setdefault(before[-1] if before and len(times) > 1 else None, status)
    return statuses


class Inheritance:
    """Walks the passages of one document in order and states the facets of every clause."""

    def __init__(self, document: Document, rules: StatusRules) -> None:
        self._document = document
        self._rules = rules
        self._year = report_year(document)
        self._default: Years | None = None
        """The year an article speaks of: the first one that opens a clause; a report has its headings."""
        self._running: Years | None = None
        self._section: tuple[str, ...] = ()
        self._block = -1
        self._paragraph: Years | None = None
        self._problem = False
        self._cue: str | None = None
        """What the sentence has said so far of its figures (``预计``, ``力争`` hold to its end)."""

    def state(self, passage: Passage) -> list[Stated]:
        """Facets of each clause of ``passage`` (passages must come in order)."""
        self._enter(passage)
        heading = self._heading(passage.section)
        sentence: Years | None = None
        self._cue = None
        stated: list[Stated] = []
        for number, (start, end) in enumerate(passage.clauses):
            text = fold(self._document.text[start:end])
            lead, others = self._times(text)
            if lead:
                sentence = lead
                if self._default is None and self._document.meta.kind != "work-report":
                    self._default = lead
                self._remember(passage, number, lead)
            years = sentence or self._paragraph or self._running or heading.years or self._default
            stated.append(self._clause(text, years, others, heading))
        return stated

    def _enter(self, passage: Passage) -> None:
        if passage.section != self._section:
            if passage.section[:1] != self._section[:1]:
                self._running = None
            self._section, self._problem = passage.section, False
        if passage.block != self._block:
            self._block, self._paragraph = passage.block, None
        text = fold(self._document.text[passage.start : passage.end])
        if re.match(r"各位代表", text):
            self._running = None
        self._problem = self._problem or bool(
            re.search(r"(?:存在|还有|面临)[^。]{0,12}(?:问题|矛盾|瓶颈|挑战|困难|短板)", text)
        )

    def _remember(self, passage: Passage, number: int, years: Years) -> None:
        first_of_block = passage.start <= self._document.blocks[passage.block].start + 1
        if number == 0 and first_of_block:
            self._running = years
        elif number == 0:
            self._paragraph = years

    def _times(self, text: str) -> tuple[Years | None, tuple[Years, ...]]:
        """The time that opens the clause, and the others it names."""
        lead: Years | None = None
        others: list[Years] = []
        for period in find_periods(text):
            years = resolve(period, self._year)
            if years is None:
                continue
            if re.match(_LEAD, text[: period.start]) and not re.match(r"的|度全球", text[period.end :]):
                lead = lead or years
            elif not _COMPARED.search(text[: period.start]):
                others.append(years)
        return lead, tuple(others)

    def _heading(self, section: Sequence[str]) -> _Heading:
        """Years and statuses of the headings above; an inner heading wins over an outer one."""
        years: Years | None = None
        statuses: dict[Years | None, str] = {}
        for heading in section:
            text = fold(heading)
            times = [(p.start, y) for p in find_periods(text) if (y := resolve(p, self._year))]
            years = times[0][1] if times else years
            cues = self._rules.cues("heading", text)
            if cues:
                statuses = _paired(cues, times)
        return _Heading(years, statuses)

    def _clause(self, text: str, years: Years | None, others: tuple[Years, ...], heading: _Heading) -> Stated:
        own = self._rules.read("clause", text)
        self._cue = own or self._cue
        inherited = heading.status(years)
        status = self._cue or heading.statuses.get(years) or self._by_time(years, inherited)
        if self._problem and not own and inherited != "target":
            status = "problem" if re.search(r"不|待|弱|缺|短板|仍|还|需", text) else status
        return Stated(self._document.meta.place, years, status, others)

    def _by_time(self, years: Years | None, inherited: str | None) -> str | None:
        """A year before the one the document speaks from is a result, a later one a target."""
        if inherited == "problem" or years is None or self._year is None:
            return inherited
        if years[1] < self._year:
            return "result"
        if years[1] > self._year:
            return "target"
        return inherited


def state_all(documents: Sequence[Document], passages: Iterable[Passage], rules: StatusRules) -> Iterator[list[Stated]]:
    """Facets of the clauses of every passage, passages in order."""
    walker: Inheritance | None = None
    current = -1
    for passage in passages:
        if passage.document != current or walker is None:
            current, walker = passage.document, Inheritance(documents[passage.document], rules)
        yield walker.state(passage)
