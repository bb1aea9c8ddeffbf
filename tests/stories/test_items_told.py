"""What somebody else did with an item is told to those who have it or had it: once, and only while it holds."""

from tests.stories.test_items_of_cases import CODE, case_item
from tests.world import CASES, GENERAL, World, typed


async def told(world: World, who: str, do: str, *, by: str = "kari") -> list[str]:
    """What is new in somebody's 1:1 chat after another has done that."""
    before = len(world.private(who))
    await world.make_item(by, do)
    return world.private(who)[before:]


async def at_once(world: World, *commands: str, by: str = "kari") -> None:
    """Before anything of it is sent."""
    for command in commands:
        await world.chat.command(by, GENERAL, f"/oppgave {command}")
    await world.deliver()


async def test_owners_hear_what_somebody_else_did_and_who_did_it_hears_nothing(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari @kari frist 2026-12-01")
    for do, said in (
        ("utsett 1 2026-12-04", "Kari Nordmo flyttet fristen for oppgave 1 til fredag 4. desember, uke 49."),
        ("ferdig 1", "Kari Nordmo meldte oppgave 1 ferdig."),
        ("åpne 1", "Kari Nordmo åpnet oppgave 1 igjen."),
        ("fjern 1", "Kari Nordmo fjernet oppgave 1."),
        ("angre 1", "Kari Nordmo angret sin siste endring av oppgave 1."),
    ):
        [heard] = await told(world, "mari", do)
        assert heard.startswith(said), do
        assert "Ringe laben" not in heard
    assert not [text for text in world.private("kari") if text.startswith("Kari Nordmo")]
    assert await told(world, "mari", "utsett 1 mandag", by="mari") == []
    assert world.private("kari")[-1].startswith("Mari Solbakk flyttet fristen for oppgave 1 til mandag 30. november")


async def test_an_edit_is_told_with_the_date_and_the_owners(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    form = await world.make_item("kari", "endre 1")
    assert form is not None
    await world.chat.submit("kari", GENERAL, form, typed(form, text="Sende prøvene"))
    await world.deliver()
    assert world.private("mari")[-1].startswith(
        "Kari Nordmo endret oppgave 1.\nFrist: fredag 4. desember, uke 49 · Hvem:"
    )
    form = await world.make_item("kari", "endre 1")
    assert form is not None
    await world.chat.submit("kari", GENERAL, form, typed(form, due=""))
    await world.deliver()
    assert world.private("mari")[-1].startswith("Kari Nordmo fjernet fristen for oppgave 1.")


async def test_who_had_it_hears_once_to_whom_it_went(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari @ola")
    [heard] = await told(world, "mari", "overfør 1 @peder @ola")
    assert heard.startswith("Kari Nordmo har overført oppgave 1, som du hadde.\nHvem: Ola Fjellstad og Peder Øvrebø")
    assert world.private("ola")[-1].startswith("Kari Nordmo endret hvem som har oppgave 1.\nHvem: Ola Fjellstad og")
    assert [text for text in world.private("peder") if "Kari Nordmo har" in text] == [world.private("peder")[-1]]
    assert await told(world, "mari", "utsett 1 mandag") == [], "it is not hers any more"


async def test_what_was_undone_or_overtaken_before_it_was_said_is_not_said(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    before = len(world.private("mari"))
    await at_once(world, "utsett 1 mandag", "angre 1")
    await at_once(world, "overfør 1 @peder", "angre 1")
    await at_once(world, "ferdig 1", "åpne 1")
    assert world.private("mari")[before:] == []
    assert world.private("peder") == []
    await at_once(world, "utsett 1 mandag", "utsett 1 2026-12-04")
    [heard] = world.private("mari")[before:]
    assert "til fredag 4. desember" in heard


async def test_one_who_lost_it_hears_so_even_if_it_was_changed_at_once_afterwards(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    before = len(world.private("mari"))
    await at_once(world, "overfør 1 @peder", "utsett 1 mandag")
    [heard] = world.private("mari")[before:]
    assert heard.startswith("Kari Nordmo har overført oppgave 1, som du hadde.\nHvem: Peder Øvrebø")


async def test_an_undo_is_told_to_who_was_given_it_and_to_who_gets_it_back(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari")
    await world.make_item("kari", "overfør 1 @peder")
    await world.make_item("kari", "angre 1")
    for who in ("mari", "peder"):
        assert world.private(who)[-1].startswith("Kari Nordmo angret sin siste endring av oppgave 1.")
        assert "Hvem: Mari Solbakk" in world.private(who)[-1]


async def test_who_has_muted_it_is_not_told(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari @ola")
    await world.chat.press("mari", "direct", "actions.mute", "1")
    assert await told(world, "mari", "utsett 1 mandag") == []
    assert world.private("ola")[-1].startswith("Kari Nordmo flyttet fristen")
    assert await told(world, "mari", "overfør 1 @ola") == []


async def test_an_item_of_a_case_is_named_by_its_code_alone(world: World) -> None:
    await case_item(world)
    form = await world.chat.press("hedda", "direct", "actions.move", "1")
    assert form is not None
    await world.chat.submit("hedda", "direct", form, typed(form, due="2026-12-11"))
    await world.deliver()
    heard = world.private("mari")[-1]
    assert heard.startswith(f"Hedda Myhre flyttet fristen for oppgave 1 i {CODE} til fredag 11. desember, uke 50.")
    assert "faktornivå" not in heard
    assert "flyttet fristen" not in "".join(text for text in world.private("hedda"))
    assert not [each for each in world.chat.seen_by("peder", CASES) if "flyttet fristen" in each.text]


async def test_what_one_was_given_says_by_whom_after_it_is_changed_too(world: World) -> None:
    await world.make_item("kari", "Ringe laben @mari frist 2026-12-04")
    for do in ("utsett 1 mandag", "ferdig 1", "åpne 1"):
        await world.make_item("ola", do)
        assert "Kari Nordmo har gitt deg en oppgave." in world.private("mari")[0], do
    assert "Frist: mandag 30. november, uke 49" in world.private("mari")[0]
    await world.make_item("ola", "overfør 1 @peder")
    assert "har gitt deg" not in world.private("mari")[0]
    assert "Ola Fjellstad har gitt deg en oppgave." in world.private("peder")[0]


async def test_the_new_words_of_a_cases_item_stand_under_who_gave_it(world: World) -> None:
    await case_item(world)
    await world.chat.press("hedda", "direct", "actions.done", "1")
    await world.deliver()
    given = next(text for text in world.private("mari") if "Bestille faktornivå" in text)
    assert "har gitt deg en oppgave." in given
    assert "Ferdig" in given
