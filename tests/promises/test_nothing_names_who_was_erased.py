"""A person was erased: no byte of the database's files spells their name, and no column forgot to be thought of."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from adapters.web import WebChat
from adapters.web.furnish import Furniture
from adapters.web.residents import settle
from adapters.web.tables import WebAccount, WebMember, WebMessage
from bot import demo, personal
from bot.app import App, erase_again, metadata, running
from bot.chat.message import message
from bot.chat.port import Account, Place
from bot.clock import MovableClock
from bot.feature import Desk
from bot.people import Person, PlatformAccount, Role
from bot.settings import Settings
from tests.disk import bytes_on_disk
from tests.world import A_TUESDAY, CASES, GENERAL, TEST_KEY, World

ROOT = Path(__file__).parents[2]
NAME, PROFESSION = "Kvernfjols Navnesen", "kvernfjolslege"
CANARY = b"vernfjols"

# What becomes of every column that leads to a person, when the person is erased.
GOES = {
    "absence.person_id", "absence.deputy_id", "action_mute.person_id", "case_answering.person_id",
    "case_asked.person_id", "membership.person_id", "membership_before.person_id", "platform_account.person_id",
    "search_answer.person_id", "sign_in_link.person_id", "web_session.person_id",
}  # fmt: skip
STAYS = {  # an id that leads to nobody any more
    "action_change.by", "action_item.done_by", "action_item.made_by", "action_owner.person_id", "audit.person_id",
    "case_appeal.decided_by", "case_reply.person_id", "clinical_case.asker_id", "erasure_request.decided_by",
    "erasure_request.person_id", "member_import.by_id", "membership.case_access_by",
    "membership_before.case_access_by", "membership_before.changed_by", "possible_breach.handled_by",
    "possible_breach.writer_id",
}  # fmt: skip


def test_every_column_that_leads_to_a_person_was_thought_of() -> None:
    """A new one belongs in one of the two, and in its feature's `exported` and `person_erased`."""
    leading = {
        f"{table.name}.{column.name}"
        for table in metadata().tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "person"
    }
    assert leading == GOES | STAYS


async def test_no_byte_of_the_name_is_left_after_a_life_in_the_network(world: World) -> None:
    await world.enrol("kvern", NAME, Role.CONTACT, case_access=True)
    async with world.database.transaction() as session:
        await session.execute(update(Person).where(Person.name == NAME).values(profession=PROFESSION))
    await world.ask("kvern")
    await world.chat.say("kvern", CASES, "Ja.", under=world.card("BLOD-26-001"))
    await world.make_item("kari", "Ringe @Kvernfjols frist 2026-12-04")
    await world.chat.press("kvern", "direct", "my_data.export")
    await world.chat.press("kvern", "direct", "search.ask")
    await world.deliver()
    tables = [*metadata().tables]
    assert CANARY in await bytes_on_disk(world.database, *tables), "otherwise this test looks in the wrong place"
    await erase(world.app, await world.person_id("kvern"))
    await world.deliver()
    await world.database.forget_log(names=True)
    assert not world.database.log_pending
    assert CANARY not in await bytes_on_disk(world.database, *tables)


async def test_among_many_of_all_lengths_the_name_leaves_no_copy_in_a_page(world: World) -> None:
    """Rows grow and move; what they leave behind is overwritten too."""
    async with world.database.transaction() as session:
        session.add_all(
            Person(name=f"Per {'x' * (number * 7 % 90)}", profession="lege", organisation_id=None)
            for number in range(150)
        )
        await session.flush()
        session.add(Person(name=NAME, profession=PROFESSION, organisation_id=None))
        await session.flush()
        session.add_all(
            Person(name=f"Pål {'x' * (number * 11 % 90)}", profession="lege", organisation_id=None)
            for number in range(150)
        )
    async with world.database.transaction() as session:
        for person in await session.scalars(select(Person).where(Person.name.like("P%")).order_by(Person.name)):
            person.profession = "overlege" * (person.id % 12)
        await session.flush()
        await session.execute(delete(Person).where(Person.name.like("Pål%"), Person.id % 2 == 0))
        whom = (await session.scalars(select(Person.id).where(Person.name == NAME))).one()
    await erase(world.app, whom)
    assert CANARY not in await bytes_on_disk(world.database, "person")


async def erase(app: App, person_id: int) -> None:
    core = app.core
    async with core.database.transaction(10) as session:
        await personal.erase(
            Desk(session, core.clock.now(), core.vault, app.chats), person_id, core.features.all, by=None
        )
    await core.database.forget_log(names=True)


# ---------------------------------------------------------------- the chat in the browser, which keeps names itself


@dataclass
class Hall:
    app: App
    chat: WebChat
    person: int


@pytest.fixture
async def hall(database_url: str, tmp_path: Path) -> AsyncIterator[Hall]:
    settings = Settings(
        _env_file=None,
        database_url=database_url,
        chats=["web"],
        keys=TEST_KEY,
        ledger_path=tmp_path / "erasures.jsonl",
    )
    async with running(settings, MovableClock(stopped_at=A_TUESDAY), ticking=False) as app:
        chat = app.chats["web"]
        assert isinstance(chat, WebChat)
        async with app.core.database.transaction() as session:
            await demo.invent(session, "web", A_TUESDAY)
            person = Person(name=NAME, profession=PROFESSION, organisation_id=None)
            session.add(person)
            await session.flush()
            session.add(PlatformAccount(chat="web", account="kvern", person_id=person.id))
        furniture = Furniture(chat)
        await furniture.add_account("kvern", NAME, f"{PROFESSION}, Fjordheim HF")
        await furniture.add_account("kari", "Kari Nordmo", "overlege")
        await furniture.add_room(GENERAL, "Generelt", "", ["kvern", "kari"])
        yield Hall(app, chat, person.id)


async def live(hall: Hall) -> None:
    account, furniture = Account("web", "kvern", NAME), Furniture(hall.chat)
    await furniture.say("kvern", Place("web", GENERAL), "Hei, det er meg.", "hei")
    await furniture.say("kari", Place("web", GENERAL), "Hei du.", "hei du")
    direct = await hall.chat.direct(account)
    await hall.chat.post(direct, message("Dette er sagt til deg alene."), "alene")


async def test_the_web_chat_gives_out_ones_own_messages_alone(hall: Hall) -> None:
    await live(hall)
    async with hall.app.core.database.reading() as session:
        desk = Desk(session, A_TUESDAY, hall.app.core.vault, hall.app.chats)
        found = json.loads(personal.as_json(await personal.exported(desk, hall.person, hall.app.core.features.all)))
    [account] = found["accounts"]
    assert [each["said"] for each in account["kept_there"]["messages"]] == ["Hei, det er meg."]
    assert "Hei du." not in json.dumps(found)


async def test_the_web_chat_forgets_the_name_and_the_1_1_chat_and_keeps_the_conversation(hall: Hall) -> None:
    await live(hall)
    await erase(hall.app, hall.person)
    tables = [*metadata().tables]
    assert CANARY not in await bytes_on_disk(hall.app.core.database, *tables)
    async with hall.app.core.database.reading() as session:
        assert (await session.get_one(WebAccount, "kvern")).name == personal.FORMER
        assert list(await session.scalars(select(WebMember.room).where(WebMember.account == "kvern"))) == []
        rows = await session.execute(select(WebMessage.room, WebMessage.deleted).order_by(WebMessage.seq))
        assert {(room, deleted) for room, deleted in rows} == {(GENERAL, False), ("direct:kvern", True)}


async def test_a_restore_does_not_bring_the_name_back_to_the_web_chat(hall: Hall) -> None:
    await erase(hall.app, hall.person)
    core = hall.app.core
    async with core.database.transaction() as session:  # as an older database has it
        await session.execute(update(Person).where(Person.id == hall.person).values(name=NAME, erased_at=None))
        session.add(PlatformAccount(chat="web", account="kvern", person_id=hall.person))
        await session.execute(update(WebAccount).where(WebAccount.id == "kvern").values(name=NAME))
    await erase_again(core.database, core.vault, core.clock, hall.app.chats)
    assert CANARY not in await bytes_on_disk(core.database, *metadata().tables)


# ---------------------------------------------------------------- by the operator


async def run(world: World, *arguments: str) -> tuple[int, str, str]:
    """Exit status, output, complaints."""
    core = world.app.core
    environment = {
        "FAGTRAAD_DATABASE_URL": core.database.url,
        "FAGTRAAD_LEDGER_PATH": str(core.settings.ledger_path),
        "FAGTRAAD_KEYS": TEST_KEY,
        "FAGTRAAD_CHATS": "memory",
        "FAGTRAAD_PUBLIC_URL": "https://fagtraad.example.no",
        "COLUMNS": "200",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, cwd=ROOT, env={**os.environ, **environment},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        said, complained = await process.communicate(b"n\n")
    assert process.returncode is not None
    return process.returncode, said.decode(), complained.decode()


async def test_the_operator_exports_and_erases_while_the_program_serves(world: World, tmp_path: Path) -> None:
    await world.enrol("kvern", NAME, Role.CONTACT, case_access=True)
    whom = await world.person_id("kvern")
    status, said, complained = await run(world, "privacy", "export", NAME, "--to", str(tmp_path))
    assert (status, complained) == (0, "")
    assert json.loads((tmp_path / f"person-{whom}.json").read_text())["person"]["name"] == NAME
    assert (tmp_path / f"person-{whom}.txt").stat().st_mode & 0o077 == 0
    assert (await run(world, "privacy", "erase", NAME))[0] == 1, "the answer was no"
    status, said, complained = await run(world, "privacy", "erase", str(whom), "--yes")
    assert (status, complained) == (0, "")
    assert "Kvittering" in said
    assert NAME not in said
    assert CANARY not in await bytes_on_disk(world.database, *metadata().tables)
    status, _said, complained = await run(world, "privacy", "erase", str(whom), "--yes")
    assert status == 1
    assert "ikke er slettet" in complained


async def test_nobody_lets_in_who_was_erased(world: World) -> None:
    await world.enrol("kvern", NAME, Role.CONTACT)
    whom = await world.person_id("kvern")
    await erase(world.app, whom)
    for wanted in (str(whom), NAME, personal.FORMER):
        status, said, _complained = await run(world, "link", wanted)
        assert (status, said) == (1, "")
    async with world.database.transaction() as session:
        assert await settle(session, world.app.core.vault, whom) is None
    assert await world.count("sign_in_link") == 0


async def test_a_name_that_two_have_is_not_guessed(world: World) -> None:
    for account in ("kvern", "kvern2"):
        await world.enrol(account, NAME, Role.CONTACT)
    status, _said, complained = await run(world, "privacy", "erase", NAME, "--yes")
    assert status == 1
    assert "2 personer heter det" in complained
