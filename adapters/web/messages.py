"""The rows of messages: numbered in their room, sealed, and opened for those who may see them."""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.web import access, view
from adapters.web.errors import NoReplyToWhisper, NoSuchMessage, NotYours, ThreadErased
from adapters.web.rooms import next_seq
from adapters.web.tables import RoomKind, WebAccount, WebAttachment, WebMember, WebMessage, WebRoom
from adapters.web.view import Json
from bot.chat.port import Place
from bot.language import _
from bot.vault import Erased, Unopened, Vault

PAGE = 50
STRETCH = 200  # messages that the live stream holds at once

Cursor = tuple[int, int, str]  # (changed, seq, id)


@dataclass(frozen=True, slots=True)
class Draft:
    room: str
    author: str | None  # None: the bot
    said: Json
    at: datetime
    key: str | None = None
    thread: str | None = None
    for_account: str | None = None
    sealed_under: str | None = None
    heard: bool = True
    files: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    messages: list[Json]
    more: bool
    seq: int  # everything up to this change of the room is in it


async def add(session: AsyncSession, vault: Vault, draft: Draft) -> WebMessage:
    """Number, seal and keep a message; the one that is there already, where its key is known.

    Raises `NoSuchRoom`, `NoSuchMessage` (the thread), `ThreadErased`, `Erased`.
    """
    seq = await next_seq(session, draft.room)
    if draft.key and (before := await by_key(session, draft.key)):
        return before
    root = await _root(session, draft)
    id = secrets.token_hex(8)
    room = await session.get_one(WebRoom, draft.room)
    subject = draft.sealed_under or (root.sealed_under if root else room.sealed_under)
    row = WebMessage(
        id=id,
        room=draft.room,
        thread=root.id if root else None,
        author=draft.author,
        seq=seq,
        changed=seq,
        version=0,
        post_key=draft.key,
        for_account=root.for_account if root and root.for_account else draft.for_account,
        body=await _sealed(session, vault, subject, id, draft.said),
        sealed_under=subject,
        created_at=draft.at,
        deleted=False,
        heard=draft.heard,
    )
    session.add(row)
    if root and row.for_account is None:
        root.changed = seq  # its count of replies
    await session.flush()
    await _attach(session, vault, row, draft.files)
    return row


async def _attach(session: AsyncSession, vault: Vault, row: WebMessage, files: Sequence[bytes]) -> None:
    for number, content in enumerate(files):
        text = base64.b64encode(content).decode()
        sealed = await vault.seal(session, row.sealed_under, _file_field(row.id, number), text)
        session.add(WebAttachment(message=row.id, number=number, body=sealed))
    if files:
        await session.flush()


async def file(session: AsyncSession, vault: Vault, row: WebMessage, number: int) -> bytes:
    """One attachment of a message that the caller has found to be visible. Raises `NoSuchMessage`, `Unopened`."""
    kept = await session.get(WebAttachment, (row.id, number))
    if kept is None:
        raise NoSuchMessage
    try:
        text = await vault.open(session, row.sealed_under, _file_field(row.id, number), kept.body)
    except Erased as error:
        raise NoSuchMessage from error
    return base64.b64decode(text)


async def _root(session: AsyncSession, draft: Draft) -> WebMessage | None:
    """The message whose thread this goes in. A thread has no threads of its own."""
    if draft.thread is None:
        return None
    found = await session.get(WebMessage, draft.thread)
    if found and found.thread:
        found = await session.get(WebMessage, found.thread)
    if found is None or found.room != draft.room or found.for_account not in (None, draft.author, draft.for_account):
        raise NoSuchMessage
    if found.for_account and draft.author:
        raise NoReplyToWhisper
    return found


async def by_key(session: AsyncSession, key: str) -> WebMessage | None:
    found = await session.scalars(select(WebMessage).where(WebMessage.post_key == key))
    return found.one_or_none()


async def visible(session: AsyncSession, id: str, account: str) -> WebMessage:
    """A message that the account may see, and that is still there. Raises `NoSuchMessage`."""
    found = await session.scalars(
        select(WebMessage).where(WebMessage.id == id, WebMessage.deleted.is_(False), may_see(account))
    )
    row = found.one_or_none()
    if row is None:
        raise NoSuchMessage
    return row


async def require_thread(session: AsyncSession, place: Place, account: str) -> None:
    """Raises `NoSuchMessage` where the place names a thread that is not in its room, or not for this account. What was
    removed still holds its thread together."""
    if place.thread is None:
        return
    here = select(WebMessage.id).where(WebMessage.id == place.thread, WebMessage.room == place.room, may_see(account))
    if await session.scalar(here) is None:
        raise NoSuchMessage


async def own(session: AsyncSession, id: str, account: str) -> WebMessage:
    row = await visible(session, id, account)
    if row.author != account:
        raise NotYours
    return row


def may_see(account: str) -> ColumnElement[bool]:
    """The one rule for reading a message: a member of its room, and not somebody else's private message."""
    member = exists().where(WebMember.room == WebMessage.room, WebMember.account == account)
    return member & or_(WebMessage.for_account.is_(None), WebMessage.for_account == account)


async def said_in(session: AsyncSession, vault: Vault, row: WebMessage) -> Json | None:
    """What a message says; None where the text, or its key, is gone."""
    try:
        return await opened(session, vault, row)
    except Unopened:
        return view.words(_("Denne meldingen kan ikke åpnes nå. Si fra til drift."))


async def opened(session: AsyncSession, vault: Vault, row: WebMessage) -> Json | None:
    """The same, for the core. Raises `Unopened`: an apology must not be taken for somebody's words."""
    if row.deleted:
        return None
    try:
        found: Json = json.loads(await vault.open(session, row.sealed_under, _field(row.id), row.body))
    except Erased:
        return None
    return found


async def said_to(session: AsyncSession, vault: Vault, row: WebMessage, viewer: str) -> Json | None:
    """What a message says to one account; None where it says nothing to them (any more)."""
    closed = await access.closed_to(session, [row], viewer)
    return None if closed else await said_in(session, vault, row)


async def reword(
    session: AsyncSession,
    vault: Vault,
    row: WebMessage,
    said: Json,
    subject: str | None = None,
    files: Sequence[bytes] = (),
) -> bool:
    """Change what a message says. Returns whether it did: the same words again, without files, change nothing."""
    if not files and await said_in(session, vault, row) == said:
        return False
    row.sealed_under = subject or row.sealed_under
    row.body = await _sealed(session, vault, row.sealed_under, row.id, said)
    row.changed = await next_seq(session, row.room)
    await session.execute(delete(WebAttachment).where(WebAttachment.message == row.id))
    await _attach(session, vault, row, files)
    return True


async def remove(session: AsyncSession, row: WebMessage) -> None:
    """The text goes; an empty «Slettet» stays, so that a thread under it still hangs together."""
    row.deleted, row.body = True, b""
    await session.execute(delete(WebAttachment).where(WebAttachment.message == row.id))
    row.changed = await next_seq(session, row.room)
    if row.thread and (root := await session.get(WebMessage, row.thread)):
        root.changed = row.changed


async def sweep(session: AsyncSession, vault: Vault, subject: str) -> set[str]:
    """Empty all that was sealed under a key that is gone. Returns the rooms that this changed."""
    try:
        await vault.seal(session, subject, "still there?", "")
    except Erased:
        pass
    except Unopened:
        return set()
    else:
        return set()
    lost = select(WebMessage.room).where(WebMessage.sealed_under == subject, WebMessage.deleted.is_(False))
    touched = set(await session.scalars(lost.distinct()))
    with_it = select(WebMessage.id).where(WebMessage.sealed_under == subject)
    await session.execute(delete(WebAttachment).where(WebAttachment.message.in_(with_it)))
    for room in sorted(touched):  # always in the same order: two sweeps must not wait for each other
        await session.execute(
            update(WebMessage)
            .where(WebMessage.room == room, WebMessage.sealed_under == subject, WebMessage.deleted.is_(False))
            .values(deleted=True, body=b"", heard=True, changed=await next_seq(session, room))
        )
    return touched


async def mark_heard(session: AsyncSession, heard: Sequence[tuple[str, int]]) -> None:
    """The core has taken these in: (message, version). What was changed since, it has not."""
    for id, version in heard:
        await session.execute(
            update(WebMessage)
            .where(WebMessage.id == id, WebMessage.version == version)
            .values(heard=True)
            .execution_options(synchronize_session=False)
        )


async def page(
    session: AsyncSession,
    vault: Vault,
    room: WebRoom,
    viewer: str,
    thread: str | None = None,
    before: int | None = None,
    back_to: int | None = None,
) -> Page:
    """The newest messages of a room, or a whole thread with its root; `back_to` reaches to that number."""
    query = select(WebMessage).where(WebMessage.room == room.id, may_see(viewer))
    if thread:
        query = query.where(or_(WebMessage.id == thread, WebMessage.thread == thread))
    else:
        query = query.where(WebMessage.thread.is_(None))
    if before is not None:
        query = query.where(WebMessage.seq < before)
    if back_to is not None:
        query = query.where(WebMessage.seq >= back_to)
    most = 500 if thread or back_to is not None else PAGE
    rows = list(await session.scalars(query.order_by(WebMessage.seq.desc()).limit(most + 1)))
    more = len(rows) > most or (back_to or 0) > 1
    return Page(await shown(session, vault, rows[:most][::-1], viewer), more, room.seq)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of what changed in a room, in order."""

    messages: list[Json]
    seq: int  # everything up to this change of the room has come by now
    next: Cursor | None  # where the rest begins; None: there is none


async def since(
    session: AsyncSession, vault: Vault, room: str, viewer: str, after: int, upto: int, cursor: Cursor | None = None
) -> Stretch:
    """What changed in a room after one number and up to another, a stretch at a time."""
    order = (WebMessage.changed, WebMessage.seq, WebMessage.id)
    query = select(WebMessage).where(
        WebMessage.room == room, WebMessage.changed > after, WebMessage.changed <= upto, may_see(viewer)
    )
    if cursor:
        query = query.where(WebMessage.changed >= cursor[0], tuple_(*order) > tuple_(*cursor))
    rows = list(await session.scalars(query.order_by(*order).limit(STRETCH + 1)))
    found = await shown(session, vault, rows[:STRETCH], viewer)
    if len(rows) <= STRETCH:
        return Stretch(found, upto, None)
    last = rows[STRETCH - 1]
    complete = max(after, last.changed - 1)  # others may share its number
    return Stretch(found, complete, (last.changed, last.seq, last.id))


async def shown(session: AsyncSession, vault: Vault, rows: Sequence[WebMessage], viewer: str) -> list[Json]:
    writers = await _writers(session, {row.author for row in rows if row.author})
    replies = await _replies(session, [row.id for row in rows if row.thread is None])
    direct = await _direct(session, {row.room for row in rows})
    closed = await access.closed_to(session, rows, viewer)
    return [
        view.message(
            row,
            writers.get(row.author) if row.author else None,
            _no_longer_open(row) if row.id in closed else await said_in(session, vault, row),
            replies.get(row.id, 0),
            viewer,
            direct=row.room in direct,
        )
        for row in rows
    ]


def _no_longer_open(row: WebMessage) -> Json | None:
    return None if row.deleted else view.words(_("Ikke lenger tilgjengelig: dette krever kasustilgang."))


async def _writers(session: AsyncSession, ids: set[str]) -> dict[str, WebAccount]:
    return {row.id: row for row in await session.scalars(select(WebAccount).where(WebAccount.id.in_(ids)))}


async def _direct(session: AsyncSession, rooms: set[str]) -> set[str]:
    direct = select(WebRoom.id).where(WebRoom.id.in_(rooms), WebRoom.kind == RoomKind.DIRECT)
    return set(await session.scalars(direct))


async def _replies(session: AsyncSession, roots: list[str]) -> dict[str, int]:
    """How many members' answers there are; what the bot itself says in a thread is none."""
    answers = WebMessage.author.is_not(None) & WebMessage.for_account.is_(None) & WebMessage.deleted.is_(False)
    rows = await session.execute(
        select(WebMessage.thread, func.count()).where(WebMessage.thread.in_(roots), answers).group_by(WebMessage.thread)
    )
    return {thread: count for thread, count in rows if thread}


def _field(id: str) -> str:
    """Binds the bytes to their message: sealed words cannot be moved into another one."""
    return f"web:{id}"


def _file_field(id: str, number: int) -> str:
    return f"web:{id}:{number}"


async def _sealed(session: AsyncSession, vault: Vault, subject: str, id: str, said: Json) -> bytes:
    try:
        return await vault.seal(session, subject, _field(id), json.dumps(said, ensure_ascii=False))
    except Erased as error:
        raise ThreadErased from error
