"""Checks a quote: whether it stands in the documents, and whether it stands where it is said to stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.answer.citing import find_verbatim
from bot.answer.model import Citation
from bot.language.normalise import fold
from bot.search.index import Index

Outcome = Literal["found", "elsewhere", "nowhere"]

_QUOTED = re.compile(r"[\u201c\u300c\"\u300e](.+)[\u201d\u300d\"\u300f]", re.DOTALL)
_TITLE = re.compile(r"\u300a(.+?)\u300b")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Check:
    """How a check ends, and where the quote stands: ``elsewhere`` is where, but not where it was claimed to."""

    quote: str
    outcome: Outcome
    citations: tuple[Citation, ...] = ()


def check(claim: str, index: Index) -> Check:
    """Check a quote alone, or a quote in quotation marks with its claimed source beside it."""
    match = _QUOTED.search(claim)
    quote = match[1] if match else claim
    source = claim[: match.start()] + " " + claim[match.end() :] if match else ""
    found = find_verbatim(quote, index)
    if not found and match:  # quotation marks may be part of the quote
        whole = find_verbatim(claim, index)
        quote, source, found = (claim, "", whole) if whole else (quote, source, found)
    if not found:
        return Check(quote.strip(), "nowhere")
    agreeing = tuple(citation for citation in found if _agrees(source, citation, index))
    return Check(quote.strip(), "found", agreeing) if agreeing else Check(quote.strip(), "elsewhere", found)


def _agrees(source: str, citation: Citation, index: Index) -> bool:
    """Whether nothing of the claimed source (places, titles in brackets, years) contradicts the citation."""
    language, document = index.language, citation.document
    places = language.gazetteer.read(fold(source), language.segmenter.is_place)
    own = {place for place in (citation.facets.place, document.place) if place}
    if places.unknown or (places.named and own.isdisjoint(places.named)):
        return False
    titles = _essence(" ".join(title for title in (document.title, document.listed_as) if title))
    if any(_essence(title) not in titles for title in _TITLE.findall(source)):
        return False
    said = " ".join((document.title, document.date or "", document.listed_as or "", *citation.section))
    return set(_YEAR.findall(_TITLE.sub("", source))) <= set(_YEAR.findall(said))


def _essence(text: str) -> str:
    return _NOISE.sub("", fold(text))
