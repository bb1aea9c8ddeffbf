"""What must not remain, or not arrive: after an erasure, after access was withdrawn, after a restore."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot import outbox
from bot.chat.message import Form
from bot.chat.port import Done, Place
from bot.features.cases.ending import restore_erased
from bot.features.cases.tables import Case, CaseState, LearningPoint
from bot.outbox.notices import NOTICES, State
from bot.people import Membership
from storage import Busy
from tests.world import CASES, GENERAL, World, typed, world_on


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database_url, tmp_path) as world:
        yield world


async def withdraw_access(world: World, who: str) -> None:
    person = await world.person_id(who)
    async with world.database.transaction() as session:
        await session.execute(update(Membership).where(Membership.person_id == person).values(case_access_at=None))


async def test_who_lost_access_gets_no_words_that_were_on_their_way(world: World) -> None:
    await world.ask("hedda")
    form = await world.chat.press("mari", CASES, "actions.new", on=world.card("BLOD-26-001"))
    assert form is not None
    peder = str(await world.person_id("peder"))
    item = typed(form, text="Bestille faktornivå", owners=peder)
    assert await world.chat.submit("mari", CASES, form, item) == Done()
    await withdraw_access(world, "peder")
    await world.deliver()
    assert "Bestille faktornivå" not in "".join(world.private("peder"))


async def test_an_appeal_is_not_shown_to_a_privacy_contact_who_lost_access(world: World) -> None:
    stopped = await world.ask("hedda", question="Hva gjør vi med Kari Hansen?")
    form = getattr(stopped, "form", None)
    assert isinstance(form, Form)
    await world.chat.submit("hedda", CASES, form, typed(form, reason="Navnet er oppdiktet."), button="appeal")
    await withdraw_access(world, "liv")
    await world.deliver()
    assert "Kari Hansen" not in "".join(world.private("liv"))


async def test_a_card_that_was_being_sent_while_its_case_was_erased_is_removed_after_it(world: World) -> None:
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    await world.chat.submit(
        "hedda", CASES, form, {**typed(form), "title": "Om noe", "question": "Hva?", "affirmed": "on"}
    )
    await mark_sending(world)
    erase = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert erase is not None
    assert await world.chat.submit("hedda", CASES, erase, {"sure": "on"}) == Done()
    async with world.database.reading() as session:
        removal = select(NOTICES.c.id).where(NOTICES.c.kind == "cases.removed", NOTICES.c.posted_by == "cases.posted")
        assert await session.scalar(removal) is not None


async def mark_sending(world: World) -> None:
    async with world.database.transaction() as session:
        await session.execute(update(NOTICES).where(NOTICES.c.kind == "cases.posted").values(state=State.SENDING))


async def test_a_reply_to_a_card_whose_name_is_not_known_yet_comes_again(world: World) -> None:
    """Until the platform's own name for the card is written down, nobody can tell whose thread it is."""
    await world.ask("hedda")
    card = world.card("BLOD-26-001")
    async with world.database.transaction() as session:
        await session.execute(
            update(NOTICES).where(NOTICES.c.kind == "cases.posted").values(state=State.SENDING, posted=None)
        )
    with pytest.raises(Busy):
        await world.chat.say("mari", CASES, "Ja, det gjør vi.", under=card)
    async with world.database.reading() as session:
        assert await outbox.is_sending(session, "cases.posted", Place("memory", CASES))
        assert not await outbox.is_sending(session, "cases.posted", Place("memory", GENERAL))


async def test_what_a_restore_brings_back_of_an_erased_case_goes_again(world: World) -> None:
    await world.ask("hedda")
    close = await world.chat.press("hedda", CASES, "cases.ask_close", "1")
    assert close is not None
    done = {"conclusion": "Tranexamsyre holder.", "learning": "Tranexamsyre holder ofte."}
    assert await world.chat.submit("hedda", CASES, close, done) == Done()
    async with world.database.transaction() as session:
        case = await session.get_one(Case, 1)
        await restore_erased(session, case.sealed_under, world.clock.now())
    async with world.database.reading() as session:
        case = await session.get_one(Case, 1)
        assert case.state is CaseState.ERASED
        assert case.title is case.question is case.conclusion is None
        assert await session.scalar(select(LearningPoint.id)) is None, "it was not to be kept"


async def test_a_case_begun_as_a_message_gets_the_form_and_a_way_to_remove_it(world: World) -> None:
    before = len(world.chat.opened)
    await world.chat.say("hedda", GENERAL, "kasus: 45 år gammel mann med blødning")
    assert [form.does for form in world.chat.opened[before:]] == ["cases.ask"]
    assert "Slett den fra menyen" in world.private("hedda", GENERAL)[-1]
    await world.chat.say("unni", GENERAL, "kasus: 45 år gammel mann med blødning")
    assert len(world.chat.opened) == before + 1, "who may not ask is told how to remove it, and no more"
    assert "Slett den fra menyen" in world.private("unni", GENERAL)[-1]
    await world.chat.say("mari", GENERAL, "Kasus er et fint ord.")
    assert world.private("mari", GENERAL) == []
    assert await world.count("clinical_case") == 0
