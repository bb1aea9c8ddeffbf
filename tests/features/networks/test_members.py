"""Members in the chat: added, changed, given case access, linked, removed and taken back."""

from sqlalchemy import select, update

from bot.audit import AuditRow
from bot.chat.message import ChoiceField, Form
from bot.chat.port import Problems
from bot.people import Membership, Person
from tests.features.networks.test_setting_up import labels, make_operator, network, set_up
from tests.world import GENERAL, World, typed

NEW: dict[str, str | tuple[str, ...]] = {
    "name": "Sunniva Aas",
    "profession": "overlege",
    "organisation": "Nordlys HF",
    "roles": ("member",),
}


async def add(world: World, who: str, code: str = "BLOD", **changes: str | tuple[str, ...]) -> object:
    form = await world.chat.press(who, "direct", "networks.add", str((await network(world, code)).id))
    assert form is not None, world.newest(who).text
    return await world.chat.submit(who, "direct", form, {**typed(form), **NEW, **changes})


async def membership(world: World, name: str) -> Membership | None:
    async with world.database.reading() as session:
        found = await session.scalars(
            select(Membership).join(Person, Person.id == Membership.person_id).where(Person.name == name)
        )
        return found.one_or_none()


async def press(world: World, who: str, does: str, name: str) -> Form | None:
    found = await membership(world, name)
    assert found is not None
    return await world.chat.press(who, "direct", f"networks.{does}", str(found.id))


async def test_a_member_who_is_added_with_an_account_is_known_at_once(world: World) -> None:
    world.introduce("sunniva", "Sunniva", GENERAL)
    await add(world, "ola", account="sunniva")
    assert world.newest("ola").text.startswith("Sunniva Aas (BLOD)")
    await world.make_item("sunniva", "Ringe laben @sunniva")
    assert await world.count("action_item") == 1


async def test_in_a_room_one_chooses_among_those_whom_nobody_has_linked(world: World) -> None:
    world.introduce("sunniva", "Sunniva", GENERAL)
    form = await world.chat.press("ola", GENERAL, "networks.add", "1")
    assert form is not None
    account = next(each for each in form.fields if each.name == "account")
    assert isinstance(account, ChoiceField)
    assert [option.value for option in account.options] == ["sunniva"]


async def test_who_makes_the_network_is_chosen_too_and_what_nobody_had_said_of_them_is_kept(world: World) -> None:
    await make_operator(world)
    await set_up(world)
    world.chat.rooms[GENERAL].append("bjarte") if "bjarte" not in world.chat.rooms[GENERAL] else None
    form = await world.chat.press("bjarte", GENERAL, "networks.add", str((await network(world, "SMERTE")).id))
    assert form is not None
    account = next(each for each in form.fields if each.name == "account")
    assert isinstance(account, ChoiceField)
    assert "bjarte" in [option.value for option in account.options], "known, and not in this network"
    values = {**NEW, "name": "Bjarte Tveitan", "profession": "lege", "account": "bjarte"}
    await world.chat.submit("bjarte", GENERAL, form, {**typed(form), **values})
    async with world.database.reading() as session:
        [person] = await session.scalars(select(Person).where(Person.name == "Bjarte Tveitan"))
    assert person.organisation_id is not None
    assert person.profession == "rådgiver", "what another network has said stands"


async def test_the_same_name_or_account_twice_is_refused_at_its_field(world: World) -> None:
    for changes, field in (
        ({"name": "kari  NORDMO"}, "name"),
        ({"account": "mari"}, "account"),
        ({"name": "  "}, "name"),
    ):
        outcome = await add(world, "ola", **changes)
        assert isinstance(outcome, Problems)
        assert set(outcome.by_field) == {field}
    assert await world.count("membership") == 12


# Case access


async def test_case_access_is_given_by_name_by_a_leader_and_recorded(world: World) -> None:
    await add(world, "ola")
    assert "Gi kasustilgang" not in labels(world.newest("ola"))
    await press(world, "ola", "grant", "Sunniva Aas")
    assert "Bare lederen, personvernkontakten og drift" in world.newest("ola").text
    for who in ("kari", "liv"):
        await press(world, who, "grant", "Sunniva Aas")
        found = await membership(world, "Sunniva Aas")
        assert found is not None
        assert found.case_access_at == world.clock.now()
        assert found.case_access_by == await world.person_id(who)
        await press(world, "ola", "withdraw", "Sunniva Aas")
        found = await membership(world, "Sunniva Aas")
        assert found is not None
        assert found.case_access_at is None


async def test_case_access_is_for_no_patient_representative_nobody_without_a_profession_and_never_for_oneself(
    world: World,
) -> None:
    await press(world, "kari", "grant", "Unni Strand")
    assert "brukerrepresentant" in world.newest("kari").text
    await press(world, "kari", "grant", "Bjarte Tveitan")
    assert "bare er RHF-representant" in world.newest("kari").text
    await add(world, "kari", name="Uten Yrke", profession="")
    await press(world, "kari", "grant", "Uten Yrke")
    assert "fyll inn yrket" in world.newest("kari").text
    await press(world, "ola", "withdraw", "Kari Nordmo")
    await press(world, "kari", "grant", "Kari Nordmo")
    assert "ikke gi deg selv" in world.newest("kari").text
    for name in ("Unni Strand", "Bjarte Tveitan", "Uten Yrke", "Kari Nordmo"):
        found = await membership(world, name)
        assert found is not None
        assert found.case_access_at is None


async def test_who_becomes_a_patient_representative_has_case_access_no_more(world: World) -> None:
    form = await press(world, "kari", "change", "Hedda Myhre")
    assert form is not None
    await world.chat.submit("kari", "direct", form, {**typed(form), "roles": ("patient_representative",)})
    found = await membership(world, "Hedda Myhre")
    assert found is not None
    assert found.case_access_at is None


async def test_a_secretary_makes_nobody_leader_not_even_herself(world: World) -> None:
    """Whoever is leader gives case access: the way round must be closed."""
    form = await press(world, "ola", "change", "Ola Fjellstad")
    assert form is not None
    outcome = await world.chat.submit("ola", "direct", form, {**typed(form), "roles": ("secretary", "leader")})
    assert isinstance(outcome, Problems)
    assert set(outcome.by_field) == {"roles"}
    assert isinstance(await add(world, "ola", roles=("leader",)), Problems)
    await press(world, "ola", "remove", "Kari Nordmo")
    assert await membership(world, "Kari Nordmo") is not None


# Accounts


async def test_an_account_on_another_chat_is_linked_and_taken_away(world: World) -> None:
    await add(world, "ola")
    form = await press(world, "ola", "link", "Sunniva Aas")
    assert form is not None
    await world.chat.submit("ola", "direct", form, {"chat": "memory", "account": "U1"})
    assert "memory:U1" in world.newest("ola").text
    await world.press("ola", world.newest("ola"), "Koble fra memory:U1")
    assert "memory:U1" not in world.newest("ola").text


async def test_a_secretary_links_nobody_to_a_person_with_case_access(world: World) -> None:
    """Otherwise she could read cases as that person."""
    form = await press(world, "ola", "link", "Mari Solbakk")
    assert form is not None
    outcome = await world.chat.submit("ola", "direct", form, {"chat": "memory", "account": "ola2"})
    assert isinstance(outcome, Problems)
    form = await press(world, "kari", "link", "Mari Solbakk")
    assert form is not None
    assert not isinstance(
        await world.chat.submit("kari", "direct", form, {"chat": "memory", "account": "mari2"}), Problems
    )


async def test_a_secretary_links_nobody_to_who_gives_case_access_though_they_have_none(world: World) -> None:
    for name in ("Kari Nordmo", "Liv Berntsen"):
        await press(world, "ola", "withdraw", name)
        form = await press(world, "ola", "link", name)
        assert form is not None
        outcome = await world.chat.submit("ola", "direct", form, {"chat": "memory", "account": "falsk"})
        assert isinstance(outcome, Problems)
    await world.chat.command("ola", "direct", "/fagtraad import")
    form = await world.chat.press("ola", "direct", "networks.import", "1")
    assert form is not None
    await world.chat.submit("ola", "direct", form, {"pasted": "navn;konto\nKari Nordmo;falsk"}, files={})
    assert "du kan ikke koble en ny konto" in world.newest("ola").text


async def test_a_secretary_links_nobody_to_a_person_whose_case_access_she_took_away(world: World) -> None:
    """She could give it back with the undo, or find the case room of the web chat still open to that person."""
    form = await press(world, "ola", "change", "Mari Solbakk")
    assert form is not None
    await world.chat.submit("ola", "direct", form, {**typed(form), "roles": ("patient_representative",)})
    await press(world, "ola", "withdraw", "Peder Øvrebø")
    await press(world, "ola", "remove", "Hedda Myhre")
    await add(world, "ola", name="Hedda Myhre", account="hedda")
    for name in ("Mari Solbakk", "Peder Øvrebø", "Hedda Myhre"):
        assert (await membership(world, name)).case_access_at is None  # type: ignore[union-attr]
        for who, refused in (("ola", True), ("kari", False)):
            form = await press(world, who, "link", name)
            assert form is not None
            account = f"{who} som {name}".replace(" ", "-")
            outcome = await world.chat.submit(who, "direct", form, {"chat": "memory", "account": account})
            assert isinstance(outcome, Problems) == refused, (who, name)


async def test_case_access_that_goes_and_comes_with_a_removal_is_on_record(world: World) -> None:
    await press(world, "kari", "remove", "Mari Solbakk")
    await world.press("kari", world.newest("kari"), "Angre")
    subject = f"person:{await world.person_id('mari')}"
    async with world.database.reading() as session:
        done = set(await session.scalars(select(AuditRow.did).where(AuditRow.subject == subject)))
    assert {"case_access.withdrawn", "case_access.granted"} <= done


async def test_a_leader_links_nobody_to_a_person_of_a_network_that_is_not_theirs(world: World) -> None:
    await make_operator(world)
    await set_up(world)
    await add(world, "bjarte", "SMERTE", name="Ola Fjellstad", account="ola", roles=("secretary",))
    assert await world.count("membership") == 14
    form = await press(world, "kari", "link", "Liv Berntsen")
    assert form is not None
    async with world.database.reading() as session:
        mine = await session.scalar(
            select(Membership.id).where(
                Membership.person_id == await world.person_id("ola"), Membership.network_id == 1
            )
        )
    form = await world.chat.press("kari", "direct", "networks.link", str(mine))
    assert form is not None
    outcome = await world.chat.submit("kari", "direct", form, {"chat": "memory", "account": "falsk"})
    assert isinstance(outcome, Problems)


# Removing, and taking back


async def test_who_is_removed_is_out_at_once_and_comes_back_as_they_were(world: World) -> None:
    before = await membership(world, "Mari Solbakk")
    assert before is not None
    await press(world, "kari", "remove", "Mari Solbakk")
    said = world.newest("kari")
    assert "ut av kasusrommet også" in said.text
    await world.chat.command("mari", "direct", "/kasus mine")
    assert "tilgang" in world.newest("mari").text
    await world.press("kari", said, "Angre")
    after = await membership(world, "Mari Solbakk")
    assert after is not None
    assert (after.case_access_at, after.case_access_by) == (before.case_access_at, before.case_access_by)
    assert "nettverkskontakt" in world.newest("kari").text


async def test_a_change_is_undone_only_while_it_stands_and_for_ten_minutes(world: World) -> None:
    form = await press(world, "kari", "change", "Hedda Myhre")
    assert form is not None
    await world.chat.submit("kari", "direct", form, {**typed(form), "roles": ("contact",)})
    card = world.newest("kari")
    form = await press(world, "kari", "change", "Hedda Myhre")
    assert form is not None
    await world.chat.submit("kari", "direct", form, {**typed(form), "roles": ("secretary",)})
    await world.press("kari", card, "Angre endringen")
    assert "ikke angres lenger" in world.newest("kari").text
    assert "sekretær" in (await shown(world, "Hedda Myhre"))


async def test_undoing_gives_back_no_case_access_that_somebody_else_withdrew(world: World) -> None:
    form = await press(world, "ola", "change", "Mari Solbakk")
    assert form is not None
    await world.chat.submit("ola", "direct", form, {**typed(form), "roles": ("member",)})
    card = world.newest("ola")
    await press(world, "kari", "withdraw", "Mari Solbakk")
    await world.press("ola", card, "Angre endringen")
    assert "ikke angres lenger" in world.newest("ola").text
    found = await membership(world, "Mari Solbakk")
    assert found is not None
    assert found.case_access_at is None


async def test_undoing_a_removal_brings_nobody_back_whom_somebody_removed_again(world: World) -> None:
    await press(world, "ola", "remove", "Mari Solbakk")
    card = world.newest("ola")
    await add(world, "kari", name="Mari Solbakk", account="mari")
    await press(world, "kari", "remove", "Mari Solbakk")
    await world.press("ola", card, "Angre")
    assert "ikke angres lenger" in world.newest("ola").text
    assert await membership(world, "Mari Solbakk") is None


async def shown(world: World, name: str) -> str:
    await press(world, "kari", "member", name)
    return world.newest("kari").text


async def test_changing_a_member_changes_what_is_said_of_them(world: World) -> None:
    form = await press(world, "ola", "change", "Hedda Myhre")
    assert form is not None
    await world.chat.submit(
        "ola", "direct", form, {**typed(form), "profession": "overlege", "organisation": "Fjordheim HF"}
    )
    assert "overlege" in world.newest("ola").text
    assert "Fjordheim HF" in world.newest("ola").text
    assert await world.count("organisation") == 4


async def test_the_list_is_paged_by_organisation_and_shows_what_is_vacant(world: World) -> None:
    for number in range(8):
        await add(world, "ola", name=f"Nytt Medlem {number}", organisation="")
    async with world.database.transaction() as session:
        await session.execute(update(Person).where(Person.name == "Fatima Lunde").values(organisation_id=None))
        await session.execute(update(Person).where(Person.name == "Torunn Ekornes").values(organisation_id=None))
    await world.chat.command("ola", "direct", "/fagtraad medlemmer")
    first = world.newest("ola")
    assert "Ledig: Skagerhavn HF." in first.text
    assert "Viser 1–15 av 20" in first.text
    await world.press("ola", first, "Neste")
    assert "Viser 16–20 av 20" in world.newest("ola").text
    await world.press("ola", world.newest("ola"), "Forrige")
    assert world.newest("ola").text == first.text


async def test_everything_is_audited_with_ids_alone(world: World) -> None:
    await add(world, "kari", access="on")
    await press(world, "kari", "remove", "Sunniva Aas")
    async with world.database.reading() as session:
        rows = [(row.did, row.subject) for row in await session.scalars(select(AuditRow).order_by(AuditRow.id))]
    assert [did for did, _subject in rows] == [
        "member.added",
        "member.roles",
        "case_access.granted",
        "member.removed",
        "case_access.withdrawn",
    ]
    assert {subject for _did, subject in rows} == {"person:13"}
