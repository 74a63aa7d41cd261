"""An officer's day in the chat, and that to everybody else there is no such thing."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.assembly import Library, open_office
from bot.auditing import audit_trail
from bot.config import Config, load_config
from bot.language.language import Language
from bot.store.model import Asked, Key, Waiting
from bot.store.store import Store
from bot.telegram.application import build_application
from bot.telegram.inbox import Inbox
from bot.telegram.serve import polling, tended
from tests.publishing.conftest import Folder
from tests.publishing.test_staging import POLICY
from tests.telegram.botapi import BotApi, callback_query, group_message, private_message
from tests.telegram.conftest import UNHURRIED

OWNER, ADMIN, STRANGER = 1001, 1002, 1003
COMMANDS = (
    "/reload",
    "/status",
    "/hit 黄埔",
    "/history",
    "/rollback 1",
    "/gaps",
    "/notify",
    "/publish x",
    "/admin list",
    "/admin add 1003",
    "/audit",
)
INVEST = "黄埔区2021年固定资产投资增长目标是多少"


class Chat:
    """What an officer sees and does."""

    def __init__(self, api: BotApi, user: int) -> None:
        self.api, self.user = api, user

    async def say(self, words: str, **more: Any) -> dict[str, Any]:
        """Send a message and return the first reply, in its final form."""
        return await self.settled(await self.api.reply_to(private_message(words, chat_id=self.user, **more)))

    async def send(self, name: str, data: bytes) -> dict[str, Any]:
        """Send a file and return the reply."""
        id = hashlib.sha256(data).hexdigest()
        self.api.methods.files[id] = data
        document = {"file_id": id, "file_unique_id": id, "file_name": name, "file_size": len(data)}
        return await self.api.reply_to(private_message(chat_id=self.user, document=document))

    async def tap(self, message: dict[str, Any], label: str) -> dict[str, Any]:
        """Press a button and return the message that it changed, in its final form."""
        data = buttons(message)[label]
        before = len(self.calls("editMessageText"))
        self.api.push(callback_query(data, message, user_id=self.user))
        await self.api.wait_for("editMessageText", before + 1)
        return await self.settled(message)

    async def prompted(self, message: dict[str, Any], label: str) -> dict[str, Any]:
        """Press a button that asks back and return the question."""
        return await self.api.reply_to(callback_query(buttons(message)[label], message, user_id=self.user))

    async def hears(self, *starts: str) -> None:
        """Wait for a message that begins so."""
        await self.api.wait_for("sendMessage", where=lambda call: call.ok and call.result["text"].startswith(starts))

    async def settled(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message once all that was pushed is confirmed and its progress is over."""
        await self.api.wait_confirmed()
        key = message["chat"]["id"], message["message_id"]
        while True:
            now = self.api.chats.message(*key)
            assert now is not None
            if not now["text"].startswith("正在"):
                return now
            await self.api.wait_for("editMessageText", len(self.calls("editMessageText")) + 1)

    def calls(self, method: str) -> list[Any]:
        return [call for call in self.api.calls if call.method == method]


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """Label → data of the buttons of a message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return {button["text"]: button.get("callback_data", "") for row in rows for button in row}


def menu(api: BotApi, user: int) -> set[str]:
    """The commands that stand in this person's menu alone."""
    return {command["command"] for command in api.methods.commands.get((f"chat{user}", ""), ())}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "knowledge")
    folder.report()
    folder.golden({"question": INVEST, "quote": ["20%左右"]})
    return folder


@pytest.fixture
def settings(api: BotApi, folder: Folder, tmp_path: Path) -> Config:
    telegram = {"token": api.token, "base_url": api.base_url, "base_file_url": api.base_file_url, "owners": [OWNER]}
    return load_config(
        telegram=telegram,
        knowledge={"path": folder.path},
        state_dir=tmp_path / "state",
        limits={"questions_per_minute": 0},
        ui={"locale": "zh-Hans"},
    )


@pytest.fixture
async def office_store(settings: Config) -> AsyncIterator[Store]:
    async with Store.open(settings.state_dir / "store.sqlite") as store:
        await store.roles.grant(ADMIN, "admin", OWNER)
        yield store


@pytest.fixture
async def day(api: BotApi, settings: Config, office_store: Store, language: Language) -> AsyncIterator[Store]:
    """The whole bot over the folder, as ``serve`` puts it together."""
    async with open_bot(api, settings, office_store, language):
        yield office_store


@asynccontextmanager
async def open_bot(
    api: BotApi, settings: Config, store: Store, language: Language, office: bool = True
) -> AsyncIterator[None]:
    trail = audit_trail(settings)
    library = Library(settings, trail, language)
    inbox = Inbox(store, "server")
    desk = open_office(settings, library, trail) if office else None
    application = build_application(settings, library, store, hooks=inbox.hooks(), rates=UNHURRIED, office=desk)
    async with polling(application), tended(application, inbox):
        yield


@pytest.fixture
def owner(api: BotApi) -> Chat:
    return Chat(api, OWNER)


async def test_an_officers_day(api: BotApi, day: Store, owner: Chat, folder: Folder) -> None:
    """Upload, see what was recognised, correct the date, publish, ask, find a gap, teach, roll back; all audited."""
    received = await owner.send("措施.txt", POLICY.encode())
    for part in ("收到“措施.txt”", "黄埔区促进高端装备产业发展若干措施", "2024-05-06", "gz-huangpu", "支持措施"):
        assert part in received["text"]
    prompt = await owner.prompted(received, "改日期")
    corrected = await owner.say("2024年6月1日", reply_to_message=prompt)
    assert "2024-06-01" in corrected["text"]
    published = await owner.tap(corrected, "发布")
    assert "新增：《黄埔区促进高端装备产业发展若干措施》" in published["text"]
    assert "黄金问题：1/1 通过" in published["text"]
    assert buttons(published) == {}
    answer = await owner.say("新落户的高端装备企业有什么奖励")
    assert "500万元" in answer["text"]

    assert "500万元" not in (await Chat(api, STRANGER).say("青瓷鱼鳞盏能拿几多"))["text"]
    gap = await owner.say("/gaps")
    assert "青瓷鱼鳞盏能拿几多" in gap["text"]
    prompt = await owner.prompted(gap, "这个词是同义词")
    assert "青瓷鱼鳞盏" in prompt["text"]
    taught = await owner.say("青瓷鱼鳞盏 = 固定资产投资", reply_to_message=prompt)
    assert "词库有改动" in taught["text"]
    await owner.hears("答案现在是", "现在还是")
    assert "20%左右" in (await owner.say("黄埔2021年青瓷鱼鳞盏的目标"))["text"]

    history = await owner.say("/history")
    assert [line.partition(" ")[0] for line in history["text"].splitlines()] == ["3", "2", "1"]
    back = await owner.say("/rollback 1")
    assert "删除：《黄埔区促进高端装备产业发展若干措施》" in back["text"]
    assert [path.name for path in (folder.path / "documents").iterdir()] == ["report.md"]
    audit = (await owner.say("/audit"))["text"]
    for action in ("publish", "synonym", "rollback", "role.grant"):
        assert action in audit
    assert str(OWNER) in audit


async def test_golden_questions_hold_back_and_can_be_forced(day: Store, owner: Chat, folder: Folder) -> None:
    """The line is shown with a button; pressing it uses the new documents, and the audit trail says forced."""
    folder.report(invest="18%左右")
    held = await owner.say("/reload")
    assert "没有换用" in held["text"]
    assert "golden.jsonl:1" in held["text"]
    assert "20%左右" in (await owner.say(INVEST))["text"]
    forced = await owner.tap(held, "强制换用")
    assert "固定资产投资目标 2021: 20%左右 → 18%左右" in forced["text"]
    assert "18%左右" in (await owner.say(INVEST))["text"]
    assert "reload.forced" in (await owner.say("/audit"))["text"]


async def test_an_invalid_document_is_named_and_cannot_be_forced(day: Store, owner: Chat, folder: Folder) -> None:
    """Which file, which line, how to mend it; there is no button."""
    (folder.path / "documents" / "bad.md").write_text("---\ntitel: x\n---\nx\n", encoding="utf-8")
    held = await owner.say("/reload")
    assert "bad.md:2: 未知字段 titel" in held["text"]
    assert buttons(held) == {}


async def test_what_the_gate_holds_back_is_not_published(day: Store, owner: Chat, folder: Folder) -> None:
    """A new version of the report by file: it says that it replaces, is held back, and the file is as it was."""
    file = folder.path / "documents" / "report.md"
    before = file.read_bytes()
    text = before.decode().replace("---\n", "---\nid: report\n", 1).replace("20%", "18%")
    received = await owner.send("新报告.md", text.encode())
    assert "发布会替换它" in received["text"]
    held = await owner.tap(received, "替换原有文件")
    assert "没有换用" in held["text"]
    assert file.read_bytes() == before
    done = await owner.tap(held, "强制发布")
    assert "20%左右 → 18%左右" in done["text"]
    assert "18%左右" in file.read_text(encoding="utf-8")


async def test_a_text_is_published_and_another_discarded(day: Store, owner: Chat, folder: Folder) -> None:
    """By command; a hostile or empty one is refused with the reason."""
    received = await owner.say(f"/publish {POLICY}")
    assert "黄埔区促进高端装备产业发展若干措施" in received["text"]
    assert "已丢弃" in (await owner.tap(received, "丢弃"))["text"]
    gone = await owner.tap(received, "发布")
    assert "重新发送" in gone["text"]
    assert "第一行是标题" in (await owner.say("/publish"))["text"]
    assert "宏" in (await owner.send("a.docx", _with_macros()))["text"]
    assert "不能读 .exe" in (await owner.send("a.exe", b"MZ"))["text"]


def _with_macros() -> bytes:
    from tests.corpus.test_files import docx
    from tests.publishing.test_staging import with_entry

    return with_entry(docx("一"), "word/vbaProject.bin", b"x")


async def test_an_answer_is_pointed_out(day: Store, owner: Chat, folder: Folder) -> None:
    """By quoting the sentence; afterwards the question is answered, and is a golden one."""
    folder.write("piers", "# 港口\n\n黄埔港设有泊位12个。", place="gz-huangpu", title="港口")
    await owner.say("/reload")
    question = "船可以停的地方有多少处"
    await owner.say(question)
    gap = await owner.say("/gaps")
    assert question in gap["text"]
    prompt = await owner.prompted(gap, "答案在这里")
    wrong = await owner.say("这句话哪里都没有写过", reply_to_message=prompt)
    assert "没有这句原话" in wrong["text"]
    done = await owner.say("黄埔港设有泊位12个", reply_to_message=wrong)
    assert "黄金问题：2/2 通过" in done["text"]
    await owner.hears("答案现在是：黄埔港设有泊位12个")
    assert "泊位12个" in (await owner.say(question))["text"]


async def test_a_gap_is_ignored(day: Store, owner: Chat) -> None:
    """It is not shown again, also in other words; the audit trail knows."""
    for question in ("明天黄埔有几个月亮", "请问明天黄埔有几个月亮?"):
        await day.questions.log(Asked(datetime.now(UTC), 5, 5, question, "zh-Hans", "no_answer", "x", 1.0))
    gap = await owner.say("/gaps")
    assert "没答出 2 次" in gap["text"]
    assert "没有问不到的问题" in (await owner.tap(gap, "忽略"))["text"]
    assert "gap.ignore" in (await owner.say("/audit"))["text"]


async def test_status_hit_and_notify(day: Store, owner: Chat) -> None:
    """The state of things, why a quote won, who waits for what."""
    await owner.say(INVEST)
    status = (await owner.say("/status"))["text"]
    for part in ("快照", "文件 1 篇", "黄金问题：1/1 通过", "今天提问 1 次"):
        assert part in status
    assert "✓" in (await owner.say(f"/hit {INVEST}"))["text"]
    await day.waiting.add(Waiting(0, Key(7, 0, 7), "租金多少", (), "zh-Hans", datetime.now(UTC)))
    assert "租金多少  (1: 7)" in (await owner.say("/notify"))["text"]


async def test_roles(api: BotApi, day: Store, owner: Chat) -> None:
    """The owner grants and revokes, with effect at once; an admin cannot; an owner by configuration stays."""
    new = Chat(api, STRANGER)
    unknown = (await new.say("/nonsense"))["text"]
    assert (await new.say("/status"))["text"] == unknown
    assert "现在是管理员" in (await owner.say(f"/admin add {STRANGER}"))["text"]
    assert "快照" in (await new.say("/status"))["text"]
    assert (await new.say("/admin list"))["text"] == unknown
    assert str(STRANGER) in (await owner.say("/admin list"))["text"]
    assert menu(api, STRANGER)
    assert "不再是管理员" in (await owner.say(f"/admin remove {STRANGER}"))["text"]
    assert (await new.say("/status"))["text"] == unknown
    assert not menu(api, STRANGER)
    assert "只能在配置里改" in (await owner.say(f"/admin remove {OWNER}"))["text"]


async def test_menus_are_for_officers_only(api: BotApi, day: Store, owner: Chat) -> None:
    """The admin commands stand in their menus, and in nobody else's."""
    await owner.say("/status")
    await Chat(api, STRANGER).say("/status")
    assert {"reload", "help"} <= menu(api, OWNER)
    assert not menu(api, STRANGER)
    assert [audience for audience in api.methods.commands if audience[0].startswith("chat")] == [(f"chat{OWNER}", "")]


@pytest.mark.parametrize("command", COMMANDS)
async def test_to_everybody_else_it_is_an_unknown_command(api: BotApi, day: Store, command: str) -> None:
    """Word for word, in private; nothing in a group, not even to an owner."""
    stranger = Chat(api, STRANGER)
    assert await same(stranger, command, "/nonsense")
    before = len(api.sent)
    for user in (OWNER, ADMIN, STRANGER):
        api.push(group_message(command, user_id=user))
        api.push(group_message(f"{command.split()[0]}@investor_test_bot", user_id=user))
    await stranger.say("/nonsense")
    assert len(api.sent) == before + 1


async def same(chat: Chat, one: str, other: str) -> bool:
    first, second = await chat.say(one), await chat.say(other)
    return {k: first.get(k) for k in ("text", "entities", "reply_markup")} == {
        k: second.get(k) for k in ("text", "entities", "reply_markup")
    }


async def test_without_an_office_nobody_can_tell(
    api: BotApi, settings: Config, office_store: Store, language: Language
) -> None:
    """What strangers get is what a bot without admin commands says."""
    stranger = Chat(api, STRANGER)
    async with open_bot(api, settings, office_store, language, office=False):
        without = [(await stranger.say(command))["text"] for command in COMMANDS]
    async with open_bot(api, settings, office_store, language):
        assert [(await stranger.say(command))["text"] for command in COMMANDS] == without


async def test_a_file_of_a_stranger_is_no_document(api: BotApi, day: Store, settings: Config) -> None:
    """It is answered like any picture, and never fetched."""
    stranger = Chat(api, STRANGER)
    said = await stranger.send("措施.txt", POLICY.encode())
    assert "文字" in said["text"]
    assert stranger.calls("getFile") == []
    assert not (settings.state_dir / "staging").exists()


async def test_forged_buttons_do_nothing(api: BotApi, day: Store, owner: Chat, folder: Folder) -> None:
    """A stranger who knows the data of a button, in private or in a group, and an officer's own nonsense."""
    received = await owner.send("措施.txt", POLICY.encode())
    data = buttons(received)["发布"]
    elsewhere = await Chat(api, STRANGER).say("/help")
    in_group = received | {"chat": {"id": -1002001, "type": "supergroup", "title": "群"}}
    for message, user in ((elsewhere, STRANGER), (received, STRANGER), (in_group, OWNER), (in_group, STRANGER)):
        api.push(callback_query(data, message, user_id=user))
        api.push(callback_query("a:f", message, user_id=user))
    for nonsense in ("a:", "a:p", "a:p:../../x", "a:b:x", "a:e:1", "a:gc:1:2:3", "a:zz:1", "a:g:x"):
        api.push(callback_query(nonsense, received, user_id=OWNER))
    api.push(private_message("/status", chat_id=OWNER))
    await owner.hears("快照")
    assert [path.name for path in (folder.path / "documents").iterdir()] == ["report.md"]
    assert (await owner.say("/history"))["text"] == "还没有发布过。"
    actions = {entry.action for entry in await day.audit.entries(datetime(2020, 1, 1, tzinfo=UTC))}
    assert actions == {"role.grant"}


@pytest.mark.parametrize(
    "disguise",
    [
        {"sender_chat": {"id": -1002001, "type": "supergroup", "title": "群"}},
        {"sender_chat": {"id": -1003001, "type": "channel", "title": "公告"}},
        {"forward_origin": {"type": "user", "date": 1, "sender_user": {"id": 9, "is_bot": False, "first_name": "X"}}},
    ],
)
async def test_who_hides_is_nobody(api: BotApi, day: Store, owner: Chat, disguise: dict[str, Any]) -> None:
    """An anonymous admin, a channel, somebody else's words: never an officer."""
    unknown = await owner.say("/nonsense", **disguise)
    assert (await owner.say("/reload", **disguise))["text"] == unknown["text"]


async def test_a_replayed_button_of_a_revoked_admin_is_dead(api: BotApi, day: Store, owner: Chat) -> None:
    """Rights are looked up at every press."""
    admin = Chat(api, ADMIN)
    received = await admin.send("措施.txt", POLICY.encode())
    await owner.say(f"/admin remove {ADMIN}")
    api.push(callback_query(buttons(received)["发布"], received, user_id=ADMIN))
    await owner.say("/status")
    assert (await owner.say("/history"))["text"] == "还没有发布过。"
