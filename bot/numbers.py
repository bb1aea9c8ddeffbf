"""Numbers that people quote ("BLOD-26-014", "oppgave 12"): from a locked counter, so that no two are the same."""

from sqlalchemy import String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage import Row, insert_into


class Counter(Row):
    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int]


async def next_number(session: AsyncSession, name: str) -> int:
    """1, 2, 3 … for each name. The row stays locked until the transaction ends: a rolled-back number is used again."""
    counted = await session.execute(
        insert_into(session, Counter)
        .values(name=name, value=1)
        .on_conflict_do_update(index_elements=[Counter.name], set_={"value": Counter.value + 1})
        .returning(Counter.value)
    )
    return int(counted.scalar_one())
