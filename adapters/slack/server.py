"""The door that Slack calls over HTTP. Whoever knocks shows Slack's signature before a word is read."""

import asyncio
import hashlib
import hmac
import json
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import structlog
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from adapters.slack.chat import SlackChat

log = structlog.get_logger()

LARGEST = 1024 * 1024  # bytes: a form with all that fits into it is some 300 kB
SLOWEST = 10.0  # seconds that a body may take: Slack itself gives up after three
OLDEST = 300  # seconds: https://docs.slack.dev/authentication/verifying-requests-from-slack
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_FIELDS = 100
CHECK = {b"ssl_check", b"token"}  # the fields of a certificate check
LONGEST_CHECK = 200  # bytes
OBJECTS = ("event", "view", "container", "message")


class TooLarge(Exception):
    pass


def create_app(chat: "SlackChat") -> Starlette:
    """Events, commands, presses and forms come to one address. In Socket Mode nobody calls, and the door is shut."""
    if chat.settings.mode == "socket":
        return Starlette()

    async def events(request: Request) -> Response:
        try:
            async with asyncio.timeout(SLOWEST):
                body = await _read(request)
        except TooLarge:
            return Response(status_code=413)
        except TimeoutError:
            return Response(status_code=408)
        except ClientDisconnect:
            return Response(status_code=400)
        secret = chat.settings.signing_secret.get_secret_value()
        if not is_signed(secret, request.headers, body, time.time()):
            if is_certificate_check(body):
                return Response()
            log.warning("not signed by slack")
            return Response(status_code=401)
        payload = parsed(body)
        if payload is None:
            return Response(status_code=400)
        return await _dispatched(chat, payload)

    return Starlette(routes=[Route("/events", events, methods=["POST"])])


async def _dispatched(chat: "SlackChat", payload: dict[str, Any]) -> Response:
    """What fails in a listener is answered by `bolt`. Bolt itself looks into a payload for what it is, and falls over
    what lacks a part.

    It gets what we have read, as in Socket Mode: its own reading takes a slash command with the word "payload" in it
    for an empty one. The headers stay here: nobody signed them, and some of them tell Bolt what to do."""
    try:
        asked = AsyncBoltRequest(body=payload, mode="socket_mode")
        return to_starlette_response(await chat.bolt.async_dispatch(asked))
    except (LookupError, AttributeError, TypeError, ValueError, RecursionError) as error:
        log.warning("not readable", error=type(error).__name__)
        return Response(status_code=400)


async def _read(request: Request) -> bytes:
    """Stops at the limit: the rest of a large body never reaches memory."""
    told = request.headers.get("content-length", "")
    if _TIMESTAMP.fullmatch(told) and int(told) > LARGEST:
        raise TooLarge
    taken = bytearray()
    async for chunk in request.stream():
        taken += chunk
        if len(taken) > LARGEST:
            raise TooLarge
    return bytes(taken)


def is_signed(secret: str, headers: Any, body: bytes, now: float) -> bool:
    """By Slack, for us, in the last five minutes."""
    timestamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not secret or not _TIMESTAMP.fullmatch(timestamp) or abs(now - int(timestamp)) > OLDEST:
        return False
    wanted = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={wanted}".encode(), signature.encode("latin-1", "replace"))


def is_certificate_check(body: bytes) -> bool:
    """Slack looks at our certificate now and then, asks for a 200, and does not sign: nothing is read, nothing is done.
    https://docs.slack.dev/interactivity/implementing-slash-commands, https://github.com/slackapi/bolt-js/issues/1397"""
    told = body.split(b"&") if len(body) <= LONGEST_CHECK else []
    return b"ssl_check=1" in told and {each.partition(b"=")[0] for each in told} <= CHECK


def parsed(body: bytes) -> dict[str, Any] | None:
    """JSON, a form that carries JSON, or a slash command's form; None where it is none of them."""
    try:
        text = body.decode()
        if text.lstrip().startswith("{"):
            found = json.loads(text)
        else:
            form = parse_qs(text, keep_blank_values=True, strict_parsing=True, max_num_fields=_FIELDS)
            fields = {name: values[0] for name, values in form.items()}
            found = json.loads(fields["payload"]) if "payload" in fields else fields
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found and _is_shaped(found) else None


def _is_shaped(payload: dict[str, Any]) -> bool:
    """As far as Bolt takes for granted when it asks whose payload this is."""
    objects = all(isinstance(payload[name], dict) for name in OBJECTS if payload.get(name) is not None)
    actions = payload.get("actions") or []
    listed = isinstance(actions, list) and all(isinstance(each, dict) for each in actions)
    kinds = (payload.get("type", ""), (payload.get("event") or {"type": ""}).get("type") if objects else None)
    return objects and listed and all(isinstance(kind, str) for kind in kinds)
