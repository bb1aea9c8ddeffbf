"""The one place that wires everything together."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from bot import demo, language, people, personal, readers, search
from bot.chat.message import Message
from bot.chat.port import Account, Chat
from bot.clock import Clock, MovableClock, SystemClock
from bot.core import Core
from bot.dispatch import Dispatch
from bot.errors import MembersUnknown
from bot.feature import Desk, Features, NoticeKind
from bot.features import all_features
from bot.notebook import DatabaseNotebook
from bot.outbox import Kind, Notice, Outbox
from bot.retention import Retention
from bot.settings import Settings
from bot.stage import Stage
from bot.starting import about_keys
from bot.vault import Ledger, Vault
from storage import Database, Row

log = structlog.get_logger()

TABLES = (
    "bot.audit",
    "bot.availability",
    "bot.demo",
    "bot.dispatch",
    "bot.notebook",
    "bot.numbers",
    "bot.outbox",
    "bot.people",
    "bot.places",
    "bot.retention",
    "bot.search.index",
    "bot.sessions",
    "bot.signin",
    "bot.vault",
    "bot.features.actions.tables",
    "bot.features.cases.tables",
    "bot.features.networks.tables",
    "bot.features.privacy.tables",
    "bot.features.search.tables",
    "adapters.web.tables",
)


def metadata() -> MetaData:
    """Every table there is, for the migrations."""
    for module in TABLES:
        importlib.import_module(module)
    return Row.metadata


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs, once it runs."""

    core: Core
    chats: Mapping[str, Chat]
    outbox: Outbox
    inbox: Dispatch
    retention: Retention


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None, *, ticking: bool = True) -> AsyncIterator[App]:
    """Start everything in order, and stop it in the opposite one. The schema must be there (`fagtraad db upgrade`).
    Ends the program where a wrapping key that the database needs is missing or wrong.

    With `ticking` off nothing is delivered by itself: tests call `outbox.deliver_due()`.
    """
    async with AsyncExitStack() as stack:
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        vault = Vault(settings.wrapping_keys, Ledger(settings.ledger_path))
        clock = clock or await clock_of(settings, database)
        await _require_keys(database, vault)
        app = wired(settings, database, vault, clock)
        await erase_again(database, vault, clock, app.chats)
        from bot import guard  # with its lexicons' patterns a tenth of what the core takes to import

        await asyncio.to_thread(guard.warm)
        warming = {asyncio.create_task(asyncio.to_thread(each.warm), name="warming") for each in (language, search)}
        stack.push_async_callback(asyncio.wait, warming)
        for chat in app.chats.values():
            await chat.start(app.inbox, DatabaseNotebook(database, chat.name))
            stack.push_async_callback(chat.stop)
        if ticking:
            await stack.enter_async_context(_delivering(app, _forgetting(database)))
        yield app


def wired(settings: Settings, database: Database, vault: Vault, clock: Clock) -> App:
    """Everything, put together and not started."""
    features = Features(all_features())
    chats: dict[str, Chat] = {}
    kinds = {kind.name: _kind(kind, database, chats, vault, clock) for kind in features.notices.values()}
    outbox = Outbox(database, chats, kinds, clock, account_of=_reached_on, languages=readers.languages)

    async def advance(by: timedelta) -> int:
        if not isinstance(clock, MovableClock):
            raise TypeError("only the demo's clock can be moved")
        return await demo.advance(database, clock, outbox, by)

    core = Core(settings, database, vault, clock, features, advance if settings.demo else None)
    for name in settings.chats:
        chats[name] = create_chat(name, core)
    inbox = Dispatch(database, chats, features, vault, clock, outbox.wake, settings.public_url)
    return App(core, chats, outbox, inbox, Retention(settings, database, vault, clock, features.all, chats))


def _kind(kind: NoticeKind, database: Database, chats: Mapping[str, Chat], vault: Vault, clock: Clock) -> Kind:
    """A feature's kind of notice as the outbox wants it: with the vault at hand, and able to ask who is in a room."""

    room_is_safe = kind.room_is_safe

    async def compose(session: AsyncSession, notices: Sequence[Notice], now: datetime) -> Mapping[int, Message]:
        return await kind.compose(Desk(session, now, vault, chats), notices)

    async def before_send(notice: Notice) -> bool:
        if room_is_safe is None or notice.to is None:
            return True
        try:
            present = await chats[notice.to.chat].members(notice.to)
        except MembersUnknown:
            return False
        async with database.reading() as session:
            return await room_is_safe(Desk(session, clock.now(), vault), notice, present)

    return Kind(kind.name, compose, before_send if room_is_safe else None, kind.on_failed, kind.on_ended)


async def set_stage(app: App) -> None:
    """Fill the demo with its invented network, the first time it starts."""
    from adapters.web import WebChat
    from adapters.web.furnish import Furniture

    chat, clock = app.chats["web"], app.core.clock
    if isinstance(clock, MovableClock) and isinstance(chat, WebChat):
        await Stage(app.core.database, clock, app.inbox, app.outbox, Furniture(chat)).set_up()


def create_chat(name: str, core: Core) -> Chat:
    """The adapter in the folder of that name. Raises ModuleNotFoundError where there is none."""
    chat: Chat = importlib.import_module(f"adapters.{name}").create(core)
    return chat


async def _reached_on(session: AsyncSession, person_id: int) -> Account | None:
    return await people.account_of(session, person_id)


async def clock_of(settings: Settings, database: Database) -> Clock:
    return await demo.kept_clock(database) if settings.demo else SystemClock()


async def _require_keys(database: Database, vault: Vault) -> None:
    """Otherwise nobody would know before the first text that does not open, or the first new key under a wrong one."""
    async with database.reading() as session:
        faults = await vault.key_faults(session)
        if await vault.has_lost_its_ledger(session):
            log.warning("the erasure ledger is missing, and the database is in use")
    if faults:
        raise SystemExit(about_keys(faults))


async def erase_again(database: Database, vault: Vault, clock: Clock, chats: Mapping[str, Chat] | None = None) -> None:
    """What the ledger says is erased and a restored database has again: its keys, what each feature keeps of it, and
    persons. And what an erasure before the last stop may have left in the database's log."""
    async with database.transaction(patience=30) as session:
        await personal.mark_everybody(session)
        persons = await personal.erase_again(Desk(session, clock.now(), vault, chats or {}), all_features())
        back = await vault.replay(session)
        for subject in back:
            for feature in all_features():
                if feature.restored:
                    await feature.restored(session, subject, clock.now())
    if back or persons:
        log.warning("erasures played again after a restore", keys=len(back), persons=persons)
    await database.forget_log(names=True)


async def make_findable(database: Database) -> None:
    """What was written before it could be found, or before its words were read as they are now."""
    kinds = {kind: each.everything for feature in all_features() for kind, each in feature.searchable.items()}
    if mended := await search.catch_up(database, kinds):
        log.info("indexed", entries=mended)


def _forgetting(database: Database) -> Callable[[], Awaitable[None]]:
    async def forget() -> None:
        if database.log_pending:
            await database.forget_log()

    return forget


@asynccontextmanager
async def _delivering(app: App, forget: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    from scheduler import Ticker  # brings APScheduler, which only a process that delivers needs

    ticker = Ticker(app.outbox, forget, app.retention.daily)
    ticker.start()
    loop = asyncio.create_task(app.outbox.run(), name="outbox")
    try:
        yield
    finally:
        ticker.stop()
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
