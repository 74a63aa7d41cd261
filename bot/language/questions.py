"""How people ask: the kind of answer a question wants, and the words that carry no content.

Rules and words are data (``lexicon/questions.toml``).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.errors import KnowledgeError, Problem
from bot.language.normalise import fold
from bot.language.period import Period, Years

FIGURES = frozenset({"percent", "money", "duration", "area", "rank", "number"})
"""Kinds whose answer is a figure."""


_PARTICLES = re.compile(r"(?<=[\u4e00-\u9fff])[呀啊哦哈啦喇嘛吧呢喔]|\s")
_MARKS = re.compile(r"[^\w\s/]+|_+")


@dataclass(frozen=True)
class Manner:
    """``kinds`` of answer that a question wants, the most specific first, and where its question words stand."""

    kinds: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class QuestionRules:
    """The rules of ``questions.toml``."""

    kinds: tuple[tuple[str, re.Pattern[str]], ...] = ()
    stop: frozenset[str] = frozenset()
    light: frozenset[str] = frozenset()
    """Latin words too common for their translation to be a clue."""
    small: tuple[tuple[str, re.Pattern[str]], ...] = ()
    refuse: tuple[tuple[str, re.Pattern[str]], ...] = ()
    periods: tuple[tuple[Years, re.Pattern[str]], ...] = ()
    economy: str = ""
    """Concept that growth without a subject is about."""

    def small_talk(self, text: str) -> str | None:
        """``greeting``, ``thanks`` … where folded ``text`` is nothing else (marks and particles aside)."""
        bare = re.sub(r"(?<=[\u4e00-\u9fff])[呀啊哦哈啦喇嘛吧呢喔晒了吗么]+$", "", _MARKS.sub(" ", text).strip())
        squeezed = re.sub(r"(?<=[\u4e00-\u9fff])\s+", "", bare)
        ways = (squeezed, _MARKS.sub("", text), _PARTICLES.sub("", squeezed))
        alone = next((code for code, pattern in self.small if any(map(pattern.fullmatch, ways))), None)
        if alone or not any(map(self._chatter.fullmatch, ways)):
            return alone
        return next(code for code, pattern in self.small if pattern.match(squeezed))

    @cached_property
    def _chatter(self) -> re.Pattern[str]:
        """Small talk of several kinds in one breath (``ok thanks bye``)."""
        return re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern in self.small).join(("(?:", ")+")))

    def refusal(self, text: str) -> str | None:
        """Why folded ``text`` must not be answered from documents (``injection``, ``opinion``, ``offtopic``)."""
        return next((code for code, pattern in self.refuse if pattern.search(text)), None)

    def named_periods(self, text: str) -> list[Period]:
        """Times that folded ``text`` names by what happened in them (``疫情那年``)."""
        return [Period(m.start(), m.end(), years) for years, pattern in self.periods for m in pattern.finditer(text)]

    def read(self, text: str) -> Manner:
        """Kinds whose pattern occurs in folded ``text``, in the order of the file."""
        found = [(kind, match) for kind, pattern in self.kinds for match in pattern.finditer(text)]
        return Manner(tuple(dict.fromkeys(kind for kind, _ in found)), tuple(m.span() for _, m in found))


def load_questions(files: Iterable[Path]) -> QuestionRules:
    """Kinds of the last file that has any; stop words of all files together. Raises KnowledgeError."""
    kinds: tuple[tuple[str, re.Pattern[str]], ...] = ()
    stop: set[str] = set()
    light: set[str] = set()
    economy = ""
    periods: tuple[tuple[Years, re.Pattern[str]], ...] = ()
    tables: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {"small": (), "refuse": ()}
    for path in files:
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            kinds = tuple((k["kind"], re.compile(k["pattern"])) for k in data.get("kind", [])) or kinds
            economy = data.get("economy", economy)
            periods += tuple(((p["years"][0], p["years"][1]), re.compile(p["pattern"])) for p in data.get("period", []))
            for table in tables:
                tables[table] += tuple((r["code"], re.compile(r["pattern"])) for r in data.get(table, []))
            light.update(fold(word) for word in data.get("light", {}).get("words", []))
            stop.update(fold(word) for word in data.get("stop", {}).get("words", []))
        except (tomllib.TOMLDecodeError, KeyError, re.error) as error:
            raise KnowledgeError([Problem(str(path), None, f"{error}", "see the comment at its top")]) from error
    return QuestionRules(kinds, frozenset(stop), frozenset(light), tables["small"], tables["refuse"], periods, economy)
