"""An engine on disk, for more passages than fit in memory comfortably: tantivy finds, exact BM25 orders.

Passages reach tantivy as tokens that stand for their terms, so it cuts and folds nothing itself. It rounds the
lengths of passages and its ``b`` is fixed, so its own order is only almost that of the reference; some more passages
than asked for are taken from it and scored exactly.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tantivy
from tantivy.tantivy import __version__ as tantivy_version

from bot.language.lists import Integers
from bot.search.bags import Bags
from bot.search.bm25 import Scorer
from bot.search.model import Hit, Terms
from bot.search.ondisk import IndexStore

VERSION = f"1, {tantivy_version}"
"""Of the indexes on disk: their layout, and what wrote them. What the terms are like is said by the terms."""
SPARE, TIMES = 100, 2
"""So many more passages, and so many times as many, are taken from tantivy as are asked for."""
FILLING = 0.25
"""A ``b`` of 0.75 over lengths that are all longer by a quarter of the mean is one of 0.6 over the lengths."""
WRITER_BYTES = 64_000_000
"""What the writer gathers before it writes a segment."""
_TERMS, _SLOT, _FILLER = "terms", "slot", "."

_log = logging.getLogger(__name__)


class TantivyEngine:
    """BM25 over the terms of each passage, passages in ordinal order. Thread-safe."""

    def __init__(self, passages: Iterable[Terms], folder: Path | None = None) -> None:
        """The index is kept in ``folder``, and made only of what is not there yet; else it is held in memory."""
        bags = Bags.of(passages)
        self._bags, self._scorer = bags, Scorer(bags)
        index, slots = _index(bags, folder)
        self._schema, self._searcher = index.schema, index.searcher()
        self._ordinals = np.zeros(slots.max(initial=-1) + 1, dtype=np.int64)
        self._ordinals[slots] = np.arange(len(slots))

    def __len__(self) -> int:
        return len(self._bags)

    def frequency(self, term: str) -> int:
        return self._bags.frequency(term)

    def search(self, query: Terms, limit: int) -> Sequence[Hit]:
        known = {term: weight for term, weight in query.items() if self._bags.frequency(term)}
        if not known or limit < 1:
            return []
        found = self._searcher.search(self._any_of(known), TIMES * limit + SPARE, count=False).hits
        slots = self._searcher.fast_field_values(_SLOT, [address for _, address in found])
        return self._scorer.best(known, self._ordinals[np.array(slots, dtype=np.int64)], limit)

    def _any_of(self, query: Terms) -> tantivy.Query:
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, self._one(*term)) for term in query.items()])

    def _one(self, term: str, weight: float) -> tantivy.Query:
        token = _token(int(self._bags.hashes[self._bags.names[term]]))
        query = tantivy.Query.term_query(self._schema, _TERMS, token, "freq")
        return tantivy.Query.boost_query(query, weight)


def _index(bags: Bags, folder: Path | None) -> tuple[tantivy.Index, Integers]:
    """The index over ``bags`` and the slots of the passages in it."""
    writer = _Writer(bags)
    if folder is not None:
        try:
            path, slots = IndexStore(folder, VERSION, writer.write).get(bags.fingerprints())
            return tantivy.Index.open(str(path)), slots
        except (OSError, ValueError) as error:  # tantivy has no errors of its own
            _log.warning("%s: the index cannot be kept there and is held in memory: %s", folder, error)
    index, slots = tantivy.Index(_schema()), np.arange(len(bags))
    writer.change(index, (), dict(enumerate(slots.tolist())))
    return index, slots


class _Writer:
    """Writes passages of ``bags`` into indexes."""

    def __init__(self, bags: Bags) -> None:
        self._bags = bags
        self._filling = [_FILLER] * round(FILLING * float(bags.weights.sum()) / max(1, len(bags)))

    def write(self, folder: Path, removed: Sequence[int], added: Mapping[int, int]) -> None:
        """Change the index in ``folder``, which gets one where it has none."""
        self.change(tantivy.Index(_schema(), str(folder)), removed, added)

    def change(self, index: tantivy.Index, removed: Sequence[int], added: Mapping[int, int]) -> None:
        """Take the slots ``removed`` out of ``index``; put the passages ``added`` in, ordinals by slot."""
        writer = index.writer(WRITER_BYTES, num_threads=1)
        if removed:  # by a query, for delete_documents_by_term takes the number for one of another type
            writer.delete_documents_by_query(tantivy.Query.term_set_query(index.schema, _SLOT, removed))
        for slot, ordinal in added.items():
            writer.add_document(tantivy.Document.from_dict({_TERMS: self._text(ordinal), _SLOT: slot}, index.schema))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()

    def _text(self, ordinal: int) -> str:
        """The tokens of a passage, each as often as its term counts, and the filling."""
        own = slice(*self._bags.passages.first[ordinal : ordinal + 2])
        hashes = np.repeat(self._bags.hashes[self._bags.terms[own]], self._bags.counts(own))
        return " ".join([*map(_token, hashes.tolist()), *self._filling])


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_TERMS, tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field(_SLOT, indexed=True, fast=True)
    return builder.build()


def _token(hashed: int) -> str:
    return f"{hashed:016x}"
