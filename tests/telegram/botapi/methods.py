"""What each method does and what it refuses, once its parameters have the right names and types."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from .chats import Chats, Message
from .markup import Parsed, parse_html, utf16_length
from .refusal import Refusal, bad_request
from .updates import UpdateQueue

MAX_TEXT = 4096
MAX_CALLBACK_DATA = 64
MAX_FILE = 20 * 1024 * 1024
MAX_INLINE_RESULTS = 50
MAX_OFFSET = 64
MAX_COMMANDS = 100
MAX_DESCRIPTION, MAX_SHORT_DESCRIPTION = 512, 120
_ACTIONS = {"typing", "upload_photo", "record_video", "upload_document", "choose_sticker", "find_location"}
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")

Params = dict[str, Any]
Audience = tuple[str, str]
"""Whom a menu is for: the scope with its chat, and the language ("": every other)."""


class Methods:
    """The methods of the Bot API that the bot uses, over chats and a queue of updates."""

    def __init__(self, me: dict[str, Any], chats: Chats, queue: UpdateQueue) -> None:
        self._me = me
        self._chats = chats
        self._queue = queue
        self.queries: set[str] = set()
        self.commands: dict[Audience, list[dict[str, str]]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.files: dict[str, bytes] = {}
        self._table: dict[str, Callable[[Params], Awaitable[Any]]] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "setMyCommands": self._set_my_commands,
            "getMyCommands": self._get_my_commands,
            "deleteMyCommands": self._delete_my_commands,
            "setMyDescription": self._set_my_description,
            "getMyDescription": self._get_my_description,
            "setMyShortDescription": self._set_my_short_description,
            "getMyShortDescription": self._get_my_short_description,
            "getFile": self._get_file,
            "sendChatAction": self._send_chat_action,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_message_text,
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "answerCallbackQuery": self._answer_callback_query,
            "answerInlineQuery": self._answer_inline_query,
        }

    async def call(self, method: str, params: Params) -> Any:
        """Return the result of a call; raises Refusal, 501 for a method that the double does not do."""
        if method not in self._table:
            raise Refusal(501, f"Not Implemented: the double does not do {method} yet, see methods.py")
        return await self._table[method](params)

    async def _get_me(self, _params: Params) -> dict[str, Any]:
        return self._me

    async def _get_updates(self, params: Params) -> list[dict[str, Any]]:
        return await self._queue.get(params.get("offset", 0), params.get("limit", 100), params.get("timeout", 0))

    async def _set_webhook(self, params: Params) -> bool:
        url = params["url"]
        if url and not url.startswith("https://"):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        self._queue.refuse("terminated by setWebhook request")
        self._queue.webhook = url
        self._queue.webhook_secret = params.get("secret_token", "")
        file = params.get("certificate")
        self._queue.webhook_certificate = file.file.read() if file else b""
        self._drop(params)
        return True

    async def _delete_webhook(self, params: Params) -> bool:
        self._queue.webhook = ""
        self._drop(params)
        return True

    def _drop(self, params: Params) -> None:
        if params.get("drop_pending_updates"):
            self._queue.pending.clear()

    async def _get_webhook_info(self, _params: Params) -> dict[str, Any]:
        return {
            "url": self._queue.webhook,
            "has_custom_certificate": bool(self._queue.webhook_certificate),
            "pending_update_count": len(self._queue.pending),
        }

    async def _set_my_commands(self, params: Params) -> bool:
        if len(params["commands"]) > MAX_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in params["commands"]:
            if not _COMMAND.fullmatch(command["command"]):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= utf16_length(command["description"]) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[self._audience(params)] = params["commands"]
        return True

    async def _get_my_commands(self, params: Params) -> list[dict[str, str]]:
        return self.commands.get(self._audience(params), [])

    async def _delete_my_commands(self, params: Params) -> bool:
        self.commands.pop(self._audience(params), None)
        return True

    def _audience(self, params: Params) -> Audience:
        """Return scope and language that commands are for; raises Refusal for a chat that is not there."""
        scope = params.get("scope", {"type": "default"})
        if "chat_id" in scope:
            self._chats.get(scope["chat_id"])
        return f"{scope['type']}{scope.get('chat_id', '')}", _language(params)

    async def _set_my_description(self, params: Params) -> bool:
        return self._describe("description", params, MAX_DESCRIPTION)

    async def _get_my_description(self, params: Params) -> dict[str, str]:
        return {"description": self.descriptions.get(("description", _language(params)), "")}

    async def _set_my_short_description(self, params: Params) -> bool:
        return self._describe("short_description", params, MAX_SHORT_DESCRIPTION)

    async def _get_my_short_description(self, params: Params) -> dict[str, str]:
        return {"short_description": self.descriptions.get(("short_description", _language(params)), "")}

    def _describe(self, kind: str, params: Params, longest: int) -> bool:
        if utf16_length(params.get(kind, "")) > longest:
            raise bad_request("MESSAGE_TOO_LONG")
        self.descriptions[kind, _language(params)] = params.get(kind, "")
        return True

    async def _get_file(self, params: Params) -> dict[str, Any]:
        data = self.files.get(params["file_id"])
        if data is None:
            raise bad_request("invalid file_id")
        if len(data) > MAX_FILE:
            raise bad_request("file is too big")
        id = params["file_id"]
        return {"file_id": id, "file_unique_id": id, "file_size": len(data), "file_path": f"documents/{id}"}

    async def _send_chat_action(self, params: Params) -> bool:
        self._chats.get(params["chat_id"])
        if params["action"] not in _ACTIONS:
            raise bad_request("wrong parameter action in request")
        return True

    async def _send_message(self, params: Params) -> Message:
        chat = self._chats.get(params["chat_id"])
        self._chats.check_topic(chat["id"], params.get("message_thread_id"))
        message = self._message(chat, params)
        reply = self._replied(chat["id"], params.get("reply_parameters"))
        return self._chats.keep(message | ({"reply_to_message": reply} if reply else {}))

    def _message(self, chat: dict[str, Any], params: Params) -> Message:
        message = {"message_id": self._chats.next_message_id(), "date": 1, "chat": chat, "from": self._me}
        if "message_thread_id" in params:
            message |= {"message_thread_id": params["message_thread_id"], "is_topic_message": True}
        return message | _content(params)

    def _replied(self, chat_id: int, reply: Params | None) -> Message | None:
        if reply is None:
            return None
        message = self._chats.message(chat_id, reply["message_id"])
        if message is None and not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        return message

    async def _edit_message_text(self, params: Params) -> Message | bool:
        if "inline_message_id" in params:
            _content(params)
            return True
        message = self._own(params)
        content = _content(params)
        if all(message.get(key) == content.get(key) for key in ("text", "entities", "reply_markup")):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly the "
                "same as a current content and reply markup of the message"
            )
        return self._chats.keep({k: v for k, v in message.items() if k != "reply_markup"} | content)

    def _own(self, params: Params) -> Message:
        chat = self._chats.get(params.get("chat_id", 0))
        message = self._chats.message(chat["id"], params.get("message_id", 0))
        if message is None:
            raise bad_request("message to edit not found")
        if message.get("from", {}).get("id") != self._me["id"]:
            raise bad_request("message can't be edited")
        return message

    async def _edit_message_reply_markup(self, params: Params) -> Message | bool:
        _check_keyboard(params.get("reply_markup", {}))
        if "inline_message_id" in params:
            return True
        message = self._own(params)
        if message.get("reply_markup") == params.get("reply_markup"):
            raise bad_request("message is not modified")
        kept = {key: value for key, value in message.items() if key != "reply_markup"}
        return self._chats.keep(kept | {key: params[key] for key in ("reply_markup",) if key in params})

    async def _answer_callback_query(self, params: Params) -> bool:
        self._answered(params["callback_query_id"])
        if utf16_length(params.get("text", "")) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        return True

    async def _answer_inline_query(self, params: Params) -> bool:
        results = params["results"]
        if len(results) > MAX_INLINE_RESULTS:
            raise bad_request("RESULTS_TOO_MUCH")
        if len({result["id"] for result in results}) < len(results):
            raise bad_request("RESULT_ID_DUPLICATE")
        for result in results:
            _check_inline_result(result)
        if len(params.get("next_offset", "").encode()) > MAX_OFFSET:
            raise bad_request("NEXT_OFFSET_INVALID")
        if "button" in params:
            _check_results_button(params["button"])
        self._answered(params["inline_query_id"])
        return True

    def _answered(self, query_id: str) -> None:
        """A query can be answered once."""
        if query_id not in self.queries:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        self.queries.remove(query_id)


def _language(params: Params) -> str:
    code: str = params.get("language_code", "")
    if not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _check_results_button(button: Params) -> None:
    if len(button.keys() - {"text"}) != 1:
        raise bad_request("inline query results button must have exactly one action")
    if not _START.fullmatch(button.get("start_parameter", "web_app")):
        raise bad_request("START_PARAM_INVALID")


def _check_inline_result(result: Params) -> None:
    if not 1 <= len(result["id"].encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    if result["type"] == "article" and not result["title"].strip():
        raise bad_request("can't parse inline query result: title must be non-empty")
    content = result.get("input_message_content", {})
    if "message_text" in content:
        _content(content | {"text": content["message_text"]})
    _check_keyboard(result.get("reply_markup", {}))


def _content(params: Params) -> dict[str, Any]:
    """Return text, entities and keyboard of a message; raises Refusal where Telegram would."""
    parsed = _parsed(params)
    if not parsed.text.strip():
        raise bad_request("message text is empty")
    if utf16_length(parsed.text) > MAX_TEXT:
        raise bad_request("message is too long")
    content: dict[str, Any] = {"text": parsed.text}
    if parsed.entities:
        content["entities"] = list(parsed.entities)
    if "reply_markup" in params:
        _check_keyboard(params["reply_markup"])
        if "inline_keyboard" in params["reply_markup"]:  # a wish for a reply is no part of the message
            content["reply_markup"] = params["reply_markup"]
    return content


def _parsed(params: Params) -> Parsed:
    text, mode = params.get("text", ""), params.get("parse_mode")
    if mode is None:
        return Parsed(text, tuple(params.get("entities", ())))
    if mode.lower() != "html":
        raise bad_request("unsupported parse_mode (the double reads HTML only)")
    return parse_html(text)


def _check_keyboard(markup: Params) -> None:
    for button in (button for row in markup.get("inline_keyboard", ()) for button in row):
        if not button["text"].strip():
            raise bad_request("inline keyboard button text must be non-empty")
        if len(button.keys() - {"text", "style", "icon_custom_emoji_id"}) != 1:
            raise bad_request("inline keyboard button must have exactly one action")
        data = button.get("callback_data")
        if data is not None and not 1 <= len(data.encode()) <= MAX_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
