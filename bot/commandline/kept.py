"""What a command works on: the database and the vault of the settings, looked after as at a start."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app import App, clock_of, metadata, wired
from bot.settings import Settings
from bot.starting import told_plainly
from bot.vault import Ledger, Vault
from storage import Database, schema


@dataclass(frozen=True, slots=True)
class Kept:
    settings: Settings
    database: Database
    vault: Vault

    async def wired(self) -> App:
        """Everything, not started: another process may be serving."""
        return wired(self.settings, self.database, self.vault, await clock_of(self.settings, self.database))


@asynccontextmanager
async def kept(settings: Settings) -> AsyncIterator[Kept]:
    """May be open while the program serves: what is done with it is short transactions. Ends the program, saying why,
    where there is no key or the schema is not current."""
    if not settings.wrapping_keys:
        raise SystemExit("FAGTRAAD_KEYS mangler. Sett den til det tjenesten kjører med.")
    metadata()  # every table is known, and those that must forget are written anew
    database = Database(settings.database_url)
    try:
        with told_plainly(settings):
            if await schema.fit(database) is not schema.Fit.CURRENT:
                raise SystemExit("Databasen har ikke riktig skjema. Kjør «fagtraad db upgrade» først.")
            yield Kept(settings, database, Vault(settings.wrapping_keys, Ledger(settings.ledger_path)))
    finally:
        await database.close()
