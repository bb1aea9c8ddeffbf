"""Where an adapter keeps its own routing data: durable key → JSON value."""

from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, mapped_column

from storage import Database, Row


class Note(Row):
    __tablename__ = "note"
    chat: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class DatabaseNotebook:
    """The notebook of one adapter (`bot.chat.port.Notebook`)."""

    def __init__(self, database: Database, chat: str) -> None:
        self._database = database
        self._chat = chat

    async def write(self, key: str, value: Any) -> None:
        async with self._database.transaction() as session:
            await session.merge(Note(chat=self._chat, key=key, value=value))

    async def read(self, key: str) -> Any | None:
        async with self._database.reading() as session:
            return await session.scalar(select(Note.value).where(Note.chat == self._chat, Note.key == key))
