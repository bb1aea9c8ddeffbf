"""One database, SQLite or PostgreSQL, with a write transaction and a read transaction that behave alike on
both."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, Dialect, MetaData, Table, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

from storage import sqlite as sqlite_driver

log = structlog.get_logger()

# One naming scheme, so that migrations can name what they change on either database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

IDLE = 5.0
"""Seconds after which a PostgreSQL connection is asked whether it still lives."""

PATIENCE = 1.0
"""Seconds to wait for the database where somebody waits for an answer."""


CONNECTING = 5.0
"""Seconds within which PostgreSQL must have let us in: a port that never answers is no database."""

REWRITING = 5.0
"""Seconds that the tables marked `FORGOTTEN` may take to be written anew. They are small."""

FORGOTTEN = {"forgotten": True}
"""A table's `info`, where a deleted row must not linger: see `Database.forget_log`."""

NAMES = {"names": True}
"""The same for a table that names persons: it is written anew only when one of them is erased."""


class Row(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)


class Busy(Exception):
    """Another writer held the database for longer than the caller had patience for."""


class Database:
    """An engine and its two kinds of transaction.

    SQLite admits one writer. Writers of this process queue here, in order; `BEGIN IMMEDIATE` takes the lock
    at once, since a transaction that reads first and writes later fails in WAL mode whatever its time limit.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        self.log_pending = False
        """Whether bytes of something erased may still be there: call `forget_log` again."""
        self._one_writer = asyncio.Lock()
        self._kept: list[tuple[float, AsyncConnection]] = []  # a writer's, between two transactions, and since when
        self._one_forgets = asyncio.Lock()
        self._names_pending = False
        self._reads = self.engine.execution_options(begin="DEFERRED")
        self._writes = self.engine.execution_options(begin="IMMEDIATE", patience=PATIENCE)

    @asynccontextmanager
    async def transaction(self, patience: float = PATIENCE) -> AsyncIterator[AsyncSession]:
        """A write transaction: committed at the end, rolled back by an error.

        `patience` is in seconds; `Busy` is raised when the database could not be had in that time.
        """
        async with self.write_connection(patience) as connection:
            session = AsyncSession(connection, expire_on_commit=False)
            try:
                yield session
                if session.new or session.dirty or session.deleted:
                    await session.flush()
            finally:
                session.sync_session.close()  # asks nothing of the database: the connection is not its own

    @asynccontextmanager
    async def write_connection(self, patience: float = PATIENCE) -> AsyncIterator[AsyncConnection]:
        """The same without objects, for hot paths."""
        async with self._turn(patience), self._connected() as connection:
            if patience != _patience_of(connection):
                await connection.execution_options(patience=patience)
            try:
                _started(connection).begin()  # asks nothing: the first statement begins it on the server
                if not self.is_sqlite and patience != PATIENCE:
                    await connection.execute(text(f"SET LOCAL lock_timeout = {int(patience * 1000)}"))
                yield connection
                await connection.commit()
            except DBAPIError as error:
                raise (Busy() if is_busy(error) else error) from error

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        """As `engine.connect()`, but one writer's connection is kept for the next: checking it in and out costs as
        much as a statement. (`engine.connect()` also closes in a task of its own, needed only if much is left to do.)
        """
        connection = await self._from_before() or await self._writes.connect()
        try:
            yield connection
        finally:
            if not self._kept and not connection.in_transaction() and not connection.invalidated:
                self._kept.append((time.monotonic(), connection))
            else:
                closing = connection.close()
                await (asyncio.shield(closing) if connection.in_transaction() else closing)

    async def _from_before(self) -> AsyncConnection | None:
        """The connection that was kept, if it lives."""
        if not self._kept:
            return None
        since, connection = self._kept.pop()
        if self.is_sqlite or await _lives(connection, time.monotonic() - since):
            return connection
        await connection.invalidate()
        await connection.close()
        return None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A read transaction; anything written in it is lost."""
        async with AsyncSession(self._reads, expire_on_commit=False) as session:
            yield session

    async def forget_log(self, *, names: bool = False) -> None:
        """Leave no copy of what was just erased in SQLite's write-ahead log, nor in the pages of PostgreSQL's
        tables; with `names` (a person's) in more of them. (PostgreSQL's write-ahead log and its archive are the
        operator's.)

        Never raises, since the erasure itself is done; what could not be done now is `log_pending`.
        """
        async with self._one_forgets:
            self.log_pending, why = True, "in use"
            self._names_pending |= names
            try:
                self.log_pending = not await (self._empty_log() if self.is_sqlite else self._rewrite())
            except Exception as error:  # noqa: BLE001 - whatever the driver says, it is tried again
                why = type(error).__name__
            if self.log_pending:
                log.warning("log not emptied" if self.is_sqlite else "not vacuumed", why=why)

    async def _empty_log(self) -> bool:
        """A reader keeps its part of the log. It is not waited for long: writers wait meanwhile."""
        async with self._turn(PATIENCE / 2), self.engine.connect() as connection:
            await connection.execution_options(begin="NONE", patience=PATIENCE / 2)
            busy = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return not busy.scalar_one()  # the first column

    async def _rewrite(self) -> bool:
        async with asyncio.timeout(REWRITING), self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")  # VACUUM wants no transaction
            clean = all([await _written_anew(connection, table) for table in self._to_be_written_anew()])
            self._names_pending &= not clean
            return clean

    def _to_be_written_anew(self) -> list[Table]:
        marks = (FORGOTTEN, NAMES) if self._names_pending else (FORGOTTEN,)
        tables = Row.metadata.tables.values()
        return [table for table in tables if any(table.info.items() >= mark.items() for mark in marks)]

    async def close(self) -> None:
        for _since, connection in self._kept:
            await connection.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def _turn(self, patience: float) -> AsyncIterator[None]:
        if not self.is_sqlite:
            yield
            return
        try:
            async with asyncio.timeout(patience):
                await self._one_writer.acquire()
        except TimeoutError as error:
            raise Busy from error
        try:
            yield
        finally:
            self._one_writer.release()


async def _written_anew(connection: AsyncConnection, table: Table) -> bool:
    """Whether the table's file is a new one, with no more rows than one can see. PostgreSQL keeps dead rows as long as
    an older snapshot (a `pg_dump`, say) might see them, and passes over a table that is not ours, both in silence."""
    name = connection.dialect.identifier_preparer.format_table(table)
    file = await connection.scalar(text("SELECT pg_relation_filenode(to_regclass(:name))"), {"name": name})
    await connection.exec_driver_sql(f"VACUUM (FULL) {name}")
    clean = await connection.scalar(
        text(
            f"SELECT reltuples <= (SELECT count(*) FROM {name}) AND pg_relation_filenode(oid) <> :file"  # noqa: S608
            " FROM pg_class WHERE oid = to_regclass(:name)"
        ),
        {"name": name, "file": file},
    )
    return bool(clean)


def core(session: AsyncSession) -> AsyncConnection:
    """What is under a session of `Database.transaction`, for statements on hot paths that concern no object: they
    cost half as much here. Raises `TypeError` for a session of `reading`, which has none of its own."""
    if not isinstance(session.bind, AsyncConnection):
        raise TypeError("not a write transaction")
    return session.bind


def _started(connection: AsyncConnection) -> Connection:
    """The synchronous one inside, for what needs no visit to the database: each `await` costs as much as half a
    statement."""
    if connection.sync_connection is None:
        raise RuntimeError("not connected yet")
    return connection.sync_connection


def _patience_of(connection: AsyncConnection) -> float:
    return float(_started(connection).get_execution_options().get("patience", PATIENCE))


def is_busy(error: DBAPIError) -> bool:
    """Whether the driver said that somebody else held the lock for too long."""
    busy_file = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
    return busy_file or getattr(error.orig, "sqlstate", None) == "55P03"  # lock_not_available


def _sqlite_engine(url: str) -> AsyncEngine:
    engine = create_async_engine(
        url, hide_parameters=True, pool_size=8, connect_args={"async_creator_fn": sqlite_driver.connect}
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin ourselves: see _begin_sqlite
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL can lose the last commits in a power cut
        "foreign_keys=ON",
        "secure_delete=ON",  # erased text must not linger in freed pages
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    """The transaction begins with its first statement, in one visit to SQLite's thread."""
    options = connection.get_execution_options()
    patience = int(options.get("patience", 5.0) * 1000)
    begin = options.get("begin", "IMMEDIATE")
    first = []
    if connection.info.get("patience") != patience:  # as it was left by the transaction before
        first.append(f"PRAGMA busy_timeout={patience}")
        connection.info["patience"] = patience
    if begin != "NONE":
        first.append(f"BEGIN {begin}")
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.first = tuple(first)


def _postgres_engine(url: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=20,
        max_overflow=0,  # one that is opened in a rush and closed after it costs more than a command
        pool_timeout=5,
        connect_args={"timeout": CONNECTING, "server_settings": {"lock_timeout": str(int(PATIENCE * 1000))}},
    )
    event.listen(engine.sync_engine, "checkin", _note_time)
    event.listen(engine.sync_engine, "checkout", partial(_is_alive, engine.dialect))
    return engine


def _note_time(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["used_at"] = time.monotonic()


def _is_alive(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """SQLAlchemy's own `pool_pre_ping` asks the server in a transaction each time: three round trips of the
    ten that a command would make. A connection that the server closed is known as such here, without asking;
    only one that lay idle for a while may be dead without anybody knowing."""
    idle = time.monotonic() - record.info.get("used_at", time.monotonic())
    if connection.driver_connection.is_closed() or (idle > IDLE and not _answers(dialect, connection)):
        raise InvalidatePoolError


async def _lives(connection: AsyncConnection, idle: float) -> bool:
    """The same for one that did not go back to the pool."""
    driver: Any = _started(connection).connection.dbapi_connection
    if driver.driver_connection.is_closed():
        return False
    return idle <= IDLE or await connection.run_sync(lambda sync: _answers(sync.dialect, driver))


def _answers(dialect: Dialect, connection: Any) -> bool:
    try:
        return dialect.do_ping(connection)
    except Exception:  # noqa: BLE001 - whatever it says, it is of no use
        return False
