"""The app as Slack wants it described (`fagtraad manifest slack`): what is asked for is what is used, and no more.

Format: https://docs.slack.dev/reference/app-manifest
"""

from collections.abc import Mapping
from typing import Any

from adapters.slack.commands import global_shortcuts, message_shortcuts, slash_commands
from adapters.slack.settings import SlackSettings
from bot.feature import Features, Shortcut
from bot.language import _, speaking
from bot.settings import Settings

EVENTS_PATH = "/slack/events"  # everything Slack sends comes here
SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "reactions:read",
    "users:read",
)
EVENTS = (
    "app_home_opened",
    "app_mention",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "team_join",
    "user_change",
)
NAME = "Fagtråd"
HANDLE = "fagtraad"  # the bot's own name may have a-z, 0-9, "-", "_" and "." alone
DESCRIPTION = "Fagnettverkets hukommelse mellom møtene: kasus, oppgaver, påminnelser og søk."
LONG_DESCRIPTION = (
    "Fagtråd husker det som skjer mellom møtene i et klinisk fagnettverk. Oppgaver får eier og frist, og blir minnet "
    "om. Kasusspørsmål sjekkes for personopplysninger før de lagres, hvis virksomheten har slått dem på i Slack. Det "
    "nettverket har lært, kan søkes fram igjen. Bare de som skal se det, ser det. Skriv «/fagtraad hjelp» for å se "
    "hva du kan gjøre, eller åpne Fagtråd under «Apper» for å se det som er ditt."
)
OPENS_FORM = "Åpner et skjema som bare du ser"
ON_MESSAGE = "Gjelder meldingen du velger"


def manifest(features: Features, settings: Settings) -> Mapping[str, Any]:
    """Raises `ValueError` where Slack is to call us, and nobody has said at which address."""
    socket = SlackSettings().mode == "socket"
    if not socket and not settings.public_url.startswith("https://"):
        raise ValueError(
            "Slack må nå oss på en https-adresse: si hvilken med «--url https://fagtraad.example.no» eller "
            "FAGTRAAD_PUBLIC_URL. Med FAGTRAAD_SLACK_MODE=socket trengs ingen."
        )
    url = "" if socket else settings.public_url + EVENTS_PATH
    called_at = {"request_url": url} if url else {}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": DESCRIPTION,
            "long_description": LONG_DESCRIPTION,
            "background_color": "#1f3a5f",
        },
        "features": _features(features, url),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**called_at, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **called_at},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def _features(features: Features, url: str) -> dict[str, Any]:
    commands = [
        {
            "command": each.name,
            "description": each.description,
            "usage_hint": each.usage,
            "should_escape": True,  # «@Kari» comes as <@U…>, which says which Kari
            **({"url": url} if url else {}),
        }
        for each in slash_commands(features)
    ]
    return {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": HANDLE, "always_online": True},
        "slash_commands": commands,
        "shortcuts": [
            *(_shortcut(each, "global", OPENS_FORM) for each in global_shortcuts(features)),
            *(_shortcut(each, "message", ON_MESSAGE) for each in message_shortcuts(features)),
        ],
    }


def _shortcut(shortcut: Shortcut, kind: str, description: str) -> dict[str, str]:
    with speaking("nb"):
        return {"name": _(shortcut.label), "type": kind, "callback_id": shortcut.does, "description": description}
