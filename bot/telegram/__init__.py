"""The Telegram bot: a thin adapter between the Bot API and the answering core.

``application.build_application`` makes the python-telegram-bot application, ``serve.serve`` runs it.
This package is the only one that imports ``telegram``.
"""

import os

# retry_after as timedelta, what the library's next major version does anyway; unset it warns every time
os.environ.setdefault("PTB_TIMEDELTA", "true")
