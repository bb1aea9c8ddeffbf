"""Who people are in the workspace, and who can read a channel. Read from Slack, kept for a minute at most."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import structlog

from adapters.slack.errors import code_of
from adapters.slack.inbound import CHAT, Us
from adapters.slack.outbound import Api
from bot.chat.inbound import clean
from bot.chat.port import Account
from bot.errors import ChatError, MembersUnknown, Rejected

log = structlog.get_logger()

KEPT = 60.0  # seconds that what Slack said is believed
COLD = 1.0  # seconds that whoever acts waits for us to look them up: an event must be acknowledged within three
WAIT = 1.5  # seconds that somebody at the screen waits for a room's members
PAGE = 200  # Slack's own recommendation: https://docs.slack.dev/apis/web-api/pagination
FEW = 20  # unknown people are asked for one by one; more of them in one list
AT_ONCE = 8
MANY = 20_000  # people remembered
SLACKBOT = "USLACKBOT"
# Stands among the members of a public channel: whoever is in the workspace, and no guest, may read it and search in it
# without being a member.
EVERYBODY = "alle i Slack (kanalen er offentlig: gjør den privat)"
T = TypeVar("T")
Ask: TypeAlias = Callable[[], Coroutine[Any, Any, T]]
NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


@dataclass(frozen=True, slots=True)
class _Known:
    account: Account | None  # None: deactivated
    at: float


@dataclass(frozen=True, slots=True)
class _Room:
    members: tuple[Account, ...]
    ids: frozenset[str]  # of the deactivated, too
    at: float


class People:
    """`now` counts seconds and is monotonic."""

    def __init__(self, api: Api, now: Callable[[], float] = time.monotonic) -> None:
        self.us = Us()
        self._api = api
        self._now = now
        self._known: dict[str, _Known] = {}
        self._rooms: dict[str, _Room] = {}
        self._asking: dict[str, asyncio.Task[tuple[Account, ...]]] = {}
        self._looking: dict[str, asyncio.Task[Account | None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._changes = 0  # that we heard of: what was being read meanwhile may be of before, and is not kept

    # ------------------------------------------------------------ one person

    async def actor(self, id: str) -> Account:
        """Whoever acts. Where Slack does not say in time who it is, it counts as a guest: then there are no cases for
        them just now, and nothing else is lost. Raises nothing."""
        try:
            async with asyncio.timeout(COLD):
                found = await self.account(id) if id else None
        except (ChatError, TimeoutError) as error:
            log.warning("not known who acts", account=id, error=type(error).__name__)
            found = None
        return found or Account(CHAT, id, guest=True)

    async def account(self, id: str) -> Account | None:
        """None where there is nobody, or who it was is deactivated. Raises `ChatError`."""
        known = self._known.get(id)
        if known and self._is_fresh(known.at):
            return known.account
        return await asyncio.shield(self._alone(self._looking, id, lambda: self._look_up(id)))

    async def names(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Of those who are called by their id in a text: at most twenty, and those that Slack will tell in time."""
        wanted = list(dict.fromkeys(ids))[:FEW]
        accounts = await asyncio.gather(*(self.actor(id) for id in wanted))
        return {account.id: account.name for account in accounts if account.name}

    def learn(self, user: Mapping[str, Any]) -> None:
        """What an event (`user_change`, `team_join`) tells of somebody. A new photo or status is nothing to us; who may
        be a guest or deactivated now is looked up anew, and so are the rooms they are in."""
        id = str(user.get("id") or "")
        known = self._known.get(id)
        if known and _standing(known.account) == _standing(account_of(user, self.us)):
            return
        self._known.pop(id, None)
        self._looking.pop(id, None)
        self._rooms = {name: room for name, room in self._rooms.items() if id not in room.ids}
        self._asking.clear()
        self._changes += 1

    # ------------------------------------------------------------ a channel's members

    async def members(self, room: str, wait: float | None = None) -> tuple[Account, ...]:
        """Everybody who can read it, guests and other bots included, we and the deactivated not; `EVERYBODY` besides,
        where it is public. Raises `MembersUnknown`; when `wait` seconds are over, too, and then goes on reading for
        the next who asks."""
        known = self._rooms.get(room)
        if known and self._is_fresh(known.at):
            return known.members
        task = self._alone(self._asking, room, lambda: self._read(room))
        done, _waiting = await asyncio.wait({task}, timeout=wait)
        if not done:
            raise MembersUnknown("no answer in time")
        try:
            return task.result()
        except ChatError as error:
            raise MembersUnknown(code_of(error) or type(error).__name__) from None

    def forget(self, room: str) -> None:
        """Somebody came or went."""
        self._rooms.pop(room, None)
        self._asking.pop(room, None)
        self._changes += 1

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _alone(self, asking: "dict[str, asyncio.Task[T]]", key: str, ask: "Ask[T]") -> "asyncio.Task[T]":
        """The question that is under way for this key, or a new one. In a context of its own: it outlives whoever
        asked, and what that one is answering."""
        task = asking.get(key)
        if task is None or task.done():
            task = asyncio.get_running_loop().create_task(ask(), name="slack look-up", context=Context())
            asking[key] = task
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._over(asking, key, done))
        return task

    def _over(self, asking: "dict[str, asyncio.Task[T]]", key: str, done: "asyncio.Task[T]") -> None:
        self._tasks.discard(done)
        if asking.get(key) is done:
            del asking[key]
        if not done.cancelled():
            done.exception()  # nobody may be waiting any more

    async def _read(self, room: str) -> tuple[Account, ...]:
        began, changes = self._now(), self._changes
        is_public, inside = await asyncio.gather(self._is_public(room), self._ids(room))
        ids = [id for id in inside if id != self.us.user]
        await self._know(ids, began)
        known = [self._known.get(id) or _Known(_stranger(id), began) for id in ids]
        found = tuple(each.account for each in known if each.account)
        if is_public:
            found += (Account(CHAT, EVERYBODY, guest=True, bot=True),)
        if changes == self._changes:  # as old as the oldest that is known of anybody in it
            self._rooms[room] = _Room(found, frozenset(ids), min([began, *(each.at for each in known)]))
        return found

    async def _is_public(self, room: str) -> bool:
        """Slack says it of every channel. What stands in for Slack (FAGTRAAD_SLACK_API_URL) may know of no such thing,
        and then its members are those who can read."""
        try:
            told = await self._api.ask(self._api.client.conversations_info(channel=room))
        except Rejected as error:
            if code_of(error) != "unknown_method":
                raise
            return False
        channel = told.get("channel") or {}
        return channel.get("is_private") is False and not (channel.get("is_im") or channel.get("is_mpim"))

    async def _ids(self, room: str) -> list[str]:
        found: list[str] = []
        cursor = ""
        while True:
            page = await self._api.ask(
                self._api.client.conversations_members(channel=room, limit=PAGE, cursor=cursor or None)
            )
            found += [str(id) for id in page.get("members") or []]
            cursor = _next(page)
            if not cursor:
                return found

    async def _know(self, ids: list[str], began: float) -> None:
        """Look up those of whom we do not know. Who is in a room and whom Slack will not show us is a stranger."""
        if len(self._unknown(ids)) > FEW:
            await self._list(began)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(id: str) -> None:
            async with gate:
                await self.account(id)

        await asyncio.gather(*(one(id) for id in self._unknown(ids)))

    def _unknown(self, ids: list[str]) -> list[str]:
        return [id for id in ids if id not in self._known or not self._is_fresh(self._known[id].at)]

    async def _list(self, began: float) -> None:
        """Everybody in the workspace. Tier 2: some twenty pages a minute; Slack's pause is for whoever asks next."""
        cursor = ""
        while True:
            page = await self._api.ask(
                self._api.client.users_list(limit=PAGE, cursor=cursor or None, include_locale=True)
            )
            for user in page.get("members") or []:
                self._remember(user, began)
            cursor = _next(page)
            if not cursor:
                return

    async def _look_up(self, id: str) -> Account | None:
        began, changes = self._now(), self._changes
        try:
            answer = await self._api.ask(self._api.client.users_info(user=id, include_locale=True))
        except ChatError as error:
            if code_of(error) in NOBODY:
                self._known.pop(id, None)
                return None
            raise
        user = answer.get("user") or {}
        return self._remember(user, began) if changes == self._changes else account_of(user, self.us)

    def _remember(self, user: Mapping[str, Any], at: float) -> Account | None:
        account = account_of(user, self.us)
        id = str(user.get("id") or "")
        if len(self._known) >= MANY:
            self._known = {id: known for id, known in self._known.items() if self._is_fresh(known.at)}
        self._known[id] = _Known(account, at)
        return account

    def _is_fresh(self, at: float) -> bool:
        return self._now() - at < KEPT


def account_of(user: Mapping[str, Any], us: Us) -> Account | None:
    """Slack's user object (https://docs.slack.dev/reference/objects/user-object). None: deactivated."""
    if user.get("deleted"):
        return None
    id = str(user.get("id") or "")
    profile = user.get("profile") or {}
    names = (profile.get("real_name"), user.get("real_name"), profile.get("display_name"), user.get("name"))
    return Account(
        CHAT,
        id,
        clean(next((str(name) for name in names if name), "")),
        guest=_is_guest(user, us),
        bot=bool(user.get("is_bot")) or id == SLACKBOT,
        language=str(user.get("locale") or ""),
    )


def _is_guest(user: Mapping[str, Any], us: Us) -> bool:
    """Guests of the workspace, and whoever comes from another (Slack Connect): Slack marks some of them, and says of
    everybody where they are at home."""
    if any(user.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_stranger", "is_invited_user")):
        return True
    enterprise = user.get("enterprise_user") or {}
    same_org = bool(us.enterprise) and enterprise.get("enterprise_id") == us.enterprise
    home = user["team_id"] if "team_id" in user else (user.get("profile") or {}).get("team", us.team)
    return not us.team or (home != us.team and not same_org)


def _standing(account: Account | None) -> tuple[str, bool, bool] | None:
    return (account.name, account.guest, account.bot) if account else None


def _stranger(id: str) -> Account:
    return Account(CHAT, id, guest=True)


def _next(page: Mapping[str, Any]) -> str:
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")
