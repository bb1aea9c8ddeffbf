"""Accounts, rooms and who is in them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.web.errors import NoSuchRoom, WhoAreYou
from adapters.web.tables import RoomKind, WebAccount, WebMember, WebMessage, WebRoom
from bot.chat.port import Account
from bot.language import _
from bot.vault import Vault

CHAT = "web"


@dataclass(frozen=True, slots=True)
class Seen:
    """A room as one account sees it now."""

    id: str
    name: str
    topic: str
    kind: str
    seq: int
    unread: int


def account_of(row: WebAccount) -> Account:
    return Account(CHAT, row.id, row.name, row.guest)


async def accounts(session: AsyncSession) -> list[WebAccount]:
    return list(await session.scalars(select(WebAccount).order_by(WebAccount.name)))


async def account(session: AsyncSession, id: str) -> WebAccount:
    """Raises `WhoAreYou`."""
    found = await session.get(WebAccount, id)
    if found is None:
        raise WhoAreYou
    return found


async def room_for(session: AsyncSession, id: str, account: str) -> WebRoom:
    """A room that the account is a member of. Raises `NoSuchRoom`, be it missing or closed to them."""
    found = await session.scalars(
        select(WebRoom)
        .join(WebMember, WebMember.room == WebRoom.id)
        .where(WebRoom.id == id, WebMember.account == account)
    )
    room = found.one_or_none()
    if room is None:
        raise NoSuchRoom
    return room


async def members(session: AsyncSession, room: str) -> list[WebAccount]:
    found = await session.scalars(
        select(WebAccount)
        .join(WebMember, WebMember.account == WebAccount.id)
        .where(WebMember.room == room)
        .order_by(WebAccount.name)
    )
    return list(found)


async def create(
    session: AsyncSession,
    vault: Vault,
    id: str,
    name: str,
    topic: str = "",
    members: Iterable[str] = (),
    kind: RoomKind = RoomKind.ROOM,
) -> WebRoom:
    """A new room with a key of its own."""
    subject = await vault.new_subject(session, "room")
    room = WebRoom(id=id, name=name, topic=topic, kind=kind, sealed_under=subject, seq=0)
    session.add(room)
    await session.flush()
    session.add_all(WebMember(room=id, account=account, last_read=0) for account in members)
    await session.flush()
    return room


def direct_id(account: str) -> str:
    return f"direct:{account}"


async def direct_room(session: AsyncSession, vault: Vault, account: str) -> WebRoom:
    """The account's 1:1 room with the bot, made when first asked for. In a write transaction."""
    id = direct_id(account)
    found = await session.get(WebRoom, id)
    return found or await create(session, vault, id, _("Fagtråd"), members=[account], kind=RoomKind.DIRECT)


async def locked(session: AsyncSession, id: str) -> WebRoom | None:
    """The room, held until commit: who is in it and what is said there do not change under each other's feet. Rows that
    refer to it can be written meanwhile, as under the lock that `next_seq` takes."""
    return await session.get(WebRoom, id, with_for_update={"key_share": True}, populate_existing=True)


async def add_member(session: AsyncSession, room: WebRoom, account: WebAccount) -> WebMember:
    """The membership, be it new or there already; under the room's lock. What was said before they came is not marked
    as unread."""
    found = await session.get(WebMember, (room.id, account.id))
    if found is None:
        found = WebMember(room=room.id, account=account.id, last_read=room.seq, heard=False)
        session.add(found)
        await session.flush()
    return found


async def remove_member(session: AsyncSession, room: WebRoom, account: WebAccount) -> WebMember | None:
    """The membership that was ended. Under the room's lock."""
    found = await session.get(WebMember, (room.id, account.id))
    if found is not None:
        await session.delete(found)
    return found


async def mark_joined(session: AsyncSession, member: WebMember) -> None:
    """The core knows that they came."""
    await session.execute(
        update(WebMember)
        .where(WebMember.room == member.room, WebMember.account == member.account, WebMember.mark == member.mark)
        .values(heard=True)
        .execution_options(synchronize_session=False)
    )


async def mark_read(session: AsyncSession, room: str, account: str, seq: int) -> bool:
    """Returns whether anything changed: a marker only moves on."""
    moved = await session.execute(
        update(WebMember)
        .where(WebMember.room == room, WebMember.account == account, WebMember.last_read < seq)
        .values(last_read=seq)
        .returning(WebMember.room)
    )
    return moved.one_or_none() is not None


async def next_seq(session: AsyncSession, room: str) -> int:
    """The room's next number. Holds the room's lock until commit, so that numbers become visible in order."""
    raised = await session.execute(
        update(WebRoom)
        .where(WebRoom.id == room)
        .values(seq=WebRoom.seq + 1)
        .returning(WebRoom.seq)
        .execution_options(synchronize_session=False)
    )
    seq = raised.scalar_one_or_none()
    if seq is None:
        raise NoSuchRoom
    return seq


async def seen_by(session: AsyncSession, account: str) -> list[Seen]:
    """Every room of an account, by name, the 1:1 chat last; with what is unread there."""
    unread = and_(
        WebMessage.room == WebRoom.id,
        WebMessage.seq > WebMember.last_read,
        WebMessage.deleted.is_(False),
        or_(WebMessage.author.is_(None), WebMessage.author != account),
        or_(WebMessage.for_account.is_(None), WebMessage.for_account == account),
    )
    rows = await session.execute(
        select(WebRoom.id, WebRoom.name, WebRoom.topic, WebRoom.kind, WebRoom.seq, func.count(WebMessage.id))
        .join(WebMember, WebMember.room == WebRoom.id)
        .outerjoin(WebMessage, unread)
        .where(WebMember.account == account)
        .group_by(WebRoom.id, WebRoom.name, WebRoom.topic, WebRoom.kind, WebRoom.seq)
    )
    found = [Seen(*row) for row in rows]
    return sorted(found, key=lambda room: (room.kind == RoomKind.DIRECT, room.name.casefold(), room.id))
