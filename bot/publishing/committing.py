"""A knowledge folder that is a git checkout: each published state as a commit."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bot.publishing.folder import DOCUMENTS, GOLDEN, LEXICON
from bot.publishing.model import Edition

log = logging.getLogger(__name__)

SECONDS = 60
_WHO = ("-c", "user.name=investor-bot", "-c", "user.email=investor-bot@localhost")


class Committer:
    """Commits what was published. A failure is logged: what was published stays published."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, edition: Edition) -> None:
        """Commit documents, lexicon and golden questions as they are; nothing else of the checkout."""
        message = f"{edition.action} {edition.target}".strip() + f"\n\nEdition {edition.number} by {edition.by}\n"
        parts = [part for part in (DOCUMENTS, LEXICON, GOLDEN) if (self._folder / part).exists()]
        try:
            self._git("add", "-A", "--", *parts)
            if self._git("status", "--porcelain", "--", *parts):
                self._git(*_WHO, "commit", "-q", "-m", message, "--", *parts)
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or str(error)
            log.error("edition %d is published but not committed in %s: %s", edition.number, self._folder, said)

    def _git(self, *arguments: str) -> str:
        command: Sequence[str] = ("git", "-C", str(self._folder), *arguments)
        done = subprocess.run(  # noqa: S603 - arguments are our own, messages and names are no options
            command, capture_output=True, text=True, timeout=SECONDS, check=True
        )
        return done.stdout
