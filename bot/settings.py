"""Settings, from `FAGTRAAD_…` variables or a `.env` file. A bad value stops the start, saying which and why."""

import base64
import binascii
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

KEY_BYTES = 32  # AES-256


def _comma_separated(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Settings(BaseSettings):
    """What an operator decides. Nothing here is read anywhere but at start."""

    model_config = SettingsConfigDict(
        env_prefix="FAGTRAAD_", env_file=".env", extra="ignore", hide_input_in_errors=True, frozen=True
    )

    database_url: str = Field(
        "sqlite+aiosqlite:///var/fagtraad.db",
        description="Where everything is kept: sqlite+aiosqlite:///PATH or postgresql+asyncpg://USER:PASSWORD@HOST/NAME",
    )
    chats: Annotated[list[str], NoDecode] = Field(["web"], description="Chat platforms, comma-separated: web")
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
    public_url: str = Field(
        "", description="The address people reach the web pages at, e.g. https://fagtraad.example.no"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="How much is logged; never texts"
    )
    demo: bool = Field(False, description="The demo: anyone may be anybody, so it binds to loopback alone")

    _chats = field_validator("chats", mode="before")(_comma_separated)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
            raise ValueError("must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        return url

    @field_validator("keys")
    @classmethod
    def _readable_keys(cls, keys: SecretStr) -> SecretStr:
        parse_keys(keys.get_secret_value())
        return keys

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
    keys: dict[str, bytes] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError(f"the key named {name[:20]!r} is not base64") from error
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key named {name[:20]!r} must be {KEY_BYTES} bytes, it is {len(key)}")
        keys[name] = key
    return keys
