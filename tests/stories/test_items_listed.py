"""Lists of items: mine across networks, everybody's by owner, two hundred of them, and what nobody has any more."""

import re
from datetime import date

import pytest
from sqlalchemy import delete, select

from bot.chat.message import ChoiceField
from bot.chat.port import Done, Problems
from bot.features.actions.tables import Item, ItemOwner, ItemState
from bot.people import MemberRole, Membership, Network, Role
from tests.world import GENERAL, World, buttons, typed


async def second_network(world: World, *accounts: str) -> int:
    """Another network, without a room, of these members; the first of them is its secretary."""
    async with world.database.transaction() as session:
        network = Network(code="SMERTE", name="Smertenettverket", kind="national", zone="Europe/Oslo", language="nb")
        session.add(network)
        await session.flush()
        for account in accounts:
            membership = Membership(network_id=network.id, person_id=await world.person_id(account))
            session.add(membership)
            await session.flush()
            role = Role.SECRETARY if account == accounts[0] else Role.MEMBER
            session.add(MemberRole(membership_id=membership.id, role=role))
        return network.id


async def leave(world: World, account: str) -> None:
    """Somebody is no longer a member."""
    person = await world.person_id(account)
    async with world.database.transaction() as session:
        which = select(Membership.id).where(Membership.person_id == person)
        await session.execute(delete(MemberRole).where(MemberRole.membership_id.in_(which)))
        await session.execute(delete(Membership).where(Membership.person_id == person))


async def many_items(world: World, account: str, count: int, first: int = 1) -> None:
    person = await world.person_id(account)
    async with world.database.transaction() as session:
        for number in range(first, first + count):
            item = Item(
                network_id=1,
                number=number,
                text=f"Oppgaven nummer {number}",
                due=date(2026, 11, 1 + number % 30),
                state=ItemState.OPEN,
                made_by=person,
                made_at=world.clock.now(),
            )
            session.add(item)
            await session.flush()
            session.add(ItemOwner(item_id=item.id, person_id=person))


async def listed(world: World, who: str, words: str, room: str = "direct") -> str:
    await world.chat.command(who, room, words)
    return world.private(who, room)[-1]


# Everybody's


async def test_everybodys_items_stand_by_owner_and_the_overdue_first(world: World) -> None:
    for words in (
        "Skrive brev @peder frist 2026-12-04",
        "Ringe laben @mari frist 2026-11-24",
        "Bestille rom @mari",
        "Lage plan @mari @peder frist 2026-11-30",
        "Føre referat @sekretær frist 2026-12-01",
    ):
        await world.make_item("kari", words)
    world.clock.ahead += date(2026, 11, 26) - date(2026, 11, 24)
    assert await listed(world, "unni", "/oppgave alle") == (
        "Åpne oppgaver i Nasjonalt nettverk for blødersykdom\n"
        "Forfalt · Mari Solbakk\n2. Ringe laben – frist tirsdag 24. november, uke 48\n"
        "Mari Solbakk\n3. Bestille rom – uten frist\n"
        "Mari Solbakk og Peder Øvrebø\n4. Lage plan – frist mandag 30. november, uke 49\n"
        "Ola Fjellstad\n5. Føre referat – frist tirsdag 1. desember, uke 49 – sekretær\n"
        "Peder Øvrebø\n1. Skrive brev – frist fredag 4. desember, uke 49"
    )
    shown = world.newest("unni").message
    assert shown is not None
    assert {button.label for button in buttons(shown)} == {"Vis"}, "others' items are hers to see, not to change"
    await world.chat.command("mari", "direct", "/oppgave alle")
    shown = world.newest("mari").message
    assert shown is not None
    assert [b.label for b in buttons(shown)] == ["Ferdig", "Utsett", "Overfør", "Vis"] * 3 + ["Vis"] * 2


@pytest.mark.parametrize("words", ["/oppgave", "/oppgave alle"])
async def test_two_hundred_items_are_listed_in_pages_and_none_is_lost(world: World, words: str) -> None:
    await many_items(world, "mari", 200)
    first = await listed(world, "mari", words)
    assert "Viser 1–14 av 200." in first
    seen = re.findall(r"^(\d+)\. ", first, re.MULTILINE)
    while any(b.label == "Vis flere" for b in buttons(world.newest("mari").message)):  # type: ignore[arg-type]
        await world.press("mari", world.newest("mari"), "Vis flere")
        seen += re.findall(r"^(\d+)\. ", world.private("mari")[-1], re.MULTILINE)
    assert sorted(map(int, seen)) == list(range(1, 201))
    assert len(seen) == 200
    assert "Viser 197–200 av 200." in world.private("mari")[-1]


@pytest.mark.parametrize("words", ["/oppgave", "/oppgave alle"])
async def test_what_is_done_between_two_pages_costs_nobody_a_line(world: World, words: str) -> None:
    await many_items(world, "mari", 45)
    first = await listed(world, "mari", words)
    page = world.newest("mari")
    shown = [int(number) for number in re.findall(r"^(\d+)\. ", first, re.MULTILINE)]
    for number in (shown[-1], shown[3]):
        await world.chat.press("mari", "direct", "actions.done", str(number))
    await world.press("mari", page, "Vis flere")
    second = [int(number) for number in re.findall(r"^(\d+)\. ", world.private("mari")[-1], re.MULTILINE)]
    assert len(second) == 14
    assert not set(shown) & set(second)
    assert "Viser 13–26 av 43." in world.private("mari")[-1]


async def test_a_done_item_is_in_nobodys_list(world: World) -> None:
    await world.make_item("kari", "Ringe laben")
    await world.make_item("kari", "ferdig 1")
    for words in ("/oppgave", "/oppgave mine", "/oppgave alle", "/oppgave åpne"):
        assert "åpne oppgaver" in await listed(world, "kari", words)
        assert "Ringe laben" not in world.private("kari")[-1]


# What nobody has


async def test_an_item_of_somebody_who_left_is_the_secretarys_to_clear_up(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await leave(world, "mari")
    said = await listed(world, "ola", "/oppgave")
    assert said == "Mine oppgaver\n1. Ringe laben – frist fredag 4. desember, uke 49 – må avklares"
    assert "Må avklares\n1. Ringe laben" in await listed(world, "kari", "/oppgave alle")
    await world.press("ola", world.newest("ola"), "Vis")
    assert "Hvem: må avklares og Mari Solbakk (ikke lenger med)" in world.private("ola")[-1]
    await world.chat.command("ola", "direct", "/oppgave overfør 1 @peder")
    assert "overført til Peder Øvrebø" in world.private("ola")[-1]
    assert "ingen åpne oppgaver" in await listed(world, "ola", "/oppgave")


async def test_an_item_of_a_role_is_whoever_holds_it_now(world: World) -> None:
    await world.make_item("kari", "Føre referat @sekretæren")
    assert "Hvem: sekretær (Ola Fjellstad)" in world.private("kari", GENERAL)[-1]
    assert "Føre referat" in world.private("ola")[-1]
    await world.resign(Role.SECRETARY)
    assert "ingen åpne oppgaver" in await listed(world, "ola", "/oppgave")
    assert "1. Føre referat – uten frist – sekretær – må avklares" in await listed(world, "kari", "/oppgave")
    await world.enrol("nina", "Nina Vik", Role.SECRETARY)
    assert "1. Føre referat – uten frist – sekretær" in await listed(world, "nina", "/oppgave")
    await world.chat.command("nina", "direct", "/oppgave ferdig 1")
    assert "er ferdig" in world.private("nina")[-1]


async def test_a_new_item_that_nobody_was_chosen_for_is_the_secretarys(world: World) -> None:
    form = await world.chat.press("mari", GENERAL, "actions.new")
    assert form is not None
    assert await world.chat.submit("mari", GENERAL, form, typed(form, text="Ringe laben", owners=())) == Done()
    assert "Hvem: må avklares" in world.private("mari", GENERAL)[-1]
    await world.deliver()
    assert "Ringe laben" in world.private("ola")[-1]


# Several networks


async def test_mine_spans_networks_and_says_which(world: World) -> None:
    await second_network(world, "mari", "kari")
    await world.make_item("kari", "Ringe laben @mari")
    form = await world.chat.command("mari", "direct", "/oppgave Skrive brev @kari frist fredag")
    assert form is not None
    network = form.fields[0]
    assert isinstance(network, ChoiceField)
    assert [option.label for option in network.options] == ["Nasjonalt nettverk for blødersykdom", "Smertenettverket"]
    kari = str(await world.person_id("kari"))
    assert typed(form) == {"network": "", "text": "Skrive brev", "owners": (kari,), "due": "fredag"}
    outcome = await world.chat.submit("mari", "direct", form, typed(form))
    assert isinstance(outcome, Problems)
    assert "Velg hvilket nettverk" in outcome.by_field["network"]
    assert await world.chat.submit("mari", "direct", form, typed(form, network=network.options[1].value)) == Done()
    assert await listed(world, "mari", "/oppgave") == (
        "Mine oppgaver\n1. Ringe laben – uten frist · Nasjonalt nettverk for blødersykdom"
    )
    assert "1. Skrive brev – frist fredag 27. november, uke 48 · Smertenettverket" in await listed(
        world, "kari", "/oppgave"
    )


async def test_an_owner_who_is_not_in_the_chosen_network_is_said_at_the_field(world: World) -> None:
    network = await second_network(world, "mari", "kari")
    form = await world.chat.press("mari", "direct", "actions.new")
    assert form is not None
    peder = str(await world.person_id("peder"))
    sent = typed(form, text="Ringe", owners=(peder,), network=str(network))
    outcome = await world.chat.submit("mari", "direct", form, sent)
    assert isinstance(outcome, Problems)
    assert outcome.by_field == {
        "owners": "Peder Øvrebø er ikke med i Smertenettverket. Velg en annen, eller et annet nettverk."
    }


async def test_a_number_that_several_networks_have_is_asked_about_with_buttons(world: World) -> None:
    network = await second_network(world, "mari", "kari")
    await world.make_item("kari", "Ringe laben @mari")
    form = await world.chat.press("mari", "direct", "actions.new")
    assert form is not None
    sent = typed(form, text="Skrive brev", network=str(network))
    assert await world.chat.submit("mari", "direct", form, sent) == Done()
    for words, labels in (
        ("/oppgave ferdig 1", ["Ferdig", "Ferdig"]),
        ("/oppgave utsett 1 mandag", ["Utsett", "Utsett"]),
        ("/oppgave overfør 1 @kari", ["Overfør", "Overfør"]),
    ):
        assert "Hvilken mener du?" in await listed(world, "mari", words)
        shown = world.newest("mari").message
        assert shown is not None
        assert [b.label for b in buttons(shown)] == labels
        second = buttons(shown)[1]
        await world.chat.press("mari", "direct", second.does, second.carries)
        undo = world.newest("mari")
        assert "Oppgave 1 " in undo.text
        await world.press("mari", undo, "Angre")
        assert "Angret." in world.private("mari")[-1]
    await world.make_item("mari", "ferdig 1")
    assert world.private("mari", GENERAL)[-1] == "Oppgave 1 er ferdig.", "in a room it is the room's"
    await world.chat.command("mari", "direct", "/oppgave ferdig 1")
    assert world.private("mari")[-1] == "Oppgave 1 er ferdig.", "only one is open now"


async def test_everybodys_in_a_direct_chat_asks_for_which_network(world: World) -> None:
    await second_network(world, "mari", "kari")
    assert "Hvilket nettverk" in await listed(world, "mari", "/oppgave alle")
    await world.press("mari", world.newest("mari"), "Smertenettverket")
    assert world.private("mari")[-1] == "Åpne oppgaver i Smertenettverket\nIngen åpne oppgaver."
