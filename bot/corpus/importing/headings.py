"""Where the heading of a numbered part ends when nothing separates it from its text.

Every place where it could end is weighed by the reasons that speak for it; parts of one level are looked
at together, because their headings are built alike ("(一)提升城区功能，服务新发展格局坚决贯彻…",
"(二)强化改革创新，迸发区域新活力更加坚定…"). Without enough reasons the part has no heading: its number
stays with its first sentence, which is better than a sentence torn in two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from statistics import median

from bot.corpus.importing.phrases import phrases

MAX_HEADING = 60
MAX_CLAUSE = 24
"""Characters of a heading, and of one clause of it, that is set off by its full stop only."""
CERTAIN, ENOUGH, LONE, DOUBT = 9.0, 5.0, 6.0, 2.0
"""Weights: never outvoted; accepted among siblings; accepted for a part with hardly any sibling; taken from
a full stop where something else could end the heading too."""

SENTENCE_END = re.compile(r"[。!?\uff01\uff1f]")
CLAUSE_END = re.compile(r"[,\uff0c;\uff1b]")
SPACE = re.compile(r"(?<=[一-龥”》)\uff09])\s+(?=\S)")
YEAR = re.compile(r"(?:19|20)\d\d\s?年|“?十[一二三四五六七]五”?|二〇[〇一二三四五六七八九]{2}年|一是")
NO_YEAR = re.compile(r"[和与及、,\uff0c在到至于从以对关和“的]$")
PAIRS = (("“", "”"), ("‘", "’"), ("《", "》"), ("(", ")"), ("\uff08", "\uff09"))
HANGING = re.compile(r"[,\uff0c、:\uff1a(\uff08(《“]$")


@dataclass(frozen=True)
class Part:
    """The text of a numbered part in its first line; ``whole`` says that all of it can be the heading."""

    text: str
    group: tuple[int, ...]
    whole: bool


@dataclass(frozen=True)
class _End:
    at: int
    weight: float


def ends(parts: Sequence[Part]) -> tuple[int, ...]:
    """For each part the length of its heading; 0 where it has none."""
    candidates = [_candidates(part) for part in parts]
    lengths = [0] * len(parts)
    for group in dict.fromkeys(part.group for part in parts):
        members = [i for i, part in enumerate(parts) if part.group == group]
        found = _of_siblings([parts[i] for i in members], [candidates[i] for i in members])
        for i, end in zip(members, found, strict=True):
            lengths[i] = end
    return tuple(lengths)


def _best(found: Sequence[_End]) -> _End:
    return max(found, key=lambda end: (end.weight, -end.at), default=_End(0, 0.0))


def _of_siblings(parts: Sequence[Part], candidates: Sequence[Sequence[_End]]) -> list[int]:
    best = [_best(found) for found in candidates]
    shapes = [_shape(part.text[: end.at]) for part, end in zip(parts, best, strict=True) if end.weight >= ENOUGH]
    chosen = [
        _best([_End(end.at, end.weight + _likeness(part.text[: end.at], shapes)) for end in found])
        for part, found in zip(parts, candidates, strict=True)
    ]
    needed = ENOUGH if len(parts) > 2 else LONE
    kept = [end if end.weight >= needed else _End(0, 0.0) for end in chosen]
    if sum(end.at > 0 for end in kept) * 2 < len(parts):
        kept = [end if end.weight >= CERTAIN else _End(0, 0.0) for end in kept]
    return [end.at for end in kept]


def _shape(heading: str) -> tuple[int, int]:
    clauses = CLAUSE_END.split(heading.rstrip("。!\uff01"))
    return len(clauses), len(clauses[-1])


def _likeness(heading: str, shapes: Sequence[tuple[int, int]]) -> float:
    """What it adds that a heading has as many clauses as its siblings, the last one about as long."""
    if len(shapes) < 2:
        return 0.0
    clauses, length = _shape(heading)
    alike = 1.5 if clauses == round(median(shape[0] for shape in shapes)) else -1.5
    usual = median(shape[1] for shape in shapes)
    return alike + (1.0 if abs(length - usual) <= max(2, usual / 4) else 0.0)


def _candidates(part: Part) -> list[_End]:
    text = part.text
    stop = SENTENCE_END.search(text)
    sentence = stop.end() if stop else len(text)
    if part.whole and len(text) <= MAX_HEADING and sentence >= len(text):
        return [_End(len(text), 2 * CERTAIN)]
    weights: dict[int, float] = {}
    reasons = (
        _by_stop(text, sentence, stop is not None),
        _by_space(text, sentence),
        _by_restart(text, sentence),
    )
    for at, weight in chain.from_iterable(reasons):
        weights[at] = weights.get(at, 0.0) + weight
    found = [_End(at, weight) for at, weight in weights.items() if at < len(text.rstrip()) and _is_whole(text[:at])]
    # A full stop ends the heading only where nothing within the sentence does.
    return [replace(end, weight=end.weight - DOUBT) if end.at == sentence and len(found) > 1 else end for end in found]


def _is_whole(heading: str) -> bool:
    """No end within quotation marks, brackets or a title, nor after a comma."""
    return not HANGING.search(heading) and all(heading.count(a) <= heading.count(b) for a, b in PAIRS)


def _by_stop(text: str, sentence: int, stopped: bool) -> Iterator[tuple[int, float]]:
    heading = text[: sentence - 1]
    clauses = CLAUSE_END.split(heading)
    words = phrases()
    if not stopped or len(heading) > MAX_HEADING or max(map(len, clauses)) > MAX_CLAUSE or len(heading) < 2:
        return
    if words.figures.search(re.sub("“[^”]*”", "", heading)) or words.statement.search(heading):
        return
    yield sentence, 6.0 if len(clauses) > 1 or len(heading) < 18 else 4.0


def _by_space(text: str, sentence: int) -> Iterator[tuple[int, float]]:
    space = SPACE.search(text, 0, min(sentence, 41))
    if space and space.start() >= 2 and not CLAUSE_END.search(text[: space.start()]):
        yield space.start(), CERTAIN


def _by_restart(text: str, sentence: int) -> Iterator[tuple[int, float]]:
    for at in range(2, min(sentence - 4, MAX_HEADING)):
        left, right = text[:at], text[at:]
        if HANGING.search(left):
            continue
        if _ends_in_noun(text, at):
            yield at, 6.0
        if YEAR.match(right) and not NO_YEAR.search(left):
            yield at, CERTAIN if right.startswith("一是") else 4.0
        if at >= 4 and _restarts(left, right):
            yield at, 5.0
    yield from _by_predicate(text[:sentence])


def _ends_in_noun(text: str, at: int) -> bool:
    """A heading noun ends at ``at``, and no longer one a little later ("远景目标" in "远景目标考虑")."""
    words = phrases()
    if not text[:at].endswith(words.heading_nouns) or text.startswith(words.heading_goes_on, at):
        return False
    later = (text[max(at - 2, 0) : at + more] for more in (1, 2))
    return not any(len(rest) >= 4 and rest in words.heading_nouns for rest in later)


def _restarts(left: str, right: str) -> bool:
    words = phrases()
    verb = next((verb for verb in words.restarts if right.startswith(verb)), None)
    return verb is not None and not words.restart_follows.search(left) and right[len(verb)] not in "的是和与及、,\uff0c"


def _by_predicate(sentence: str) -> Iterator[tuple[int, float]]:
    """Two clauses without a comma: the heading and the first run-in heading, each with its predicate."""
    words = phrases()
    if CLAUSE_END.search(sentence) or len(sentence) > 2 * MAX_CLAUSE:
        return
    for pattern in (words.closed_predicate, words.open_predicate):
        for match in pattern.finditer(sentence, 4):
            rest = sentence[match.end() :]
            if len(rest) > 6 and words.second_predicate.search(rest):
                yield match.end(), 5.0
