"""`fagtraad link PERSON`, as the operator runs it."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from bot import demo, signin
from bot.__main__ import app, new_key
from bot.clock import SystemClock
from bot.people import Person
from storage import Database

PAGES = "https://fagtraad.example.no"


@pytest.fixture
async def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    monkeypatch.chdir(tmp_path)
    values = {"DATABASE_URL": database_url, "KEYS": new_key("k"), "PUBLIC_URL": PAGES, "LEDGER_PATH": "erased"}
    for name, value in values.items():
        monkeypatch.setenv(f"FAGTRAAD_{name}", value)
    database = Database(database_url)
    async with database.transaction() as session:
        await demo.invent(session, "web", SystemClock().now())
    yield database
    await database.close()


def run(*words: str) -> Result:
    """In a thread: the command starts a loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(CliRunner().invoke, app, ["link", *words]).result()


async def whom(database: Database, printed: str) -> str:
    address, _hash, token = printed.strip().partition("#")
    assert address == f"{PAGES}/inn"
    async with database.transaction() as session:
        person = await signin.use_link(session, token, SystemClock().now())
        return (await session.get_one(Person, person)).name


@pytest.mark.parametrize("by", ["name", "part", "parts", "id", "account"])
async def test_a_link_is_printed_for_whoever_is_meant(database: Database, by: str) -> None:
    async with database.reading() as session:
        hedda = (await session.scalars(select(Person).where(Person.name == "Hedda Myhre"))).one()
    wanted = {"name": hedda.name, "part": "MYHRE", "parts": "my hed", "id": str(hedda.id), "account": "hedda"}[by]
    done = run(wanted)
    assert done.exit_code == 0, done.output
    assert await whom(database, done.stdout) == hedda.name


async def test_where_it_may_be_several_they_are_listed_by_number(database: Database) -> None:
    async with database.transaction() as session:
        session.add_all(Person(name=name, profession="lege") for name in ("Åse Vik", "Åse Vik", "Åsmund Dal"))
    for wanted, count in (("Åse Vik", 2), ("ås", 3)):
        done = run(wanted)
        assert done.exit_code == 1
        assert done.stdout == ""
        assert len([line for line in done.stderr.splitlines() if "  " in line and "Ås" in line]) == count
    assert await links_made(database) == 0


async def links_made(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(signin.SignInLink)) or 0


async def test_nobody_by_that_name_is_plainly_said(database: Database) -> None:
    done = run("Aldri Født")
    assert done.exit_code == 1
    assert "Fant ingen" in done.stderr


async def test_without_an_address_there_is_no_link(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAGTRAAD_PUBLIC_URL")
    done = run("hedda")
    assert done.exit_code == 2
    assert "FAGTRAAD_PUBLIC_URL" in done.stderr
