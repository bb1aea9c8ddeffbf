"""Starting to serve: schema, logging, the app, and the web server around it."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from types import FrameType

import structlog
import uvicorn
from starlette.applications import Starlette

import bot
from bot import chats
from bot.app import App, clock_of, erase_again, make_findable, metadata, running, set_stage, wired
from bot.health import Readiness, pages, what_to_ask
from bot.logs import configure_logging, configure_operation
from bot.metrics import metrics_page
from bot.people import is_nobody_here
from bot.settings import Settings, unknown_variables
from bot.starting import about_empty, has_oidc, told_plainly
from bot.vault import Ledger, Vault
from storage import Database, alone, schema

log = structlog.get_logger()


async def serve(settings: Settings) -> None:
    """Run until told to stop. Refuses to start on a schema that is not current."""
    configure_operation(settings.log_level)
    _require_settings(settings)
    _require_way_in(settings)
    for name in unknown_variables():
        log.warning("unknown setting", name=name)
    await _serve(settings, _require_current, lambda: None)


async def serve_demo(settings: Settings, ready: Callable[[], None]) -> None:
    """The demo makes its own schema and its own network, and keeps both."""
    configure_logging(settings.log_level)
    await _serve(settings, upgrade_schema, ready)


async def _serve(settings: Settings, prepare: Callable[[Settings], Awaitable[None]], ready: Callable[[], None]) -> None:
    async with AsyncExitStack() as stack:
        with told_plainly(settings):
            stack.enter_context(alone(settings.database_url))
            await prepare(settings)
            app = await stack.enter_async_context(running(settings))
        if settings.demo:
            await set_stage(app)
        else:
            await _tell_where_to_begin(app)
        log.info(
            "started",
            version=bot.__version__,
            chats=list(app.chats),
            schema=await schema.revision(app.core.database),
            demo=settings.demo,
        )
        settle()
        await _serve_http(app, ready)
    log.info("stopped")


def settle() -> None:
    """What has been loaded is here to stay. Looking through it for garbage stops everything for a tenth of a second
    each time: the slowest percent of fifty commands at once took 150 ms with that, and takes 60 without."""
    gc.collect()
    gc.freeze()


async def _tell_where_to_begin(app: App) -> None:
    """On an empty database: in words, for whoever started it, and in the log."""
    async with app.core.database.reading() as session:
        if await is_nobody_here(session):
            log.warning("nobody is here yet")
            sys.stderr.write(f"{about_empty()}\n")


async def upgrade_schema(settings: Settings) -> None:
    """Make the schema current, and erase again what a restore may have brought back."""
    _require_settings(settings)
    database = Database(settings.database_url)
    try:
        with told_plainly(settings):
            await _upgrade(settings, database)
    finally:
        await database.close()


async def _upgrade(settings: Settings, database: Database) -> None:
    ledger, found = Ledger(settings.ledger_path), await schema.fit(database)
    _refuse_a_newer(found)
    if found is schema.Fit.EMPTY:
        ledger.begin()
    if found is not schema.Fit.CURRENT:
        await schema.upgrade(database, metadata())
    vault, clock = Vault(settings.wrapping_keys, ledger), await clock_of(settings, database)
    await erase_again(database, vault, clock, wired(settings, database, vault, clock).chats)
    await make_findable(database)


def _require_settings(settings: Settings) -> None:
    """What pydantic cannot know. Each refusal says what to do."""
    if not settings.wrapping_keys:
        raise SystemExit(
            "FAGTRAAD_KEYS mangler. Sett den til det «fagtraad check --new-key» skriver ut, og ta vare på den."
        )
    for name in settings.chats:
        if not chats.exists(name):
            raise SystemExit(f"FAGTRAAD_CHATS: det finnes ingen chat som heter «{name}».")
        _refuse_because(chats.unreadable(name))
    folder = settings.ledger_path.parent
    if not folder.is_dir():
        raise SystemExit(
            f"Mappen {folder} til sletteloggen finnes ikke. Er disken montert? Lag den, eller se FAGTRAAD_LEDGER_PATH."
        )


def _require_way_in(settings: Settings) -> None:
    """What each chat needs for people to reach us on it, and the web pages for people to sign in."""
    _refuse_because([each for name in settings.chats for each in chats.shortcomings(name)])
    if "web" in settings.chats and not settings.public_url:
        raise SystemExit(
            "FAGTRAAD_PUBLIC_URL mangler. Sett den til adressen som folk når nettsidene på, som "
            "https://fagtraad.example.no: uten den kan ingen logge inn."
        )
    if settings.oidc_issuer and not has_oidc():
        raise SystemExit("FAGTRAAD_OIDC_ISSUER er satt, men authlib og httpx mangler: installer «fagtraad[oidc]».")


def _refuse_because(shortcomings: list[str]) -> None:
    if shortcomings:
        raise SystemExit("\n".join(shortcomings))


async def _require_current(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        found = await schema.fit(database)
    finally:
        await database.close()
    _refuse_a_newer(found)
    if found is not schema.Fit.CURRENT:
        raise SystemExit("Databasen har ikke riktig skjema. Kjør «fagtraad db upgrade» først.")


def _refuse_a_newer(found: schema.Fit) -> None:
    if found is schema.Fit.NEWER:
        raise SystemExit("Programmet er eldre enn databasen: bruk den utgaven som databasen sist ble oppgradert med.")


async def _serve_http(app: App, ready: Callable[[], None]) -> None:
    settings, core = app.core.settings, app.core
    asks = what_to_ask(core.database, app.chats, app.outbox)
    with _listening(settings) as listening:
        server = _Server(_configured(pages(app.chats, Readiness(asks))), ready)
        async with _measured(settings, metrics_page(app.outbox, core.clock)):
            await server.serve(sockets=[listening])


@asynccontextmanager
async def _measured(settings: Settings, page: Starlette) -> AsyncIterator[None]:
    """On a port of its own, which what is open to people does not lead to."""
    if settings.metrics_port is None:
        yield
        return
    with _listening(settings.model_copy(update={"host": settings.metrics_host, "port": settings.metrics_port})) as on:
        server = _Beside(_configured(page), lambda: None)
        task = asyncio.create_task(server.serve(sockets=[on]), name="metrics")
        try:
            yield
        finally:
            server.should_exit = True
            await task


def _configured(served: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        served,
        log_config=None,
        access_log=False,  # an access log is one more place for what people do
        server_header=False,
        proxy_headers=False,  # FAGTRAAD_TRUSTED_PROXIES says whom we believe, not uvicorn's own variable
        lifespan="off",
        ws_max_size=64 * 1024,
        timeout_graceful_shutdown=3,
    )


def _listening(settings: Settings) -> socket.socket:
    """The address taken before anybody is told of it."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise SystemExit(
            f"Får ikke tatt {settings.host}:{settings.port} ({error.strerror}). Er porten opptatt? "
            "Velg en annen: FAGTRAAD_PORT=8091, eller «make demo PORT=8091»."
        ) from error


class _Server(uvicorn.Server):
    """Says when it is ready to be visited."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Asked to stop is no fault: after SIGTERM the program ends with 0, where uvicorn would raise it again, and
        nothing that is being sent would be waited for."""
        if sig == signal.SIGTERM:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)


class _Beside(_Server):
    """Stopped by the server that it stands beside."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
