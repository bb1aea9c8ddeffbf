"""Slack: an internal app of one workspace, by HTTP or Socket Mode. What it hears goes to the core before it is
acknowledged; what the core says goes through the Web API."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.slack.chat import SlackChat
    from bot.core import Core

__all__ = ["create"]


def create(core: "Core") -> "SlackChat":
    """Imports slack_sdk and aiohttp, which nobody without Slack has."""
    from adapters.slack.chat import SlackChat
    from adapters.slack.settings import SlackSettings

    return SlackChat(core, SlackSettings())
