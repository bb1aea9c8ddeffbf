"""`python scripts/migration.py NUMBER NAME`: write a migration from what the tables have that the migrations have not.

For a developer to read and edit: what is written is a proposal.
"""

import asyncio
import sys
import tempfile

from bot.app import metadata
from storage import Database, schema


async def write(number: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{folder}/now.db")
        await schema.upgrade(database, metadata())
        async with database.engine.connect() as connection:
            await connection.run_sync(schema.new_revision, metadata(), name, number)
        await database.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    asyncio.run(write(*sys.argv[1:]))
