"""Words of a folded text, with their places."""

from __future__ import annotations

import itertools
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.assembly import bundled_knowledge
from bot.cache import Cache
from bot.corpus.loader import load_folder
from bot.language.language import Language
from bot.language.normalise import fold
from bot.language.segment import Segmenter, Token, edges


@given(source=st.text(max_size=60))
def test_tokens_stand_where_they_say(source: str, language: Language) -> None:
    """In order, without overlap, and the text is theirs."""
    text = fold(source)
    tokens = language.segmenter.tokens(text)
    assert all(text[t.start : t.end] == t.text for t in tokens)
    assert all(a.end <= b.start for a, b in itertools.pairwise(tokens))


@given(source=st.text(st.sampled_from("黄埔区经济增长目标是10%左右。,gdp abc"), max_size=40))
def test_no_letter_and_no_figure_is_lost(source: str, language: Language) -> None:
    """Only punctuation and spaces are left out."""
    text = fold(source)
    covered = {i for t in language.segmenter.tokens(text) for i in range(t.start, t.end)}
    assert not [c for i, c in enumerate(text) if i not in covered and c.isalnum()]


def test_the_words_are_those_of_the_dictionary(language: Language) -> None:
    """Not single characters."""
    words = [t.text for t in language.segmenter.tokens("固定资产投资增长20%")]
    assert "投资" in words
    assert "增长" in words


def by_jieba(text: str) -> list[Token]:
    """The words as jieba's own code cuts them."""
    found: list[Token] = []
    at = 0
    for piece in _jieba().cut(text, HMM=False):
        if piece[0].isalnum():
            found.append(Token(piece, at, at + len(piece)))
        at += len(piece)
    return found


@lru_cache(maxsize=1)
def _jieba() -> Any:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return tokenizer


def test_the_bundled_documents_are_cut_as_jieba_cuts_them(language: Language) -> None:
    """Every word of every document."""
    texts = [fold(line) for document in load_folder(bundled_knowledge()) for line in document.text.splitlines()]
    assert [language.segmenter.tokens(text) for text in texts] == [by_jieba(text) for text in texts]


@given(
    source=st.text(
        st.one_of(st.characters(), st.sampled_from("广州市黄埔区的确认为了解放大学生活着手机会计算1a.%+-_ ,。\t鿖〇")),
        max_size=40,
    )
)
def test_any_text_is_cut_as_jieba_cuts_it(source: str, language: Language) -> None:
    """Ambiguous runs, unknown characters, letters, marks and blanks."""
    assert language.segmenter.tokens(source) == by_jieba(source)


def test_the_dictionary_is_that_of_jieba(language: Language) -> None:
    """Frequencies too; a prefix of words is no word."""
    tokenizer = _jieba()
    words = [*list(tokenizer.FREQ)[::50], "不存在的词", ""]
    expected = [(word, float(tokenizer.FREQ.get(word) or 0) / tokenizer.total) for word in words]
    assert [(word, language.segmenter.commonness(word)) for word in words] == expected
    assert all(language.segmenter.known(word) == (share > 0) for word, share in expected)


def test_the_compiled_dictionary_is_kept_in_the_folder_given(cache: Path, language: Language) -> None:
    """And read from there by the next start."""
    assert language.segmenter.tokens("投资")
    kept = {path: path.stat().st_mtime_ns for path in cache.glob("words-*")}
    assert kept
    assert Segmenter(Cache(cache)).tokens("固定资产投资") == language.segmenter.tokens("固定资产投资")
    assert {path: path.stat().st_mtime_ns for path in cache.glob("words-*")} == kept


def test_known_words_and_places(language: Language) -> None:
    """A prefix of a word is no word; the suffix of a place may be missing."""
    segmenter = language.segmenter
    assert segmenter.known("投资")
    assert not segmenter.known("粤心")
    assert segmenter.commonness("投资") > segmenter.commonness("瞪羚")
    assert segmenter.commonness("粤心") == 0
    assert segmenter.is_place("天河区")
    assert not segmenter.is_place("投资")


def test_edges_are_where_words_begin_and_end(language: Language) -> None:
    """Both ends of every word."""
    assert edges(language.segmenter.tokens("投资,增长")) == {0, 2, 3, 5}
