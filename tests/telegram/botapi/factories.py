"""Updates as Telegram sends them: ``api.push(private_message("…"))`` gives them their numbers."""

from __future__ import annotations

import itertools
import re
from typing import Any

from .chats import Message
from .markup import utf16_length
from .updates import Update

_MARKED = re.compile(r"(?P<bot_command>^/[a-zA-Z0-9_]+(?:@\w+)?)|(?P<mention>@\w{4,})", re.MULTILINE)
_ids = itertools.count(7_000_001)


def user(user_id: int = 1001, language_code: str | None = "zh-hans") -> dict[str, Any]:
    """Return a person; the language code is that of the person's app, None where it tells none."""
    person = {"id": user_id, "is_bot": False, "first_name": "Wei"}
    return person | ({"language_code": language_code} if language_code else {})


def private_message(
    text: str = "", *, chat_id: int = 1001, language_code: str | None = "zh-hans", **more: Any
) -> Update:
    """Return a message in a private chat; ``more`` are further members (``reply_to_message`` …)."""
    chat = {"id": chat_id, "type": "private", "first_name": "Wei"}
    return {"message": _message(chat, text, more) | {"from": user(chat_id, language_code)}}


def group_message(
    text: str = "", *, chat_id: int = -1002001, user_id: int = 1001, topic: int | None = None, **more: Any
) -> Update:
    """Return a message in a supergroup, in one of its topics where ``topic`` is given."""
    chat = {"id": chat_id, "type": "supergroup", "title": "招商群"}
    if topic is not None:
        chat["is_forum"] = True
        more |= {"message_thread_id": topic, "is_topic_message": True}
    return {"message": _message(chat, text, more) | {"from": user(user_id)}}


def edited_message(message: Message, text: str) -> Update:
    """Return the edit of a message that was pushed before."""
    return {"edited_message": message | {"text": text, "edit_date": 2, "entities": entities(text)}}


def channel_post(text: str, *, chat_id: int = -1003001) -> Update:
    """Return a post of a channel, which has no sender."""
    return {"channel_post": _message({"id": chat_id, "type": "channel", "title": "公告"}, text, {})}


def guest_message(text: str) -> Update:
    """Return a message that mentions the bot in a chat which it is no member of."""
    return {"guest_message": group_message(text)["message"] | {"message_id": 1, "guest_query_id": "guest"}}


def membership(old: str, new: str, chat: dict[str, Any], *, language_code: str | None = "zh-hans") -> Update:
    """Return the news that the bot is ``new`` in a chat where it was ``old`` (``left``, ``member``, ``kicked`` …)."""
    bot = {"id": 987654321, "is_bot": True, "first_name": "Investor", "username": "investor_test_bot"}
    states = {"old_chat_member": _member(bot, old), "new_chat_member": _member(bot, new)}
    return {"my_chat_member": {"chat": chat, "from": user(language_code=language_code), "date": 1} | states}


def business_message(text: str, *, chat_id: int = 1001) -> Update:
    """Return a message that somebody wrote to a business account which the bot is connected to."""
    content = private_message(text, chat_id=chat_id)["message"]
    return {"business_message": content | {"message_id": 1, "business_connection_id": "business"}}


def callback_query(data: str, message: Message, *, user_id: int = 1001) -> Update:
    """Return the press of a button under a message of the bot."""
    return {
        "callback_query": {
            "id": str(next(_ids)),
            "from": user(user_id),
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
    }


def inline_query(query: str, *, user_id: int = 1001, language_code: str | None = "zh-hans", offset: str = "") -> Update:
    """Return what somebody types behind the bot's name in any chat; ``offset`` is what the bot gave with a page."""
    content = {"id": str(next(_ids)), "from": user(user_id, language_code), "query": query, "offset": offset}
    return {"inline_query": content}


def chosen_inline_result(result_id: str, query: str, *, user_id: int = 1001) -> Update:
    """Return the news that somebody has inserted a result, which bots get that ask for it at BotFather."""
    return {"chosen_inline_result": {"result_id": result_id, "from": user(user_id), "query": query}}


def entities(text: str) -> list[dict[str, Any]]:
    """Return the entities that Telegram finds in a text: commands and mentions, in UTF-16 units."""
    return [
        {
            "type": match.lastgroup,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }
        for match in _MARKED.finditer(text)
    ]


_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)


def _member(bot: dict[str, Any], status: str) -> dict[str, Any]:
    """Return a member with all that Telegram tells of one of that status; ``restricted`` ones are in the chat."""
    more: dict[str, Any] = {
        "kicked": {"until_date": 0},
        "administrator": dict.fromkeys(_RIGHTS, False),
        "restricted": dict.fromkeys(_PERMISSIONS, False) | {"is_member": True, "until_date": 0},
    }.get(status, {})
    return {"user": bot, "status": status} | more


def _message(chat: dict[str, Any], text: str, more: dict[str, Any]) -> Message:
    message: Message = {"date": 1_700_000_000, "chat": chat} | more
    return message | ({"text": text, "entities": entities(text)} if text else {})
