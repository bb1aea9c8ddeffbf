"""Starting to serve: schema, logging, the app, and the web server around it."""

import importlib.util
import logging
import socket
import sys
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import structlog
import uvicorn

from bot.app import App, metadata, running, set_stage
from bot.settings import Settings
from bot.vault import Ledger, Vault
from storage import Database, schema


async def serve(settings: Settings) -> None:
    """Run until told to stop. Refuses to start on a schema that is not current."""
    configure_logging(settings.log_level)
    _require_settings(settings)
    await _require_current(settings)
    async with running(settings) as app:
        await _serve_pages(app, lambda: None)


async def serve_demo(settings: Settings, ready: Callable[[], None]) -> None:
    """The demo makes its own schema and its own network, and keeps both."""
    configure_logging(settings.log_level)
    await upgrade_schema(settings)
    async with running(settings) as app:
        await set_stage(app)
        await _serve_pages(app, ready)


async def upgrade_schema(settings: Settings) -> None:
    _require_settings(settings)
    database = Database(settings.database_url)
    try:
        if not await schema.is_current(database):
            await schema.upgrade(database, metadata())
        async with database.transaction(patience=30) as session:
            await Vault(settings.wrapping_keys, Ledger(settings.ledger_path)).replay(session)
    finally:
        await database.close()


def _require_settings(settings: Settings) -> None:
    """What pydantic cannot know. Each refusal says what to do."""
    if not settings.wrapping_keys:
        raise SystemExit(
            "FAGTRAAD_KEYS mangler. Sett den til det «fagtraad check --new-key» skriver ut, og ta vare på den."
        )
    for name in settings.chats:
        if importlib.util.find_spec(f"adapters.{name}") is None:
            raise SystemExit(f"FAGTRAAD_CHATS: det finnes ingen chat som heter «{name}».")


async def _require_current(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        if not await schema.is_current(database):
            raise SystemExit("Databasen har ikke riktig skjema. Kjør «fagtraad db upgrade» først.")
    finally:
        await database.close()


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
    """One JSON line an event: ids and times, never texts. Tracebacks go without locals, and errors without words."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s %(funcName)s:%(lineno)d"
    )  # libraries: that, not what
