"""What Slack's Web API answers, as the core knows it. Only Slack's own code is kept: its words may hold ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError

from bot.errors import ChatError, RateLimited, Rejected, Unreachable

# https://docs.slack.dev/reference/methods/chat.postMessage#errors: Slack's own faults, which pass.
PASSING = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
SLOW_DOWN = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
PAUSE = 30.0  # seconds, where Slack asks for one and does not say how long
LONGEST_PAUSE = 3600.0
CODE = 80  # characters: longer is no code of Slack's


class NoAnswerInTime(Unreachable):
    """Our own limit, or what is left of the three seconds that Slack waits."""


@contextmanager
def chat_errors() -> Iterator[None]:
    """Around one call. `from None`: the error from the library quotes the answer."""
    try:
        yield
    except SlackClientError as error:
        raise translated(getattr(error, "response", None)) from None
    except TimeoutError:
        raise NoAnswerInTime("no answer in time") from None
    except (ClientError, OSError, ValueError, AttributeError) as error:
        # ValueError, AttributeError: the library met an answer that is no JSON, such as a proxy's page.
        raise Unreachable(type(error).__name__) from None


def translated(response: Any) -> ChatError:
    """`response` is slack_sdk's, or aiohttp's where the body was no JSON."""
    status: Any = getattr(response, "status_code", None) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    return by_status(int(status), code, getattr(response, "headers", None) or {})


def by_status(status: int, code: str, headers: Any) -> ChatError:
    if status == 429 or code in SLOW_DOWN:
        return RateLimited(_pause(headers))
    if status >= 500 or code in PASSING or not code:
        return Unreachable(code[:CODE] or f"status {status}")
    return Rejected(code[:CODE])


def _pause(headers: Any) -> float:
    try:
        return min(max(float(headers.get("Retry-After", PAUSE)), 0.0), LONGEST_PAUSE)
    except (TypeError, ValueError):
        return PAUSE


def code_of(error: ChatError) -> str:
    """Slack's code, of one that it rejected; "" of every other error."""
    return str(error.args[0]) if isinstance(error, Rejected) and error.args else ""
