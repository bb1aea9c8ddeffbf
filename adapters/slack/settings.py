"""Settings of Slack, from `FAGTRAAD_SLACK_…`. Each refusal says where in Slack the value is found."""

import importlib.util
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, ValidatorFunctionWrapHandler, field_validator
from pydantic_settings import SettingsConfigDict

from bot.sources import SourcedSettings

PREFIX = "FAGTRAAD_SLACK_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PACKAGES = ("slack_bolt", "slack_sdk", "aiohttp")
APP = "api.slack.com/apps → appen"
# What each should be, for whoever has it wrong or not at all.
SHOULD = {
    "bot_token": f"skal være «Bot User OAuth Token», som begynner med xoxb-: {APP} → OAuth & Permissions",
    "signing_secret": f"skal være «Signing Secret»: {APP} → Basic Information → App Credentials",
    "app_token": (
        f"skal være et token som begynner med xapp-, med connections:write: {APP} → Basic Information → "
        "App-Level Tokens"
    ),
    "mode": "skal være http eller socket",
    "api_url": "skal være https://slack.com/api/ (http:// bare på denne maskinen)",
    "cases": "skal være true eller false",
}


class SlackSettings(SourcedSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX)

    bot_token: SecretStr = Field(
        SecretStr(""), description="«Bot User OAuth Token», xoxb-…: in Slack's app under OAuth & Permissions"
    )
    signing_secret: SecretStr = Field(
        SecretStr(""), description="«Signing Secret», needed by http: in Slack's app under Basic Information"
    )
    app_token: SecretStr = Field(
        SecretStr(""), description="An app-level token, xapp-…, with connections:write, needed by socket: same page"
    )
    mode: Literal["http", "socket"] = Field(
        "http", description="Whether Slack calls us (http), or we call Slack and listen there (socket)"
    )
    api_url: str = Field("https://slack.com/api/", description="Where Slack's Web API is; GovSlack has another")
    cases: bool = Field(
        False, description="Whether case texts may be written in Slack: yours to decide, after a risk assessment"
    )

    @field_validator("*", mode="wrap")
    @classmethod
    def _in_our_words(cls, value: Any, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """A refusal tells what the setting should be, and shows no part of what it is."""
        name = str(info.field_name)
        try:
            found = read(value.strip() if isinstance(value, str) else value)
        except ValidationError:
            raise ValueError(SHOULD[name]) from None
        shown = found.get_secret_value() if isinstance(found, SecretStr) else found
        if shown and name in SHAPES and not SHAPES[name](shown):
            raise ValueError(SHOULD[name])
        return found

    @field_validator("api_url", mode="after")
    @classmethod
    def _a_folder(cls, url: str) -> str:
        """slack_sdk puts a method's name right after it."""
        return url if url.endswith("/") else f"{url}/"

    @property
    def needed(self) -> tuple[str, ...]:
        """The settings that this way of being connected cannot do without."""
        return ("bot_token", "app_token") if self.mode == "socket" else ("bot_token", "signing_secret")


def shortcomings() -> list[str]:
    """One line for each value or package that is missing. Raises pydantic's `ValidationError` for what is wrong."""
    settings = SlackSettings()
    found = [
        f"{PREFIX}{name.upper()} mangler, og {SHOULD[name]}"
        for name in settings.needed
        if not getattr(settings, name).get_secret_value()
    ]
    return [*found, *missing_packages()]


def missing_packages() -> list[str]:
    """They are an extra, which nobody without Slack has."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    return [f"FAGTRAAD_CHATS har slack, men {', '.join(missing)} mangler: installer «fagtraad[slack]»"] * bool(missing)


def summary() -> str:
    settings = SlackSettings()
    way = "Socket Mode" if settings.mode == "socket" else "HTTP, Slack kaller /slack/events"
    return f"{way}; kasus er {'slått på' if settings.cases else 'slått av (FAGTRAAD_SLACK_CASES)'}"


def _token(prefix: str) -> Callable[[str], bool]:
    return lambda value: value.startswith(prefix) and len(value) > len(prefix) and _one_word(value)


def _one_word(value: str) -> bool:
    return value.isascii() and value.isprintable() and " " not in value


def _address(value: str) -> bool:
    try:
        found = urlsplit(value)
        host = found.hostname
    except ValueError:
        return False
    plain = not (found.query or found.fragment or "@" in found.netloc)
    return bool(host) and plain and (found.scheme == "https" or (found.scheme == "http" and host in LOOPBACK))


SHAPES = {
    "bot_token": _token("xoxb-"),
    "signing_secret": _one_word,
    "app_token": _token("xapp-"),
    "api_url": _address,
}
SETTINGS = SlackSettings
