"""Answer → lines of styled pieces → plain text (highlight as 【…】) or rich text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answer.model import Answer, Citation, Explanation, TermScore
from bot.render.layout import DOT, Card, card, locale_of, remarks, reply, suggestions_title
from bot.render.messages import text

if TYPE_CHECKING:
    from rich.text import Text

INDENT = "   "
STYLES = {
    "mark": "bold yellow",
    "title": "cyan",
    "source": "dim",
    "label": "green",
    "caption": "bold",
    "caution": "red",
    "note": "magenta",
    "hint": "dim",
    "heading": "bold",
}
_CONTROLS = dict.fromkeys((*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)), "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True)
class Piece:
    """A stretch of one style; ``style`` is a key of STYLES or empty."""

    value: str
    style: str = ""


Line = tuple[Piece, ...]


def answer_lines(answer: Answer, locale: str = "auto", full: int | None = None) -> tuple[Line, ...]:
    """The whole answer; citations after the first ``full`` (None: all) take two lines only."""
    locale = locale_of(answer, locale)
    lines: list[Line] = []
    said = reply(answer, locale)
    if said:
        lines += [(Piece(said),), ()]
    for index, citation in enumerate(answer.citations):
        short = full is not None and index >= full
        lines += [*_card_lines(card(citation, locale), short), ()]
    lines += [(Piece("※ ", "note"), Piece(remark, "note")) for remark in remarks(answer, locale)]
    if answer.suggestions:
        lines.append((Piece(suggestions_title(answer, locale), "hint"),))
        lines += [(Piece(INDENT + suggestion, "hint"),) for suggestion in answer.suggestions]
    return _without_trailing_blank(lines)


def citation_lines(citation: Citation, locale: str) -> tuple[Line, ...]:
    """One citation in full."""
    return _card_lines(card(citation, locale))


def _card_lines(card: Card, short: bool = False) -> tuple[Line, ...]:
    lines: list[Line] = []
    if card.caption and not short:
        lines.append((Piece(f"{card.rank}. "), Piece(card.caption, "caption")))
    number = INDENT if lines else f"{card.rank}. "
    lines.append((Piece(number + card.before), Piece(card.mark, "mark"), Piece(card.after)))
    source = DOT + card.place_in_source if card.place_in_source else ""
    lines.append((Piece(INDENT), Piece(card.title, "title"), Piece(source, "source")))
    if card.labels and not short:
        lines.append((Piece(INDENT), Piece(card.labels, "label")))
    if card.caution:
        lines.append((Piece(INDENT), Piece(card.caution, "caution")))
    return tuple(lines)


def explanation_lines(explanation: Explanation, locale: str) -> tuple[Line, ...]:
    """Facets, concepts, terms with their weights, and every candidate with its score by term."""
    facets = [f"{name} = {value}" for name, value in explanation.facets.items()]
    lines: list[Line] = [
        _row(text(locale, "explain.understood"), facets, locale),
        _row(text(locale, "explain.concepts"), explanation.concepts, locale),
        _row(text(locale, "explain.terms"), [f"{t.term} {t.weight:.2f}" for t in explanation.terms], locale),
        (Piece(text(locale, "explain.candidates"), "heading"),),
    ]
    for number, candidate in enumerate(explanation.candidates, 1):
        score = text(locale, "explain.score", score=f"{candidate.score:.2f}", confidence=f"{candidate.confidence:.2f}")
        lines.append((Piece(f"{number:2}. {score}{DOT}{candidate.document_id}", "label"), _why(candidate.why)))
        lines.append((Piece(INDENT + " " + candidate.quote),))
        lines.append((Piece(INDENT + " " + _scores(candidate.terms), "hint"),))
    return tuple(lines)


def _row(heading: str, values: Sequence[str], locale: str) -> Line:
    return (Piece(heading + " ", "heading"), Piece(DOT.join(values) or text(locale, "explain.none")))


def _why(why: str) -> Piece:
    return Piece(f"{DOT}{why}" if why else "", "note")


def _scores(terms: Iterable[TermScore]) -> str:
    return DOT.join(f"{term.term} {term.score:+.2f}" for term in terms)


def plain(lines: Iterable[Line]) -> str:
    """Text without colours: the highlight stands in 【…】, everything else as it is."""
    return "\n".join("".join(_plain_piece(piece) for piece in line).rstrip() for line in lines)


def _plain_piece(piece: Piece) -> str:
    value = visible(piece.value)
    return f"【{value}】" if piece.style == "mark" and value else value


def rich_text(lines: Iterable[Line]) -> Text:
    """The same as a ``rich.text.Text``; imported late, a pipe does not need rich."""
    from rich.text import Text

    result = Text()
    for index, line in enumerate(lines):
        result.append("\n" if index else "")
        for piece in line:
            result.append(visible(piece.value), STYLES.get(piece.style))
    return result


def visible(value: str) -> str:
    """Control characters replaced: no document and no question may steer the reader's terminal."""
    return value.translate(_CONTROLS)


def _without_trailing_blank(lines: list[Line]) -> tuple[Line, ...]:
    return tuple(lines[:-1] if lines and not lines[-1] else lines)
