"""Items moved, handed over, edited and undone, by word, by button and in forms, by one and by two at once."""

import asyncio
from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from bot.chat.port import Done, Next, Problems
from bot.features.actions import meeting_moved
from bot.features.actions.tables import Item
from bot.people import Network
from storage import Busy
from tests.world import GENERAL, World, buttons, typed


async def item(world: World, number: int = 1) -> Item:
    async with world.database.reading() as session:
        return (await session.scalars(select(Item).where(Item.number == number))).one()


async def say(world: World, who: str, words: str) -> str:
    """What is answered to a command in the general room."""
    await world.make_item(who, words)
    return world.private(who, GENERAL)[-1]


# By word


async def test_it_is_moved_and_handed_over_and_says_what_it_understood(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    for words in ("utsett 1 mandag", "utset 1 4. des", "UTSETT #1 uke 50", "flytt 1 om 14 dager", "snooze 1 i morgen"):
        said = await say(world, "kari", words)
        assert "Oppgave 1 har fått ny frist: " in said, words
        assert ", uke " in said, words
    assert "onsdag 25. november, uke 48" in said
    for words, names in (
        ("overfør 1 @peder", "Peder Øvrebø"),
        ("overfor 1 til @ola @kari", "Kari Nordmo og Ola Fjellstad"),
        ("overfør 1 til mari solbakk", "Mari Solbakk"),
        ("gjev 1 til @sekretæren", "sekretær (Ola Fjellstad)"),
        ("gi 1 @meg og @leiaren", "Kari Nordmo og leder (Kari Nordmo)"),
    ):
        assert await say(world, "kari", words) == f"Oppgave 1 er overført til {names}."
    for who in ("peder", "ola"):
        assert "Hvem: Kari Nordmo og leder (Kari Nordmo)" in world.private(who)[0], "what they were sent follows"


async def test_words_that_mean_the_same_do_the_same(world: World) -> None:
    await world.make_item("kari", "Ringe laben")
    for words, said in (
        ("gjort 1", "er ferdig"),
        ("opne 1", "er åpen igjen"),
        ("done 1", "er ferdig"),
        ("gjenåpne oppgave 1", "er åpen igjen"),
        ("slett 1", "er fjernet"),
        ("reopen nr. 1", "er åpen igjen"),
    ):
        assert said in await say(world, "kari", words), words
    for words in ("1", "#1", "vis 1", "show 1"):
        assert (await say(world, "kari", words)).startswith("Oppgave 1\nRinge laben"), words
    assert await world.count("action_item") == 1


async def test_what_only_looks_like_a_command_is_a_new_item(world: World) -> None:
    for number, words in enumerate(("Fjern 12 gamle skjema", "Flytt 12 stoler til møterommet", "Gi 3 foredrag"), 1):
        assert (await say(world, "kari", words)).startswith(f"Oppgave {number}\n{words}")


async def test_what_is_not_understood_opens_the_form_with_what_was_typed(world: World) -> None:
    await world.make_item("kari", "Ringe laben frist 2026-12-04")
    form = await world.make_item("kari", "utsett 1 en gang")
    assert form is not None
    assert typed(form)["due"] == "en gang"
    assert "Jeg forsto ikke fristen" in str(form.fields[0].notes)
    form = await world.make_item("kari", "overfør 1 @sverre")
    assert form is not None
    assert "ingen i nettverket som heter «sverre»" in str(form.fields[0].notes)
    form = await world.make_item("kari", "overfør 1 @ola frist fredag")
    assert form is not None
    assert typed(form)["owners"] == (str(await world.person_id("ola")),)
    assert "Dette forsto jeg ikke: «frist fredag»" in str(form.fields[0].notes)
    form = await world.make_item("kari", "utsett 1")
    assert form is not None
    assert await world.chat.submit("kari", GENERAL, form, typed(form, due="mandag")) == Done()
    assert (await item(world)).due == date(2026, 11, 30)


# By button and form


async def test_the_buttons_of_a_card_open_forms_that_do_it(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    given = world.newest("mari")
    assert given.message is not None
    assert [b.label for b in buttons(given.message)] == ["Ferdig", "Utsett", "Overfør", "Endre", "Fjern"]
    form = await world.press("mari", given, "Utsett")
    assert form is not None
    assert [b.label for b in form.extra] == ["Neste arbeidsdag", "Mandag", "Om en uke", "Om to uker"]
    assert await world.chat.submit("mari", "direct", form, typed(form), button="fortnight") == Done()
    assert (await item(world)).due == date(2026, 12, 8)
    form = await world.press("mari", given, "Overfør")
    assert form is not None
    outcome = await world.chat.submit("mari", "direct", form, typed(form))
    assert isinstance(outcome, Problems)
    assert "Velg hvem" in outcome.by_field["owners"]
    peder = str(await world.person_id("peder"))
    assert await world.chat.submit("mari", "direct", form, typed(form, owners=("secretary", peder))) == Done()
    await world.deliver()
    assert "Hvem: Peder Øvrebø og sekretær (Ola Fjellstad)" in world.private("peder")[-1]
    assert "Hvem: Peder Øvrebø og sekretær (Ola Fjellstad)" in world.private("ola")[-1]
    assert "Peder Øvrebø" in world.private("mari")[0], "the card that Mari was sent follows"


async def test_editing_changes_words_owners_and_due_day_at_once(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    form = await world.make_item("kari", "endre 1")
    assert form is not None
    mari = str(await world.person_id("mari"))
    assert typed(form) == {"text": "Ringe laben", "owners": (mari,), "due": "04.12.2026"}
    peder = str(await world.person_id("peder"))
    changed = typed(form, text="Sende prøvene", owners=(mari, peder), due="uke 50")
    assert await world.chat.submit("kari", GENERAL, form, changed) == Done()
    await world.deliver()
    assert (
        "Frist: fredag 11. desember, uke 50 · Hvem: Mari Solbakk og Peder Øvrebø" in world.private("kari", GENERAL)[-1]
    )
    assert "Sende prøvene" in world.private("peder")[-1]
    assert "Sende prøvene" in world.private("mari")[0]
    shown = await say(world, "kari", "vis 1")
    for line in ("Før: Ringe laben", "Kari Nordmo laget oppgaven", "Hvem: Mari Solbakk → Mari Solbakk og Peder Øvrebø"):
        assert line in shown
    assert "Frist: fredag 4. desember, uke 49 → fredag 11. desember, uke 50" in shown


async def test_the_check_reads_what_is_edited_too(world: World) -> None:
    await world.make_item("kari", "Ringe laben")
    form = await world.make_item("kari", "endre 1")
    assert form is not None
    outcome = await world.chat.submit("kari", GENERAL, form, typed(form, text="Ring 14855820480"))
    assert isinstance(outcome, Problems)
    assert "fødselsnummer" in outcome.by_field["text"]
    named = typed(form, text="Ring Anders Bakke om prøven")
    shown = await world.chat.submit("kari", GENERAL, form, named)
    assert isinstance(shown, Next)
    assert (await item(world)).text == "Ringe laben"
    assert await world.chat.submit("kari", GENERAL, shown.form, typed(shown.form, confirmed="on")) == Done()
    assert (await item(world)).text == "Ring Anders Bakke om prøven"
    form = await world.make_item("kari", "endre 1")
    assert form is not None
    only_due = typed(form, due="mandag")
    assert await world.chat.submit("kari", GENERAL, form, only_due) == Done(), "words that stand are not asked of again"


async def test_an_overdue_item_can_be_edited_as_it_stands(world: World) -> None:
    await world.make_item("kari", "Ringe laben frist 2026-11-25")
    await world.wait(timedelta(days=5))
    form = await world.make_item("kari", "endre 1")
    assert form is not None
    assert await world.chat.submit("kari", GENERAL, form, typed(form, text="Ringe legen")) == Done()
    assert (await item(world)).due == date(2026, 11, 25)


async def test_a_form_that_was_overtaken_says_by_whom_and_loses_nothing(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    form = await world.make_item("kari", "endre 1")
    assert form is not None
    await world.make_item("mari", "utsett 1 mandag")
    shown = await world.chat.submit("kari", GENERAL, form, typed(form, text="Sende prøvene"))
    assert isinstance(shown, Next)
    assert "Mari Solbakk flyttet fristen" in str(shown.form.intro)
    assert "mandag 30. november" in str(shown.form.intro)
    assert typed(shown.form)["text"] == "Sende prøvene"
    assert (await item(world)).text == "Ringe laben"
    assert await world.chat.submit("kari", GENERAL, shown.form, typed(shown.form, due="mandag")) == Done()
    assert ((await item(world)).text, (await item(world)).due) == ("Sende prøvene", date(2026, 11, 30))
    form = await world.make_item("kari", "utsett 1")
    assert form is not None
    await world.make_item("mari", "ferdig 1")
    outcome = await world.chat.submit("kari", GENERAL, form, typed(form, due="fredag"))
    assert isinstance(outcome, Problems)
    assert "allerede ferdig, sier Mari Solbakk" in str(outcome.by_field)


# Undo


@pytest.mark.parametrize(
    "words", ["utsett 1 mandag", "overfør 1 @peder @sekretær", "ferdig 1", "fjern 1", "utsett 1 til neste møte"]
)
async def test_each_change_can_be_undone_by_its_button(world: World, words: str) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    before = await say(world, "kari", "vis 1")
    await world.make_item("kari", words)
    answer = [each for each in world.chat.seen_by("kari", GENERAL) if each.to == "kari"][-1]
    await world.press("kari", answer, "Angre")
    assert world.private("kari", GENERAL)[-1].startswith("Angret. ")
    after = await say(world, "kari", "vis 1")
    assert after.partition("Historikk")[0] == before.partition("Historikk")[0]
    assert "Kari Nordmo angret" in after


async def test_making_and_editing_can_be_undone_too(world: World) -> None:
    form = await world.make_item("kari", "Ringe laben @mari")
    answer = [each for each in world.chat.seen_by("kari", GENERAL) if each.to == "kari"][-1]
    await world.press("kari", answer, "Angre")
    assert world.private("kari", GENERAL)[-1] == "Angret. Oppgave 1 er fjernet."
    assert "Fjernet" in world.private("mari")[0]
    await world.make_item("kari", "Skrive brev")
    form = await world.make_item("kari", "endre 2")
    assert form is not None
    await world.chat.submit("kari", GENERAL, form, typed(form, text="Skrive e-post"))
    assert "Angret." in await say(world, "kari", "angre 2")
    assert (await item(world, 2)).text == "Skrive brev"


async def test_undo_is_for_ten_minutes_for_ones_own_and_while_nothing_else_changed(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    await world.make_item("kari", "utsett 1 mandag")
    answer = [each for each in world.chat.seen_by("kari", GENERAL) if each.to == "kari"][-1]
    assert "gjorde Kari Nordmo, og bare den som endret, kan angre" in await say(world, "mari", "angre 1")
    await world.make_item("mari", "overfør 1 @peder")
    await world.press("kari", answer, "Angre")
    assert "endret etterpå av Mari Solbakk" in world.private("kari", GENERAL)[-1]
    assert "«/oppgave utsett 1 DATO»" in world.private("kari", GENERAL)[-1]
    await world.make_item("kari", "ferdig 1")
    await world.wait(timedelta(minutes=10))
    assert "er åpen igjen" in await say(world, "kari", "angre 1")
    await world.make_item("kari", "ferdig 1")
    await world.wait(timedelta(minutes=10, seconds=1))
    said = await say(world, "kari", "angre 1")
    assert "mer enn ti minutter" in said
    assert "«/oppgave åpne 1»" in said
    assert (await item(world)).state == "done"


# The meeting


async def test_what_is_due_at_the_next_meeting_follows_it(world: World) -> None:
    async def meeting_on(day: date | None) -> None:
        async with world.database.transaction() as session:
            await session.execute(update(Network).values(next_meeting=day))

    await meeting_on(date(2026, 12, 10))
    assert "Frist: til neste møte, torsdag 10. desember, uke 50" in await say(
        world, "kari", "Ringe laben til neste møte"
    )
    await world.make_item("kari", "Skrive brev frist 2026-12-10")
    await world.make_item("kari", "Bestille rom til neste møte")
    await world.make_item("kari", "ferdig 3")
    await move_meeting(world, "kari", date(2027, 1, 14))
    assert [(await item(world, n)).due for n in (1, 2, 3)] == [
        date(2027, 1, 14),
        date(2026, 12, 10),
        date(2026, 12, 10),
    ]
    assert "Fagtråd (møtet ble flyttet) flyttet fristen" in await say(world, "kari", "vis 1")
    await world.make_item("kari", "åpne 3")
    assert (await item(world, 3)).due == date(2027, 1, 14)
    await move_meeting(world, "kari", None)
    assert (await item(world)).due is None
    assert "til neste møte (datoen er ikke satt)" in await say(world, "kari", "vis 1")
    assert (
        "endret etterpå av Fagtråd" in await say(world, "kari", "angre 1")
        or "bare den som endret" in world.private("kari", GENERAL)[-1]
    )


async def move_meeting(world: World, who: str, day: date | None) -> None:
    """As the network's settings do it."""
    from bot.chat.port import Account
    from bot.feature import Context
    from bot.people import person_of, standings

    async with world.database.transaction() as session:
        account = Account(world.chat.name, world.account_id(who))
        person = await person_of(session, account)
        assert person is not None
        found = tuple(await standings(session, person.id))
        found[0].network.next_meeting = day
        await session.flush()
        vault = world.app.core.vault
        chat = world.app.chats[world.chat.name]
        context = Context(session, world.clock.now(), vault, chat, account, person, found, None)
        await meeting_moved(context, found[0].network.id)
    await world.deliver()


# Two at once


async def test_two_who_change_different_things_at_once_are_both_heard(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    await asyncio.gather(
        world.chat.command("kari", GENERAL, "/oppgave utsett 1 mandag"),
        world.chat.command("mari", GENERAL, "/oppgave overfør 1 @peder @mari"),
    )
    shown = await say(world, "kari", "vis 1")
    assert "Hvem: Mari Solbakk og Peder Øvrebø\nFrist: mandag 30. november, uke 49" in shown
    assert (await item(world)).version == 3


async def test_twenty_changes_at_once_are_all_made_one_after_the_other(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    days = [date(2026, 12, day) for day in range(1, 21)]

    async def insist(who: str, day: date) -> None:
        """As a platform does, which sends again what was not acknowledged."""
        while True:
            with suppress(Busy):
                words = f"/oppgave utsett 1 {day.isoformat()}"
                await world.chat.command(who, GENERAL, words, key=f"{who}:{day}")
                return

    await asyncio.gather(*(insist(who, day) for who, day in zip(("kari", "mari") * 10, days, strict=True)))
    assert (await item(world)).version == 21
    said = world.private("kari", GENERAL) + world.private("mari", GENERAL)
    assert sum("har fått ny frist" in each for each in said) == 20
    assert "Noe gikk galt" not in str(said)


async def test_two_who_send_the_same_form_at_once_make_one_change(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    forms = [await world.make_item(who, "utsett 1") for who in ("kari", "mari")]
    outcomes = await asyncio.gather(
        *(
            world.chat.submit(who, GENERAL, form, typed(form, due="mandag"))
            for who, form in zip(("kari", "mari"), forms, strict=True)
            if form is not None
        )
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Done", "Next"]
    assert await world.count("action_change") == 2


async def test_one_who_undoes_twice_at_once_undoes_once(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    await world.make_item("kari", "ferdig 1")
    await asyncio.gather(*(world.chat.press("kari", "direct", "actions.undo", "1:2") for _ in range(2)))
    said = world.private("kari")[-2:]
    assert sum(each.startswith("Angret.") for each in said) == 1
    assert sum("kan ikke angres lenger" in each for each in said) == 1
    assert (await item(world)).state == "open"
