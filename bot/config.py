"""The configuration: defaults < TOML file < environment (``BOT_TELEGRAM__TOKEN``) < command line.

``Config()`` is the defaults and reads nothing; ``load_config`` reads the file and the environment.
Everything wrong becomes one ConfigError that names each key and where it was set, and never its value:
a value may be a secret.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_state_path
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from bot.errors import ConfigError

PREFIX, DELIMITER = "BOT_", "__"

_PATHS = (
    ("state_dir",),
    ("telegram", "token_file"),
    ("telegram", "webhook_certificate"),
    ("telegram", "webhook_key"),
    ("knowledge", "path"),
    ("search", "opensearch", "ca_file"),
)
"""Keys, each under its tables, that are paths: in a file they are relative to the file."""

UiLocale = Literal["auto", "zh-Hans", "zh-Hant", "en"]


def _http_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("should start with http:// or https://")
    return url


def _https_url(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError("should start with https:// — Telegram calls no other")
    return url


def _address(listen: str) -> str:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("should be host:port, for example 127.0.0.1:9090")
    return listen


def _secret_token(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret.get_secret_value()):
        raise ValueError("should be 16 to 256 characters of A-Z, a-z, 0-9, _ and -")
    return secret


HttpUrl = Annotated[str, AfterValidator(_http_url)]
HttpsUrl = Annotated[str, AfterValidator(_https_url)]
Address = Annotated[str, AfterValidator(_address)]
UserPath = Annotated[Path, AfterValidator(Path.expanduser)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class TelegramConfig(_Table):
    """``[telegram]``: how the bot reaches a Bot API server."""

    token: SecretStr | None = None
    token_file: UserPath | None = None
    base_url: HttpUrl = "https://api.telegram.org/bot"
    base_file_url: HttpUrl = "https://api.telegram.org/file/bot"
    mode: Literal["polling", "webhook"] = "polling"
    owners: tuple[int, ...] = ()
    webhook_url: HttpsUrl | None = None
    webhook_listen: Address = "127.0.0.1:8443"
    webhook_path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9_/-]+$")] | None = None
    webhook_secret: Annotated[SecretStr, AfterValidator(_secret_token)] | None = None
    webhook_certificate: UserPath | None = None
    webhook_key: UserPath | None = None

    def read_token(self) -> SecretStr | None:
        """The token itself or what ``token_file`` holds; None where neither is set.

        Raises ConfigError where the file cannot be read or is empty; the message never holds the token.
        """
        if self.token is not None or self.token_file is None:
            return self.token
        try:
            token = self.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"telegram.token_file: cannot read {self.token_file}: {_reason(error)}") from None
        if not token:
            raise ConfigError(f"telegram.token_file: {self.token_file} is empty — put the token into it")
        return SecretStr(token)


class KnowledgeConfig(_Table):
    """``[knowledge]``: where it is (None: it comes with the program), whether ``serve`` watches it, how many
    published states are kept, and whether each becomes a git commit."""

    path: UserPath | None = None
    watch: bool = False
    keep: int = Field(default=20, ge=2)
    commit: bool = False


def _no_credentials(url: str) -> str:
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise ValueError("should hold no user name and password — put them into username and password")
    return url


class OpenSearchConfig(_Table):
    """``[search.opensearch]``: the cluster, how to be let in, and the indexes in it."""

    hosts: tuple[Annotated[HttpUrl, AfterValidator(_no_credentials)], ...] = Field(
        default=("http://localhost:9200",), min_length=1
    )
    username: str | None = None
    password: SecretStr | None = None
    api_key: SecretStr | None = None
    ca_file: UserPath | None = None
    verify: bool = True
    shards: int = Field(default=1, ge=1)
    replicas: int = Field(default=1, ge=0)
    index_prefix: str = Field(default="investor-bot", pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=100)
    timeout_seconds: float = Field(default=2.0, gt=0)
    keep: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _one_way_in(self) -> OpenSearchConfig:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password should be set together")
        if self.username is not None and self.api_key is not None:
            raise ValueError("should have username and password, or api_key, not both")
        return self


class SearchConfig(_Table):
    """``[search]``: which engine finds the candidate passages, and which while that one is away."""

    engine: Literal["auto", "memory", "tantivy", "opensearch"] = "auto"
    fallback: Literal["none", "auto", "memory", "tantivy"] = "none"
    opensearch: OpenSearchConfig = OpenSearchConfig()


class StoreConfig(_Table):
    """``[store]``: where the bot remembers (empty: SQLite in ``state_dir``), and for how long.

    The URL is a secret because it may hold a password.
    """

    url: SecretStr = SecretStr("")
    retention_days: PositiveInt = 90


class UiConfig(_Table):
    """``[ui]``: the language of labels and notes; ``auto`` follows the question."""

    locale: UiLocale = "auto"


class ObserveConfig(_Table):
    """``[observe]``: the endpoint for health and metrics; ``listen`` empty opens none."""

    listen: Address | Literal[""] = ""
    unreachable_after: float = Field(default=120.0, ge=60)  # idle polling is silent for half a minute


class LogConfig(_Table):
    """``[log]``: what goes to standard error. ``personal`` shows texts, names and ids of people."""

    format: Literal["text", "json"] = "text"
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    personal: bool = False


class LimitsConfig(_Table):
    """``[limits]``: how much one person may ask; 0 is no limit."""

    questions_per_minute: int = Field(default=20, ge=0)
    question_characters: int = Field(default=500, ge=0)


class AccessConfig(_Table):
    """``[access]``: ids of people and chats; an empty ``allow`` allows everybody, ``deny`` wins."""

    allow: tuple[int, ...] = ()
    deny: tuple[int, ...] = ()


class Config(BaseSettings):
    """Everything that can be set. ``config.example.toml`` explains each key (a test holds them together)."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, env_ignore_empty=True, extra="forbid", frozen=True
    )

    state_dir: UserPath = Field(default_factory=lambda: user_state_path("investor-bot"))
    telegram: TelegramConfig = TelegramConfig()
    knowledge: KnowledgeConfig = KnowledgeConfig()
    search: SearchConfig = SearchConfig()
    store: StoreConfig = StoreConfig()
    ui: UiConfig = UiConfig()
    observe: ObserveConfig = ObserveConfig()
    log: LogConfig = LogConfig()
    limits: LimitsConfig = LimitsConfig()
    access: AccessConfig = AccessConfig()

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what ``load_config`` hands over: reading the environment is explicit."""
        return (sources["init_settings"],)


def load_config(path: Path | None = None, **overrides: Any) -> Config:
    """The configuration from the TOML file ``path`` (None: no file), the environment and ``overrides``.

    ``overrides`` win over everything and have the shape of the file: ``knowledge={"path": …}``.
    Relative paths in the file are relative to the file's folder, elsewhere to the working directory.
    Raises ConfigError that lists every wrong key with the file or the variable that set it.
    """
    file = {} if path is None else _read_toml(path)
    environment = _read_environment()
    values = _merged(_merged(_anchored(file, path), environment), overrides)
    try:
        return Config(**values)
    except ValidationError as error:
        # "from None": pydantic's message shows the value, which may be the token
        raise ConfigError("\n".join(_explain(error, path, environment, overrides))) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot read the configuration file: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)


def _anchored(file: Mapping[str, Any], path: Path | None) -> dict[str, Any]:
    """The file's values with its relative paths made absolute, from the folder that the file lies in."""
    values = _merged({}, file)
    for *tables, key in _PATHS:
        home: Any = values
        for table in tables:
            home = home.get(table) if isinstance(home, dict) else None
        if path is not None and isinstance(home, dict) and isinstance(home.get(key), str):
            home[key] = path.resolve().parent / Path(home[key]).expanduser()
    return values


def _read_environment() -> dict[str, Any]:
    _refuse_unknown_tables()
    try:
        return dict(EnvSettingsSource(Config)())
    except SettingsError as error:
        field = str(error).split('"')[1:2]
        names = ", ".join(_variables(field[0] if field else "")) or PREFIX + "…"
        raise ConfigError(f"{names}: cannot be read — tables and lists are JSON, for example [123, 456]") from None


def _refuse_unknown_tables() -> None:
    tables = set(Config.model_fields)
    for name in os.environ:
        table, delimiter, _ = name.upper().removeprefix(PREFIX).partition(DELIMITER)
        if name.upper().startswith(PREFIX) and delimiter and table.lower() not in tables:
            known = ", ".join(sorted(tables))
            raise ConfigError(f"{name}: unknown table {table.lower()!r} — the tables are {known}")


def _variables(field: str) -> list[str]:
    start = (PREFIX + field).upper()
    return sorted(name for name in os.environ if name.upper().startswith(start))


def _merged(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(low)
    for key, value in high.items():
        below = result.get(key)
        table = below if isinstance(below, Mapping) else {}
        result[key] = _merged(table, value) if isinstance(value, Mapping) else value
    return result


def _explain(
    error: ValidationError, path: Path | None, environment: Mapping[str, Any], overrides: Mapping[str, Any]
) -> Iterator[str]:
    for detail in error.errors(include_input=False, include_url=False):
        loc = tuple(str(part) for part in detail["loc"])
        owner, key = _owner(loc)
        if _has(overrides, key):
            where = "command line"
        elif _has(environment, key):
            where = "environment variable " + (PREFIX + DELIMITER.join(key)).upper()
        else:
            where = str(path)
        yield f"{where}: {'.'.join(loc)}: {_wrong(detail['type'], detail['msg'], owner)}"


def _owner(loc: tuple[str, ...]) -> tuple[type[BaseModel], tuple[str, ...]]:
    """The table that holds the key at ``loc``, and the key with its tables, without a place in a list."""
    owner: type[BaseModel] = Config
    for depth, part in enumerate(loc, 1):
        field = owner.model_fields.get(part)
        inner = field.annotation if field else None
        if depth == len(loc) or not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return owner, loc[:depth]
        owner = inner
    return owner, loc


def _wrong(kind: str, message: str, owner: type[BaseModel]) -> str:
    if kind != "extra_forbidden":
        return message.removeprefix("Value error, ")
    return "unknown key — the known ones are " + ", ".join(owner.model_fields)


def _has(values: Any, loc: tuple[str, ...]) -> bool:
    for part in loc:
        if not isinstance(values, Mapping) or part not in values:
            return False
        values = values[part]
    return True
