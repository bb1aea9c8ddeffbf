"""files.*, the address files are sent to, and the address they are fetched from."""

from email import message_from_bytes
from email.policy import HTTP

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from tests.fakes.slack.api_chat import remove
from tests.fakes.slack.calls import Call, Refused, method
from tests.fakes.slack.state import Workspace
from tests.fakes.slack.things import Channel, File, Json, User

FILE_MOST = 1_000_000_000  # "file size limit of 1 GB" (docs: working with files)


@method("files.getUploadURLExternal", "files:write")
def upload_url(call: Call) -> Json:
    length, name = call.needed("length"), call.needed("filename")
    if not length.isdigit() or int(length) < 1:
        raise Refused("invalid_arguments")  # "length: size in bytes of the file being uploaded", an integer
    if int(length) > FILE_MOST:
        raise Refused("file_upload_size_restricted")
    alt = call.text("alt_txt")
    if len(alt) > 1000:
        raise Refused("alt_txt_too_large")  # "The alt_txt … exceeds maximum length"
    file = call.workspace.add_file(name, call.workspace.bot.id, alt_txt=alt, length=int(length))
    return {"ok": True, "upload_url": f"{call.slack.address}/upload/v1/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
def complete(call: Call) -> Json:
    wanted = call.structure("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(f, dict) and f.get("id") for f in wanted):
        raise Refused("invalid_arguments")
    files = [call.workspace.files.get(str(each["id"])) for each in wanted]
    if any(f is None or not f.uploaded or f.complete or f.owner != call.workspace.bot.id for f in files):
        raise Refused("file_not_found")  # "Could not find the file from file_id": unknown, not yet sent, or done
    named = call.text("channel_id") or call.text("channels")
    channel = (
        call.channel("channel_id" if call.text("channel_id") else "channels", member=True, open=True) if named else None
    )
    thread = call.text("thread_ts") or None
    if channel and thread:
        root = call.workspace.find_message(channel, thread)
        if root is None or root.is_reply:
            raise Refused("invalid_arguments")  # a thread_ts that is no message to reply to
    done = [file for file in files if file is not None]
    for file, each in zip(done, wanted, strict=True):
        file.title, file.complete = str(each.get("title") or file.name), True
    if channel:
        _share(call, channel, done, thread)
    return {"ok": True, "files": [{"id": file.id, "title": file.title} for file in done]}


def _share(call: Call, channel: Channel, files: list[File], thread: str | None) -> None:
    """A message of its own, by the app, with the files (and initial_comment as its text)."""
    for file in files:
        file.channels.add(channel.id)
    bot, text = call.workspace.bot.id, call.text("initial_comment")
    message = call.workspace.add_message(
        channel, bot, text, files=files, thread_ts=thread, by_app=True, subtype="file_share"
    )
    call.slack.events.said(message)


@method("files.info", "files:read")
def info(call: Call) -> Json:
    file = _file(call)
    return {"ok": True, "file": file.public(call.slack.address, call.workspace.team), "comments": []}


@method("files.delete", "files:write", only_post=True)
def delete(call: Call) -> Json:
    file = _file(call)
    if file.owner != call.workspace.bot.id:
        raise Refused("cant_delete_file")  # "Authenticated user does not have permission to delete this file"
    del call.workspace.files[file.id]
    for channel in call.workspace.channels.values():
        for message in [m for m in channel.messages if file in m.files]:
            message.files.remove(file)
            if not message.files and not message.text:
                remove(call.workspace, channel, message, call.slack.events.deleted)
    return {"ok": True}


def _file(call: Call) -> File:
    file = call.workspace.files.get(call.needed("file"))
    if file is None or not seen_by(call.workspace, call.workspace.bot, file):
        raise Refused("file_not_found")
    return file


def seen_by(workspace: Workspace, user: User, file: File) -> bool:
    """Its owner, those who are in a channel where it is shared, and the app when somebody gave it in a modal."""
    if file.owner == user.id or (user is workspace.bot and file.given_to_app):
        return True
    return any(user.id in workspace.channels[channel].members for channel in file.channels)


# ---------------------------------------------------------------- addresses


async def upload(workspace: Workspace, request: Request) -> Response:
    """Raw bytes or one file in a multipart form (docs: files.getUploadURLExternal). No token: the address is secret."""
    file = workspace.files.get(request.path_params["id"])
    if file is None or file.uploaded:
        return PlainTextResponse("not found", 404)
    content = _content(await request.body(), request.headers.get("content-type", ""))
    if len(content) != file.length:
        return PlainTextResponse("length does not match what was declared", 400)
    file.content, file.uploaded = content, True
    return PlainTextResponse(f"OK - {file.length}")


def _content(body: bytes, content_type: str) -> bytes:
    if not content_type.startswith("multipart/form-data"):
        return body
    whole = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body, policy=HTTP)
    parts = [part.get_payload(decode=True) for part in whole.iter_parts()]
    return next((part for part in parts if isinstance(part, bytes)), b"")


async def download(workspace: Workspace, request: Request) -> Response:
    """docs: files: url_private_download needs `Authorization: Bearer` and files:read. Without it Slack does not refuse:
    it sends to a sign-in page, and who saves the answer has saved a web page."""
    file = workspace.files.get(request.path_params["id"].partition("-")[2])
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    allowed = bearer == workspace.bot_token and "files:read" in workspace.scopes
    if not allowed:
        return RedirectResponse(f"/?redir={request.url.path}", 302)
    if file is None or not seen_by(workspace, workspace.bot, file):
        return PlainTextResponse("not found", 404)
    kind = file.public("", workspace.team)["mimetype"]
    return Response(file.content, media_type=str(kind))
