"""What an answer is. Frozen data: the answering core makes it, the renderers read it.

Nothing here is composed prose. ``Citation.quote`` is ``document.text[span[0]:span[1]]`` to the character;
a ``Note`` is a code with parameters, which the message catalogues of ``render`` turn into a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["answered", "no_answer", "clarify", "smalltalk"]
NoteKind = Literal["conflict", "place", "caution", "gap", "period"]


@dataclass(frozen=True)
class Facets:
    """What a quote is about: place id, periods (years ``2021`` or ranges ``2021-2025``), status.

    ``status`` is ``target``, ``result``, ``estimate`` or None; ``metric`` is a concept id of the lexicon.
    """

    place: str | None = None
    period: tuple[str, ...] = ()
    status: str | None = None
    metric: str | None = None


@dataclass(frozen=True)
class DocumentRef:
    """The document behind a citation, as it is shown to the reader (dates are ISO 8601 or None)."""

    id: str
    title: str
    publisher: str | None = None
    date: str | None = None
    place: str | None = None
    source: str | None = None
    listed: str | None = None
    listed_as: str | None = None
    digest: bool = False
    caution: str | None = None


@dataclass(frozen=True)
class Citation:
    """A verbatim quote. ``highlights`` are ``[start, end)`` in the quote, the first is the answer itself.

    ``gaps`` are the stretches of a widened quote that belong to the file and not to its text (marks of headings,
    lines of other questions): in the quote, so that its offsets hold, but not to be shown.
    """

    rank: int
    quote: str
    span: tuple[int, int]
    document: DocumentRef
    highlights: tuple[tuple[int, int], ...] = ()
    score: float = 0.0
    facets: Facets = Facets()
    section: tuple[str, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Display names by facet (``place``, ``metric``) and locale (``zh-Hans``, ``zh-Hant``, ``en``)."""
    gaps: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Note:
    """A remark beside the quotes: ``kind`` for machines, ``code`` and ``params`` for the catalogue
    (message key ``note.<code>``)."""

    kind: NoteKind
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TermScore:
    """What one term of the question brought to a candidate, and where it stands.

    ``field`` is ``clause``, ``asks``, ``heading``, ``title`` or ``nearby`` (other sentences), empty where nowhere.
    """

    term: str
    weight: float
    score: float
    field: str = ""


@dataclass(frozen=True)
class Explained:
    """One candidate as ``--explain`` shows it; ``why`` says in a few words why it lost or won.

    ``against`` holds the factors below 1 by facet (``period``, ``status``, ``value``), ``missing`` the terms that
    it has nowhere, ``span`` is where the quote stands in the document's text.
    """

    quote: str
    document_id: str
    score: float
    confidence: float
    terms: tuple[TermScore, ...] = ()
    why: str = ""
    section: tuple[str, ...] = ()
    facets: Facets = Facets()
    against: Mapping[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Explanation:
    """How the question was understood and how the candidates scored."""

    facets: Mapping[str, str] = field(default_factory=dict)
    concepts: tuple[str, ...] = ()
    terms: tuple[TermScore, ...] = ()
    candidates: tuple[Explained, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The answer to one question: best citation first, at most five.

    ``reply`` is the message key of a short human line where there is no citation to show
    (``smalltalk.greeting``, ``smalltalk.thanks``, ``no_answer.place`` …); ``params`` are its parameters.
    ``locale`` is the language the question is written in. ``suggestions`` can be asked as they stand.
    ``lead`` is how many of the first citations belong together: the sides of an open or comparing question.
    """

    question: str
    status: Status
    citations: tuple[Citation, ...] = ()
    notes: tuple[Note, ...] = ()
    reply: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    lead: int = 1
    locale: str = "zh-Hans"
    elapsed_ms: float = 0.0
    explanation: Explanation | None = None


@dataclass(frozen=True)
class Topic:
    """A theme (``policy``, ``target``, ``customs``, ``general``) and questions on it that are really answered."""

    theme: str
    questions: tuple[str, ...]
