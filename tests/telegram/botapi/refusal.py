"""What the double says no with: Telegram's own error shape."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A call that Telegram would refuse: ``code`` is the HTTP status and ``error_code`` at once."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})

    def body(self) -> dict[str, object]:
        """Return ``{"ok": false, "error_code", "description"}``, with ``parameters`` where there are any."""
        body: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(what: str) -> Refusal:
    """Return a 400 with Telegram's prefix."""
    return Refusal(400, f"Bad Request: {what}")


def conflict(what: str) -> Refusal:
    """Return a 409 with Telegram's prefix."""
    return Refusal(409, f"Conflict: {what}")
