"""What really stands in a database's files, deleted or not."""

from pathlib import Path

from sqlalchemy import text

from storage import Database


async def bytes_on_disk(database: Database, *tables: str) -> bytes:
    """All bytes of these tables (PostgreSQL), or of the whole file and its write-ahead log (SQLite)."""
    if database.is_sqlite:
        file = Path(database.url.partition(":///")[2])
        pages = (file, file.with_name(f"{file.name}-wal"))
        return b"".join(page.read_bytes() for page in pages if page.exists())
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("CHECKPOINT"))  # so that the files are as the server has them in memory
        read = text("SELECT pg_read_binary_file(pg_relation_filepath(CAST(:table AS regclass)))")
        return b"".join([bytes(await connection.scalar(read, {"table": table})) for table in tables])
