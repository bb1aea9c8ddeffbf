"""What this chat server keeps. Every text is sealed: a stolen database says who wrote when, and no more."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from storage import NAMES, Row, UtcDateTime


def _new_mark() -> str:
    return secrets.token_hex(8)


class RoomKind(StrEnum):
    ROOM = "room"
    DIRECT = "direct"  # one person and the bot


class WebAccount(Row):
    __tablename__ = "web_account"
    __table_args__ = {"info": NAMES}  # noqa: RUF012 - SQLAlchemy's way
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    subtitle: Mapped[str] = mapped_column(String(200), default="")  # "overlege, Fjordane HF"
    guest: Mapped[bool] = mapped_column(default=False)


class WebRoom(Row):
    __tablename__ = "web_room"
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str] = mapped_column(String(300), default="")
    kind: Mapped[RoomKind] = mapped_column(String(10), default=RoomKind.ROOM)
    sealed_under: Mapped[str] = mapped_column(String(80))
    seq: Mapped[int] = mapped_column(default=0)  # of the last change; raised under the row's lock


class WebMember(Row):
    __tablename__ = "web_room_member"
    room: Mapped[str] = mapped_column(ForeignKey("web_room.id"), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("web_account.id"), primary_key=True, index=True)
    last_read: Mapped[int] = mapped_column(default=0)
    mark: Mapped[str] = mapped_column(String(16), default=_new_mark)  # of this membership: who comes again has another
    heard: Mapped[bool] = mapped_column(default=True, index=True)  # whether the core knows that they came


class WebMessage(Row):
    __tablename__ = "web_message"
    __table_args__ = (
        Index(None, "room", "changed"),
        Index(None, "room", "thread", "seq"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    room: Mapped[str] = mapped_column(ForeignKey("web_room.id"))
    thread: Mapped[str | None] = mapped_column(ForeignKey("web_message.id"), index=True)
    author: Mapped[str | None] = mapped_column(ForeignKey("web_account.id"))  # None: the bot
    seq: Mapped[int]  # the room's, when it was written
    changed: Mapped[int]  # the room's, when it was last changed
    version: Mapped[int] = mapped_column(default=0)  # of the words, raised by the writer's own edits
    post_key: Mapped[str | None] = mapped_column(String(400), unique=True)
    for_account: Mapped[str | None] = mapped_column(ForeignKey("web_account.id"))  # seen by that one alone
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_under: Mapped[str] = mapped_column(String(80), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted: Mapped[bool] = mapped_column(default=False)
    heard: Mapped[bool] = mapped_column(default=True, index=True)  # whether the core has taken it in


class WebAttachment(Row):
    """A file of a message, sealed with it; its name stands in the message. Deleted with the words."""

    __tablename__ = "web_attachment"
    message: Mapped[str] = mapped_column(ForeignKey("web_message.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 0, 1, …: in the order of the message
    body: Mapped[bytes] = mapped_column(LargeBinary)


class WebForm(Row):
    """A form that was opened for somebody: what it may send in. Holds no text."""

    __tablename__ = "web_form"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("web_account.id"))
    room: Mapped[str] = mapped_column(String(120))
    thread: Mapped[str | None] = mapped_column(String(32))
    steps: Mapped[Any] = mapped_column(JSON)  # [[does, carries], …]: the pages shown in this dialog so far
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
