"""Failures that a test can script: what the server says instead of doing the call."""

from __future__ import annotations

from dataclasses import dataclass

from .refusal import Refusal, bad_request, conflict


@dataclass(frozen=True)
class Failure:
    """The next call fails so; ``refusal`` None closes the connection without an answer."""

    refusal: Refusal | None


def dropped() -> Failure:
    """The connection closes before an answer."""
    return Failure(None)


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
