"""What the double knows of chats: which exist, who blocked the bot, which messages there are."""

from __future__ import annotations

import itertools
from typing import Any

from .refusal import Refusal, bad_request

Message = dict[str, Any]
Key = tuple[int, int]


class Chats:
    """Chats and messages; a chat exists once it was added or an update from it was pushed."""

    def __init__(self) -> None:
        self._chats: dict[int, dict[str, Any]] = {}
        self._topics: set[Key] = set()
        self._blocked: set[int] = set()
        self._moved: dict[int, int] = {}
        self._messages: dict[Key, Message] = {}
        self._ids = itertools.count(101)

    def add(self, chat: dict[str, Any]) -> None:
        """Make a chat known."""
        self._chats[chat["id"]] = chat

    def block(self, chat_id: int) -> None:
        """From now on sending to this chat is forbidden, as when a user blocks the bot."""
        self._blocked.add(chat_id)

    def unblock(self, chat_id: int) -> None:
        """Let the bot write to this chat again."""
        self._blocked.discard(chat_id)

    def migrate(self, old: int, new: dict[str, Any]) -> None:
        """Upgrade a group: it is not there any more, a supergroup with another id is."""
        self._moved[old] = new["id"]
        self.add(new)

    def get(self, chat_id: int | str) -> dict[str, Any]:
        """Return a chat that can be written to; raises Refusal (400 unknown or upgraded, 403 blocked)."""
        if isinstance(chat_id, int) and chat_id in self._moved:
            what = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, what, {"migrate_to_chat_id": self._moved[chat_id]})
        if chat_id in self._blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        for chat in self._chats.values():
            if chat_id == chat["id"] or chat_id == f"@{chat.get('username')}":
                return chat
        raise bad_request("chat not found")

    def check_topic(self, chat_id: int, thread_id: int | None) -> None:
        """Raise Refusal where nobody has written in that topic yet."""
        if thread_id is not None and (chat_id, thread_id) not in self._topics:
            raise bad_request("message thread not found")

    def next_message_id(self) -> int:
        """Return a message id that no message has."""
        return next(self._ids)

    def keep(self, message: Message) -> Message:
        """Remember a message, its chat and its topic, so that it can be replied to."""
        chat = message["chat"]
        self._chats.setdefault(chat["id"], chat)
        if "message_thread_id" in message:
            self._topics.add((chat["id"], message["message_thread_id"]))
        self._messages[chat["id"], message["message_id"]] = message
        return message

    def forget(self, message: Message) -> None:
        """Delete a message, as its writer can at any time."""
        del self._messages[message["chat"]["id"], message["message_id"]]

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """Return a message or None."""
        return self._messages.get((chat_id, message_id))
