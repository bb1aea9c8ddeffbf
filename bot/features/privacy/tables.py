"""Possible breaches: that something was written which should not have been. Never what."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from storage import Row, UtcDateTime


class PossibleBreach(Row):
    __tablename__ = "possible_breach"
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    writer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    posted: Mapped[str] = mapped_column(String(400), unique=True)  # Posted.store()
    kinds: Mapped[str] = mapped_column(String(100))  # labels of the check: "FNR,NAME"
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the writer deleted or mended the message
