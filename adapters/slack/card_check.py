"""`fagtraad check --slack-cards`: Slack itself is asked whether it would take our cards and forms, by `blocks.validate`
(https://docs.slack.dev/reference/methods/blocks.validate). It shows them to nobody."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.slack.blocks import TooMuch, home, pages, rendered
from adapters.slack.forms import Hidden, view
from adapters.slack.settings import PREFIX, SHOULD, SlackSettings, missing_packages
from bot.chat.message import Form, Message
from bot.chat.port import Place
from bot.errors import ChatError, RateLimited, Rejected

MOST_WAITS = 10  # for one sample, however long Slack asks for
REFUSED = frozenset({"invalid_blocks", "invalid_message", "invalid_view", "invalid_blocks_format"})
NOWHERE = Place("slack", "C0")
SHOWN = 3  # faults of one sample


def lacks() -> str:
    """What must be set or installed first; "" where nothing must."""
    if not SlackSettings().bot_token.get_secret_value():
        return f"{PREFIX}BOT_TOKEN mangler, og {SHOULD['bot_token']}"
    return "".join(missing_packages())


async def check_cards(samples: Mapping[str, Message | Form]) -> Sequence[str]:
    """A line for each that is refused: its name, and where in it what is wrong. Raises `ValueError`."""
    from adapters.slack.outbound import Api  # brings slack_sdk and aiohttp

    settings = SlackSettings()
    token = settings.bot_token.get_secret_value()
    api = Api(token, settings.api_url)
    await api.open()
    try:
        return [line for name, said in samples.items() if (line := await _refusal(api, name, said))]
    finally:
        await api.close()


async def _refusal(api: Any, name: str, said: Message | Form) -> str:
    try:
        for asked in _payloads(said):
            if fault := await _asked(api, asked):
                return f"{name}: {fault}"
    except TooMuch:
        return f"{name}: for mye for Slack"
    return ""


def _payloads(said: Message | Form) -> list[dict[str, str]]:
    """As a message, over several messages, and as a page of one's own; a form as a modal."""
    if isinstance(said, Form):
        return [{"view": json.dumps(view(said, Hidden("sample", said.does, said.carries, NOWHERE)))}]
    shown = [json.dumps(each.blocks) for each in (rendered(said), *pages(said)) if each.blocks]
    return [*({"blocks": each} for each in dict.fromkeys(shown)), {"view": json.dumps(home(said))}]


async def _asked(api: Any, asked: Mapping[str, str]) -> str:
    """What Slack has against it; "" for nothing. Waits when Slack says so."""
    for _ in range(MOST_WAITS):
        try:
            return await _answer(api, asked)
        except RateLimited as slow:
            await asyncio.sleep(slow.after)
        except Rejected as refused:
            raise ValueError(f"Slack svarer {refused}: stemmer {PREFIX}BOT_TOKEN?") from None
        except ChatError as away:
            raise ValueError(f"får ikke svar fra Slack ({away}): stemmer {PREFIX}API_URL?") from None
    raise ValueError("Slack tar ikke imot flere spørsmål nå: prøv igjen om en stund")


async def _answer(api: Any, asked: Mapping[str, str]) -> str:
    """Its faults by place and code. What Slack says in words may quote what we sent, so it is left out."""
    from slack_sdk.errors import SlackApiError

    from adapters.slack.errors import chat_errors

    with chat_errors():
        try:
            await api.client.api_call("blocks.validate", data=asked)
        except SlackApiError as error:
            told = error.response.data if isinstance(error.response.data, dict) else {}
            if told.get("error") not in REFUSED:
                raise
            faults = [each for each in told.get("errors") or () if isinstance(each, dict)]
            shown = [f"{each.get('pointer', '')} {each.get('code', '')}".strip() for each in faults[:SHOWN]]
            return ", ".join(filter(None, shown)) or str(told["error"])
    return ""
