"""What was erased is gone from the database's files and logs, or known not to be, and tried again."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from bot.app import erase_again, metadata
from bot.clock import MovableClock
from bot.vault import DataKey, Ledger, Vault
from storage import FORGOTTEN, Database
from tests.disk import bytes_on_disk

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault({"k1": b"k" * 32}, Ledger(tmp_path / "erasures.jsonl"))


async def erased(database: Database, vault: Vault) -> bytes:
    """The wrapped key of a subject that was just erased, beside one that is kept."""
    async with database.transaction() as session:
        subject = await vault.new_subject(session, "case")
        await vault.new_subject(session, "case")
        wrapped = await session.scalar(select(DataKey.wrapped).where(DataKey.subject == subject))
    async with database.transaction() as session:
        await vault.erase(session, subject, NOW)
    assert wrapped is not None
    return wrapped


def test_the_table_of_keys_is_one_that_forgets() -> None:
    marked = [table.name for table in metadata().tables.values() if table.info == FORGOTTEN]
    assert marked == ["data_key"]


async def test_an_erased_keys_bytes_are_gone(database: Database, vault: Vault) -> None:
    wrapped = await erased(database, vault)
    assert wrapped in await bytes_on_disk(database, "data_key"), "otherwise this test looks in the wrong place"
    await database.forget_log()
    assert not database.log_pending
    assert wrapped not in await bytes_on_disk(database, "data_key")


async def test_the_other_keys_are_kept(database: Database, vault: Vault) -> None:
    await erased(database, vault)
    await database.forget_log()
    async with database.reading() as session:
        assert len((await session.scalars(select(DataKey.subject))).all()) == 1


async def test_a_reader_keeps_it_a_while_and_nobody_waits_long(database: Database, vault: Vault) -> None:
    """A backup, say. Once it is done, the next try succeeds."""
    async with database.engine.connect() as backup:
        await backup.execution_options(
            **({"begin": "DEFERRED"} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"})
        )
        await backup.execute(text("SELECT count(*) FROM counter"))
        wrapped = await erased(database, vault)
        began = time.monotonic()
        with capture_logs() as logged:
            await database.forget_log()
        assert time.monotonic() - began < 3
        assert database.log_pending
        assert [entry["log_level"] for entry in logged] == ["warning"]
        assert set(logged[0]) == {"event", "why", "log_level"}
    await database.forget_log()
    assert not database.log_pending
    assert wrapped not in await bytes_on_disk(database, "data_key")


async def test_a_writer_in_the_way_is_not_waited_for(database: Database, vault: Vault) -> None:
    await erased(database, vault)
    async with database.transaction() as session:
        await vault.new_subject(session, "case")
        await session.flush()
        began = time.monotonic()
        await database.forget_log()
        assert time.monotonic() - began < 3
        assert database.log_pending
    await database.forget_log()
    assert not database.log_pending


async def test_a_table_that_may_not_be_rewritten_is_not_taken_for_clean(postgres_url: str, vault: Vault) -> None:
    """PostgreSQL passes over a table of somebody else's with a notice, and no error."""
    owner = Database(postgres_url)
    await carry_out(owner, "CREATE ROLE somebody LOGIN", "GRANT SELECT, INSERT, DELETE ON data_key TO somebody")
    database = Database(postgres_url.replace("postgres@", "somebody@"))
    try:
        await erased(database, vault)
        await database.forget_log()
        assert database.log_pending
    finally:
        await database.close()
        await carry_out(owner, "DROP OWNED BY somebody", "DROP ROLE somebody")
        await owner.close()


async def carry_out(database: Database, *statements: str) -> None:
    async with database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


async def test_a_database_that_is_away_is_no_fault_of_the_erasure(vault: Vault) -> None:
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:9/nothing")
    await database.forget_log()
    assert database.log_pending
    await database.close()


async def test_a_start_clears_away_what_the_last_stop_left(database: Database, vault: Vault) -> None:
    wrapped = await erased(database, vault)
    await erase_again(database, vault, MovableClock(stopped_at=NOW))
    assert wrapped not in await bytes_on_disk(database, "data_key")
