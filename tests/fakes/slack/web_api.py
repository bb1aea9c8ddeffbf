"""The door of the Web API: what a request carries, whether its token will do, and which method answers.

Not enforced here: per-method rate tiers (only chat.postMessage's, see `trouble.py`), `link_names`, `parse`, `unfurl_*`,
`mrkdwn`, attachments (refused where they come, since this app has none), and enterprise and Slack Connect rules beyond
people who are strangers.
"""

import inspect
import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.fakes.slack import api_chat, api_conversations, api_files, api_views, socket_mode
from tests.fakes.slack.calls import METHODS, Call, Method, Refused
from tests.fakes.slack.things import Json

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack

_TAUGHT = (api_chat, api_conversations, api_files, api_views, socket_mode)  # importing them fills METHODS


async def answer(slack: "FakeSlack", request: Request) -> Response:
    name = request.path_params["method"]
    arguments, fault = await read(request)
    slack.calls.append((name, {key: value for key, value in arguments.items() if key != "token"}))
    trouble = slack.trouble.of(name)
    if trouble is not None and not trouble.after:
        return await trouble.instead(slack, request)
    try:
        if fault:
            raise Refused(fault)
        told = await _answered(slack, name, arguments, request)
    except Refused as refused:
        told = refused.answer
    if told.get("error") == "ratelimited":
        return limited(1)
    if trouble is not None:
        return await trouble.instead(slack, request)
    scopes = ",".join(sorted(slack.workspace.scopes))
    return JSONResponse(told, headers={"x-oauth-scopes": scopes})


def limited(seconds: int) -> Response:
    """docs: rate limits: "HTTP 429 Too Many Requests … a Retry-After header"."""
    return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers={"Retry-After": str(seconds)})


async def _answered(slack: "FakeSlack", name: str, arguments: Json, request: Request) -> Json:
    method = METHODS.get(name)
    if method is None:
        raise Refused("unknown_method", req_method=name)
    token = _token(slack, method, arguments, request)
    if method.only_post and request.method != "POST":
        raise Refused("invalid_arguments")  # writing is done by POST
    call = Call(slack, name, arguments, token)
    if method.scope:
        call.need_scope(method.scope)
    if arguments.get("attachments"):
        raise Refused("invalid_arguments")
    if slack.trouble.too_fast(name, str(arguments.get("channel")), slack.workspace.clock.now()):
        raise Refused("ratelimited")
    told = method.handler(call)
    return await told if inspect.isawaitable(told) else told


def _token(slack: "FakeSlack", method: Method, arguments: Json, request: Request) -> str:
    sent = request.headers.get("authorization", "")
    token = sent.removeprefix("Bearer ") if sent.startswith("Bearer ") else str(arguments.pop("token", ""))
    if not token:
        raise Refused("not_authed")  # "No authentication token provided"
    if token not in (slack.workspace.bot_token, slack.workspace.app_token):
        raise Refused("invalid_auth")  # "Some aspect of authentication cannot be validated"
    if not token.startswith(method.token):
        raise Refused("not_allowed_token_type")  # "The token type used in this request is not allowed"
    return token


async def read(request: Request) -> tuple[Json, str]:
    """Arguments from the address, a form or JSON (docs: using the Web API), and how they are wrong ("" if not)."""
    arguments: Json = dict(parse_qsl(request.url.query, keep_blank_values=True))
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if not body:
        return arguments, ""
    if kind == "application/json":
        try:
            sent = json.loads(body)
        except ValueError:
            return arguments, "invalid_json"
        if not isinstance(sent, dict):
            return arguments, "json_not_object"
        return arguments | {name: value for name, value in sent.items() if value is not None}, ""
    if kind == "application/x-www-form-urlencoded":
        return arguments | dict(parse_qsl(body.decode(), keep_blank_values=True)), ""
    return arguments, "invalid_post_type"  # "The method was called via a POST with an unknown Content-Type"


__all__ = ["answer", "limited", "read"]
