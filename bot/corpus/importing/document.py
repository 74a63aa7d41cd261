"""An article → the Markdown document that is written, with a stamp by which a later import knows it again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import yaml

from bot.corpus.importing import leftovers
from bot.corpus.importing.identity import Identity, identify
from bot.corpus.importing.model import ImportWarning, RawArticle
from bot.corpus.importing.structure import Piece, structure

STAMP = "# 由 investor-bot import 生成；手工修改过的文件，再次导入时不会覆盖。sha256:"
_STAMP_LINE = re.compile(r"^# [^\n]*investor-bot import[^\n]*sha256:([0-9a-f]{64})\n", re.MULTILINE)
_TIGHT = re.compile(r"[|\uff5c]|[-*+] |\d{1,3}[.)] ")


@dataclass(frozen=True)
class Draft:
    """A document as it will be written: what is known of it, its front matter, its body."""

    identity: Identity
    front: Mapping[str, object]
    body: str
    warnings: tuple[ImportWarning, ...] = ()

    @property
    def id(self) -> str:
        return self.identity.id

    @property
    def source(self) -> str:
        return str(self.front["source"])

    @property
    def text(self) -> str:
        """The whole file, stamp included."""
        dumped = yaml.safe_dump(dict(self.front), allow_unicode=True, sort_keys=False, width=10_000)
        rest = f"---\n{dumped}---\n\n{self.body}"
        return rest.replace("---\n", f"---\n{STAMP}{_digest(rest)}\n", 1)


def draft(article: RawArticle) -> Draft:
    """Make the document of ``article``: sections found, leftovers struck out, front matter from the text."""
    identity = identify(article)
    pieces = tuple(Piece(0, line) for line in article.lines) if article.verbatim else structure(article.lines)
    clauses = leftovers.found([piece.text for piece in pieces if not piece.level])
    front = {**_front_matter(identity, article, clauses), **dict(article.given)}
    warnings = (*article.warnings, *identity.warnings)
    if clauses:
        text = f"有写作指令的残留 {len(clauses)} 处(如“{clauses[0]}”)，已标出，不作引用"
        warnings = (*warnings, ImportWarning("leftovers", article.source, text))
    return Draft(identity, front, _body(pieces), warnings)


def with_id(made: Draft, id: str) -> Draft:
    """The same document under the id that it had in an earlier import."""
    return replace(made, identity=replace(made.identity, id=id), front={**made.front, "id": id})


def is_untouched(text: str) -> bool:
    """Whether ``text`` is what an import wrote, to the byte: the stamp is right, nobody edited it."""
    stamp = _STAMP_LINE.search(text)
    return stamp is not None and _digest(text[: stamp.start()] + text[stamp.end() :]) == stamp[1]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _front_matter(identity: Identity, article: RawArticle, clauses: Sequence[str]) -> dict[str, object]:
    values = {
        "id": identity.id,
        "title": identity.title,
        "publisher": identity.publisher,
        "date": identity.date,
        "place": identity.place.id if identity.place else None,
        "kind": identity.kind,
        "source": article.source,
        "listed": article.listed,
        "listed_as": identity.listed_as,
        "caution": leftovers.caution(clauses) if clauses else None,
    }
    return {key: value for key, value in values.items() if value is not None}


def _body(pieces: Sequence[Piece]) -> str:
    return "".join(_joined(pieces)) + "\n"


def _joined(pieces: Sequence[Piece]) -> Iterator[str]:
    previous = None
    for piece in pieces:
        text = f"{'#' * piece.level} {piece.text}" if piece.level else leftovers.struck_out(piece.text)
        if previous is not None:
            # Rows of a table and items of a list stay together, or they are none.
            yield "\n" if _TIGHT.match(text) and _TIGHT.match(previous) else "\n\n"
        yield text
        previous = text
