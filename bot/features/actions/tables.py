"""Who does what by when."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from bot.people import Role
from storage import OneOf, Row, UtcDateTime


class ItemState(StrEnum):
    OPEN = "open"
    DONE = "done"
    REMOVED = "removed"


class Item(Row):
    """An item that belongs to a case is sealed with the case's key, and its words go with it."""

    __tablename__ = "action_item"
    __table_args__ = (UniqueConstraint("network_id", "number"), Index(None, "network_id", "state", "due"))
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    number: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("clinical_case.id"), index=True)
    text: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    due: Mapped[date | None]
    due_time: Mapped[time | None]  # on the network's wall clock, where one was given
    until_meeting: Mapped[bool] = mapped_column(server_default=sql("false"))  # then `due` follows its network's
    state: Mapped[ItemState] = mapped_column(OneOf(ItemState), index=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_from: Mapped[str | None] = mapped_column(String(400))  # Posted.store() of the message it came from
    version: Mapped[int] = mapped_column(server_default="1")  # raised by each change: who saw an older one is told


class ItemOwner(Row):
    __tablename__ = "action_owner"
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class ItemRole(Row):
    """An item that a role owns ("@sekretær"): whoever holds the role in the network now."""

    __tablename__ = "action_role"
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(OneOf(Role), primary_key=True)


class ItemMute(Row):
    """ "Slutt å minne meg på denne": this person alone is no longer reminded of this item."""

    __tablename__ = "action_mute"
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class ItemChange(Row):
    """One change, and what the item was before it: its history, and the way back."""

    __tablename__ = "action_change"
    __table_args__ = (UniqueConstraint("item_id", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"))
    version: Mapped[int]  # the item's after the change
    did: Mapped[str] = mapped_column(String(20))  # made, done, reopened, removed, moved, handed, edited, undone
    by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # None: the network's meeting moved
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    before: Mapped[Any | None] = mapped_column(JSON)  # state, due, owners, roles; never words
    text_before: Mapped[str | None]
    sealed_before: Mapped[bytes | None] = mapped_column(LargeBinary)
