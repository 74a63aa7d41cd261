"""Whatever is said comes back as it was said."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store.model import MAX_TURNS, Dialogue, Key
from bot.store.store import Store
from tests.store.samples import ALICE

NUMBERS = st.integers(-(2**52), 2**52)
KEYS = st.builds(Key, NUMBERS, NUMBERS, NUMBERS)
LANGUAGES = st.none() | st.sampled_from(["zh-Hans", "zh-Hant", "en"])
DIALOGUES = st.builds(Dialogue, st.lists(st.text(), max_size=9).map(tuple), LANGUAGES)

same_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@same_store
@given(key=KEYS, dialogue=DIALOGUES)
async def test_a_dialogue_comes_back_with_its_last_questions(store: Store, key: Key, dialogue: Dialogue) -> None:
    """Any key, any Unicode text, NUL and line ends included."""
    await store.dialogues.save(key, dialogue)
    expected = Dialogue(dialogue.turns[-MAX_TURNS:], dialogue.spoken)
    assert await store.dialogues.load(key) == expected


@same_store
@given(turn=st.text(st.characters(codec="utf-8"), min_size=1))
async def test_half_a_surrogate_pair_is_kept_in_a_dialogue(store: Store, turn: str) -> None:
    """A cut message may end in one."""
    await store.dialogues.save(ALICE, Dialogue((turn + "\ud83d",), None))
    assert await store.dialogues.load(ALICE) == Dialogue((turn + "\ud83d",), None)
