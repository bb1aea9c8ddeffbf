"""What an operator is told when the program cannot start: what it is, and what to do. No secret, no error's words."""

import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

from bot.settings import Settings
from bot.vault import KeyFault, LedgerSpoilt
from storage import Busy, InUse, is_busy, sqlite_file

AWAY = (DatabaseError, InterfaceError, OperationalError)  # and none of their descendants, which are faults of ours


def without_words(database_url: str) -> str:
    """The database's address without its password, and without the query, where there may be another."""
    return make_url(database_url).set(query={}).render_as_string(hide_password=True)


def has_oidc() -> bool:
    """Whether the libraries for sign-in at a provider are there: they are an extra."""
    return all(importlib.util.find_spec(name) for name in ("authlib", "httpx"))


@contextmanager
def told_plainly(settings: Settings) -> Iterator[None]:
    """Ends the program with what to do about it, where the operator can do something. For use at start alone."""
    try:
        yield
    except Exception as error:
        words = plainly(error, settings)
        if words is None:
            raise
        raise SystemExit(words) from None


def plainly(error: Exception, settings: Settings) -> str | None:
    """What it means and what to do; nothing where it is not known what it means."""
    shown, file = without_words(settings.database_url), sqlite_file(settings.database_url)
    if isinstance(error, InUse):
        return f"{file} er i bruk av en annen Fagtråd: én prosess for hver SQLite-fil. Stans den andre først."
    if isinstance(error, LedgerSpoilt):
        return f"{settings.ledger_path}: {about_ledger(error)}"
    if isinstance(error, OSError) and error.filename == str(settings.ledger_path):
        return f"Sletteloggen {settings.ledger_path} kan ikke brukes ({type(error).__name__}): se FAGTRAAD_LEDGER_PATH."
    if file and not file.parent.is_dir():
        return f"Mappen {file.parent} finnes ikke. Lag den, eller sett FAGTRAAD_DATABASE_URL til et annet sted."
    if isinstance(error, Busy) or (isinstance(error, DBAPIError) and is_busy(error)):
        return f"Databasen {shown} er låst av et annet program. Stans det, og prøv igjen."
    if _is_away(error):
        return (
            f"Får ikke brukt databasen {shown} ({type(error).__name__}). "
            "Er den startet, og stemmer FAGTRAAD_DATABASE_URL? «fagtraad check» sier mer."
        )
    return None


def _is_away(error: Exception) -> bool:
    """Before a connection is made the driver's own errors come through, as they are or as the network's."""
    driver = type(error).__module__.partition(".")[0]
    return isinstance(error, OSError) or type(error) in AWAY or driver in ("asyncpg", "sqlite3")


def about_empty() -> str:
    return (
        "Databasen er tom, så ingen kan logge inn ennå. Lag den første operatøren, og gi vedkommende en vei inn:\n"
        "  fagtraad admin person NAVN --operator\n"
        "  fagtraad link NAVN\n"
        "Uten nettsider er veien inn vedkommendes konto i chatten: «--account slack:U…» i stedet for lenken.\n"
        "Operatøren setter opp nettverk i chatten («/fagtraad oppsett»), eller du gjør det med «fagtraad admin»."
    )


def about_ledger(error: LedgerSpoilt) -> str:
    return (
        f"linje {error.line} kan ikke leses, så det er uvisst hva som er slettet. Hent sletteloggen fra en kopi, "
        'eller rett linjen: den skal være {"erased": …, "at": …}.'
    )


def about_keys(faults: Mapping[str, KeyFault]) -> str:
    return " ".join(_about_key(name, fault) for name, fault in faults.items())


def _about_key(name: str, fault: KeyFault) -> str:
    if fault is KeyFault.MISSING:
        return f"Nøkkelen «{name}» mangler i FAGTRAAD_KEYS, og databasen har tekster under den: legg den til igjen."
    return (
        f"Nøkkelen «{name}» i FAGTRAAD_KEYS er ikke den som databasen ble skrevet med: sett inn den rette. "
        "En ny nøkkel skal ha et nytt navn, og stå foran."
    )
