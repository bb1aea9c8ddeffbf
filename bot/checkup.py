"""What is configured, what is missing, and what to do about it: for the operator, without a secret."""

import importlib.util
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import make_url, text

from bot.settings import Settings
from bot.vault import Ledger
from storage import Database, schema


@dataclass(frozen=True, slots=True)
class Finding:
    good: bool
    what: str
    status: str


async def check_up(settings: Settings) -> list[Finding]:
    return [
        *[finding async for finding in _database(settings)],
        _keys(settings),
        _ledger(settings),
        *(_chat(name) for name in settings.chats),
        _address(settings),
    ]


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    shown = make_url(settings.database_url).render_as_string(hide_password=True)
    database = Database(settings.database_url)
    try:
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
        yield Finding(True, "Database", shown)
        current = await schema.is_current(database)
        yield Finding(current, "Skjema", "oppdatert" if current else "gammelt eller tomt: kjør «fagtraad db upgrade»")
    except Exception as error:  # noqa: BLE001 - whatever the driver says, the operator is told that it is the database
        yield Finding(False, "Database", f"{shown} svarer ikke ({type(error).__name__}): se FAGTRAAD_DATABASE_URL")
    finally:
        await database.close()


def _keys(settings: Settings) -> Finding:
    names = list(settings.wrapping_keys)
    if not names:
        return Finding(False, "Nøkler", "mangler: sett FAGTRAAD_KEYS til det «fagtraad check --new-key» skriver ut")
    return Finding(True, "Nøkler", f"{len(names)}, nyeste er «{names[0]}»")


def _ledger(settings: Settings) -> Finding:
    try:
        count = len(Ledger(settings.ledger_path).subjects())
        settings.ledger_path.parent.mkdir(parents=True, exist_ok=True)
        with settings.ledger_path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        why = f"{settings.ledger_path} kan ikke skrives ({type(error).__name__}): se FAGTRAAD_LEDGER_PATH"
        return Finding(False, "Slettelogg", why)
    return Finding(True, "Slettelogg", f"{settings.ledger_path}, {count} slettinger")


def _chat(name: str) -> Finding:
    if importlib.util.find_spec(f"adapters.{name}") is None:
        return Finding(False, f"Chat «{name}»", "finnes ikke: se FAGTRAAD_CHATS")
    if name == "web":
        return Finding(True, "Chat «web»", "finnes; nettsidene svarer 503 til innlogging er satt opp")
    return Finding(True, f"Chat «{name}»", "finnes")


def _address(settings: Settings) -> Finding:
    return Finding(True, "Adresse", f"http://{settings.host}:{settings.port}")
