"""Who is asking: in the demo whom they say they are, in operation whom their session is of."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection
from starlette.responses import Response

from adapters.web import rooms
from adapters.web.chat import AT_THE_SCREEN, WebChat, browser_language
from adapters.web.errors import SignedInAsAnother, SignedOut, WhoAreYou
from adapters.web.rooms import CHAT, account_of
from adapters.web.tables import WebAccount
from adapters.web.trouble import passes
from bot import sessions
from bot.language import DEFAULT, chosen, preferred
from bot.people import Person
from bot.readers import language_of as language_to
from bot.sessions import Knock, Lives, Verdict
from bot.settings import Settings

ACCOUNT = "x-fagtraad-account"  # which account the page believes that it is


@dataclass(frozen=True, slots=True)
class Visitor:
    account: WebAccount
    language: str = DEFAULT
    session: int | None = None  # none in the demo
    token: str | None = None  # a new one, for the browser to keep


async def visitor(chat: WebChat, connection: HTTPConnection, claimed: str) -> Visitor:
    """Raises `WhoAreYou` in the demo, and in operation `SignedOut` and `SignedInAsAnother`."""
    if chat.core.settings.demo:
        browser_language.set(preferred(connection.headers.get("accept-language", "")))
        if not 0 < len(claimed) <= 100:
            raise WhoAreYou
        async with chat.core.database.reading() as session:
            row = await rooms.account(session, claimed)
            return Visitor(row, await reads(session, row))
    found = await signed_in(chat, connection)
    if found is None:
        raise SignedOut
    if claimed not in ("", found.account.id):  # another tab has signed in as somebody else
        raise SignedInAsAnother
    return found


async def signed_in(chat: WebChat, connection: HTTPConnection) -> Visitor | None:
    """Whom the session of a browser is of. A token that is due is replaced, except over a WebSocket, which can give
    the browser none."""
    browser_language.set(preferred(connection.headers.get("accept-language", "")))
    token = connection.cookies.get(cookie_name(chat.core.settings), "")
    if not token:
        return None
    now, lives = chat.core.clock.now(), lives_of(chat.core.settings)
    async with chat.core.database.reading() as session:
        knock = await sessions.find(session, token, now, lives)
        row = await session.get(WebAccount, knock.row.account) if knock and knock.row.chat == CHAT else None
        person = await session.get(Person, knock.row.person_id) if knock else None
        language = await reads(session, row) if row else DEFAULT
    if knock is None or row is None or person is None:
        return None
    if knock.verdict in (Verdict.ENDED, Verdict.STOLEN):
        await _ended(chat, token)
        return None
    renewed = await _kept_up(chat, knock) if connection.scope["type"] == "http" else None
    return Visitor(row, language, knock.row.id, renewed)


async def _kept_up(chat: WebChat, knock: Knock) -> str | None:
    """A new token where one is due. While the database takes no writes, the next request sees to it."""
    if knock.verdict is Verdict.GOOD:
        return None
    now = chat.core.clock.now()
    try:
        async with chat.core.database.transaction(AT_THE_SCREEN) as session:
            if knock.verdict is Verdict.RENEW:
                return await sessions.renew(session, knock, now)
            await sessions.touch(session, knock, now)
    except Exception as error:
        if not passes(error):
            raise
    return None


async def _ended(chat: WebChat, token: str) -> None:
    async with chat.core.database.transaction() as session:
        await sessions.end(session, token)


async def reads(session: AsyncSession, row: WebAccount) -> str:
    """The language of what we say to them: their own, their network's, or their browser's."""
    return await language_to(session, replace(account_of(row), language=browser_language.get()))


async def still(chat: WebChat, visitor: Visitor) -> bool:
    """Whether a live stream may go on."""
    if visitor.session is None:
        return True
    async with chat.core.database.reading() as session:
        lives = lives_of(chat.core.settings)
        return await sessions.is_open(session, visitor.session, chat.core.clock.now(), lives)


def lives_of(settings: Settings) -> Lives:
    return Lives(timedelta(hours=settings.session_idle_hours), timedelta(days=settings.session_days))


# ---------------------------------------------------------------- the cookie


def cookie_name(settings: Settings, name: str = "fagtraad") -> str:
    """`__Host-`: a browser takes it from this very host alone, over https, for all paths (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{name}" if settings.secure else name


def keep(response: Response, settings: Settings, token: str) -> None:
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=settings.session_days * 86_400,
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def drop(response: Response, settings: Settings, *names: str) -> None:
    for name in names or ("fagtraad",):
        response.delete_cookie(cookie_name(settings, name), secure=settings.secure, httponly=True, samesite="lax")


def language_of(chat: WebChat, connection: HTTPConnection) -> str:
    """What is spoken to whoever is not signed in."""
    if chat.core.settings.demo:
        return DEFAULT
    return chosen(preferred(connection.headers.get("accept-language", "")))
