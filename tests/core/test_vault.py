"""Text that can be erased honestly."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.vault import DataKey, Erased, KeyFault, Ledger, LedgerSpoilt, Unopened, Vault
from storage import Database

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault({"old": OLD}, Ledger(tmp_path / "erasures.jsonl"))


async def sealed_text(database: Database, vault: Vault, text: str = "Hemmelig") -> tuple[str, bytes]:
    async with database.transaction() as session:
        subject = await vault.new_subject(session, "case")
        return subject, await vault.seal(session, subject, "title", text)


async def opened(database: Database, vault: Vault, subject: str, sealed: bytes, field: str = "title") -> str:
    async with database.reading() as session:
        return await vault.open(session, subject, field, sealed)


async def test_what_is_sealed_opens_again_and_is_unreadable_meanwhile(database: Database, vault: Vault) -> None:
    for text in ("Hemmelig", "", "æøå 🩸", "x" * 10_000):
        subject, sealed = await sealed_text(database, vault, text)
        assert not text or text.encode() not in sealed
        assert await opened(database, vault, subject, sealed) == text


async def test_the_same_text_is_never_sealed_the_same(database: Database, vault: Vault) -> None:
    assert (await sealed_text(database, vault))[1] != (await sealed_text(database, vault))[1]


async def test_bytes_that_were_changed_moved_or_cut_do_not_open(database: Database, vault: Vault) -> None:
    subject, sealed = await sealed_text(database, vault)
    other, _ = await sealed_text(database, vault)
    for wrong in (
        sealed[:-1] + bytes([sealed[-1] ^ 1]),
        bytes([sealed[0] ^ 1]) + sealed[1:],
        sealed[:-1],
        sealed[:5],
        b"",
    ):
        with pytest.raises(Unopened):
            await opened(database, vault, subject, wrong)
    with pytest.raises(Unopened):
        await opened(database, vault, subject, sealed, field="question")
    with pytest.raises(Unopened):
        await opened(database, vault, other, sealed)


async def test_a_data_key_moved_to_another_subject_does_not_open(database: Database, vault: Vault) -> None:
    subject, sealed = await sealed_text(database, vault)
    other, _ = await sealed_text(database, vault)
    async with database.transaction() as session:
        wrapped = await session.scalar(select(DataKey.wrapped).where(DataKey.subject == subject))
        await session.execute(update(DataKey).where(DataKey.subject == other).values(wrapped=wrapped))
    with pytest.raises(Unopened):
        await opened(database, vault, other, sealed)


async def test_a_newer_key_wraps_what_is_new_and_the_old_opens_what_is_old(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    subject, sealed = await sealed_text(database, vault)
    ledger = Ledger(tmp_path / "erasures.jsonl")
    both, new = Vault({"new": NEW, "old": OLD}, ledger), Vault({"new": NEW}, ledger)
    assert await opened(database, both, subject, sealed) == "Hemmelig"
    later, sealed_later = await sealed_text(database, both)
    assert await opened(database, new, later, sealed_later) == "Hemmelig"
    with pytest.raises(Unopened):
        await opened(database, new, subject, sealed)
    with pytest.raises(Unopened):
        await opened(database, Vault({"old": NEW}, ledger), subject, sealed)


def test_without_a_key_there_is_no_vault(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="FAGTRAAD_KEYS"):
        Vault({}, Ledger(tmp_path / "erasures.jsonl"))


async def erase(database: Database, vault: Vault, subject: str) -> None:
    async with database.transaction() as session:
        await vault.erase(session, subject, NOW)


async def test_erased_is_erased(database: Database, vault: Vault) -> None:
    subject, sealed = await sealed_text(database, vault)
    kept, sealed_kept = await sealed_text(database, vault)
    await erase(database, vault, subject)
    with pytest.raises(Erased):
        await opened(database, vault, subject, sealed)
    with pytest.raises(Erased):
        async with database.transaction() as session:
            await vault.seal(session, subject, "title", "Hemmelig")
    assert await opened(database, vault, kept, sealed_kept) == "Hemmelig"


async def test_an_erasure_is_played_again_after_a_restore(database: Database, vault: Vault) -> None:
    subject, sealed = await sealed_text(database, vault)
    kept, sealed_kept = await sealed_text(database, vault)
    async with database.reading() as session:
        backup = (await session.execute(select(DataKey.__table__))).mappings().all()
    await erase(database, vault, subject)
    async with database.transaction() as session:  # the restore: the keys are as they were
        for row in backup:
            await session.merge(DataKey(**row))
    assert await opened(database, vault, subject, sealed) == "Hemmelig"
    async with database.transaction() as session:
        assert await vault.replay(session) == [subject]
        assert await vault.replay(session) == []
    with pytest.raises(Erased):
        await opened(database, vault, subject, sealed)
    assert await opened(database, vault, kept, sealed_kept) == "Hemmelig"


async def test_a_restored_database_file_is_clean_again_once_started(sqlite_url: str, vault: Vault) -> None:
    database = Database(sqlite_url)
    subject, sealed = await sealed_text(database, vault)
    await database.close()
    file = Path(sqlite_url.partition(":///")[2])
    shutil.copyfile(file, file.with_suffix(".backup"))
    database = Database(sqlite_url)
    await erase(database, vault, subject)
    await database.close()
    shutil.copyfile(file.with_suffix(".backup"), file)
    database = Database(sqlite_url)
    async with database.transaction() as session:
        assert await vault.replay(session) == [subject]
    with pytest.raises(Erased):
        await opened(database, vault, subject, sealed)
    await database.close()


async def test_where_the_ledger_cannot_be_written_nothing_is_erased(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    vault = Vault({"old": OLD}, Ledger(tmp_path / "file" / "erasures.jsonl"))
    subject, sealed = await sealed_text(database, vault)
    with pytest.raises(OSError, match="file"):
        await erase(database, vault, subject)
    assert await opened(database, vault, subject, sealed) == "Hemmelig"


def test_a_line_cut_short_by_a_crash_spoils_neither_those_before_nor_those_after(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "erasures.jsonl")
    ledger.write("case:1", NOW)
    with ledger.path.open("a") as file:
        file.write('{"erased": "case:2", "a')
    assert ledger.subjects() == {"case:1"}
    ledger.write("case:3", NOW)
    assert ledger.subjects() == {"case:1", "case:3"}


@pytest.mark.parametrize(
    "spoilt",
    [
        b'["case:2"]',
        b'"case:2"',
        b"2",
        b"null",
        b"{}",
        b'{"erased": 2}',
        b'{"erased": "case:2"}}',
        b'{"erased": "case:\xff"}',
        b"\xff\xfe",
        b"\0\0\0",
        b"case:2",
    ],
)
def test_a_line_that_says_nothing_stops_the_reading_by_its_number(tmp_path: Path, spoilt: bytes) -> None:
    ledger = Ledger(tmp_path / "erasures.jsonl")
    ledger.write("case:1", NOW)
    with ledger.path.open("ab") as file:
        file.write(b"\n" + spoilt + b"\n")
    ledger.write("case:3", NOW)
    with pytest.raises(LedgerSpoilt) as stopped:
        ledger.subjects()
    assert stopped.value.line == 3
    assert "case" not in str(stopped.value)


def test_wherever_a_crash_cuts_the_last_line_the_rest_is_read(tmp_path: Path) -> None:
    whole = b'{"erased": "case:2", "at": "2026-11-24T09:00:00+00:00"}'
    for length in range(len(whole)):
        ledger = Ledger(tmp_path / f"{length}.jsonl")
        ledger.path.write_bytes(whole[:length])
        assert ledger.subjects() == set()
        ledger.write("case:3", NOW)
        assert ledger.subjects() == {"case:3"}


def test_the_folder_of_the_ledger_is_not_made(tmp_path: Path) -> None:
    """A disk that is not mounted must be noticed."""
    with pytest.raises(FileNotFoundError):
        Ledger(tmp_path / "unmounted" / "erasures.jsonl").write("case:1", NOW)


async def test_a_wrapping_key_that_is_missing_or_wrong_is_named(database: Database, vault: Vault) -> None:
    ledger = Ledger(Path("unused"))
    async with database.reading() as session:
        assert await Vault({"new": NEW}, ledger).key_faults(session) == {}, "nothing is wrapped yet"
    await sealed_text(database, vault)
    await sealed_text(database, Vault({"new": NEW}, ledger))
    async with database.reading() as session:
        assert await Vault({"new": NEW, "old": OLD}, ledger).key_faults(session) == {}
        assert await Vault({"new": NEW}, ledger).key_faults(session) == {"old": KeyFault.MISSING}
        assert await Vault({"new": NEW, "old": NEW}, ledger).key_faults(session) == {"old": KeyFault.WRONG}


def test_the_ledger_holds_subjects_and_times_and_nothing_else(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "erasures.jsonl")
    assert ledger.subjects() == set()
    ledger.write("case:9f86d081884c7d65", NOW)
    assert ledger.path.read_text() == '{"erased": "case:9f86d081884c7d65", "at": "2026-11-24T09:00:00+00:00"}\n'
