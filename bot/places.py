"""The rooms of a network, and what each is for."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.chat.port import Place
from storage import OneOf, Row


class Purpose(StrEnum):
    CASES = "cases"
    GENERAL = "general"
    SECRETARIES = "secretaries"


class Room(Row):
    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("chat", "room"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    chat: Mapped[str] = mapped_column(String(20))
    room: Mapped[str] = mapped_column(String(300))  # the adapter's own name for it: Place.room
    purpose: Mapped[Purpose] = mapped_column(OneOf(Purpose))

    @property
    def place(self) -> Place:
        return Place(self.chat, self.room)


async def room_at(session: AsyncSession, place: Place) -> Room | None:
    """The room that a place is, or is a thread in; None for a 1:1 chat or a room nobody has bound."""
    found = await session.scalars(select(Room).where(Room.chat == place.chat, Room.room == place.room))
    return found.one_or_none()


async def room_for(session: AsyncSession, network_id: int, purpose: Purpose) -> Room | None:
    """The network's first room with that purpose."""
    found = await session.scalars(
        select(Room).where(Room.network_id == network_id, Room.purpose == purpose).order_by(Room.id).limit(1)
    )
    return found.one_or_none()
