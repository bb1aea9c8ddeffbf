"""What happens twice changes nothing the second time; what happens at once happens one after the other."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from adapters.memory.chat import Opener
from bot.chat.inbound import Command, Deleted, Edited, Inbound, Joined, Press, Said, Submission
from bot.chat.port import Done, Place, Posted, Problems
from bot.features.cases.tables import Case
from storage import Busy
from tests.world import A_CASE, CASES, GENERAL, World, typed

CODE = "BLOD-26-001"
TABLES = (
    "clinical_case",
    "case_answering",
    "case_reply",
    "action_item",
    "possible_breach",
    "notice",
    "data_key",
    "audit",
)


async def receive(world: World, event: Inbound) -> None:
    """As a platform does: what was not acknowledged is sent again."""
    for _ in range(40):
        try:
            await world.app.inbox.receive(event)
            return
        except Busy:
            await asyncio.sleep(0.05)
    raise AssertionError("never acknowledged")


async def effects(world: World) -> dict[str, int]:
    return {table: await world.count(table) for table in TABLES}


async def events(world: World) -> list[Inbound]:
    """One of each kind of happening, each with an effect."""
    await world.ask("hedda")
    account, rooms = world.chat.accounts, {room: Place("memory", room) for room in (CASES, GENERAL)}
    card = world.card(CODE).posted
    reply, careless, removed = (
        Posted(card.in_thread, "r1"),
        Posted(rooms[GENERAL], "r2"),
        Posted(rooms[GENERAL], "r3"),
    )
    ask = await world.chat.press("mari", CASES, "cases.ask")
    close = await world.chat.press("hedda", CASES, "cases.ask_close", "1")
    assert ask is not None
    assert close is not None
    concluded = typed(close, conclusion="Tranexamsyre alene.")
    world.introduce("gjest", "Gjest Gjestesen", guest=True)
    return [
        Press("k1", account["mari"], rooms[CASES], "cases.answering", "1"),
        Command("k2", account["kari"], rooms[GENERAL], "/oppgave Ringe laben @mari frist 2026-12-04", Opener()),
        Said("k3", account["mari"], card.in_thread, reply, "Tranexamsyre alene.", card),
        Said("k4", account["mari"], rooms[GENERAL], careless, "Pasient 14855820480.", None),
        Edited("k5", account["mari"], rooms[GENERAL], removed, "Pasient 14855820480.", None),
        Deleted("k6", account["mari"], rooms[GENERAL], removed),
        Submission("k7", account["mari"], rooms[CASES], ask.does, ask.carries, A_CASE),
        Submission("k8", account["hedda"], rooms[CASES], close.does, close.carries, concluded),
        Joined("k9", account["gjest"], rooms[CASES]),
    ]


async def test_the_same_event_four_times_has_one_effect(world: World) -> None:
    happenings = await events(world)
    for event in happenings:
        before = await effects(world)
        await receive(world, event)
        once = await effects(world)
        assert once != before or isinstance(event, Deleted), event.key
        for _ in range(3):
            await receive(world, event)
        assert await effects(world) == once, event.key


async def test_events_that_come_again_later_and_in_another_order_have_no_effect(world: World) -> None:
    happenings = await events(world)
    for event in happenings:
        await receive(world, event)
    once = await effects(world)
    for event in [*reversed(happenings), *happenings[::2], *happenings]:
        await receive(world, event)
    assert await effects(world) == once


async def test_the_same_event_four_times_at_once_has_one_effect(world: World) -> None:
    for event in await events(world):
        await asyncio.gather(*(receive(world, event) for _ in range(4)))
    await world.deliver()
    found = await effects(world)
    assert found["clinical_case"] == found["data_key"] == 2
    assert found["action_item"] == found["case_answering"] == found["case_reply"] == 1
    assert found["possible_breach"] == 2
    assert len(world.private("mari")) == 1, "told of the item once"
    assert len([each for each in world.chat.shown if each.key.startswith("cases.posted")]) == 2


async def test_a_form_sent_twice_makes_one_case_and_is_answered_both_times(world: World) -> None:
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    for times in (1, 2):
        assert await world.chat.submit("hedda", CASES, form, A_CASE, key="form 1") == Done()
        assert (
            world.private("hedda", CASES)
            == [f"{CODE} er sendt til kasusrommet. Svarer ingen på tre virkedager, spør jeg nettverkskontaktene."]
            * times
        )
    assert await world.count("clinical_case") == 1


async def test_a_form_that_was_stopped_can_be_sent_again_as_the_same_form(world: World) -> None:
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    stopped = await world.chat.submit(
        "hedda", CASES, form, {**A_CASE, "question": "Pasienten heter Kari Hansen."}, key="form 1"
    )
    assert isinstance(stopped, Problems)
    assert await world.count("inbox") == 1  # the press that opened the form
    assert await world.chat.submit("hedda", CASES, form, A_CASE, key="form 1") == Done()
    assert await world.count("clinical_case") == 1


async def test_fifty_cases_at_once_get_fifty_codes(world: World) -> None:
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    account, place = world.chat.accounts["hedda"], Place("memory", CASES)
    await asyncio.gather(
        *(receive(world, Submission(f"form {n}", account, place, form.does, form.carries, A_CASE)) for n in range(50))
    )
    async with world.database.reading() as session:
        codes = sorted(code or "" for code in await session.scalars(select(Case.code)))
    assert codes == [f"BLOD-26-{n:03}" for n in range(1, 51)]
    await world.deliver()
    assert len({each.posted for each in world.chat.shown if each.key.startswith("cases.posted")}) == 50


async def test_two_who_close_at_once_close_it_once(world: World) -> None:
    await world.ask("hedda")
    forms = [await world.chat.press(who, CASES, "cases.ask_close", "1") for who in ("hedda", "kari")]
    outcomes = await asyncio.gather(
        *(
            world.chat.submit(who, CASES, form, typed(form, conclusion=f"Råd fra {n}.", learning=f"Lærdom {n}."))
            for n, (who, form) in enumerate(zip(("hedda", "kari"), forms, strict=True))
            if form is not None
        )
    )
    await world.deliver()
    refused = [each for each in outcomes if isinstance(each, Problems)]
    assert len(refused) == 1
    assert "allerede avsluttet" in refused[0].by_field[""]
    assert await world.count("learning_point") == 1
    assert world.card(CODE).text.count("Konklusjon") == 1


async def test_two_different_presses_of_one_button_at_once_are_both_answered(world: World) -> None:
    await world.ask("hedda")
    await asyncio.gather(*(world.chat.press("mari", CASES, "cases.answering", "1") for _ in range(3)))
    assert await world.count("case_answering") == 1
    assert [text for text in world.private("mari", CASES) if "Takk!" not in text] == []
    assert len(world.private("mari", CASES)) == 3


async def test_replies_at_once_are_all_counted(world: World) -> None:
    await world.ask("hedda")
    card = world.card(CODE)
    who = ("mari", "peder", "aile", "sindre", "fatima", "torunn")
    await asyncio.gather(*(world.chat.say(each, CASES, "Ja.", under=card) for each in who))
    await world.deliver()
    assert "Svar fra Fjordheim HF (2), Skagerhavn HF (2) og Viddeland HF (2)" in world.card(CODE).text


async def test_an_answer_given_while_a_case_is_erased_leaves_nothing_readable(world: World) -> None:
    await world.ask("hedda")
    card = world.card(CODE)
    form = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert form is not None
    await asyncio.gather(
        world.chat.submit("hedda", CASES, form, {"sure": "on"}),
        world.chat.say("mari", CASES, "Ja.", under=card),
        world.chat.press("aile", CASES, "cases.answering", "1"),
    )
    await world.wait(timedelta(days=10))
    assert await world.count("data_key") == 0
    assert not any("visdomstann" in each.text for each in world.chat.shown)


async def test_a_database_that_is_held_is_not_acknowledged_and_loses_nothing(world: World) -> None:
    """What could not be stored raises `Busy`: the platform sends it again."""
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    holder = world.database.engine.connect()
    async with holder as connection:
        await connection.execution_options(begin="IMMEDIATE")
        await connection.begin()
        hold = "SELECT 1" if world.database.is_sqlite else "LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"
        await connection.execute(text(hold))
        with pytest.raises(Busy):
            await world.chat.submit("hedda", CASES, form, A_CASE, key="form 1")
        await connection.rollback()
    assert await world.count("clinical_case") == 0
    assert await world.chat.submit("hedda", CASES, form, A_CASE, key="form 1") == Done()
