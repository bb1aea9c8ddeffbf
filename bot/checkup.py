"""What is configured, what is missing, and what to do about it: for the operator, without a secret."""

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from sqlalchemy import text

from bot import chats
from bot.secret_files import ours
from bot.settings import Settings, unknown_variables
from bot.starting import about_keys, about_ledger, has_oidc, without_words
from bot.vault import Ledger, LedgerSpoilt, Vault
from storage import Database, schema

SCHEMA = {
    schema.Fit.CURRENT: "oppdatert",
    schema.Fit.EMPTY: "tomt: kjør «fagtraad db upgrade»",
    schema.Fit.OLDER: "gammelt: kjør «fagtraad db upgrade»",
    schema.Fit.NEWER: "nyere enn programmet, som er eldre enn databasen: bruk en nyere utgave av programmet",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`doubtful`: it works, but the operator should look at it."""

    good: bool
    what: str
    status: str
    doubtful: bool = False


async def check_up(settings: Settings) -> list[Finding]:
    return [
        *[finding async for finding in _database(settings)],
        *_secret_files(settings),
        _keys(settings),
        _ledger(settings),
        *(finding for name in settings.chats for finding in _chat(name)),
        *(_sign_in(settings) if "web" in settings.chats else ()),
        _address(settings),
        *(_unknown(name) for name in unknown_variables()),
    ]


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    shown = without_words(settings.database_url)
    database = Database(settings.database_url)
    try:
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
        yield Finding(True, "Database", shown)
        found = await schema.fit(database)
        yield Finding(found is schema.Fit.CURRENT, "Skjema", SCHEMA[found])
        if found is schema.Fit.CURRENT and settings.wrapping_keys:
            for finding in await _kept(settings, database):
                yield finding
    except Exception as error:  # noqa: BLE001 - whatever the driver says, the operator is told that it is the database
        yield Finding(False, "Database", f"{shown} svarer ikke ({type(error).__name__}): se FAGTRAAD_DATABASE_URL")
    finally:
        await database.close()


async def _kept(settings: Settings, database: Database) -> list[Finding]:
    """What the database holds, against the keys and the ledger beside it."""
    vault = Vault(settings.wrapping_keys, Ledger(settings.ledger_path))
    async with database.reading() as session:
        faults = await vault.key_faults(session)
        lost = await vault.has_lost_its_ledger(session)
    found = [Finding(False, "Nøkler i bruk", about_keys(faults))] if faults else []
    if lost:
        why = (
            f"{settings.ledger_path} finnes ikke, men databasen er i bruk. Er disken montert? Uten den kommer slettede "
            "kasus tilbake etter en gjenoppretting. Har den aldri vært der: lag en tom fil."
        )
        found.append(Finding(True, "Slettelogg borte", why, doubtful=True))
    return found


def _secret_files(settings: Settings) -> list[Finding]:
    """By name, so that one sees which settings are taken from there. A bad one has stopped us before."""
    if settings.secrets_dir is None:
        return []
    names = ", ".join(file.name for file in ours(settings.secrets_dir))
    status = (
        f"{settings.secrets_dir}: {names}" if names else f"{settings.secrets_dir} har ingen: se FAGTRAAD_SECRETS_DIR"
    )
    return [Finding(bool(names), "Hemmeligheter", status)]


def _keys(settings: Settings) -> Finding:
    names = list(settings.wrapping_keys)
    if not names:
        return Finding(False, "Nøkler", "mangler: sett FAGTRAAD_KEYS til det «fagtraad check --new-key» skriver ut")
    return Finding(True, "Nøkler", f"{len(names)}, nyeste er «{names[0]}»")


def _ledger(settings: Settings) -> Finding:
    """It is not made here: a ledger that is missing must go on being so until somebody has looked."""
    path = settings.ledger_path
    if not path.parent.is_dir():
        why = f"mappen {path.parent} finnes ikke: er disken montert? Lag den, eller sett FAGTRAAD_LEDGER_PATH"
        return Finding(False, "Slettelogg", why)
    try:
        count = len(Ledger(path).subjects())
    except LedgerSpoilt as error:
        return Finding(False, "Slettelogg", f"{path}: {about_ledger(error)}")
    except OSError as error:
        return Finding(False, "Slettelogg", f"{path} kan ikke leses ({type(error).__name__}): se FAGTRAAD_LEDGER_PATH")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        return Finding(False, "Slettelogg", f"{path} kan ikke skrives: se FAGTRAAD_LEDGER_PATH")
    return Finding(True, "Slettelogg", f"{path}, {count} slettinger")


def _chat(name: str) -> Iterator[Finding]:
    what = f"Chat «{name}»"
    if not chats.exists(name):
        yield Finding(False, what, "finnes ikke: se FAGTRAAD_CHATS")
    elif shortcomings := chats.shortcomings(name):
        yield from (Finding(False, what, each) for each in shortcomings)
    else:
        offered = chats.settings_of(name)
        yield Finding(True, what, offered.summary() if offered else "finnes")


def _sign_in(settings: Settings) -> Iterator[Finding]:
    if not settings.public_url:
        why = "mangler: sett FAGTRAAD_PUBLIC_URL til adressen som folk når nettsidene på, ellers kan ingen logge inn"
        yield Finding(False, "Innlogging", why)
    elif not settings.oidc_issuer:
        yield Finding(True, "Innlogging", f"{settings.public_url}/inn, med lenker fra «fagtraad link»")
    elif not has_oidc():
        yield Finding(False, "Innlogging", "authlib og httpx mangler for FAGTRAAD_OIDC_ISSUER: «fagtraad[oidc]»")
    else:
        where = f"{settings.public_url}/inn, med lenker og hos {settings.oidc_issuer} ({settings.oidc_claim})"
        yield Finding(True, "Innlogging", f"{where}; adressen tilbake er {settings.public_url}/inn/oidc/tilbake")


def _address(settings: Settings) -> Finding:
    return Finding(True, "Adresse", f"http://{settings.host}:{settings.port}")


def _unknown(name: str) -> Finding:
    return Finding(True, name, "ingen innstilling heter dette, så den gjør ingenting: er navnet skrevet feil?", True)
