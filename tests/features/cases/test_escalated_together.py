"""Cases that wait for the same person until the same morning are one message."""

from datetime import UTC, datetime

from tests.world import A_CASE, CASES, World, buttons

TITLES = ("Profylakse", "Kontroll etter fødsel", "Reise med faktor")


async def ask(world: World, *titles: str) -> None:
    for title in titles:
        await world.ask("hedda", title=title)


def told(world: World, who: str, beginning: str) -> list[str]:
    return [text for text in world.private(who) if text.startswith(beginning)]


async def test_three_unanswered_cases_are_one_message_to_each_contact_and_to_the_leader(world: World) -> None:
    await ask(world, *TITLES)
    await world.chat.say("mari", CASES, "Ja, det holder.", under=world.card("BLOD-26-002"))
    await world.until(datetime(2026, 11, 27, 12, tzinfo=UTC))
    [said] = told(world, "fatima", "2 kasus venter på svar")
    assert [line.split()[0] for line in said.splitlines()[1:]] == ["BLOD-26-001", "BLOD-26-003"]
    shown = world.newest("fatima").message
    assert shown is not None
    assert [button.carries for button in buttons(shown)] == ["1", "1", "3", "3"]
    await world.until(datetime(2026, 12, 4, 12, tzinfo=UTC))
    assert len(told(world, "kari", "2 kasus står fast")) == 1
    assert not any(str(A_CASE["question"]) in text for who in ("fatima", "kari") for text in world.private(who))


async def test_when_the_first_of_them_was_answered_the_next_says_the_rest(world: World) -> None:
    await ask(world, *TITLES)
    await world.chat.say("mari", CASES, "Ja, det holder.", under=world.card("BLOD-26-001"))
    await world.until(datetime(2026, 11, 27, 12, tzinfo=UTC))
    assert len(told(world, "fatima", "2 kasus venter på svar")) == 1
    assert told(world, "fatima", "Et kasus venter") == []


async def test_cases_of_two_days_are_two_messages(world: World) -> None:
    await ask(world, TITLES[0])
    await world.until(datetime(2026, 11, 25, 9, tzinfo=UTC))
    await ask(world, TITLES[1])
    await world.until(datetime(2026, 12, 1, 12, tzinfo=UTC))
    assert len(told(world, "fatima", "Et kasus venter på svar")) == 2


async def test_more_than_a_message_can_hold_are_counted_and_can_all_be_seen(world: World) -> None:
    await ask(world, *(f"Spørsmål {number}" for number in range(1, 24)))
    await world.until(datetime(2026, 11, 27, 12, tzinfo=UTC))
    [said] = told(world, "fatima", "23 kasus venter på svar")
    assert said.endswith("… og 3 til")
    shown = world.newest("fatima").message
    assert shown is not None
    assert len(shown.parts) <= 45
    assert buttons(shown)[-1].label == "Åpne kasus"
