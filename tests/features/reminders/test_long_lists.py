"""However many there are, a list is one message that Slack can show, and says how many more there are and where."""

from datetime import date

import pytest

from bot.features.actions.tables import Item, ItemOwner, ItemState
from tests.features.reminders.telling import at, away
from tests.world import World, buttons

MOST = 45  # parts of a message: Slack shows 50 blocks, and the title is one


async def due_on(world: World, day: date, count: int = 30) -> None:
    """Items of Mari's. The first is made by hand, so that its morning is planned."""
    await world.make_item("peder", f"Rydde @mari frist {day.isoformat()}")
    mari = await world.person_id("mari")
    async with world.database.transaction() as session:
        first = await session.get_one(Item, 1)
        more = [
            Item(
                network_id=1,
                number=number,
                text=f"Oppgave nummer {number}",
                due=day,
                state=ItemState.OPEN,
                made_by=first.made_by,
                made_at=first.made_at,
            )
            for number in range(2, count + 1)
        ]
        session.add_all(more)
        await session.flush()
        session.add_all(ItemOwner(item_id=item.id, person_id=mari) for item in more)


@pytest.mark.parametrize(
    ("day", "until", "who", "title", "way_on"),
    [
        ("2026-12-10", "2026-12-10", "mari", "Frist i dag: 30 oppgaver", "Se alle oppgavene mine"),
        ("2026-12-10", "2026-12-14", "mari", "Oppgavene dine denne uka", "Se alle oppgavene mine"),
        ("2026-12-02", "2026-12-16", "ola", "To uker over fristen", "Se alle i Nasjonalt nettverk for blødersykdom"),
    ],
)
async def test_thirty_are_one_message_with_a_way_on(
    world: World, day: str, until: str, who: str, title: str, way_on: str
) -> None:
    await due_on(world, date.fromisoformat(day))
    await world.until(at(until))
    shown = world.newest(who)
    assert shown.message is not None
    assert shown.text.startswith(title)
    assert len(shown.message.parts) <= MOST
    assert "… og 12 til" in shown.text
    assert buttons(shown.message)[-1].label == way_on
    await world.press(who, shown, way_on)
    assert "av 30." in world.private(who)[-1]


async def test_a_deputy_finds_the_rest_in_the_network(world: World) -> None:
    await due_on(world, date(2026, 12, 10))
    await away(world, "mari", "2026-12-10", "2026-12-18", "peder")
    await world.until(at("2026-12-14"))
    for title in ("Frist i dag: 30 oppgaver", "Oppgavene til Mari Solbakk"):
        [shown] = [each for each in world.chat.seen_by("peder", "direct") if each.text.startswith(title)]
        assert shown.message is not None
        assert len(shown.message.parts) <= MOST
        await world.press("peder", shown, "Se alle i Nasjonalt nettverk for blødersykdom")
        assert world.private("peder")[-1].startswith("Åpne oppgaver i Nasjonalt nettverk for blødersykdom")


async def test_overdue_and_this_week_share_the_room(world: World) -> None:
    await due_on(world, date(2026, 12, 10), 20)
    await world.until(at("2026-12-11"))
    async with world.database.transaction() as session:
        for number in (19, 20):
            (await session.get_one(Item, number)).due = date(2026, 12, 18)
    await world.until(at("2026-12-14"))
    shown = world.newest("mari")
    assert shown.message is not None
    assert shown.text.startswith("Oppgavene dine denne uka")
    assert "… og 2 til" in shown.text
    assert len(shown.message.parts) <= MOST
