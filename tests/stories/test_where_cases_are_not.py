"""Cases by a guest's account, and on a platform that was not allowed them."""

from dataclasses import replace

import pytest

from bot.chat.port import Can, Problems
from tests.world import A_CASE, CASES, GENERAL, World

OFF = "Kasus er slått av her."


@pytest.fixture
def without_cases(world: World) -> World:
    world.chat.can -= {Can.CASES}
    return world


async def test_nobody_asks_or_reads_a_case_where_they_are_off(without_cases: World) -> None:
    world = without_cases
    for command in ("/kasus", "/kasus mine", "/kasus åpne", "/kasus BLOD-26-001"):
        assert await world.chat.command("hedda", CASES, command) is None
    said = world.private("hedda", CASES)
    assert any(OFF in each for each in said)
    assert not world.chat.opened


async def test_a_form_that_was_open_when_they_were_turned_off_is_refused_and_kept(world: World) -> None:
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    world.chat.can -= {Can.CASES}
    outcome = await world.chat.submit("hedda", CASES, form, A_CASE)
    assert isinstance(outcome, Problems)
    assert OFF in outcome.by_field[""]
    assert await world.count("clinical_case") == 0


async def test_no_room_is_made_a_case_room_where_they_are_off(without_cases: World) -> None:
    world = without_cases
    world.chat.rooms["nytt"] = ["kari"]
    await world.chat.press("kari", "nytt", "networks.bind", "1:cases")
    assert OFF in world.private("kari", "nytt")[-1]


async def test_a_guests_account_has_no_case_access_whoever_it_is_linked_to(world: World) -> None:
    await world.ask("hedda")
    world.chat.accounts["mari"] = replace(world.chat.accounts["mari"], guest=True)
    await world.chat.command("mari", GENERAL, "/kasus BLOD-26-001")
    await world.chat.press("mari", CASES, "cases.show", "1")
    assert "tannekstraksjon" not in "\n".join(world.private("mari", GENERAL) + world.private("mari", CASES))


async def test_a_message_is_checked_on_request_and_its_writer_told_how_to_mend_it(world: World) -> None:
    said = await world.chat.say("ola", GENERAL, "Kari Hansen, 42 år, fra Lom kommer i morgen")
    await world.chat.press("mari", GENERAL, "privacy.check", on=said)
    told = world.private("mari", GENERAL)[-1]
    assert "avsløre" in told
    assert "slett den" in told
    clean = await world.chat.say("ola", GENERAL, "Møtet er på torsdag")
    await world.chat.press("mari", GENERAL, "privacy.check", on=clean)
    assert "Jeg fant ingenting" in world.private("mari", GENERAL)[-1]
