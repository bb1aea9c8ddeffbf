"""The way in and out of the web pages: by a single-use link, or at a provider. What changes something is a POST."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from adapters.web import identity, inbound, pages, residents
from adapters.web.chat import WebChat
from adapters.web.errors import Malformed, NoProvider, UnknownAccount, UselessLink, WebRefusal
from adapters.web.gate import address_of
from adapters.web.knocks import Knocks
from adapters.web.provider import BACK, Answer, Provider
from adapters.web.rooms import CHAT
from bot import people, sessions, signin
from bot.chat.port import Account
from bot.language import speaking
from bot.people import OIDC, Person
from bot.sessions import By

log = structlog.get_logger()
Work = Callable[[Request], Awaitable[Response]]
SHORTEST_TOKEN, LONGEST_TOKEN = 20, 100  # characters
ATTEMPT = "fagtraad-inn"  # the cookie between the two halves of a sign-in at a provider
ATTEMPT_LASTS = 600  # seconds


class Entrance:
    def __init__(self, chat: WebChat) -> None:
        self._chat = chat
        self._settings = chat.core.settings
        self._knocks = Knocks()
        self._provider = _provider(chat) if self._settings.oidc_issuer else None

    @property
    def pages(self) -> dict[str, Work]:
        return {"/inn": self.page, BACK: self.come_back}

    @property
    def acts(self) -> dict[str, Work]:
        """By POST alone."""
        return {
            "/inn/se": self.look,
            "/inn/lenke": self.enter,
            "/inn/oidc": self.leave_for_provider,
            "/inn/ut": self.sign_out,
            "/inn/ut-overalt": self.sign_out_everywhere,
        }

    async def page(self, request: Request) -> Response:
        """Looked at by anybody: previews, prefetches and scanners too. So it does nothing."""
        return self._page(request)

    # ------------------------------------------------------------ a link

    async def look(self, request: Request) -> Response:
        """Whom a link is for. Leaves it unused."""
        token = await self._token(request)
        async with self._chat.core.database.reading() as session:
            person_id = await signin.person_of_link(session, token, self._now)
            person = await session.get(Person, person_id) if person_id else None
        if person is None:
            raise await self._useless(request)
        return JSONResponse({"name": person.name})

    async def enter(self, request: Request) -> Response:
        token = await self._token(request)
        async with self._chat.core.database.reading() as session:
            person_id = await signin.person_of_link(session, token, self._now)
        if person_id is not None:
            await self._knocks.person(person_id)
            async with self._chat.writing() as change:
                person_id = await signin.use_link(change.session, token, self._now)
                new = await self._begin(change.session, request, person_id, By.LINK) if person_id else None
        if person_id is None or new is None:
            raise await self._useless(request)
        response = JSONResponse({"to": "/"})
        identity.keep(response, self._settings, new)
        return response

    async def _token(self, request: Request) -> str:
        await self._knocks.knock(self._address(request))
        token = (await _body(request)).mark("token")
        if not SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN:
            raise await self._useless(request)
        return token

    async def _useless(self, request: Request) -> WebRefusal:
        """Used, expired, unknown: told apart by nobody."""
        await self._knocks.failed(self._address(request))
        return UselessLink()

    # ------------------------------------------------------------ a provider

    async def leave_for_provider(self, request: Request) -> Response:
        await self._knocks.knock(self._address(request))
        await _body(request)
        secret = signin.new_token()
        response = JSONResponse({"to": await self._at_provider().way_in(secret)})
        response.set_cookie(
            identity.cookie_name(self._settings, ATTEMPT),
            secret,
            max_age=ATTEMPT_LASTS,
            secure=self._settings.secure,
            httponly=True,
            samesite="lax",
        )
        return response

    async def come_back(self, request: Request) -> Response:
        """The provider sends the browser here with a GET. What makes it this browser's own attempt is the cookie."""
        try:
            response: Response = await self._come_back(request)
        except WebRefusal as refusal:
            response = self._page(request, refusal)
        identity.drop(response, self._settings, ATTEMPT)
        return response

    async def _come_back(self, request: Request) -> Response:
        await self._knocks.knock(self._address(request))
        secret = request.cookies.get(identity.cookie_name(self._settings, ATTEMPT), "")
        query = request.query_params
        answer = Answer(query.get("code", ""), query.get("state", ""), query.get("error", ""), query.get("iss"))
        try:
            account = await self._at_provider().account(secret, answer)
        except WebRefusal:
            await self._knocks.failed(self._address(request))
            raise
        response = RedirectResponse("/", 303)
        identity.keep(response, self._settings, await self._let_in(request, account))
        return response

    async def _let_in(self, request: Request, account: str) -> str:
        """Nobody is made a person by signing in: the account must have been linked to one."""
        async with self._chat.core.database.reading() as session:
            person = await people.person_of(session, Account(OIDC, account))
        if person is None:
            raise UnknownAccount(account=account)
        await self._knocks.person(person.id)
        async with self._chat.writing() as change:
            token = await self._begin(change.session, request, person.id, By.OIDC)
        if token is None:
            raise UnknownAccount(account=account)
        return token

    def _at_provider(self) -> Provider:
        if self._provider is None:
            raise NoProvider
        return self._provider

    # ------------------------------------------------------------ in and out

    async def _begin(self, session: AsyncSession, request: Request, person_id: int, by: By) -> str | None:
        """A new session; the one that this browser had is ended, and its token is worth nothing."""
        account = await residents.settle(session, self._chat.core.vault, person_id)
        if account is None:
            return None
        if before := request.cookies.get(identity.cookie_name(self._settings)):
            await sessions.end(session, before)
        lives = identity.lives_of(self._settings)
        log.info("signed in", person=person_id, by=by.value)
        return await sessions.begin(session, person_id, (CHAT, account.id), by, self._now, lives)

    async def sign_out(self, request: Request) -> Response:
        return await self._out(request, everywhere=False)

    async def sign_out_everywhere(self, request: Request) -> Response:
        return await self._out(request, everywhere=True)

    async def _out(self, request: Request, *, everywhere: bool) -> Response:
        """Whoever has no session is signed out already. The tabs that are open are told."""
        await _body(request)
        token = request.cookies.get(identity.cookie_name(self._settings), "")
        by = None
        async with self._chat.writing() as change:
            lives = identity.lives_of(self._settings)
            knock = await sessions.find(change.session, token, self._now, lives) if token else None
            if knock is not None:
                by = knock.row.by
                change.accounts.add(knock.row.account)
                if everywhere:
                    await sessions.end_all(change.session, knock.row.person_id, self._now)
                await sessions.end(change.session, token)
        response = JSONResponse({"to": await self._way_out(by)})
        identity.drop(response, self._settings)
        return response

    async def _way_out(self, by: By | None) -> str:
        """Who came from a provider is signed out there too: on a shared machine the next would walk straight in."""
        back = f"{self._settings.public_url}/inn"
        found = await self._provider.way_out(back) if self._provider and by is By.OIDC else None
        return found or "/inn"

    # ------------------------------------------------------------

    @property
    def _now(self) -> datetime:
        return self._chat.core.clock.now()

    def _address(self, request: Request) -> str:
        return address_of(request.scope, self._settings.trusted_proxies)

    def _page(self, request: Request, refusal: WebRefusal | None = None) -> Response:
        with speaking(identity.language_of(self._chat, request)):
            return pages.entrance(self._provider.name if self._provider else None, refusal)


def _provider(chat: WebChat) -> Provider:
    from adapters.web.oidc import OpenId  # its libraries are an extra, and slow to import

    return OpenId(chat.core.settings, chat.core.clock)


async def _body(request: Request) -> inbound.Body:
    """JSON and nothing else: what a form of another site can send is not that. Raises `Malformed`."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Malformed
    return await inbound.read(request.stream())
