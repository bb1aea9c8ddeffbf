"""Who is signed in to the web pages, and for how long. As with links, the database knows a token by its hash alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto

from sqlalchemy import ForeignKey, Select, String, Update, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot import audit
from bot.people import PlatformAccount
from bot.signin import hash_of, new_token
from storage import OneOf, Row, UtcDateTime

RENEWED_EVERY = timedelta(hours=1)
GRACE = timedelta(seconds=60)  # requests that were on their way with the token before
SEEN_EVERY = timedelta(minutes=1)  # one write a minute and person, not one a request


class By(StrEnum):
    """How somebody signed in."""

    LINK = "link"
    OIDC = "oidc"


class WebSession(Row):
    __tablename__ = "web_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    previous_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    confirmed: Mapped[bool]  # whether the browser has shown that it has the newest token
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    chat: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(200))
    by: Mapped[By] = mapped_column(OneOf(By))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    renewed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class Lives:
    """How long a session may stand idle, and how long it lasts at most."""

    idle: timedelta
    whole: timedelta


class Verdict(Enum):
    GOOD = auto()
    TOUCH = auto()  # good, and to be noted
    RENEW = auto()  # good, and the browser is to have a new token
    ENDED = auto()
    STOLEN = auto()  # a token that was replaced, and whose successor is in use: two have it


@dataclass(frozen=True, slots=True)
class Knock:
    """A session as it was found by a token."""

    row: WebSession
    token_hash: str
    verdict: Verdict


def judge(row: WebSession, token_hash: str, now: datetime, lives: Lives) -> Verdict:
    if now >= row.expires_at or now - row.seen_at >= lives.idle:
        return Verdict.ENDED
    if token_hash == row.token_hash:
        if now - row.renewed_at >= RENEWED_EVERY:
            return Verdict.RENEW
        return Verdict.TOUCH if not row.confirmed or now - row.seen_at >= SEEN_EVERY else Verdict.GOOD
    if now - row.renewed_at < GRACE:
        return Verdict.GOOD
    return Verdict.STOLEN if row.confirmed else Verdict.RENEW  # the answer that had the new token was lost


async def begin(
    session: AsyncSession, person_id: int, account: tuple[str, str], by: By, now: datetime, lives: Lives
) -> str:
    """A new session for an account (chat, id), with a token of its own: one that a browser had before is never taken
    over. Returns the token."""
    await session.execute(
        delete(WebSession).where(or_(WebSession.expires_at <= now, WebSession.seen_at <= now - lives.idle))
    )
    token = new_token()
    session.add(
        WebSession(
            token_hash=hash_of(token),
            confirmed=False,
            person_id=person_id,
            chat=account[0],
            account=account[1],
            by=by,
            made_at=now,
            renewed_at=now,
            seen_at=now,
            expires_at=now + lives.whole,
        )
    )
    await session.flush()
    await audit.record(session, now, f"sign_in.{by}", f"person:{person_id}", by=person_id, network=None)
    return token


async def find(session: AsyncSession, token: str, now: datetime, lives: Lives) -> Knock | None:
    """The session that a token is of, where its account is still linked to its person."""
    known = hash_of(token)
    row = await session.scalar(_linked().where(or_(WebSession.token_hash == known, WebSession.previous_hash == known)))
    return Knock(row, known, judge(row, known, now, lives)) if row else None


async def is_open(session: AsyncSession, id: int, now: datetime, lives: Lives) -> bool:
    """Whether a session still lasts, for what stays connected."""
    row = await session.scalar(_linked().where(WebSession.id == id))
    return row is not None and judge(row, row.token_hash, now, lives) is not Verdict.ENDED


def _linked() -> Select[WebSession]:
    return select(WebSession).join(
        PlatformAccount,
        (PlatformAccount.chat == WebSession.chat)
        & (PlatformAccount.account == WebSession.account)
        & (PlatformAccount.person_id == WebSession.person_id),
    )


async def touch(session: AsyncSession, knock: Knock, now: datetime) -> None:
    await session.execute(_as_found(knock).values(seen_at=now, confirmed=True))


async def renew(session: AsyncSession, knock: Knock, now: datetime) -> str | None:
    """A new token; the one that was shown is good for a little longer. None where another request was first."""
    token = new_token()
    renewed = await session.execute(
        _as_found(knock)
        .values(
            token_hash=hash_of(token),
            previous_hash=knock.token_hash,
            confirmed=False,
            renewed_at=now,
            seen_at=now,
        )
        .returning(WebSession.id)
    )
    return token if renewed.one_or_none() else None


def _as_found(knock: Knock) -> Update:
    return (
        update(WebSession)
        .where(WebSession.id == knock.row.id, WebSession.token_hash == knock.row.token_hash)
        .execution_options(synchronize_session=False)
    )


async def end(session: AsyncSession, token: str) -> None:
    """The session of a token, the one before it included."""
    known = hash_of(token)
    await session.execute(
        delete(WebSession).where(or_(WebSession.token_hash == known, WebSession.previous_hash == known))
    )


async def end_all(session: AsyncSession, person_id: int, now: datetime) -> int:
    """Every session of a person, on every device. Returns how many there were."""
    ended = await session.execute(delete(WebSession).where(WebSession.person_id == person_id).returning(WebSession.id))
    await audit.record(session, now, "sign_in.out_everywhere", f"person:{person_id}", by=person_id, network=None)
    return len(ended.all())
