"""The error tree of the program. This module imports nothing of ours.

InvestorBotError
├── ConfigError          a configuration file or environment variable is wrong
├── KnowledgeError       one or more documents or lexicon files are wrong
│   └── GoldenError      they are valid, but golden questions are not met any more
├── ImportSourceError    a source cannot be turned into a document
├── PublishError         a change to the knowledge folder cannot be carried out
├── QuestionError        a question (or a line of a batch) cannot be read
├── ControlError         a running server cannot be reached
├── StoreError           what the bot remembers cannot be read or written
├── SearchUnavailableError  the search cluster is away, or refuses us
│   └── SearchIndexGoneError  it is there, but has lost our index
└── ServeError           Telegram cannot be served (no token, wrong token, no server, second instance)

Every error says what is wrong, where, and how to mend it; the command line prints
``str(error)`` on one line and exits with ``exit_code``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class InvestorBotError(Exception):
    """Root of the tree: whoever catches it catches everything we raise on purpose."""

    kind = "error"
    exit_code = 1


class ConfigError(InvestorBotError):
    """The configuration is wrong; the message names the key and the file or variable."""

    kind = "config"
    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a knowledge folder: which file, which line (from 1), what, how to mend it."""

    path: str
    line: int | None
    what: str
    mend: str = ""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.what}" + (f" — {self.mend}" if self.mend else "")


class KnowledgeError(InvestorBotError):
    """The knowledge folder is invalid; ``problems`` lists everything that was found, not only the first."""

    kind = "knowledge"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class GoldenError(KnowledgeError):
    """Golden questions (``problems``, of ``total``) are not met: what holds a reload back unless it is forced."""

    kind = "golden"

    def __init__(self, problems: Sequence[Problem], total: int) -> None:
        super().__init__(problems)
        self.total = total


class ImportSourceError(InvestorBotError):
    """A source file cannot be imported; the message names it and says why."""

    kind = "import"


class PublishError(InvestorBotError):
    """A change to the knowledge folder cannot be carried out; everything is as it was before."""

    kind = "publish"


class QuestionError(InvestorBotError):
    """A question or a line of a batch cannot be read."""

    kind = "question"
    exit_code = 2


class SearchUnavailableError(InvestorBotError):
    """The search cluster cannot be asked now; the message never holds a credential."""

    kind = "search"
    exit_code = 4


class SearchIndexGoneError(SearchUnavailableError):
    """The index was removed from the cluster: only loading it again helps."""


class ControlError(InvestorBotError):
    """A running server cannot be reached or does not say what it did."""

    kind = "control"


class StoreError(InvestorBotError):
    """The store cannot be opened, read or written; the message never holds the password of its URL."""

    kind = "store"


class ServeError(InvestorBotError):
    """Telegram cannot be served; the message never holds the token."""

    kind = "serve"
    exit_code = 3
