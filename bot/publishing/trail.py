"""Who did what to the knowledge: what is handed to whoever keeps the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Deed:
    """Something that was done. ``by`` as in a snapshot; ``before`` and ``after`` are any JSON value."""

    by: str
    action: str
    target: str
    before: object = None
    after: object = None


RELOADS = ("reload", "reload.forced")
"""Actions of a reload that changed something; of one that was forced."""

Trail = Callable[[Deed], None]
"""Keeps a deed, in any thread; does not raise where that fails, since what was done is done."""


def untraced(_deed: Deed) -> None:
    """The trail of a program that keeps none."""
