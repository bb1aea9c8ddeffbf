"""What was found, kept for a day so that one can see more of it. Ids alone: not what was asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from storage import Row, UtcDateTime


class SearchAnswer(Row):
    __tablename__ = "search_answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    entries: Mapped[Any] = mapped_column(JSON)  # ids of `bot.search` entries, best first
