"""How well clauses fit what a question asks for beside its words: one factor a clause, for all candidates together.

What many clauses share (their facets, a part of a place) is looked at once; a clause itself is looked at only where
it may still be shown and where its figures or its form matter.
"""

from __future__ import annotations

import numpy as np

from bot.answer.gates import form_factor, judges_form, official, period_factor, status_factor, value_factor
from bot.answer.question import Question
from bot.answer.scoring import Matrix, Rows, Scored
from bot.language.facets import Stated
from bot.language.lists import distinct
from bot.search.index import Index

PART, UNNAMED, UNNAMED_FIGURE, EMPTY = 0.88, 0.75, 0.6, 0.4
THING = 3.0
"""Weight from which a named span cannot be done without."""
UNSEEN = 0.3
"""Evidence below which a thing is named neither in a clause nor around it."""


class Fitting:
    """The factors of some rows of ``scored``, each gate for all rows."""

    def __init__(self, question: Question, index: Index, scored: Scored, rows: Rows) -> None:
        self._question, self._index, self._scored, self._rows = question, index, scored, rows
        self._texts = index.texts
        self._clauses = scored.clauses[rows]
        self._stated = self._texts.stated[self._clauses]
        self._figured = self._texts.figured[self._clauses]

    def factors(self) -> Matrix:
        """The product of all gates, row by row; 0 where something rules the clause out."""
        fit = self._stated_factors()
        if self._question.wants_figure:
            fit *= self._value_factors(fit)
        if judges_form(self._question):
            fit *= self._form_factors(fit)
        fit *= self._named_factors()
        fit *= self._whole_factors()
        return fit

    def _stated_factors(self) -> Matrix:
        """What the clauses state of time and status."""
        numbers, back = distinct(self._stated)
        return np.array([self._stated_factor(self._texts.facets[n]) for n in numbers.tolist()])[back]

    def _stated_factor(self, stated: Stated) -> float:
        return period_factor(self._question, stated) * status_factor(self._question, stated.status)

    def _value_factors(self, fit: Matrix) -> Matrix:
        """What their figures are worth; clauses that are out (``fit`` is 0) are not looked at."""
        strict = [official(stated) for stated in self._texts.facets]
        none = [value_factor(self._question, (), "", strict=s) for s in (False, True)]
        factors = np.array(none)[np.array(strict, dtype=np.int64)[self._stated]]
        for n in np.flatnonzero(self._figured & (fit > 0)).tolist():
            read = self._scored.clause(int(self._rows[n])).terms
            factors[n] = value_factor(self._question, read.values, read.text, strict[self._stated[n]])
        return factors

    def _form_factors(self, fit: Matrix) -> Matrix:
        """Whether they look like the answer; clauses that are out (``fit`` is 0) are not looked at."""
        factors = np.ones(len(fit))
        for n in np.flatnonzero(fit).tolist():
            clause = self._scored.clause(int(self._rows[n]))
            stated = clause.stated
            factors[n] = form_factor(self._question, clause.terms.folded.source, official(stated), _dated(stated))
        return factors

    def _named_factors(self) -> Matrix:
        """A thing that the question names and neither the clause nor anything around it does; a clause that says
        nothing of the question itself."""
        things = [n for n, span in enumerate(self._question.spans) if span.named and span.weight >= THING]
        missing = np.any(self._scored.seen[self._rows][:, things] < UNSEEN, axis=1)
        content = self._scored.own[self._rows].max(axis=1) > 0
        if self._question.wants_figure:
            content |= self._figured
        unnamed = UNNAMED_FIGURE if self._question.wants_figure else UNNAMED
        return np.where(missing, unnamed, 1.0) * np.where(content, 1.0, EMPTY)

    def _whole_factors(self) -> Matrix:
        """A figure said of a part of the place (知识城's) fits less well where the part was not asked for."""
        within = np.zeros(len(self._texts.stated), dtype=bool)
        for part, clauses in self._texts.parts.items():
            if part not in self._question.text:
                within[clauses] = True
        return np.where(within[self._clauses], PART, 1.0)


def _dated(stated: Stated) -> bool:
    """A single year is stated for the clause, and is that of the thing: a plan of a year is not done in it by that."""
    return stated.years is not None and stated.years[0] == stated.years[1] and stated.status != "target"
