"""What of an answer a message shows, and what its buttons say to the bot.

A button carries the whole of what it leads to, so a tap means the same whenever it comes: twice, late, or
after a restart. Telegram keeps 64 bytes with a button; ``Press`` needs less (a property test holds it to that).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from bot.answer.model import Answer, Citation
from bot.render.messages import name_of, period

Act = Literal["view", "up", "down", "narrow", "suggest", "notify", "again"]
MAX_STEPS = 20
NARROWINGS = 4
"""Places or years that are offered to choose from."""

_CODES: dict[Act, str] = {
    "view": "v",
    "up": "u",
    "down": "d",
    "narrow": "n",
    "suggest": "s",
    "notify": "w",
    "again": "r",
}
_ACTS = {code: act for act, code in _CODES.items()}
_PRESS = re.compile(r"([vudnswr]):([0-9]{1,18}):([0-9]):([0-9]{1,2}):([01]):([0-9])")


@dataclass(frozen=True)
class View:
    """A page of quotes, by how many sentences they are widened, whether it is shown where they stand."""

    page: int = 0
    steps: int = 0
    proof: bool = False


@dataclass(frozen=True)
class Press:
    """A tap: what to do with which card, seen from which view; ``choice`` counts places, years or suggestions."""

    act: Act
    card: int
    view: View = View()
    choice: int = 0

    def data(self) -> str:
        """The button's data."""
        view = self.view
        return f"{_CODES[self.act]}:{self.card}:{view.page}:{view.steps}:{view.proof:d}:{self.choice}"


PATTERN = rf"^{_PRESS.pattern}$"


def pressed(data: str) -> Press | None:
    """What a button's data says; None for data that no button of a card has."""
    match = _PRESS.fullmatch(data)
    if match is None:
        return None
    code, card, page, steps, proof, choice = match.groups()
    view = View(int(page), min(int(steps), MAX_STEPS), proof == "1")
    return Press(_ACTS[code], int(card), view, int(choice))


def paged(answer: Answer) -> tuple[tuple[Citation, ...], ...]:
    """The quotes page by page: what belongs together on the first one, then one quote a page.

    Together belong the sides of a comparison, and where the place is open the best quote of each place.
    """
    first = [*answer.citations[: answer.lead]]
    if any(note.code == "place_open" for note in answer.notes):
        best = {citation.facets.place: citation for citation in reversed(answer.citations) if citation.facets.place}
        first += [citation for citation in answer.citations if citation in best.values() and citation not in first]
    rest = ((citation,) for citation in answer.citations if citation not in first)
    return (tuple(first), *rest)


def on_page(answer: Answer, page: int) -> tuple[Citation, ...]:
    """The quotes of a page; a page that is not there is the first one."""
    every = paged(answer)
    return every[page] if page < len(every) else every[0]


def excerpt(answer: Answer, citations: tuple[Citation, ...], *, first: bool) -> Answer:
    """The answer with these quotes only. Notes are on the first page; suggestions become buttons."""
    return replace(answer, citations=citations, notes=answer.notes if first else (), suggestions=())


@dataclass(frozen=True)
class Narrowing:
    """A narrower question that a tap asks: ``label`` for the button, ``question`` to ask."""

    label: str
    question: str


def narrowings(answer: Answer, locale: str) -> tuple[Narrowing, ...]:
    """Where the question left the place or the year open: the places, else the years, of the quotes."""
    kinds = {note.kind for note in answer.notes}
    if "place" in kinds:
        places = {c.facets.place: c.names.get("place", {}) for c in answer.citations if c.facets.place}
        if len(places) > 1:
            return _narrowed(answer, [(name_of(n, locale, p), name_of(n, answer.locale, p)) for p, n in places.items()])
    if "conflict" in kinds:
        years = sorted({year for c in answer.citations for year in c.facets.period[:1]})
        if len(years) > 1:
            return _narrowed(answer, [(period(locale, year), period("zh-Hans", year)) for year in years])
    return ()


def _narrowed(answer: Answer, named: list[tuple[str, str]]) -> tuple[Narrowing, ...]:
    return tuple(Narrowing(label, f"{name} {answer.question}") for label, name in named[:NARROWINGS])
