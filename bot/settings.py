"""Settings, from `FAGTRAAD_…` variables or a `.env` file. A bad value stops the start, saying which and why."""

import base64
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from bot import chats
from bot.secret_files import trouble_with
from bot.sources import ENV_FILE, PREFIX, SourcedSettings
from bot.web_settings import WebSettings

KEY_BYTES = 32  # AES-256
KEY_NAME = re.compile(r"[a-z0-9_-]{1,40}")
CHAT_NAME = re.compile(r"[a-z]+")
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


def _comma_separated(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Settings(WebSettings):
    """What an operator decides. Nothing here is read anywhere but at start."""

    database_url: str = Field(
        "sqlite+aiosqlite:///var/fagtraad.db",
        repr=False,  # it may hold a password
        description="Where everything is kept: sqlite+aiosqlite:///PATH or postgresql+asyncpg://USER:PASSWORD@HOST/NAME",
    )
    chats: Annotated[list[str], NoDecode] = Field(["web"], description="Chat platforms, comma-separated: web, slack")
    keys: SecretStr = Field(
        SecretStr(""),
        description="Wrapping keys, newest first, comma-separated, NAME:BASE64 (`fagtraad check --new-key` makes one)",
    )
    ledger_path: Path = Field(
        Path("var/erasures.jsonl"),
        description="The erasure ledger: on another disk than the database, and never restored with it",
    )
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8080, ge=1, le=65535, description="Port to listen on")
    secrets_dir: Path | None = Field(
        None,
        description="A folder of files that each hold one setting, named as it is in small letters: fagtraad_keys",
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Port of /metrics, for Prometheus; without it there are none"
    )
    metrics_host: str = Field("127.0.0.1", description="Address of /metrics")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="How much is logged; never texts"
    )
    keep_inbox_days: int = Field(30, ge=1, description="Days that a handled event's key is kept; it holds no text")
    keep_notices_days: int = Field(
        90, ge=7, description="Days that a notice is kept once it was sent or came to nothing"
    )
    keep_audit_days: int = Field(1826, ge=1, description="Days that who did what is kept; five years, yours to decide")
    keep_finished_items_days: int = Field(730, ge=1, description="Days until a done or removed item loses its words")
    keep_handled_breaches_days: int = Field(
        365, ge=1, description="Days that a possible breach is kept once it was handled"
    )
    erase_closed_cases_days: int | None = Field(
        None, ge=1, description="Days until a closed case is erased; without it none is, since archiving is your duty"
    )
    demo: bool = Field(False, description="The demo: anyone may be anybody, so it binds to loopback alone")

    _chats = field_validator("chats", mode="before")(_comma_separated)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        """Its own words, since those of the parser show pieces of what may be a password."""
        from sqlalchemy import make_url  # heavy, and `fagtraad guard` has no use for it
        from sqlalchemy.exc import ArgumentError

        try:
            parts = make_url(url)
        except (ArgumentError, ValueError):
            parts = None
        if parts is None or parts.drivername not in DRIVERS:
            raise ValueError(
                "must be sqlite+aiosqlite:///PATH or postgresql+asyncpg://USER:PASSWORD@HOST/NAME "
                "(write @ : / in a password as %40 %3A %2F)"
            )
        if parts.drivername == DRIVERS[0] and parts.database in (None, "", ":memory:"):
            raise ValueError("must name a file: sqlite+aiosqlite:///PATH")
        return url

    @field_validator("chats")
    @classmethod
    def _named_chats(cls, chats: list[str]) -> list[str]:
        if not chats:
            raise ValueError("must name at least one chat, such as web")
        if not all(CHAT_NAME.fullmatch(name) for name in chats):
            raise ValueError("must be names of chats in small letters, comma-separated")
        return chats

    @field_validator("keys")
    @classmethod
    def _readable_keys(cls, keys: SecretStr) -> SecretStr:
        parse_keys(keys.get_secret_value())
        return keys

    @field_validator("secrets_dir")
    @classmethod
    def _all_read(cls, folder: Path | None) -> Path | None:
        """A secret that is not there when it is needed must not become a default."""
        if folder is not None and (trouble := trouble_with(folder, _known())):
            raise ValueError(trouble)
        return folder

    @model_validator(mode="after")
    def _demo_stays_at_home(self) -> "Settings":
        if self.demo and self.host not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("FAGTRAAD_HOST: the demo lets anyone be anybody, so it serves 127.0.0.1 alone")
        return self

    @cached_property
    def wrapping_keys(self) -> dict[str, bytes]:
        """Name → 32 bytes, newest first."""
        return parse_keys(self.keys.get_secret_value())


def parse_keys(text: str) -> dict[str, bytes]:
    """Name → 32 bytes. An error tells which key by its position, and shows no part of it: what looks like a name may
    be the key itself."""
    keys: dict[str, bytes] = {}
    for number, part in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        name, colon, encoded = part.partition(":")
        if not colon or not KEY_NAME.fullmatch(name):
            raise ValueError(f"key {number} must be NAME:BASE64, its name 1 to 40 of a-z 0-9 _ -")
        if name in keys:
            raise ValueError(f"key {number} has the name of one before it")
        keys[name] = _decoded(encoded, number)
    return keys


def _decoded(encoded: str, number: int) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:  # binascii.Error is one; a letter outside ASCII is another
        raise ValueError(f"key {number} is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"key {number} must be {KEY_BYTES} bytes, it is {len(key)}")
    return key


def unknown_variables() -> list[str]:
    """Names that look like settings and are none: a slip of the hand would otherwise leave the default in force."""
    known = {PREFIX + name.upper() for name in _known()}
    names = {name.upper() for name in (*os.environ, *dotenv_values(ENV_FILE))}
    return sorted(name for name in names if name.startswith(PREFIX) and name not in known)


def _known() -> set[str]:
    """Every setting without its prefix, those of all chats too, whichever are in use: keys, slack_bot_token."""
    classes: list[type[SourcedSettings]] = [Settings, *chats.setting_classes()]
    return {name.removeprefix(PREFIX).lower() for each in classes for name in chats.variables(each)}
