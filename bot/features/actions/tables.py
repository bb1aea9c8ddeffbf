"""Who does what by when."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage import OneOf, Row, UtcDateTime


class ItemState(StrEnum):
    OPEN = "open"
    DONE = "done"
    REMOVED = "removed"


class Item(Row):
    """An item that belongs to a case is sealed with the case's key, and its words go with it."""

    __tablename__ = "action_item"
    __table_args__ = (UniqueConstraint("network_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"))
    number: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("clinical_case.id"), index=True)
    text: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    due: Mapped[date | None]
    state: Mapped[ItemState] = mapped_column(OneOf(ItemState), index=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_from: Mapped[str | None] = mapped_column(String(400))  # Posted.store() of the message it came from


class ItemOwner(Row):
    __tablename__ = "action_owner"
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
