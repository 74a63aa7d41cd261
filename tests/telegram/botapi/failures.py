"""Failures that a test can script: what the server says instead of doing the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .refusal import Refusal, bad_request, conflict


@dataclass(frozen=True)
class Failure:
    """The next call fails so: with this refusal, or without an answer that can be read.

    ``ending``: the connection is dropped, hangs until the client gives up, or carries something that is no
    JSON. ``done``: the call took effect before.
    """

    refusal: Refusal | None = None
    ending: Literal["dropped", "hanging", "garbled"] = "dropped"
    done: bool = False


def dropped(done: bool = False) -> Failure:
    """The connection closes before an answer."""
    return Failure(done=done)


def hanging(done: bool = False) -> Failure:
    """No answer ever comes: the client runs into its time-out."""
    return Failure(ending="hanging", done=done)


def garbled(done: bool = False) -> Failure:
    """200 with a body that is no JSON."""
    return Failure(ending="garbled", done=done)


def internal_error() -> Failure:
    """500, as Telegram answers when it has a mistake of its own."""
    return Failure(Refusal(500, "Internal Server Error"))


def bad_gateway() -> Failure:
    """502, as Telegram answers when a server of its own is down."""
    return Failure(Refusal(502, "Bad Gateway"))


def too_many_requests(retry_after: int) -> Failure:
    """429 with the seconds to wait."""
    return Failure(Refusal(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}))


def unauthorized() -> Failure:
    """401, as when the token is revoked."""
    return Failure(Refusal(401, "Unauthorized"))


def refused(what: str) -> Failure:
    """400 with this description."""
    return Failure(bad_request(what))


def conflicting() -> Failure:
    """409, as when another instance polls."""
    what = "terminated by other getUpdates request; make sure that only one bot instance is running"
    return Failure(conflict(what))
