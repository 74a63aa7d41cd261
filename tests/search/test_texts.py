"""All texts of the index in one table: it says of each text what reading that text alone says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.language import Language
from bot.search.index import Index, build_index
from bot.search.terms import read_text
from tests.answer.districts import districts

TERMS = ("w:增长", "b:增长", "u:增", "c:gdp", "c:growth", "w:软件", "u:区", "w:不存在", "c:foreign-capital")


@pytest.fixture(scope="module")
def index(language: Language) -> Index:
    """Over two made-up districts."""
    return build_index(districts(), language)


def test_each_clause_holds_its_terms(index: Index, language: Language) -> None:
    """And no others, each with its strength."""
    rows = index.texts.clause_rows
    found = index.texts.strength(rows, TERMS)
    clauses = [c for p in index.passages for c in p.clauses]
    assert len(clauses) == len(rows)
    for column, clause in enumerate(clauses):
        read = read_text(clause.terms.folded.source, language)
        expected = [read.strength(term) if term in read.terms else 0.0 for term in TERMS]
        assert found[:, column].tolist() == expected


def test_the_context_of_a_passage_is_its_title_headings_and_asks(index: Index, language: Language) -> None:
    """Folded, in this order."""
    for ordinal, passage in enumerate(index.passages):
        places, _ = index.texts.context.places(np.array([ordinal]))
        shown = [index.texts.context_texts[row] for row in index.texts.context_rows[places].tolist()]
        title = index.documents[passage.passage.document].title
        texts = [title, *passage.passage.section, *passage.passage.asks]
        assert shown == [read_text(text, language).text for text in texts]


@given(data=st.data())
def test_rows_may_be_asked_for_in_any_order(index: Index, data: st.DataObject) -> None:
    """Each column belongs to its row."""
    rows = data.draw(st.lists(st.sampled_from(index.texts.clause_rows.tolist()), max_size=20, unique=True))
    terms = data.draw(st.lists(st.sampled_from(TERMS), max_size=5, unique=True))
    found = index.texts.strength(np.array(rows, dtype=np.int64), terms)
    assert found.shape == (len(terms), len(rows))
    for column, row in enumerate(rows):
        alone = index.texts.strength(np.array([row]), terms)
        assert found[:, column].tolist() == alone[:, 0].tolist()
