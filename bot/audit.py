"""Who did what, when: never what was said. Rows are only ever added."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, String, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage import Row, UtcDateTime


class AuditRow(Row):
    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id"))
    did: Mapped[str] = mapped_column(String(60))  # "case.opened"
    subject: Mapped[str] = mapped_column(String(60))  # an id of ours: "case:17"


async def record(
    session: AsyncSession, now: datetime, did: str, subject: str, *, by: int | None, network: int | None
) -> None:
    await session.execute(insert(AuditRow).values(at=now, person_id=by, network_id=network, did=did, subject=subject))


async def record_all(
    session: AsyncSession,
    now: datetime,
    done: Iterable[tuple[str, str]],
    *,
    by: int | None,
    network: int | None,
) -> None:
    """The same for many at once, each what was done and its subject."""
    shared = {"at": now, "person_id": by, "network_id": network}
    rows = [shared | {"did": did, "subject": subject} for did, subject in done]
    if rows:
        await session.execute(insert(AuditRow), rows)
