"""Words of a folded text, by jieba's dictionary segmentation.

An own ``jieba.Tokenizer``: quiet, its cache in our own folder (jieba's default is the shared temp folder),
user words added per instance, warmed up when it is made.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

_FUNCTION_TAGS = frozenset(
    {
        "d",
        "df",
        "dg",
        "c",
        "p",
        "r",
        "rr",
        "rz",
        "rg",
        "u",
        "uj",
        "ul",
        "uv",
        "uz",
        "ug",
        "ud",
        "y",
        "f",
        "q",
        "m",
        "mq",
        "e",
        "o",
        "h",
        "k",
        "t",
        "zg",
    }
)
"""jieba's tags of words that carry no content of their own (adverbs, particles, measures, times …)."""


@dataclass(frozen=True)
class Token:
    """A word and where it stands in the folded text."""

    text: str
    start: int
    end: int


class Segmenter:
    """Words of folded text. ``cache_dir`` keeps jieba's compiled dictionary between runs."""

    def __init__(self, cache_dir: Path | None = None, words: Iterable[str] = ()) -> None:
        self._jieba = _quiet_tokenizer(cache_dir)
        self._cache = cache_dir / "word-classes-1.json" if cache_dir else None
        for word in words:
            self._jieba.add_word(word)

    def commonness(self, word: str) -> float:
        """Share of the word in general Chinese (jieba's dictionary), 0 where it is unknown."""
        return float(self._jieba.FREQ.get(word) or 0) / float(self._jieba.total)

    def known(self, word: str) -> bool:
        """True for a word of the dictionary (a prefix that is no word of its own is not one)."""
        return bool(self._jieba.FREQ.get(word))

    def is_place(self, word: str) -> bool:
        """True for a geographic name of jieba's dictionary (its tag ``ns``), with or without its suffix."""
        return word in self._classes["places"]

    def is_function(self, word: str) -> bool:
        """True for adverbs, prepositions, pronouns, particles and measure words of jieba's dictionary."""
        return word in self._classes["function"]

    @cached_property
    def _classes(self) -> dict[str, frozenset[str]]:
        """Word classes by jieba's tags; read from its dictionary once and kept beside its cache."""
        if self._cache and self._cache.exists():
            kept = json.loads(self._cache.read_text(encoding="utf-8"))
            return {name: frozenset(words) for name, words in kept.items()}
        classes = self._read_classes()
        if self._cache:
            text = json.dumps({name: sorted(words) for name, words in classes.items()}, ensure_ascii=False)
            self._cache.write_text(text, encoding="utf-8")
        return classes

    def _read_classes(self) -> dict[str, frozenset[str]]:
        places: set[str] = set()
        function: set[str] = set()
        with self._jieba.get_dict_file() as lines:
            for line in lines:
                word, _, tag = line.decode("utf-8").split()
                if tag == "ns" and len(word) > 1:
                    places.update((word, _bare(word)))
                elif tag in _FUNCTION_TAGS:
                    function.add(word)
        return {"places": frozenset(places), "function": frozenset(function)}

    def tokens(self, text: str) -> list[Token]:
        """Chinese words, Latin words and numbers of ``text``, in order; punctuation and spaces are left out."""
        found: list[Token] = []
        position = 0
        for piece in self._jieba.cut(text, HMM=False):
            if piece[0].isalnum():
                found.append(Token(piece, position, position + len(piece)))
            position += len(piece)
        return found


def _bare(name: str) -> str:
    """``天河`` for ``天河区``."""
    return name[:-1] if len(name) > 2 and name[-1] in "省市区县镇州" else name


def edges(tokens: Iterable[Token]) -> set[int]:
    """Positions where words begin or end."""
    return {position for token in tokens for position in (token.start, token.end)}


def _quiet_tokenizer(cache_dir: Path | None) -> Any:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    if cache_dir is not None:
        cache_dir.mkdir(parents=True, exist_ok=True)
        tokenizer.tmp_dir = os.fspath(cache_dir)
    tokenizer.initialize()
    return tokenizer
