"""Starting to serve: schema, logging, the app, and the web server around it."""

import importlib.util
import logging
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Protocol, runtime_checkable

import structlog
import uvicorn

from bot.app import App, clock_of, erase_again, metadata, running, set_stage
from bot.settings import Settings, unknown_variables
from bot.starting import told_plainly
from bot.trouble import quiet_libraries
from bot.vault import Ledger, Vault
from storage import Database, alone, schema

log = structlog.get_logger()


async def serve(settings: Settings) -> None:
    """Run until told to stop. Refuses to start on a schema that is not current."""
    configure_logging(settings.log_level)
    _require_settings(settings)
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
        await _serve_pages(app, ready)


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
    await erase_again(database, Vault(settings.wrapping_keys, ledger), await clock_of(settings, database))


def _require_settings(settings: Settings) -> None:
    """What pydantic cannot know. Each refusal says what to do."""
    if not settings.wrapping_keys:
        raise SystemExit(
            "FAGTRAAD_KEYS mangler. Sett den til det «fagtraad check --new-key» skriver ut, og ta vare på den."
        )
    for name in settings.chats:
        if importlib.util.find_spec(f"adapters.{name}") is None:
            raise SystemExit(f"FAGTRAAD_CHATS: det finnes ingen chat som heter «{name}».")
    folder = settings.ledger_path.parent
    if not folder.is_dir():
        raise SystemExit(
            f"Mappen {folder} til sletteloggen finnes ikke. Er disken montert? Lag den, eller se FAGTRAAD_LEDGER_PATH."
        )


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


@runtime_checkable
class HasPages(Protocol):
    """A chat that people reach over HTTP."""

    @property
    def app(self) -> Any:
        """An ASGI application."""


async def _serve_pages(app: App, ready: Callable[[], None]) -> None:
    settings = app.core.settings
    pages = next((chat.app for chat in app.chats.values() if isinstance(chat, HasPages)), None)
    if pages is None:
        raise SystemExit("Ingen av chattene i FAGTRAAD_CHATS har nettsider: legg til «web».")
    config = uvicorn.Config(
        pages,
        log_config=None,
        access_log=False,  # an access log is one more place for what people do
        server_header=False,
        ws_max_size=64 * 1024,
        timeout_graceful_shutdown=3,
    )
    with _listening(settings) as listening:
        await _Server(config, ready).serve(sockets=[listening])


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


def configure_logging(level: str) -> None:
    """One JSON line an event: ids and times, never texts. Errors are told by class and place, never by their words."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    quiet_libraries()
