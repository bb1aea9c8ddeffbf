"""What set-up keeps besides the network itself: a file that waits to be imported, and the way back from a change."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from storage import Row, UtcDateTime


class MemberImport(Row):
    """A list of members that was shown, and not imported yet. Names are personal data: sealed, and soon gone."""

    __tablename__ = "member_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    sealed_under: Mapped[str] = mapped_column(String(80))  # a subject of its own: the key goes with the list
    lines: Mapped[bytes] = mapped_column(LargeBinary)
    seen: Mapped[str] = mapped_column(String(64))  # a mark of the members it was compared with
    size: Mapped[int]  # how many lines


class MembershipBefore(Row):
    """A membership as it was before it was changed or ended, for the undo. Roles by name, nothing else in words."""

    __tablename__ = "membership_before"
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    roles: Mapped[Any] = mapped_column(JSON)
    case_access_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    case_access_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    after: Mapped[str] = mapped_column(String(200))  # what the change led to: undone only while it stands
