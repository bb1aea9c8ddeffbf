"""Possible breaches (that something was written which should not have been; never what), and those who have asked to
be erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from storage import Row, UtcDateTime


class PossibleBreach(Row):
    __tablename__ = "possible_breach"
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id", ondelete="SET NULL"))  # none: no room of ours now
    writer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    posted: Mapped[str] = mapped_column(String(400), unique=True)  # Posted.store()
    kinds: Mapped[str] = mapped_column(String(100))  # labels of the check: "FNR,NAME"
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the writer deleted or mended the message
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # somebody has judged whether it must be reported
    handled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ErasureRequest(Row):
    """Somebody has asked to be erased. A privacy contact of one of their networks decides."""

    __tablename__ = "erasure_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    granted: Mapped[bool | None]
    sealed_under: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)  # of a refusal
    gone: Mapped[Any | None] = mapped_column(JSON)  # what went, for the receipt: numbers, and names of networks
