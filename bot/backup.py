"""Backup and restore of a SQLite database. (PostgreSQL has its own: `pg_dump` and `pg_restore`.)

What is restored is older than the erasures since then, so they are played again before it takes its place: at no
moment does the service's database hold what was erased.
"""

import asyncio
from pathlib import Path

from bot.serving import upgrade_schema
from bot.settings import Settings
from bot.starting import about_keys, told_plainly
from bot.vault import Ledger, Vault
from storage import Database, NotADatabase, alone, copies, schema, sqlite_file

OTHER = "{} er ikke SQLite. Bruk pg_dump og pg_restore: se docs/operations.md."
NO_LEDGER = (
    "Sletteloggen {} finnes ikke, og uten den kommer slettede kasus tilbake. Er disken montert? Hent den fra sin egen "
    "kopi. Har den aldri vært der: lag en tom fil."
)


def back_up(settings: Settings, to: Path) -> None:
    """Also while the service runs. Ends the program with what to do where it cannot be done."""
    source = _file(settings)
    with told_plainly(settings):
        if not source.exists():
            raise SystemExit(f"{source} finnes ikke: se FAGTRAAD_DATABASE_URL.")
        _require_folder(to)
        _copy(source, to)


def _copy(source: Path, to: Path) -> None:
    try:
        copies.copy_whole(source, to)
    except FileExistsError:
        raise SystemExit(f"{to} finnes fra før, og blir ikke skrevet over. Velg et annet navn.") from None
    except NotADatabase:
        raise SystemExit(f"{source} er skadet, så kopien er ikke laget. Gjenopprett fra en eldre.") from None


def restore(settings: Settings, backup: Path, *, replace: bool) -> None:
    """Ends the program with what to do where it cannot be done; then what was there is as it was."""
    at = _file(settings)
    _require_folder(at)
    if not backup.is_file():
        raise SystemExit(f"{backup} finnes ikke.")
    if not settings.ledger_path.exists():
        raise SystemExit(NO_LEDGER.format(settings.ledger_path))
    with told_plainly(settings), alone(settings.database_url):
        if at.exists() and not replace:
            raise SystemExit(f"{at} finnes fra før. Ta vare på den, eller legg til --replace for å kaste den.")
        asyncio.run(_restore(settings, backup, at))


async def _restore(settings: Settings, backup: Path, at: Path) -> None:
    new = at.with_name(f"{at.name}.restoring")
    _throw_away(new)
    try:
        copies.copy_into(backup, new)
        await _made_fit(settings.model_copy(update={"database_url": f"sqlite+aiosqlite:///{new}"}))
        copies.put_in_place(new, at)
    except NotADatabase:
        raise SystemExit(f"{backup} er ikke en hel SQLite-database. Bruk en annen kopi.") from None
    finally:
        _throw_away(new)


async def _made_fit(settings: Settings) -> None:
    """Of this version of the program, to be opened with the keys of the settings, and without what was erased."""
    database = Database(settings.database_url)
    try:
        found = await schema.fit(database)
        if found is schema.Fit.EMPTY:
            raise SystemExit("Kopien er ingen database fra Fagtråd.")
        if found in (schema.Fit.CURRENT, schema.Fit.OLDER):
            async with database.reading() as session:
                faults = await Vault(settings.wrapping_keys, Ledger(settings.ledger_path)).key_faults(session)
            if faults:
                raise SystemExit(about_keys(faults))
    finally:
        await database.close()
    await upgrade_schema(settings)  # refuses what is newer


def _file(settings: Settings) -> Path:
    file = sqlite_file(settings.database_url)
    if file is None:
        raise SystemExit(OTHER.format("Databasen i FAGTRAAD_DATABASE_URL"))
    return file


def _require_folder(file: Path) -> None:
    if not file.absolute().parent.is_dir():
        raise SystemExit(f"Mappen {file.parent} finnes ikke. Er disken montert?")


def _throw_away(file: Path) -> None:
    for end in ("", *copies.BESIDE):
        file.with_name(file.name + end).unlink(missing_ok=True)
