"""The privacy contact's list: in which network, and what somebody has handled."""

from datetime import timedelta

from sqlalchemy import select

from bot.audit import AuditRow
from bot.chat.message import Button
from bot.people import Role
from tests.world import GENERAL, World, buttons

NUMBER = "Pasienten har 13097248022, hva gjør vi?"  # an invented identity number


def labels(found: list[Button]) -> list[str]:
    return [button.label for button in found]


async def test_an_entry_says_its_network_and_is_handled_with_a_button_and_back_again(world: World) -> None:
    await world.chat.say("mari", GENERAL, NUMBER)
    await world.deliver()
    told = world.private("liv")[-1]
    assert "Én melding i Nasjonalt nettverk for blødersykdom" in told
    await world.chat.command("liv", "direct", "/personvern")
    listed = world.newest("liv")
    assert "Nasjonalt nettverk for blødersykdom" in listed.text
    assert "13097248022" not in listed.text
    await world.press("liv", listed, "Behandlet")
    handled = world.newest("liv")
    assert "behandlet av Liv Berntsen" in handled.text
    await world.chat.command("liv", "direct", "/personvern")
    assert "Alle mulige brudd er behandlet" in world.private("liv")[-1]
    await world.press("liv", handled, "Angre")
    assert "står på lista igjen" in world.private("liv")[-1]
    await world.chat.command("liv", "direct", "/personvern")
    assert labels(buttons(world.newest("liv").message)) == ["Behandlet"]  # type: ignore[arg-type]


async def test_two_who_handle_it_are_told_who_was_first(world: World) -> None:
    await world.chat.say("mari", GENERAL, NUMBER)
    await world.deliver()
    await world.enrol("tone", "Tone Ås", Role.PRIVACY_CONTACT)
    for who in ("tone", "liv"):
        await world.chat.press(who, "direct", "privacy.handled", "1")
        assert "behandlet av Tone Ås" in world.private(who)[-1]
    assert await audited(world) == ["breach.handled"]


async def test_others_handle_nothing_and_learn_nothing(world: World) -> None:
    await world.chat.say("mari", GENERAL, NUMBER)
    for who in ("kari", "unni", "mari"):
        for does in ("privacy.handled", "privacy.not_handled"):
            answers = []
            for id in ("1", "77", "x"):
                await world.chat.press(who, "direct", does, id)
                answers.append(world.private(who)[-1])
            assert set(answers) == {"Det finner jeg ikke. Kanskje er det slettet, eller du har ikke tilgang."}
    assert await audited(world) == []


async def test_what_is_handled_is_no_longer_reminded_of(world: World) -> None:
    await world.chat.say("mari", GENERAL, NUMBER)
    await world.deliver()
    await world.chat.press("liv", "direct", "privacy.handled", "1")
    before = len(world.private("liv"))
    await world.wait(timedelta(days=3))
    assert not any("Mulig brudd" in said for said in world.private("liv")[before:])


async def test_a_message_edited_into_another_breach_is_to_be_handled_again(world: World) -> None:
    said = await world.chat.say("mari", GENERAL, NUMBER)
    await world.chat.press("liv", "direct", "privacy.handled", "1")
    await world.chat.change("mari", said, f"{NUMBER} Ring 91234567.")
    await world.chat.command("liv", "direct", "/personvern")
    assert labels(buttons(world.newest("liv").message)) == ["Behandlet"]  # type: ignore[arg-type]


async def audited(world: World) -> list[str]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(AuditRow.did).where(AuditRow.did.like("breach.%"))))
