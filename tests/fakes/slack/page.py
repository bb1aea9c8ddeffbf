"""A page to look and act in: one chooses who one is, reads what that person sees, and does what that person may."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.fakes.slack import typed
from tests.fakes.slack.api_files import seen_by
from tests.fakes.slack.eyes import AppFailed, NotPossible
from tests.fakes.slack.things import Channel, Json, Message, Upload, User, View
from tests.fakes.slack.values import at_first, fields

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack

Act = Callable[["FakeSlack", str, Json], Awaitable[Any]]


def routes(slack: "FakeSlack") -> list[Route]:
    async def show(request: Request) -> Response:
        return HTMLResponse(Path(__file__).with_name("page.html").read_text())

    async def look(request: Request) -> Response:
        asked = request.query_params
        return JSONResponse(seen(slack, asked.get("user", ""), asked.get("channel", "")))

    async def act(request: Request) -> Response:
        wish = json.loads(await request.body())
        try:
            await ACTS[wish["act"]](slack, wish["user"], wish)
        except (NotPossible, AppFailed, KeyError, ValueError) as problem:
            return JSONResponse({"problem": str(problem)})
        return JSONResponse({})

    async def file(request: Request) -> Response:
        user = slack.workspace.user(request.query_params["user"])
        wanted = slack.workspace.files.get(request.path_params["id"])
        if wanted is None or not seen_by(slack.workspace, user, wanted):
            return Response("not found", 404)
        # Always saved, never shown: what people and the app send is not this page's own.
        return Response(
            wanted.content, media_type="application/octet-stream", headers={"Content-Disposition": "attachment"}
        )

    return [
        Route("/", show),
        Route("/page/look", look),
        Route("/page/act", act, methods=["POST"]),
        Route("/page/file/{id}/{name:path}", file),
    ]


# ---------------------------------------------------------------- looking


def seen(slack: "FakeSlack", name: str, channel: str) -> Json:
    workspace = slack.workspace
    people = [user for user in workspace.users.values() if not user.is_bot and not user.deleted]
    if not people:
        return {"people": []}
    user = workspace.users.get(name, people[0])
    rooms = [c for c in workspace.channels.values() if user.id in c.members and c.direct_with is None]
    direct = workspace.direct(user)
    here = workspace.channels.get(channel, rooms[0] if rooms else direct)
    here = here if user.id in here.members else direct
    home, modal = slack.people.home(user.id), slack.people.modal(user.id)
    return {
        "people": [{"id": each.id, "name": each.real_name} for each in people],
        "user": user.id,
        "channels": [_channel(slack, each) for each in [*rooms, direct]],
        "channel": here.id,
        "messages": [_message(slack, user, m) for m in _in_threads(slack, user, here)],
        "home": home and _view(home),
        "modal": modal and _view(modal),
        "shortcuts": _shortcuts(workspace.manifest),
        "names": {each.id: each.real_name for each in workspace.users.values()}
        | {each.id: each.name for each in workspace.channels.values()},
    }


def _channel(slack: "FakeSlack", channel: Channel) -> Json:
    if channel.direct_with:
        return {"id": channel.id, "name": slack.workspace.bot.real_name}
    return {"id": channel.id, "name": f"{'🔒' if channel.private else '#'}{channel.name}"}


def _in_threads(slack: "FakeSlack", user: User, channel: Channel) -> list[Message]:
    """Every root followed by its replies."""
    seen = [m for m in channel.messages if m.only_for in (None, user.id)]
    roots = {message.ts for message in seen if not message.is_reply}
    return sorted(seen, key=lambda m: (m.thread_ts if m.thread_ts in roots else m.ts, m.ts))


def _message(slack: "FakeSlack", user: User, message: Message) -> Json:
    workspace = slack.workspace
    who = workspace.users.get(message.user)
    return {
        "ts": message.ts,
        "who": who.real_name if who else message.user or "another app",
        "mine": message.user == user.id,
        "text": typed.read(workspace, message.text),
        "blocks": message.blocks,
        "reply": message.is_reply,
        "private": message.only_for is not None,
        "edited": message.edited is not None,
        "reactions": {name: len(users) for name, users in message.reactions.items()},
        "files": [{"id": file.id, "name": file.name, "alt": file.alt_txt} for file in message.files],
    }


def _view(view: View) -> Json:
    values = [
        [
            block["block_id"],
            element["action_id"],
            view.typed.get((block["block_id"], element["action_id"]), at_first(element)),
        ]
        for block, element in fields(view.body)
    ]
    return {"id": view.id, "hash": view.hash, "body": view.body, "problems": view.problems, "values": values}


def _shortcuts(manifest: Json | None) -> list[Json]:
    return list((manifest or {}).get("features", {}).get("shortcuts", []))


# ---------------------------------------------------------------- acting


def _found(slack: "FakeSlack", wish: Json) -> Message:
    channel = slack.workspace.channels[wish["channel"]]
    for message in channel.messages:
        if message.ts == wish["ts"]:
            return message
    raise NotPossible("the message is gone")


async def _say(slack: "FakeSlack", user: str, wish: Json) -> None:
    text, channel = wish["text"].strip(), wish["channel"]
    uploads = _uploads(wish.get("files", []))
    if wish.get("ts"):
        await slack.people.reply(user, _found(slack, wish), text, files=uploads)
    elif text.startswith("/") and not uploads:
        await slack.people.slash(user, channel, text)
    else:
        await slack.people.say(user, channel, text, files=uploads)


async def _press(slack: "FakeSlack", user: str, wish: Json) -> None:
    what = (wish["block"], wish["action"])
    option = wish.get("option") or ""
    if wish.get("in") == "home":
        await slack.people.press_in_home(user, what, option)
    elif wish.get("in") == "modal":
        _fill(slack, user, wish)
        await slack.people.press_in_view(user, what, option)
    else:
        await slack.people.press(user, _found(slack, wish), what, option)


def _fill(slack: "FakeSlack", user: str, wish: Json) -> None:
    values: dict[tuple[str, str], Any] = {}
    for block, action, value in wish.get("values", []):
        is_files = isinstance(value, list) and value and isinstance(value[0], dict)
        values[(block, action)] = _uploads(value) if is_files else value
    slack.people.fill(user, values)


async def _submit(slack: "FakeSlack", user: str, wish: Json) -> None:
    _fill(slack, user, wish)
    await slack.people.submit(user)


def _uploads(sent: list[Json]) -> list[Upload]:
    try:
        return [Upload(each["name"], base64.b64decode(each["content"])) for each in sent]
    except binascii.Error as error:
        raise NotPossible("the file did not arrive whole") from error


async def _close(slack: "FakeSlack", user: str, wish: Json) -> None:
    await slack.people.close(user, all=bool(wish.get("all")))


async def _edit(slack: "FakeSlack", user: str, wish: Json) -> None:
    await slack.people.edit(user, _found(slack, wish), wish["text"])


async def _delete(slack: "FakeSlack", user: str, wish: Json) -> None:
    await slack.people.delete(user, _found(slack, wish))


async def _react(slack: "FakeSlack", user: str, wish: Json) -> None:
    message = _found(slack, wish)
    given = user in message.reactions.get(wish["name"], [])
    await (slack.people.unreact if given else slack.people.react)(user, message, wish["name"])


async def _shortcut(slack: "FakeSlack", user: str, wish: Json) -> None:
    if wish.get("ts"):
        await slack.people.message_shortcut(user, _found(slack, wish), wish["callback"])
    else:
        await slack.people.global_shortcut(user, wish["callback"])


async def _home(slack: "FakeSlack", user: str, wish: Json) -> None:
    await slack.people.open_home(user)


ACTS: dict[str, Act] = {
    "say": _say,
    "press": _press,
    "submit": _submit,
    "close": _close,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "shortcut": _shortcut,
    "home": _home,
}
