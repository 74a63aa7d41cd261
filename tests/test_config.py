"""The configuration: defaults, file, environment, overrides, and errors that never show a value."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.config import Config, load_config
from bot.errors import ConfigError

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
NO_DEFAULT_OF_ITS_OWN = (
    {"state_dir", "telegram.token", "telegram.token_file", "knowledge.path"}
    | {f"telegram.webhook_{key}" for key in ("url", "path", "secret", "certificate", "key")}
    | {f"search.opensearch.{key}" for key in ("username", "password", "api_key", "ca_file")}
)
TOKEN = "123456:AAH-very-secret"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the variables of the machine it runs on."""
    for name in [name for name in os.environ if name.startswith("BOT_")]:
        monkeypatch.delenv(name)


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from keys(info.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


def flat(values: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in values.items():
        result |= {f"{key}.{k}": v for k, v in flat(value).items()} if isinstance(value, dict) else {key: value}
    return result


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_holds_every_key_and_no_other() -> None:
    """Uncommenting every key of the example gives exactly the keys of Config."""
    uncommented = re.sub(r"(?m)^# (?=[a-z_]+ = )", "", EXAMPLE.read_text(encoding="utf-8"))
    assert set(flat(tomllib.loads(uncommented))) == set(keys(Config))


def test_the_example_holds_the_defaults() -> None:
    """As it stands the example changes nothing, and leaves out only what has no default of its own."""
    example = flat(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))
    assert load_config(EXAMPLE) == Config()
    assert set(keys(Config)) - set(example) == NO_DEFAULT_OF_ITS_OWN


def test_every_key_of_the_example_has_a_comment_above() -> None:
    """A reader never meets a key that is not explained."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    above = {line: lines[i - 1] for i, line in enumerate(lines) if re.match(r"(# )?[a-z_]+ = ", line)}
    assert [line for line, before in above.items() if not before.startswith("# ")] == []


def test_environment_wins_over_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable replaces the file's value of that key and leaves the table's other keys alone."""
    path = written(tmp_path, '[telegram]\nmode = "webhook"\nowners = [1]\n')
    monkeypatch.setenv("BOT_TELEGRAM__OWNERS", "[7, 8]")
    config = load_config(path)
    assert (config.telegram.owners, config.telegram.mode) == ((7, 8), "webhook")


def test_overrides_win_over_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command line says is what counts."""
    monkeypatch.setenv("BOT_KNOWLEDGE__PATH", "/elsewhere")
    assert load_config(None, knowledge={"path": tmp_path}).knowledge.path == tmp_path


def test_state_dir_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """BOT_STATE_DIR moves everything that the bot writes."""
    monkeypatch.setenv("BOT_STATE_DIR", str(tmp_path))
    assert load_config().state_dir == tmp_path


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Container files often pass empty variables; they change nothing."""
    monkeypatch.setenv("BOT_TELEGRAM__TOKEN", "")
    assert load_config().telegram.token is None


def test_defaults_read_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Config() is the defaults whatever the environment says."""
    monkeypatch.setenv("BOT_TELEGRAM__MODE", "webhook")
    assert Config().telegram.mode == "polling"


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    """A configuration can be moved together with its knowledge."""
    tables = '[knowledge]\npath = "here"\n[search.opensearch]\nca_file = "ca.pem"\n'
    path = written(tmp_path, 'state_dir = "state"\n' + tables)
    config = load_config(path)
    assert config.search.opensearch.ca_file == tmp_path / "ca.pem"
    assert (config.state_dir, config.knowledge.path) == (tmp_path / "state", tmp_path / "here")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 1\n", ["colour", "unknown key", "state_dir"]),
        ("[telegram]\ntokn = 'x'\n", ["telegram.tokn", "unknown key", "token_file"]),
        ("[telegram]\nmode = 'carrier pigeon'\n", ["telegram.mode", "polling"]),
        ("[telegram]\nbase_url = 'ftp://x'\n", ["telegram.base_url", "https://"]),
        ("[telegram]\nowners = ['me']\n", ["telegram.owners.0", "integer"]),
        ("telegram = 3\n", ["telegram"]),
        ("[search.opensearch]\nhots = 1\n", ["search.opensearch.hots", "unknown key", "index_prefix"]),
        ("[search.opensearch]\nhosts = ['localhost']\n", ["search.opensearch.hosts.0", "https://"]),
        ("[search.opensearch]\nusername = 'x'\n", ["search.opensearch", "password"]),
        ("[ui]\nlocale = 'de'\n[search]\nengine = 'x'\n", ["ui.locale", "search.engine"]),
        ("[telegram\n", ["configuration file", "line 1"]),
    ],
)
def test_an_error_names_the_key_and_the_file(tmp_path: Path, text: str, named: list[str]) -> None:
    """Whatever is wrong in the file, the message says where to look; all faults come at once."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert [word for word in [str(path), *named] if word not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("BOT_TELEGRAM__TOKN", "x", "telegram.tokn"),
        ("BOT_TELEGRAM__OWNERS", "me", "for example [123, 456]"),
        ("BOT_TELEGRAM__MODE", "pigeon", "telegram.mode"),
        ("BOT_TELEGRM__TOKEN", "x", "unknown table"),
        ("BOT_SEARCH__OPENSEARCH__SHARDS", "0", "search.opensearch.shards"),
        ("BOT_SEARCH__OPENSEARCH__SHARD", "1", "unknown key"),
    ],
)
def test_an_error_names_the_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, named: str) -> None:
    """A wrong environment variable is named, not the file."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert variable in str(caught.value)
    assert named in str(caught.value)


def test_a_missing_or_binary_file_is_named(tmp_path: Path) -> None:
    """An unreadable file is one line with its name."""
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none.toml", tmp_path, binary):
        with pytest.raises(ConfigError, match=re.escape(str(path))):
            load_config(path)


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the token nor a password stands in what Config prints."""
    monkeypatch.setenv("BOT_TELEGRAM__TOKEN", TOKEN)
    monkeypatch.setenv("BOT_STORE__URL", "postgresql://bot:hunter2@host/bot")
    monkeypatch.setenv("BOT_SEARCH__OPENSEARCH__USERNAME", "bot")
    monkeypatch.setenv("BOT_SEARCH__OPENSEARCH__PASSWORD", "hunter2")
    shown = f"{load_config()!r} {load_config()}"
    assert TOKEN not in shown
    assert "hunter2" not in shown


def test_an_error_never_shows_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token put under the wrong key is not echoed, neither in the message nor in its causes."""
    monkeypatch.setenv("BOT_TELEGRAM__MODE", TOKEN)
    with pytest.raises(ConfigError) as caught:
        load_config()
    assert TOKEN not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_credential_in_an_address_is_refused_and_not_shown(tmp_path: Path) -> None:
    """Addresses are printed and logged; credentials have keys of their own."""
    path = written(tmp_path, '[search.opensearch]\nhosts = ["https://bot:hunter2@search.example:9200"]\n')
    with pytest.raises(ConfigError, match="username and password") as caught:
        load_config(path)
    assert "hunter2" not in str(caught.value)


def test_the_token_is_read_from_its_file(tmp_path: Path) -> None:
    """token_file holds the token and a line end; an explicit token wins over it."""
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n", encoding="utf-8")
    read = load_config(None, telegram={"token_file": file}).telegram.read_token()
    both = load_config(None, telegram={"token_file": file, "token": "1:x"}).telegram.read_token()
    assert read is not None
    assert read.get_secret_value() == TOKEN
    assert both is not None
    assert both.get_secret_value() == "1:x"
    assert Config().telegram.read_token() is None


def test_an_unusable_token_file_is_a_config_error(tmp_path: Path) -> None:
    """A missing, empty or binary token file is named, its content is not shown."""
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text(" \n", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe\xfa")
    for file in (tmp_path / "none", empty, binary):
        with pytest.raises(ConfigError, match=r"telegram\.token_file"):
            load_config(None, telegram={"token_file": file}).telegram.read_token()
