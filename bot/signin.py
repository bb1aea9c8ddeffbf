"""Single-use links into the web pages. The database knows a token by its hash alone, so it lets nobody in."""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot import audit
from bot.errors import Refusal
from storage import OneOf, Row, UtcDateTime

SECRET_BYTES = 32  # 256 bits: not to be guessed, however many tries
MOST_FROM_THE_BOT = 5  # links to one person in WITHIN: somebody who presses and presses gets no heap of them
WITHIN = timedelta(minutes=10)
KEPT = timedelta(days=30)  # after it expired, so that somebody can ask when it was used


class Purpose(StrEnum):
    """Who hands the link over, and so how long it may be on its way."""

    BOT = "bot"
    OPERATOR = "operator"

    @property
    def life(self) -> timedelta:
        return timedelta(minutes=15) if self is Purpose.BOT else timedelta(hours=24)


class SignInLink(Row):
    __tablename__ = "sign_in_link"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(OneOf(Purpose))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TooManyLinks(Refusal):
    """Du har nettopp fått flere innloggingslenker. Bruk den nyeste, eller vent ti minutter og be om en ny."""


class NoWayIn(Refusal):
    """Her er det ingen nettsider å logge inn på. Den som drifter Fagtråd, kan sette dem opp."""


def new_token() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_of(token: str) -> str:
    """What is kept and looked up. How long the database takes to compare hashes says nothing of a token: who could
    choose a hash that begins like another's would have had to find its token."""
    return hashlib.sha256(token.encode()).hexdigest()


def require_pages(public_url: str) -> None:
    """Raises `NoWayIn`."""
    if not public_url:
        raise NoWayIn


def address(public_url: str, token: str) -> str:
    """In the fragment, which no browser sends: it stands in no server's or proxy's log."""
    return f"{public_url}/inn#{token}"


async def new_link(session: AsyncSession, person_id: int, now: datetime, purpose: Purpose = Purpose.BOT) -> str:
    """A secret token, told once and kept by nobody but whom it is given to. Raises `TooManyLinks`."""
    await session.execute(delete(SignInLink).where(SignInLink.expires_at < now - KEPT))
    if purpose is Purpose.BOT and await _made_lately(session, person_id, now) >= MOST_FROM_THE_BOT:
        raise TooManyLinks
    token = new_token()
    session.add(
        SignInLink(
            token_hash=hash_of(token),
            person_id=person_id,
            purpose=purpose,
            made_at=now,
            expires_at=now + purpose.life,
        )
    )
    await session.flush()
    await audit.record(session, now, f"sign_in.link_{purpose}", f"person:{person_id}", by=None, network=None)
    return token


async def _made_lately(session: AsyncSession, person_id: int, now: datetime) -> int:
    made = select(func.count()).where(
        SignInLink.person_id == person_id, SignInLink.purpose == Purpose.BOT, SignInLink.made_at > now - WITHIN
    )
    return await session.scalar(made) or 0


async def person_of_link(session: AsyncSession, token: str, now: datetime) -> int | None:
    """Whom an unused link would let in. Uses nothing up."""
    open_to: int | None = await session.scalar(
        select(SignInLink.person_id).where(
            SignInLink.token_hash == hash_of(token), SignInLink.used_at.is_(None), SignInLink.expires_at > now
        )
    )
    return open_to


async def use_link(session: AsyncSession, token: str, now: datetime) -> int | None:
    """The same, and it is used up: of two at once, one gets in."""
    used = await session.execute(
        update(SignInLink)
        .where(SignInLink.token_hash == hash_of(token), SignInLink.used_at.is_(None), SignInLink.expires_at > now)
        .values(used_at=now)
        .returning(SignInLink.person_id)
    )
    person_id: int | None = used.scalar_one_or_none()
    return person_id
