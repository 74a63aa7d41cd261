"""The catalogues say the same things in three languages."""

from __future__ import annotations

import ast
import string
import tomllib
from pathlib import Path

import pytest

from bot.render.messages import LOCALES, catalogue, period, resolve, status, text

ROOT = Path(__file__).parents[2]
NEEDED = [
    "label.target",
    "label.result",
    "label.estimate",
    "label.digest",
    "label.source",
    "label.place",
    "label.date",
    "label.section",
    "note.place_open",
    "note.place_assumed",
    "note.conflict",
    "note.not_comparable",
    "note.period_assumed",
    "note.neighbour",
    "note.caution",
    "note.gap_period",
    "note.gap_place",
    "note.gap_fact",
    "no_answer.place",
    "no_answer.period",
    "no_answer.fact",
    "no_answer.unknown",
    "no_answer.opinion",
    "no_answer.injection",
    "clarify.empty",
    "clarify.short",
    "smalltalk.greeting",
    "smalltalk.thanks",
    "smalltalk.bye",
    "smalltalk.who",
    "smalltalk.help",
    "telegram.start",
    "telegram.help",
    "telegram.about",
    "telegram.error",
    "console.help",
]


def placeholders(message: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(message) if name is not None)


@pytest.mark.parametrize("locale", LOCALES)
def test_catalogues_have_the_same_keys_and_placeholders(locale: str) -> None:
    """No language says more or less than the others."""
    expected = {key: placeholders(message) for key, message in catalogue("zh-Hans").items()}
    assert {key: placeholders(message) for key, message in catalogue(locale).items()} == expected


def test_the_catalogues_hold_what_the_core_may_say() -> None:
    """Every code that an answer can carry has a message."""
    assert [key for key in NEEDED if key not in catalogue("en")] == []


def spoken(path: Path) -> set[str]:
    """Message keys written down in a source file: ``Note(kind, "code")`` and strings of our own tables."""
    tables = ("no_answer.", "clarify.", "smalltalk.", "note.")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    keys = {value for value in constants if isinstance(value, str) and value.startswith(tables)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Note":
            codes = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "code")]
            keys |= {f"note.{c.value}" for c in codes if isinstance(c, ast.Constant) and isinstance(c.value, str)}
    return keys


def test_every_key_that_the_core_uses_is_in_the_catalogue() -> None:
    """A note or a reply without a message would break an answer: none is written in the sources."""
    used = {key for path in (ROOT / "bot" / "answer").glob("*.py") for key in spoken(path)}
    whole = {key for key in used if not key.endswith(".") and " " not in key}
    assert whole - set(catalogue("zh-Hans")) == set()


def test_every_code_of_the_lexicon_has_a_message() -> None:
    """Small talk and refusals are recognised by code; each code is a message."""
    rules = tomllib.loads((ROOT / "knowledge" / "lexicon" / "questions.toml").read_text(encoding="utf-8"))
    codes = {f"smalltalk.{rule['code']}" for rule in rules["small"]}
    codes |= {f"no_answer.{rule['code']}" for rule in rules["refuse"]}
    assert codes - set(catalogue("zh-Hans")) == set()


@pytest.mark.parametrize("locale", ["zh-Hans", "zh-Hant"])
def test_chinese_messages_use_full_width_punctuation(locale: str) -> None:
    """Commas and question marks between Chinese words are Chinese ones."""
    assert [m for m in catalogue(locale).values() if any(mark in m for mark in ",;?!()")] == []


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh-Hans", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh_SG.UTF-8", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("", "zh-Hans"),
        ("zh-Hant", "zh-Hant"),
        ("zh-hant-hk", "zh-Hant"),
        ("zh_TW.UTF-8", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("yue", "zh-Hant"),
        ("en", "en"),
        ("en-GB", "en"),
        ("fr", "en"),
    ],
)
def test_any_language_tag_finds_a_catalogue(tag: str, locale: str) -> None:
    """Telegram, environment and questions name languages in their own ways."""
    assert resolve(tag) == locale


def test_lists_names_and_periods_are_spelled_out() -> None:
    """Parameters may be lists, names by language, and periods."""
    names = {"zh-Hans": "广州市黄埔区", "en": "Huangpu, Guangzhou"}
    assert text("en", "note.place_assumed", place=names) == (
        "You did not name a place; this answer is for Huangpu, Guangzhou."
    )
    assert "2020年、2021–2025年" in text("zh-Hans", "note.gap_period", have=["2020", "2021-2025"])
    assert "2020, 2021–2025" in text("en", "note.gap_period", have=("2020", "2021-2025"))


def test_differing_figures_come_with_status_and_date() -> None:
    """A conflict shows what each figure is, so that a reader can choose."""
    figures = [
        {"value": "10%左右", "status": "target", "period": "2021", "date": "2021-03-01"},
        {"value": "8%以上", "status": "estimate", "place": {"zh-Hans": "黄埔"}, "title": "回顾"},
        "9%",
    ]
    said = text("zh-Hans", "note.conflict", figures=figures)
    for part in ("10%左右", "2021年", "目标", "2021-03-01", "8%以上", "黄埔", "预计", "《回顾》", "、9%"):
        assert part in said


def test_only_periods_are_spelled_out() -> None:
    """A title that happens to be a year stays as it is."""
    assert "“2021”: 2020" in text("en", "note.caution", title="2021", text="2020")


def test_braces_in_a_parameter_are_text() -> None:
    """What a document says is never taken for a placeholder."""
    assert "{title}{0}" in text("en", "note.caution", title="x", text="{title}{0}")


def test_an_unknown_key_is_an_error() -> None:
    """A message that does not exist is a fault of ours and does not pass silently."""
    with pytest.raises(KeyError):
        text("en", "note.nonsense")


def test_periods_and_statuses_that_are_unknown_stand_as_they_are() -> None:
    """An unforeseen facet is shown, not dropped."""
    assert (period("en", "2021-Q1"), status("zh-Hans", "forecast")) == ("2021-Q1", "forecast")
