"""What the store promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.errors import StoreError
from bot.store.model import Asked, Counts, Dialogue, Entry, Key
from bot.store.store import Store
from tests.store.conftest import START, Clock
from tests.store.samples import (
    ALICE,
    ALICE_IN_GROUP,
    BOB,
    BOB_IN_GROUP,
    GROUP,
    SHARE,
    SUPERGROUP,
    asked,
    card,
    wish,
)

EVER = datetime(2000, 1, 1, tzinfo=UTC)
MAX_ID = 2**52
"""Telegram's ids have at most 52 significant bits."""


# users


async def test_a_chosen_language_is_remembered_until_the_choice_is_taken_back(store: Store) -> None:
    """Choosing again replaces, None forgets, and others are not concerned."""
    assert await store.users.locale(MAX_ID) is None
    await store.users.choose(MAX_ID, "en")
    await store.users.choose(MAX_ID, "zh-Hant")
    await store.users.choose(12, "en")
    assert await store.users.locale(MAX_ID) == "zh-Hant"
    await store.users.choose(MAX_ID, None)
    assert [await store.users.locale(MAX_ID), await store.users.locale(12)] == [None, "en"]


async def test_a_chat_is_blocked_until_it_is_unblocked(store: Store) -> None:
    """Each may be said twice."""
    assert not await store.users.blocked(11)
    await store.users.block(11)
    await store.users.block(11)
    assert [await store.users.blocked(11), await store.users.blocked(12)] == [True, False]
    await store.users.unblock(11)
    await store.users.unblock(11)
    assert not await store.users.blocked(11)


# dialogues


async def test_a_dialogue_belongs_to_one_user_in_one_topic_of_one_chat(store: Store) -> None:
    """Keys that differ in one number hold different dialogues."""
    keys = [Key(1, 2, 3), Key(9, 2, 3), Key(1, 9, 3), Key(1, 2, 9)]
    for number, key in enumerate(keys):
        await store.dialogues.save(key, Dialogue((f"问题{number}",), "en"))
    await store.dialogues.clear(keys[1])
    found = [await store.dialogues.load(key) for key in keys]
    assert [dialogue and dialogue.turns for dialogue in found] == [("问题0",), None, ("问题2",), ("问题3",)]


async def test_saving_replaces_the_whole_dialogue(store: Store) -> None:
    """Also what was set before and no longer is."""
    await store.dialogues.save(ALICE, Dialogue(("a", "b"), "en"))
    await store.dialogues.save(ALICE, Dialogue(("c",), None))
    assert await store.dialogues.load(ALICE) == Dialogue(("c",), None)


async def test_a_dialogue_keeps_its_last_six_questions(store: Store) -> None:
    """The oldest ones go first."""
    await store.dialogues.save(ALICE, Dialogue(tuple("abcdefgh"), None))
    assert await store.dialogues.load(ALICE) == Dialogue(tuple("cdefgh"), None)


async def test_all_that_is_known_of_a_group_follows_it_into_its_supergroup(store: Store) -> None:
    """Dialogues, cards, waiting questions, the log; other chats stay where they are."""
    for key in (ALICE_IN_GROUP, BOB_IN_GROUP, ALICE):
        await store.dialogues.save(key, Dialogue((str(key.chat_id),), None))
    card_id = await store.cards.add(card(ALICE_IN_GROUP, question_message_id=5))
    await store.cards.sent(card_id, 6)
    await store.waiting.add(wish(BOB_IN_GROUP))
    await store.questions.log(asked(chat_id=GROUP))
    await store.users.block(GROUP)

    await store.dialogues.migrate(GROUP, SUPERGROUP)
    await store.dialogues.migrate(GROUP, SUPERGROUP)

    for key in (ALICE_IN_GROUP, BOB_IN_GROUP):
        assert await store.dialogues.load(key) is None
        assert await store.dialogues.load(replace(key, chat_id=SUPERGROUP)) == Dialogue((str(GROUP),), None)
    assert await store.dialogues.load(ALICE) == Dialogue(("11",), None)
    moved = await store.cards.get(card_id)
    assert moved is not None
    assert moved.key == replace(ALICE_IN_GROUP, chat_id=SUPERGROUP)
    assert [w.key.chat_id for w in await store.waiting.open()] == [SUPERGROUP]
    assert [line.chat_id for line in await store.questions.recent(EVER)] == [SUPERGROUP]
    assert not await store.users.blocked(GROUP)


async def test_message_numbers_of_the_old_group_find_no_card_in_the_supergroup(store: Store) -> None:
    """A supergroup counts its messages anew, so the old numbers would meet strangers."""
    card_id = await store.cards.add(card(ALICE_IN_GROUP, question_message_id=5))
    await store.cards.sent(card_id, 6)
    await store.dialogues.migrate(GROUP, SUPERGROUP)
    assert await store.cards.by_message(SUPERGROUP, 6) is None
    assert await store.cards.by_question(SUPERGROUP, 5) is None


async def test_a_dialogue_that_began_in_the_supergroup_wins(store: Store) -> None:
    """It is the newer one."""
    there = replace(ALICE_IN_GROUP, chat_id=SUPERGROUP)
    await store.dialogues.save(ALICE_IN_GROUP, Dialogue(("old",), None))
    await store.dialogues.save(there, Dialogue(("new",), None))
    await store.dialogues.migrate(GROUP, SUPERGROUP)
    assert await store.dialogues.load(there) == Dialogue(("new",), None)
    assert await store.dialogues.load(ALICE_IN_GROUP) is None


# cards


async def test_a_card_comes_back_as_it_was_added(store: Store) -> None:
    """Every field, and the id that it was given."""
    new = card(Key(SUPERGROUP, 3, MAX_ID), question_message_id=2**31, message_id=9)
    card_id = await store.cards.add(new)
    assert await store.cards.get(card_id) == replace(new, id=card_id)


async def test_a_card_is_found_by_its_message_and_by_its_question(store: Store) -> None:
    """Message numbers count within their chat; the newest card wins."""
    first = await store.cards.add(card(ALICE, question_message_id=5))
    second = await store.cards.add(card(ALICE, question_message_id=5))
    other = await store.cards.add(card(BOB, question_message_id=5))
    await store.cards.sent(first, 6)
    await store.cards.sent(other, 7)
    found = [
        await store.cards.by_message(ALICE.chat_id, 6),
        await store.cards.by_question(ALICE.chat_id, 5),
        await store.cards.by_question(BOB.chat_id, 5),
        await store.cards.by_message(ALICE.chat_id, 7),
    ]
    assert [c and c.id for c in found] == [first, second, other, None]
    assert found[0] is not None
    assert found[0].message_id == 6


@pytest.mark.parametrize("change", [{"question": "改了"}, {"snapshot": "s2"}, {"question": "", "snapshot": "s3"}])
async def test_an_update_changes_what_it_names_and_nothing_else(store: Store, change: dict[str, object]) -> None:
    """An empty question is a value too."""
    before = card()
    card_id = await store.cards.add(before)
    await store.cards.update(card_id, **change)  # type: ignore[arg-type]
    assert await store.cards.get(card_id) == replace(before, id=card_id, **change)


async def test_a_card_that_is_gone_is_none_and_changes_silently(store: Store) -> None:
    """Buttons outlive their cards."""
    await store.cards.update(404, question="?")
    await store.cards.sent(404, 1)
    assert await store.cards.get(404) is None


async def test_the_id_of_a_deleted_card_is_not_given_again(store: Store) -> None:
    """Or an old button would open somebody else's answer."""
    gone = await store.cards.add(card(ALICE))
    await store.forget(ALICE.user_id)
    assert await store.cards.add(card(BOB)) > gone


# feedback


async def test_the_same_verdict_again_takes_it_back(store: Store) -> None:
    """And the other one replaces it."""
    card_id = await store.cards.add(card())
    verdicts = [1, 1, -1, 1, -1]
    stands = [await store.feedback.give(card_id, 11, verdict) for verdict in verdicts]  # type: ignore[arg-type]
    assert stands == [True, False, True, True, True]
    assert await store.feedback.of(card_id) == (0, 1)


async def test_verdicts_are_counted_by_card_and_user(store: Store) -> None:
    """One each."""
    one, two = await store.cards.add(card()), await store.cards.add(card())
    await store.feedback.give(one, 11, 1)
    await store.feedback.give(one, 22, 1)
    await store.feedback.give(one, 33, -1)
    await store.feedback.give(two, 11, -1)
    assert [await store.feedback.of(one), await store.feedback.of(two)] == [(2, 1), (0, 1)]


async def test_misses_are_what_brought_no_answer_or_a_bad_one(store: Store) -> None:
    """With their time; thumbs up, answers and what is older are no misses, nor is a question that was forgotten."""
    for status, question, at in (
        ("no_answer", "租金", START),
        ("answered", "黄埔", START),
        ("no_answer", "", START),
        ("no_answer", "旧的", START - timedelta(days=9)),
    ):
        await store.questions.log(asked(status=status, question=question, asked_at=at))
    bad, good = [await store.cards.add(card(question=question)) for question in ("差的", "好的")]
    await store.feedback.give(bad, 11, -1)
    await store.feedback.give(good, 11, 1)
    missed = await store.missed(START - timedelta(days=1))
    assert [(question, kind) for question, kind, _ in missed] == [("租金", "refused"), ("差的", "disliked")]


async def test_no_verdict_stands_on_a_card_that_is_gone(store: Store) -> None:
    """It is no error: the button is still there."""
    assert not await store.feedback.give(404, 11, 1)
    assert await store.feedback.of(404) == (0, 0)


async def test_simultaneous_presses_count_one_after_the_other(store: Store) -> None:
    """An even number of the same verdict leaves nothing, an odd one leaves one."""
    card_id = await store.cards.add(card())
    stands = await asyncio.gather(*(store.feedback.give(card_id, 11, 1) for _ in range(7)))
    assert sorted(stands) == [False] * 3 + [True] * 4
    assert await store.feedback.of(card_id) == (1, 0)


# questions


async def test_the_log_gives_back_what_was_asked_newest_first(store: Store) -> None:
    """From a time on, by status, as many as wanted."""
    lines = [
        asked(asked_at=START + timedelta(minutes=minute), status=status, card_id=minute)
        for minute, status in enumerate(["answered", "no_answer", "clarify", "no_answer"])
    ]
    for line in lines:
        await store.questions.log(line)
    recent = store.questions.recent
    assert await recent(START) == lines[::-1]
    assert await recent(START + timedelta(minutes=2)) == [lines[3], lines[2]]
    assert await recent(START, {"no_answer"}) == [lines[3], lines[1]]
    assert await recent(START, ["no_answer", "clarify"], limit=2) == [lines[3], lines[2]]
    assert await recent(START, []) == []


async def test_questions_are_counted_by_status_with_their_latency(store: Store) -> None:
    """Median and 95th percentile by nearest rank, of the questions since then only."""
    for number in range(1, 21):
        await store.questions.log(asked(elapsed_ms=float(number), status="clarify" if number > 18 else "answered"))
    await store.questions.log(asked(elapsed_ms=900.0, asked_at=START - timedelta(seconds=1)))
    counts = await store.questions.count(START)
    assert counts == Counts({"answered": 18, "clarify": 2}, median_ms=10.0, p95_ms=19.0)
    assert counts.total == 20


@pytest.mark.parametrize(
    ("latencies", "median", "p95"), [([], None, None), ([4.0], 4.0, 4.0), ([8.0, 4.0], 4.0, 8.0), ([0.5] * 3, 0.5, 0.5)]
)
async def test_the_latency_of_few_questions(
    store: Store, latencies: list[float], median: float | None, p95: float | None
) -> None:
    """None where nothing was asked."""
    for elapsed in latencies:
        await store.questions.log(asked(elapsed_ms=elapsed))
    counts = await store.questions.count(START)
    assert (counts.total, counts.median_ms, counts.p95_ms) == (len(latencies), median, p95)


# waiting


async def test_the_same_question_of_the_same_user_waits_once(store: Store) -> None:
    """Case and spaces make no other question, another user does."""
    assert await store.waiting.add(wish(ALICE, "GDP of  Huangpu"))
    assert not await store.waiting.add(wish(ALICE, " gdp of huangpu"))
    assert await store.waiting.add(wish(ALICE, "GDP of Shanghai"))
    assert await store.waiting.add(wish(BOB, "GDP of  Huangpu"))
    assert [w.question for w in await store.waiting.open()] == ["GDP of  Huangpu", "GDP of Shanghai", "GDP of  Huangpu"]


async def test_a_question_waits_until_its_asker_was_told(store: Store) -> None:
    """It comes back whole; afterwards it may wait again."""
    await store.waiting.add(wish(BOB_IN_GROUP))
    (found,) = await store.waiting.open()
    assert found == replace(wish(BOB_IN_GROUP), id=found.id)
    assert [await store.waiting.told(found.id), await store.waiting.told(found.id)] == [True, False]
    assert await store.waiting.open() == []
    assert await store.waiting.add(wish(BOB_IN_GROUP))


async def test_a_user_sees_the_own_waiting_questions(store: Store) -> None:
    """In whatever chat they were asked."""
    await store.waiting.add(wish(ALICE, "a"))
    await store.waiting.add(wish(ALICE_IN_GROUP, "b"))
    await store.waiting.add(wish(BOB, "c"))
    assert [w.question for w in await store.waiting.of_user(ALICE.user_id)] == ["a", "b"]


async def test_the_longest_question_that_telegram_sends_waits_once(store: Store) -> None:
    """An index on the text itself would refuse it."""
    long = "".join(chr(0x4E00 + (number * 7919) % 20000) for number in range(4096))
    assert await store.waiting.add(wish(ALICE, long))
    assert not await store.waiting.add(wish(ALICE, long))


# updates


async def test_an_update_is_claimed_once_while_its_lease_runs(store: Store, clock: Clock) -> None:
    """Not by another owner, not by the same one again, and not at all once it is finished."""
    claim = store.updates.claim
    assert await claim(1, "a", 60)
    clock.forward(seconds=59)
    assert [await claim(1, "b", 60), await claim(1, "a", 60), await claim(2, "b", 60)] == [False, False, True]
    await store.updates.finish(1)
    clock.forward(hours=1)
    assert [await claim(1, "a", 60), await claim(1, "b", 60)] == [False, False]


async def test_a_lease_that_has_run_out_goes_to_the_first_who_asks(store: Store, clock: Clock) -> None:
    """And then runs anew."""
    await store.updates.claim(1, "a", 60)
    clock.forward(seconds=60)
    assert [await store.updates.claim(1, owner, 60) for owner in "bca"] == [True, False, False]


async def test_a_restarted_server_takes_over_its_own_claims_at_once(location: str, clock: Clock) -> None:
    """Another server has to wait for the lease, and what was finished stays finished."""
    async with Store.open(location, clock=clock) as before:
        await before.updates.claim(1, "a", 60)
        await before.updates.claim(2, "a", 60)
        await before.updates.finish(2)
    async with Store.open(location, clock=clock) as after:
        assert not await after.updates.claim(1, "b", 60)
        assert await after.updates.claim(1, "a", 60)
        assert not await after.updates.claim(1, "a", 60)
        assert not await after.updates.claim(2, "a", 60)


async def test_what_a_dead_server_left_is_taken_over_with_its_content(location: str, clock: Clock) -> None:
    """At once by the same server when it comes back, by others when the lease has run out; the oldest first."""
    async with Store.open(location, clock=clock) as before:
        for update_id in (2, 1, 3):
            await before.updates.claim(update_id, "a", 60, {"update_id": update_id, "text": "\ud83d\x00问"})
        await before.updates.finish(3)
    async with Store.open(location, clock=clock) as after:
        assert await after.updates.abandoned("b", 60) == []
        taken = await after.updates.abandoned("a", 60)
        assert taken == [{"update_id": number, "text": "\ud83d\x00问"} for number in (1, 2)]
        assert await after.updates.abandoned("a", 60) == []
        clock.forward(seconds=61)
        assert len(await after.updates.abandoned("b", 60)) == 2


async def test_a_renewed_lease_keeps_others_away(store: Store, clock: Clock) -> None:
    """A server that is slow but alive keeps what it works on."""
    await store.updates.claim(1, "a", 60, {"update_id": 1})
    clock.forward(seconds=50)
    await store.updates.renew(60)
    clock.forward(seconds=50)
    assert await store.updates.abandoned("b", 60) == []
    assert not await store.updates.claim(1, "b", 60)


@pytest.mark.parametrize("ahead", [{"days": 365}, {"days": 1}, {"hours": 2}])
async def test_no_lease_outlasts_a_clock_that_ran_ahead(location: str, clock: Clock, ahead: dict[str, float]) -> None:
    """A server died while the clock was wrong: once it is right again, another one takes over what was left."""
    async with Store.open(location, clock=clock) as before:
        clock.forward(**ahead)
        await before.updates.claim(1, "a", 60, {"update_id": 1})
    clock.now = START
    async with Store.open(location, clock=clock) as after:
        assert await after.updates.abandoned("b", 60) == [{"update_id": 1}]
        assert not await after.updates.claim(1, "c", 60)


async def test_servers_whose_clocks_differ_a_little_leave_each_other_alone(location: str, clock: Clock) -> None:
    """Half an hour ahead is no reason to take an update away from somebody who works on it."""
    async with Store.open(location, clock=clock) as store:
        clock.forward(minutes=30)
        await store.updates.claim(1, "a", 60, {"update_id": 1})
        clock.now = START
        assert await store.updates.abandoned("b", 60) == []
        assert not await store.updates.claim(1, "b", 60)


async def test_a_living_server_keeps_its_updates_when_the_clock_is_set_back(store: Store, clock: Clock) -> None:
    """The next renewal is by the new time; then its lease runs out like any other, and forward it goes as well."""
    await store.updates.claim(1, "a", 60, {"update_id": 1})
    clock.forward(days=-1)
    await store.updates.renew(60)
    assert await store.updates.abandoned("b", 60) == []
    clock.forward(days=366)
    await store.updates.renew(60)
    assert await store.updates.abandoned("b", 60) == []
    clock.forward(seconds=61)
    assert len(await store.updates.abandoned("b", 60)) == 1
    await store.updates.finish(1)
    clock.forward(days=-400)
    assert await store.updates.finished(1)
    assert not await store.updates.claim(1, "b", 60)


async def test_what_waits_stays_in_the_order_of_asking_when_the_clock_jumps(store: Store, clock: Clock) -> None:
    """By number, not by time; nothing is lost."""
    for question, days in (("a", 365), ("b", -366), ("c", 1)):
        clock.forward(days=days)
        assert await store.waiting.add(replace(wish(ALICE, question), created_at=clock()))
    assert [w.question for w in await store.waiting.open()] == ["a", "b", "c"]


async def test_an_update_is_finished_when_it_was_said(store: Store) -> None:
    """A claim alone finishes nothing."""
    await store.updates.claim(1, "a", 60)
    assert not await store.updates.finished(1)
    await store.updates.finish(1)
    await store.updates.finish(1)
    assert [await store.updates.finished(1), await store.updates.finished(2)] == [True, False]


# shares


async def test_a_shared_citation_has_one_short_url_safe_id(store: Store) -> None:
    """The same citation the same id, every other citation another."""
    others = [
        replace(SHARE, document_id="x"),
        replace(SHARE, start=1),
        replace(SHARE, end=1),
        replace(SHARE, quote="地区"),
        replace(SHARE, snapshot="s2"),
    ]
    ids = [await store.shares.add(share) for share in (SHARE, *others)]
    assert len(set(ids)) == 6
    assert [share_id for share_id in ids if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", share_id)] == []
    assert await store.shares.add(SHARE) == ids[0]
    assert [await store.shares.get(share_id) for share_id in ids] == [SHARE, *others]
    assert await store.shares.get("none") is None


# audit and roles


async def test_the_audit_trail_gives_entries_back_newest_first(store: Store) -> None:
    """With any JSON before and after."""
    values: list[object] = [None, {"documents": ["一", "\x00"], "number": 1.5, "none": None}, [], "text", 0, False]
    entries = [
        Entry(START + timedelta(minutes=minute), None if minute else 7, "reload", "knowledge", value, values[-minute])
        for minute, value in enumerate(values)
    ]
    for entry in entries:
        await store.audit.record(entry)
    assert await store.audit.entries(EVER, 100) == entries[::-1]
    assert await store.audit.entries(EVER, 2) == [entries[5], entries[4]]
    assert await store.audit.entries(START + timedelta(minutes=4), 100) == [entries[5], entries[4]]


async def test_a_user_has_one_role(store: Store) -> None:
    """Granted, replaced, revoked."""
    await store.roles.grant(11, "admin", by=1)
    await store.roles.grant(22, "admin", by=1)
    await store.roles.grant(11, "owner", by=None)
    assert [await store.roles.of(11), await store.roles.of(33)] == ["owner", None]
    await store.roles.revoke(22, by=11)
    assert await store.roles.all() == {11: "owner"}


async def test_every_change_of_a_role_is_in_the_audit_trail(store: Store, clock: Clock) -> None:
    """By whom, of whom, from what to what; also a revocation that changed nothing."""
    await store.roles.grant(11, "admin", by=None)
    await store.roles.grant(11, "owner", by=1)
    await store.roles.revoke(11, by=2)
    await store.roles.revoke(11, by=2)
    assert (await store.audit.entries(EVER, 9))[::-1] == [
        Entry(clock.now, None, "role.grant", "11", None, "admin"),
        Entry(clock.now, 1, "role.grant", "11", "admin", "owner"),
        Entry(clock.now, 2, "role.revoke", "11", "owner", None),
        Entry(clock.now, 2, "role.revoke", "11", None, None),
    ]


async def test_a_role_that_is_refused_changes_nothing_and_leaves_no_entry(store: Store) -> None:
    """Role and entry are one transaction."""
    await store.roles.grant(11, "admin", by=1)
    with pytest.raises(StoreError):
        await store.roles.grant(11, "emperor", by=1)  # type: ignore[arg-type]
    assert await store.roles.of(11) == "admin"
    assert len(await store.audit.entries(EVER, 9)) == 1


async def test_simultaneous_grants_form_one_history(store: Store) -> None:
    """Every entry begins where the one before ended."""
    roles = ["owner", "admin"] * 5
    await asyncio.gather(*(store.roles.grant(11, role, by=1) for role in roles))  # type: ignore[arg-type]
    entries = (await store.audit.entries(EVER, 99))[::-1]
    assert len(entries) == 10
    assert [entry.before for entry in entries] == [None, *(entry.after for entry in entries[:-1])]
    assert await store.roles.of(11) == entries[-1].after


# gaps


async def test_ignored_gaps_are_a_set(store: Store) -> None:
    """However long the key is and however often it is ignored."""
    long = "黄埔2030年人口" * 1000
    for key in ("a", long, "a"):
        await store.gaps.ignore(key)
    assert await store.gaps.ignored() == {"a", long}


# privacy and retention


async def test_a_forgotten_user_leaves_nothing_behind(store: Store) -> None:
    """Everything of the user goes, in every chat, and the number of rows is said."""
    mine = await store.cards.add(card(ALICE))
    others = await store.cards.add(card(BOB))
    for key in (ALICE, ALICE_IN_GROUP):
        await store.dialogues.save(key, Dialogue(("q",), None))
    await store.feedback.give(mine, BOB.user_id, 1)
    await store.feedback.give(others, ALICE.user_id, 1)
    await store.waiting.add(wish(ALICE))
    await store.users.choose(ALICE.user_id, "en")
    await store.users.block(ALICE.chat_id)
    await store.questions.log(asked(user_id=11, chat_id=GROUP, card_id=mine))

    assert await store.forget(ALICE.user_id) == 9
    assert await store.forget(ALICE.user_id) == 0

    assert await store.cards.get(mine) is None
    assert [await store.dialogues.load(key) for key in (ALICE, ALICE_IN_GROUP)] == [None, None]
    assert await store.feedback.of(others) == (0, 0)
    assert await store.waiting.open() == []
    assert await store.users.locale(ALICE.user_id) is None
    assert not await store.users.blocked(ALICE.chat_id)
    assert await store.questions.recent(EVER) == [asked(user_id=None, chat_id=None, question="", card_id=None)]


async def test_forgetting_one_user_leaves_the_others_alone(store: Store) -> None:
    """Also in the group that both are in."""
    await store.dialogues.save(BOB_IN_GROUP, Dialogue(("q",), None))
    card_id = await store.cards.add(card(BOB_IN_GROUP))
    await store.feedback.give(card_id, BOB.user_id, -1)
    await store.waiting.add(wish(BOB))
    await store.users.choose(BOB.user_id, "en")
    await store.questions.log(asked(user_id=22, chat_id=GROUP))
    assert await store.forget(ALICE.user_id) == 0
    assert await store.dialogues.load(BOB_IN_GROUP) is not None
    assert await store.feedback.of(card_id) == (0, 1)
    assert len(await store.waiting.open()) == 1
    assert await store.users.locale(BOB.user_id) == "en"
    assert await store.questions.recent(EVER) == [asked(user_id=22, chat_id=GROUP)]


async def test_what_is_older_than_the_retention_is_purged(store: Store, clock: Clock) -> None:
    """Questions, cards with their feedback, quiet dialogues; not what is as old as the retention exactly."""
    card_id = await store.cards.add(card())
    await store.feedback.give(card_id, 11, 1)
    await store.dialogues.save(ALICE, Dialogue(("q",), None))
    await store.questions.log(asked())
    assert await store.purge(START + timedelta(days=90)) == 0
    clock.forward(days=1)
    newer = await store.cards.add(card(BOB))
    await store.dialogues.save(BOB, Dialogue(("q",), None))
    await store.questions.log(asked(asked_at=clock.now))

    assert await store.purge(START + timedelta(days=90, seconds=1)) == 4

    assert [await store.cards.get(i) is None for i in (card_id, newer)] == [True, False]
    assert await store.feedback.of(card_id) == (0, 0)
    assert [await store.dialogues.load(key) is None for key in (ALICE, BOB)] == [True, False]
    assert await store.questions.recent(EVER) == [asked(asked_at=clock.now)]


async def test_what_must_stay_survives_a_purge(store: Store) -> None:
    """Promises, choices, links, roles and the audit trail have no age."""
    await store.waiting.add(wish())
    await store.users.choose(11, "en")
    share_id = await store.shares.add(SHARE)
    await store.roles.grant(11, "owner", by=None)
    await store.gaps.ignore("a")
    assert await store.purge(START + timedelta(days=3650)) == 0
    assert len(await store.waiting.open()) == 1
    assert await store.users.locale(11) == "en"
    assert await store.shares.get(share_id) == SHARE
    assert len(await store.audit.entries(EVER, 9)) == 1


async def test_a_pace_is_kept(store: Store, clock: Clock) -> None:
    """Two in any ten seconds: whoever comes then waits, each after the one before. Other keys do not matter."""
    assert [await store.paces.wait("a", 2, 10) for _ in range(5)] == [0, 0, 10, 10, 20]
    assert await store.paces.wait("b", 2, 10) == 0
    clock.forward(seconds=25)
    assert [await store.paces.wait("a", 2, 10) for _ in range(3)] == [0, 5, 10]


async def test_whoever_does_not_want_to_wait_is_not_counted(store: Store, clock: Clock) -> None:
    """However often that is."""
    waits = [await store.paces.wait("a", 2, 10, patience=0) for _ in range(4)]
    assert waits == [0, 0, 10, 10]
    clock.forward(seconds=10)
    assert [await store.paces.wait("a", 2, 10, patience=0) for _ in range(3)] == [0, 0, 10]


async def test_many_keep_a_pace_together(store: Store) -> None:
    """None of those who come at once is forgotten."""
    waits = await asyncio.gather(*(store.paces.wait("a", 3, 10) for _ in range(12)))
    assert sorted(waits) == [0, 0, 0, 10, 10, 10, 20, 20, 20, 30, 30, 30]


async def test_a_pace_that_is_over_is_purged(store: Store, clock: Clock) -> None:
    """Not one that still counts."""
    await store.paces.wait("a", 2, 10)
    assert await store.purge(clock.now + timedelta(seconds=10)) == 0
    assert await store.purge(clock.now + timedelta(seconds=11)) == 1


async def test_updates_that_telegram_has_forgotten_are_purged(store: Store, clock: Clock) -> None:
    """After two days; one that may still be sent again stays claimed."""
    await store.updates.claim(1, "a", 0)
    await store.updates.finish(1)
    assert await store.purge(clock.now + timedelta(days=1)) == 0
    assert await store.updates.finished(1)
    assert await store.purge(clock.now + timedelta(days=2, seconds=1)) == 1
    assert not await store.updates.finished(1)


# values


async def test_times_come_back_in_utc(store: Store) -> None:
    """Whatever zone they were given in."""
    beijing = START.astimezone(timezone(timedelta(hours=8)))
    await store.questions.log(asked(asked_at=beijing))
    (line,) = await store.questions.recent(beijing)
    assert (line.asked_at, line.asked_at.tzinfo) == (START, UTC)


async def test_a_time_without_zone_is_refused(store: Store) -> None:
    """Nobody knows when that was."""
    with pytest.raises(StoreError, match="time zone"):
        await store.questions.log(asked(asked_at=START.replace(tzinfo=None)))


async def test_characters_that_no_database_keeps_are_replaced(store: Store) -> None:
    """NUL and half a surrogate pair must not lose the question around them."""
    await store.questions.log(asked(question="黄\x00埔\ud83d"))
    lines: list[Asked] = await store.questions.recent(EVER)
    assert [line.question for line in lines] == ["黄\ufffd埔\ufffd"]


async def test_a_failed_statement_is_a_store_error_that_shows_no_values(store: Store) -> None:
    """What, where and how to mend it, but not what the user wrote."""
    with pytest.raises(StoreError) as caught:
        await store.questions.log(asked(question="geheim", elapsed_ms="schnell"))
    assert "geheim" not in str(caught.value)
    assert str(caught.value).startswith(("store sqlite:", "store postgresql:"))
    assert caught.value.__suppress_context__


async def test_everything_is_there_after_opening_again(location: str) -> None:
    """Closing loses nothing."""
    async with Store.open(location) as store:
        await store.users.choose(11, "en")
        card_id = await store.cards.add(card())
    async with Store.open(location) as store:
        assert await store.users.locale(11) == "en"
        assert await store.cards.get(card_id) == card(id=card_id)
