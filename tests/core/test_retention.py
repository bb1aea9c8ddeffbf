"""Nothing is kept for longer than its rule says, and nothing is lost that somebody will still ask for."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from bot import outbox
from bot.app import metadata
from bot.audit import AuditRow
from bot.availability import Absence
from bot.chat.message import Form
from bot.chat.port import Done
from bot.features.actions.tables import Item, ItemChange
from bot.features.cases.tables import Case, CaseState, LearningPoint
from bot.features.privacy.tables import ErasureRequest, PossibleBreach
from bot.outbox.notices import NOTICES
from bot.retention import Retention, Tally
from bot.sessions import By, Lives, begin
from bot.settings import Settings
from bot.signin import new_link
from bot.vault import DataKey
from scheduler import Ticker
from tests.disk import bytes_on_disk
from tests.world import CASES, GENERAL, TEST_KEY, World

ROOT = Path(__file__).parents[2]


def retention(world: World, **changes: object) -> Retention:
    """With other rules than the ones it runs with."""
    core = world.app.core
    settings = core.settings.model_copy(update=changes)
    return Retention(settings, core.database, core.vault, core.clock, core.features.all, world.app.chats)


async def tally(world: World, name: str, **changes: object) -> Tally:
    return next(each for each in await retention(world, **changes).look() if each.rule.name == name)


def later(world: World, **by: float) -> None:
    """Without delivering on the way."""
    world.clock.move_to(world.clock.now() + timedelta(**by))


async def test_what_was_handled_a_month_ago_is_forgotten_and_not_before(world: World) -> None:
    await world.chat.command("hedda", "direct", "hjelp")
    later(world, days=29)
    assert (await tally(world, "inbox")).count == 0
    later(world, days=2)
    found = await tally(world, "inbox")
    assert (found.count, found.days) == (1, 30)
    assert found.oldest is not None
    assert (await retention(world).keep_to_rules())["inbox"] == 1
    assert await world.count("inbox") == 0


async def test_looking_removes_nothing(world: World) -> None:
    await world.ask("hedda")
    later(world, days=4000)
    before = [await world.count(table) for table in ("inbox", "notice", "audit", "clinical_case")]
    found = {each.rule.name: each for each in await retention(world).look()}
    assert found["inbox"].count
    assert found["audit"].count
    assert found["cases"].days is None
    assert [await world.count(table) for table in ("inbox", "notice", "audit", "clinical_case")] == before


async def test_a_notice_that_is_asked_for_is_kept_as_long_as_its_message_stands(world: World) -> None:
    """Otherwise the card of an old case could be neither redrawn nor removed."""
    await world.ask("hedda")
    await world.chat.say("mari", CASES, "Ja.", under=world.card("BLOD-26-001"))
    later(world, days=400)
    await retention(world).keep_to_rules()
    async with world.database.reading() as session:
        assert await outbox.posted(session, "cases.posted", "1") is not None
    erase = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert isinstance(erase, Form)
    assert await world.chat.submit("hedda", CASES, erase, {"sure": "on"}) == Done()
    await world.deliver()
    assert not [each for each in world.chat.shown if each.message and "BLOD-26-001 ·" in each.message.title]
    later(world, days=91)
    await retention(world).keep_to_rules()
    async with world.database.reading() as session:
        kinds = set(await session.scalars(select(NOTICES.c.kind)))
    assert not {kind for kind in kinds if kind.startswith("cases.")}


async def test_notices_that_have_yet_to_be_sent_are_kept_however_old(world: World) -> None:
    await world.make_item("kari", "Ringe @Mari frist 2026-12-04")
    later(world, days=4000)
    before = await due(world)
    await retention(world).keep_to_rules()
    assert await due(world) == before


async def due(world: World) -> list[int]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(NOTICES.c.id).where(NOTICES.c.try_at.is_not(None)).order_by("id")))


async def test_links_and_sessions_go_after_they_expired(world: World) -> None:
    now = world.clock.now()
    async with world.database.transaction() as session:
        await new_link(session, 1, now)
        await begin(session, 1, ("memory", "kari"), By.LINK, now, Lives(timedelta(hours=8), timedelta(days=7)))
    await retention(world).keep_to_rules()
    assert [await world.count(table) for table in ("sign_in_link", "web_session")] == [1, 1]
    later(world, days=8)
    await retention(world).keep_to_rules()
    assert [await world.count(table) for table in ("sign_in_link", "web_session")] == [1, 0]
    later(world, days=31)
    await retention(world).keep_to_rules()
    assert await world.count("sign_in_link") == 0


async def test_who_did_what_is_kept_for_as_long_as_the_operator_says(world: World) -> None:
    await world.ask("hedda")
    later(world, days=1800)
    assert (await tally(world, "audit")).count == 0
    assert (await tally(world, "audit", keep_audit_days=365)).count == await world.count("audit") > 0
    await retention(world, keep_audit_days=365).keep_to_rules()
    assert await world.count("audit") == 0


async def test_a_finished_item_loses_its_words_and_keeps_its_numbers(world: World) -> None:
    await world.make_item("kari", "Revidere slagprosedyren")
    await world.make_item("kari", "Bestille rom")
    await world.chat.press("kari", GENERAL, "actions.done", "1")
    await world.deliver()
    later(world, days=729)
    assert (await tally(world, "items")).count == 0
    later(world, days=2)
    assert (await tally(world, "items")).count == 1
    await retention(world).keep_to_rules()
    await world.deliver()
    async with world.database.reading() as session:
        done, still_open = await session.scalars(select(Item).order_by(Item.id))
        assert (done.text, done.number, done.done_by) == (None, 1, await world.person_id("kari"))
        assert still_open.text == "Bestille rom"
        assert set(await session.scalars(select(ItemChange.text_before).where(ItemChange.item_id == 1))) == {None}
    assert not [each for each in world.chat.shown if each.message and "Revidere" in each.text and each.key]
    assert (await tally(world, "items")).count == 0, "it is not found again each day"


async def test_closed_cases_are_kept_where_nobody_has_said_otherwise(world: World) -> None:
    await closed_case(world)
    later(world, days=4000)
    await retention(world).keep_to_rules()
    assert (await a_case(world)).state is CaseState.CLOSED


async def test_closed_cases_are_erased_like_any_other_where_the_operator_says_so(world: World) -> None:
    await closed_case(world)
    subject = (await a_case(world)).sealed_under
    await world.ask("hedda")
    later(world, days=31)
    assert (await tally(world, "cases", erase_closed_cases_days=30)).count == 1
    assert (await retention(world, erase_closed_cases_days=30).keep_to_rules())["cases"] == 1
    await world.deliver()
    case = await a_case(world)
    assert case.state is CaseState.ERASED
    assert case.title is case.question is case.conclusion is None
    async with world.database.reading() as session:
        assert await session.get(DataKey, subject) is None
        assert (await session.get_one(Case, 2)).state is CaseState.OPEN
        assert await session.scalar(select(LearningPoint.id)) is None, "it was not to be kept"
        erased = (await session.scalars(select(AuditRow).where(AuditRow.did == "case.erased"))).one()
    assert (erased.subject, erased.person_id) == ("case:1", None)
    assert subject in world.app.core.settings.ledger_path.read_text()
    assert not [each for each in world.chat.shown if each.message and "BLOD-26-001" in each.message.title]


async def closed_case(world: World) -> None:
    await world.ask("hedda")
    close = await world.chat.press("hedda", CASES, "cases.ask_close", "1")
    assert close is not None
    done = {"conclusion": "Tranexamsyre holder.", "learning": "Tranexamsyre holder ofte."}
    assert await world.chat.submit("hedda", CASES, close, done) == Done()
    await world.deliver()


async def a_case(world: World) -> Case:
    async with world.database.reading() as session:
        return await session.get_one(Case, 1)


async def test_possible_breaches_go_a_year_after_they_were_handled(world: World) -> None:
    for _ in range(2):
        await world.chat.say("mari", GENERAL, "Pasienten har 13097248022.")
    await world.chat.press("liv", "direct", "privacy.handled", "1")
    later(world, days=366)
    await retention(world).keep_to_rules()
    async with world.database.reading() as session:
        assert list(await session.scalars(select(PossibleBreach.id))) == [2], "the other waits for somebody"


async def test_much_goes_in_many_short_transactions(world: World) -> None:
    async with world.database.transaction() as session:
        session.add_all(
            AuditRow(at=world.clock.now(), person_id=None, network_id=None, did="x", subject=f"x:{number}")
            for number in range(1203)
        )
    later(world, days=2000)
    assert (await retention(world).keep_to_rules())["audit"] == 1203
    assert await world.count("audit") == 0


async def test_of_several_processes_one_does_it_and_once_a_day(world: World) -> None:
    both = [retention(world), retention(world)]
    assert sorted(await asyncio.gather(*(each.daily() for each in both))) == [False, True]
    later(world, hours=12)
    assert [await each.daily() for each in both] == [False, False]
    later(world, hours=9)
    assert [await each.daily() for each in both] == [True, False]


async def test_the_clock_of_the_service_does_it(world: World) -> None:
    await world.chat.command("hedda", "direct", "hjelp")
    later(world, days=40)
    ticker = Ticker(world.app.outbox, tidy=world.app.retention.daily, ask=0.05)
    ticker.start()
    async with asyncio.timeout(20):
        while await world.count("inbox"):
            await asyncio.sleep(0.05)
    ticker.stop()


async def test_an_absence_is_forgotten_three_months_after_its_last_day(world: World) -> None:
    today = world.clock.now().date()
    async with world.database.transaction() as session:
        for days in (89, 92):
            session.add(Absence(person_id=1, first=today - timedelta(days=100), last=today - timedelta(days=days)))
    await retention(world).keep_to_rules()
    async with world.database.reading() as session:
        assert list(await session.scalars(select(Absence.last))) == [today - timedelta(days=89)]


async def test_one_that_was_killed_is_done_again_the_next_day(world: World) -> None:
    await world.chat.command("hedda", "direct", "hjelp")
    later(world, days=40)
    first = retention(world)
    first.rules = ()  # it had come no further
    assert await first.daily()
    later(world, days=1)
    assert await world.app.retention.daily()
    assert await world.count("inbox") == 0


async def test_the_command_says_what_would_go_and_then_removes_it(world: World) -> None:
    await world.chat.command("hedda", "direct", "hjelp")
    async with world.database.transaction() as session:
        long_ago = world.clock.now() - timedelta(days=4000)
        await session.execute(update(metadata().tables["inbox"]).values(received_at=long_ago))
    looked = await run(world, "retention", "--dry-run")
    assert "30 dager" in looked
    assert f"{long_ago:%Y-%m-%d}" in looked
    assert "til noen sletter" in looked, "closed cases"
    assert await world.count("inbox") == 1
    assert "Hendelser som er behandlet (nøkler, uten tekst): 1 fjernet" in await run(world, "retention")
    assert await world.count("inbox") == 0


async def run(world: World, *arguments: str) -> str:
    core = world.app.core
    environment = {
        "FAGTRAAD_DATABASE_URL": core.database.url,
        "FAGTRAAD_LEDGER_PATH": str(core.settings.ledger_path),
        "FAGTRAAD_KEYS": TEST_KEY,
        "COLUMNS": "200",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, cwd=ROOT, env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    return said.decode()


def test_rules_that_would_break_something_are_refused() -> None:
    """A notice is needed for a week: by then what it was about has been tried again."""
    with pytest.raises(ValidationError):
        Settings(_env_file=None, keys=TEST_KEY, keep_notices_days=1)


async def test_why_an_erasure_was_refused_goes_with_its_key_and_leaves_no_bytes_of_it(world: World) -> None:
    vault, now = world.app.core.vault, world.clock.now()
    async with world.database.transaction() as session:
        subject = await vault.new_subject(session, "refusal")
        reason = await vault.seal(session, subject, "reason", "Saken er ikke avsluttet")
        asked = {"person_id": await world.person_id("hedda"), "decided_by": await world.person_id("liv")}
        session.add(ErasureRequest(**asked, at=now, decided_at=now, granted=False, sealed_under=subject, reason=reason))
    async with world.database.reading() as session:
        wrapped = await session.scalar(select(DataKey.wrapped).where(DataKey.subject == subject))
    assert wrapped is not None
    later(world, days=1827)
    assert (await retention(world).keep_to_rules())["erasure_requests"] == 1
    assert wrapped not in await bytes_on_disk(world.database, "data_key")
