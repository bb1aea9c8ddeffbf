"""«Har noen spurt om dette før?»: asked and answered through the front door."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from adapters.memory.chat import Shown
from bot import search
from bot.app import make_findable
from bot.chat.message import Form, Message
from bot.chat.port import Can, Done, Problems
from bot.feature import Desk
from bot.features.cases.ending import restore_erased
from bot.features.cases.tables import Case
from bot.features.search import keeping
from bot.features.search.tables import SearchAnswer
from bot.people import MemberRole, Membership, Network, Role
from bot.search import Entry
from bot.serving import upgrade_schema
from tests.world import CASES, GENERAL, World, buttons, typed

LEARNT = "Tranexamsyre holder ofte alene ved tannekstraksjon."


async def learn(world: World, learning: str = LEARNT, *, survives: bool = True) -> None:
    """A case is asked and closed with this learning point."""
    await world.ask("hedda")
    number = str(await world.count("clinical_case"))
    form = await world.chat.press("hedda", CASES, "cases.ask_close", number)
    assert form is not None
    sent = typed(form, conclusion="Ja, det holder.", learning=learning, survives="on" if survives else "")
    assert await world.chat.submit("hedda", CASES, form, sent) == Done()
    await world.deliver()


async def search_for(world: World, who: str, words: str, room: str = "direct") -> Shown:
    await world.chat.command(who, room, f"/søk {words}".strip())
    return world.newest(who, room)


def labels(shown: Shown) -> list[str]:
    assert isinstance(shown.message, Message)
    return [button.label for button in buttons(shown.message)]


async def words_in_database(world: World) -> set[bytes]:
    async with world.database.reading() as session:
        return {bytes(row.stem) for row in await session.execute(text("SELECT stem FROM search_word"))}


async def test_a_learning_point_is_found_with_its_case(world: World) -> None:
    await learn(world)
    for words in ("tranexamsyre", "BLOD-26-001", "tannekstraksjoner", "tann"):
        shown = await search_for(world, "mari", words)
        assert "1 treff" in shown.text
        assert "Læringspunkt fra BLOD-26-001" in shown.text
        assert LEARNT in shown.text
    await world.press("mari", shown, "Vis kasuset")
    assert "Konklusjon: Ja, det holder." in world.newest("mari").text


async def test_the_words_of_the_case_itself_are_never_found(world: World) -> None:
    await learn(world)
    for words in ("profylakse", "visdomstann", "holder det", "hemofili"):
        shown = await search_for(world, "hedda", words)
        assert "Profylakse" not in shown.text
        assert "visdomstann." not in shown.text
    assert not {b"profylaks", b"visdomstann", b"hemofili"} & await words_in_database(world)


@pytest.mark.parametrize(
    "begun", ["/søk", "/sok", "/SØK", "/leit", "finn", "search", "har noen spurt om", "Har nokon spurt om"]
)
async def test_it_is_asked_in_many_ways(world: World, begun: str) -> None:
    await learn(world)
    await world.chat.command("mari", "direct", f"{begun} tranexamsyre")
    assert LEARNT in world.newest("mari").text


async def test_har_alone_is_no_search(world: World) -> None:
    await world.chat.command("mari", "direct", "har du tid i morgen?")
    assert "Det forsto jeg ikke" in world.newest("mari").text


async def test_the_button_opens_a_form_whose_words_are_answered_in_private(world: World) -> None:
    await learn(world)
    form = await world.chat.press("mari", GENERAL, "search.ask")
    assert form is not None
    assert await world.chat.submit("mari", GENERAL, form, {"words": "tranexamsyre"}) == Done()
    assert LEARNT in world.private("mari", GENERAL)[-1]
    assert LEARNT not in world.visible_to("unni")
    outcome = await world.chat.submit("mari", GENERAL, form, {"words": " … "})
    assert isinstance(outcome, Problems)
    assert set(outcome.by_field) == {"words"}


async def test_an_answer_in_a_room_is_for_the_asker_alone(world: World) -> None:
    await learn(world)
    await world.chat.command("mari", GENERAL, "søk tranexamsyre", public=True)
    assert LEARNT in world.private("mari", GENERAL)[-1]
    for who in ("unni", "ola", "bjarte"):
        assert LEARNT not in world.visible_to(who)


async def test_an_empty_question_is_told_how_to_search(world: World) -> None:
    for words in ("", "   ", "…", "%"):
        shown = await search_for(world, "mari", words)
        assert "«søk tranexamsyre" in shown.text
        assert "læringspunkter og oppgaver" in shown.text
        assert labels(shown) == ["Søk"]


async def test_who_finds_nothing_is_told_where_it_was_looked_and_can_ask(world: World) -> None:
    await learn(world)
    shown = await search_for(world, "mari", "har noen spurt om emicizumab?")
    assert "Ingen treff" in shown.text
    assert "«emicizumab»" in shown.text
    assert "læringspunkter og oppgaver" in shown.text
    assert labels(shown) == ["Spør nettverket", "Søk på nytt"]
    assert (form := await world.press("mari", shown, "Spør nettverket")) is not None
    assert form.does == "cases.ask"


async def test_without_case_access_no_learning_point_is_found_nor_named(world: World) -> None:
    await learn(world)
    for who in ("unni", "ola", "bjarte"):
        for words in ("tranexamsyre", "BLOD-26-001", "tann", "ofte", ""):
            shown = await search_for(world, who, words)
            assert "treff\n" not in shown.text.replace("Ingen treff\n", "")
            assert "læringspunkt" not in shown.text.lower()
            assert "Spør nettverket" not in labels(shown)
        await world.chat.press(who, "direct", "cases.learnt", "1")
        there = world.newest(who).text
        await world.chat.press(who, "direct", "cases.learnt", "77")
        assert world.newest(who).text == there


async def test_a_leader_who_lost_access_finds_none_either(world: World) -> None:
    await learn(world)
    kari = await world.person_id("kari")
    async with world.database.transaction() as session:
        await session.execute(update(Membership).where(Membership.person_id == kari).values(case_access_at=None))
    assert "Ingen treff" in (await search_for(world, "kari", "tranexamsyre")).text


async def test_another_networks_words_are_not_found(world: World) -> None:
    async with world.database.transaction() as session:
        other = Network(code="SMERTE", name="Smertenettverket", kind="national", zone="Europe/Oslo", language="nb")
        session.add(other)
        await session.flush()
        for kind, cases in (("item", False), ("learning_point", True)):
            await search.index(
                session, Entry(kind, 501, other.id, "Ketamin", world.clock.now(), needs_case_access=cases)
            )
    for who in ("mari", "kari", "unni"):
        assert "Ingen treff" in (await search_for(world, who, "ketamin")).text


async def test_somebody_unknown_or_in_no_network_finds_nothing(world: World) -> None:
    await learn(world)
    world.introduce("gjest", "Gjest Gjestesen", GENERAL, guest=True)
    assert "Jeg kjenner deg ikke" in (await search_for(world, "gjest", "tranexamsyre")).text
    mari = await world.person_id("mari")
    async with world.database.transaction() as session:
        membership = await session.scalar(select(Membership).where(Membership.person_id == mari))
        assert membership is not None
        await session.execute(text("DELETE FROM member_role WHERE membership_id = :id"), {"id": membership.id})
        await session.delete(membership)
    shown = (await search_for(world, "mari", "tranexamsyre")).text
    assert LEARNT not in shown
    assert "tilgang" in shown


async def test_items_are_found_by_everybody_by_words_and_number(world: World) -> None:
    await world.make_item("kari", "Revidere slagprosedyren")
    for who in ("kari", "unni", "ola"):
        for words in ("prosedyre", "slag", "oppgave 1"):
            shown = await search_for(world, who, words)
            assert "Oppgave 1, åpen" in shown.text, (who, words)
            assert "Revidere slagprosedyren" in shown.text


async def test_an_item_is_found_until_it_is_removed_and_again_when_that_is_undone(world: World) -> None:
    await world.make_item("kari", "Ringe laben")
    await world.make_item("kari", "ferdig 1")
    assert "Oppgave 1, ferdig" in (await search_for(world, "kari", "laben")).text
    await world.make_item("kari", "angre 1")
    await world.make_item("kari", "fjern 1")
    assert "Ingen treff" in (await search_for(world, "kari", "laben")).text
    assert await world.count("search_word") == 0
    await world.make_item("kari", "angre 1")
    assert "Oppgave 1, åpen" in (await search_for(world, "kari", "laben")).text


async def test_an_item_of_a_case_is_never_found_nor_indexed(world: World) -> None:
    await world.ask("hedda")
    form = await world.chat.press("mari", CASES, "actions.new", on=world.card("BLOD-26-001"))
    assert form is not None
    assert await world.chat.submit("mari", CASES, form, typed(form, text="Bestille kvernfjols")) == Done()
    assert await world.count("action_item") == 1
    assert "Ingen treff" in (await search_for(world, "mari", "kvernfjols")).text
    assert await world.count("search_entry") == 0
    await make_findable(world.database)
    assert await world.count("search_entry") == 0


async def test_more_is_shown_page_by_page_and_each_hit_once(world: World) -> None:
    for number in range(12):
        await world.make_item("kari", f"Ringe laben om prøve {number + 100}")
    shown = await search_for(world, "unni", "laben")
    assert "12 treff" in shown.text
    seen = _numbers(shown)
    await world.make_item("kari", "fjern 7")
    await world.make_item("kari", "Ringe laben om noe som kom til siden")
    while "Vis flere" in labels(shown):
        await world.press("unni", shown, "Vis flere")
        shown = world.newest("unni")
        seen += _numbers(shown)
    assert seen == [number for number in range(12, 0, -1) if number != 7], "newest first, each of them once"
    assert "Treff 11–12 av 12" in shown.text


def _numbers(shown: Shown) -> list[int]:
    return [int(line.split()[1].rstrip(",")) for line in shown.text.splitlines() if line.startswith("Oppgave ")]


async def test_more_leaves_out_what_was_removed_or_may_not_be_seen_any_more(world: World) -> None:
    for number in range(6):
        await world.make_item("kari", f"Ringe laben om prøve {number + 100}")
    await learn(world, "Ringe laben først.")
    shown = await search_for(world, "mari", "laben")
    assert "7 treff" in shown.text
    await world.make_item("kari", "fjern 1")
    await world.press("mari", shown, "Vis flere")
    assert _numbers(world.newest("mari")) == [2]
    mari = await world.person_id("mari")
    async with world.database.transaction() as session:
        await session.execute(update(Membership).where(Membership.person_id == mari).values(case_access_at=None))
    await world.chat.press("mari", "direct", "search.more", "1:0")
    assert "Læringspunkt" not in world.newest("mari").text


@pytest.mark.parametrize("carried", ["1:0", "77:0", "", "x:y", "1:-1", "1:" + "9" * 20, "1", ":"])
async def test_what_others_found_is_not_shown(world: World, carried: str) -> None:
    await world.make_item("kari", "Ringe laben")
    assert "1 treff" in (await search_for(world, "kari", "laben")).text
    await world.chat.press("unni", "direct", "search.more", carried)
    assert "Søk på nytt" in world.newest("unni").text
    assert "laben" not in world.newest("unni").text


async def test_what_was_found_is_kept_a_day_and_never_what_was_asked(world: World) -> None:
    await learn(world)
    await search_for(world, "mari", "kvernfjols tranexamsyre")
    async with world.database.reading() as session:
        rows = [str(tuple(row)) for row in await session.execute(text("SELECT * FROM search_answer"))]
        rows += [str(tuple(row)) for row in await session.execute(text("SELECT * FROM inbox"))]
    assert rows
    assert not [row for row in rows if "kvernfjols" in row or "tranexam" in row.lower()]
    await world.wait(timedelta(days=1, minutes=1))
    await world.chat.press("mari", "direct", "search.more", "1:0")
    assert "for gammelt" in world.newest("mari").text
    await search_for(world, "mari", "tranexamsyre")
    assert await world.count("search_answer") == 1


async def test_what_was_found_goes_with_the_person_and_with_time(world: World) -> None:
    await learn(world)
    await search_for(world, "mari", "tranexamsyre")
    await search_for(world, "peder", "tranexamsyre")
    mari = await world.person_id("mari")
    async with world.database.transaction() as session:
        desk = Desk(session, world.clock.now(), world.app.core.vault)
        assert await keeping.exported(desk, mari) == {"searched_at": [world.clock.now()]}
        await keeping.person_erased(desk, mari)
        assert await keeping.exported(desk, mari) == {}
        assert await session.scalar(select(func.count()).select_from(SearchAnswer)) == 1
        found = keeping.RETENTION[0].old(world.clock.now() + timedelta(seconds=1))
        assert len(list(await session.scalars(found))) == 1


async def test_an_identity_number_is_not_searched_for(world: World) -> None:
    shown = await search_for(world, "mari", "tranexamsyre 14855820480")
    assert "Jeg søker ikke etter fødselsnummer" in shown.text
    assert "14855820480" not in shown.text


async def test_a_learning_point_that_is_not_to_survive_goes_with_its_case_and_its_words(world: World) -> None:
    await learn(world, "Husk kvernfjols.", survives=False)
    shown = await search_for(world, "mari", "kvernfjols")
    assert "Husk kvernfjols" not in shown.text, "what is to go with its case is shown in a message that goes with it"
    await world.press("mari", shown, "Vis læringspunktet")
    newest = world.newest("mari")
    assert "Husk kvernfjols" in newest.text
    assert newest.message is not None
    assert (newest.message.sealed_under or "").startswith("case:")
    await erase(world)
    assert "Ingen treff" in (await search_for(world, "mari", "kvernfjols")).text
    assert await world.count("search_entry") == await world.count("search_word") == 0
    if world.database.is_sqlite:
        file = Path(world.database.url.partition(":///")[2])
        for page in (file, file.with_name(file.name + "-wal")):
            assert b"kvernfjol" not in page.read_bytes()


async def erase(world: World) -> None:
    world.chat.can -= {Can.DELETE_OTHERS}
    form = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert form is not None
    assert await world.chat.submit("hedda", CASES, form, {"sure": "on"}) == Done()
    await world.deliver()


async def test_one_that_survives_is_found_without_its_case(world: World) -> None:
    await learn(world)
    await erase(world)
    shown = await search_for(world, "mari", "tranexamsyre")
    assert LEARNT in shown.text
    assert labels(shown) == ["Søk på nytt"]


async def test_what_a_restore_brings_back_is_not_found_either(world: World) -> None:
    await learn(world, survives=False)
    async with world.database.transaction() as session:
        case = await session.get_one(Case, 1)
        await restore_erased(session, case.sealed_under, world.clock.now())
    assert await world.count("search_entry") == await world.count("search_word") == 0


async def test_what_was_written_before_the_index_is_found_after_an_upgrade(world: World) -> None:
    await learn(world)
    await world.make_item("kari", "Ringe laben")
    await world.make_item("kari", "Bestille rom")
    await world.make_item("kari", "fjern 2")
    before = await words_in_database(world)
    async with world.database.transaction() as session:
        await session.execute(text("DELETE FROM search_word"))
        await session.execute(text("DELETE FROM search_entry"))
        await search.index(session, Entry("item", 501, 1, "Gammelt", world.clock.now(), needs_case_access=False))
    for _ in range(2):
        await make_findable(world.database)
        assert await words_in_database(world) == before
        assert await world.count("search_entry") == 2
    assert LEARNT in (await search_for(world, "mari", "tranexamsyre")).text
    async with world.database.transaction() as session:
        await session.execute(text("DELETE FROM search_word"))
        await session.execute(text("UPDATE search_entry SET rules = 0"))
    await upgrade_schema(world.app.core.settings)  # what `fagtraad db upgrade` does
    assert await words_in_database(world) == before


async def test_many_are_indexed_a_batch_at_a_time_and_those_gone_forgotten(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.search.catching_up.AT_ONCE", 2)
    there = {
        ref: Entry("book", ref, 1, f"Bok {ref}", world.clock.now(), needs_case_access=False) for ref in range(1, 8)
    }

    async def everything(_session: object, after: int, most: int) -> list[Entry]:
        return [there[ref] for ref in sorted(there) if ref > after][:most]

    assert await search.catch_up(world.database, {"book": everything}) == 7
    del there[3], there[7]
    assert await search.catch_up(world.database, {"book": everything}) == 2
    assert await search.catch_up(world.database, {"book": everything}) == 0
    assert await world.count("search_entry") == 5
    async with world.database.transaction() as session:
        await session.execute(text("UPDATE search_entry SET rules = 0"))
    assert await search.catch_up(world.database, {"book": everything}) == 5, "its words are read in a new way"


async def test_the_same_command_twice_is_answered_once(world: World) -> None:
    await learn(world)
    for _ in range(2):
        await world.chat.command("mari", "direct", "/søk tranexamsyre", key="the-same")
    assert await world.count("search_answer") == 1


async def test_many_at_once_are_all_answered(world: World) -> None:
    await learn(world)
    await asyncio.gather(*(world.chat.command("mari", "direct", "/søk tranexamsyre") for _ in range(8)))
    assert sum(LEARNT in said for said in world.private("mari")) == 8


async def test_a_members_networks_are_named_where_there_are_several(world: World) -> None:
    await world.make_item("kari", "Ringe laben")
    unni = await world.person_id("unni")
    async with world.database.transaction() as session:
        other = Network(code="SMERTE", name="Smertenettverket", kind="national", zone="Europe/Oslo", language="nb")
        session.add(other)
        await session.flush()
        membership = Membership(network_id=other.id, person_id=unni)
        session.add(membership)
        await session.flush()
        session.add(MemberRole(membership_id=membership.id, role=Role.MEMBER))
    assert "Oppgave 1, åpen · Nasjonalt nettverk for blødersykdom" in (await search_for(world, "unni", "laben")).text
    assert "· Nasjonalt" not in (await search_for(world, "kari", "laben")).text


async def test_a_forged_form_is_answered_for_what_the_forger_may_see(world: World) -> None:
    await learn(world)
    outcome = await world.chat.submit("unni", "direct", Form("search.find", "", (), "1"), {"words": "tranexamsyre"})
    assert outcome == Done()
    assert LEARNT not in world.visible_to("unni")
