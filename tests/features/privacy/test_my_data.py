"""What one can ask for about oneself: everything that is kept, and to be erased."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from bot.app import erase_again
from bot.audit import AuditRow
from bot.chat.message import Attachment, Form
from bot.chat.port import Done, Problems
from bot.features.actions.tables import ItemOwner, ItemRole
from bot.people import Membership, Person, PlatformAccount, Role
from bot.personal import FORMER, as_json, as_text
from bot.sessions import By, Lives, begin
from bot.signin import new_link
from tests.world import A_CASE, CASES, GENERAL, World, typed

NOT_FOUND = "Det finner jeg ikke. Kanskje er det slettet, eller du har ikke tilgang."


def files(world: World, who: str) -> dict[str, str]:
    """The newest files in somebody's 1:1 chat, by ending."""
    found = world.newest(who).message
    assert found is not None
    attached = [part for part in found.parts if isinstance(part, Attachment)]
    return {each.name.rpartition(".")[2]: each.content.decode() for each in attached}


async def exported(world: World, who: str, room: str = "direct") -> dict[str, Any]:
    await world.chat.press(who, room, "my_data.export")
    await world.deliver()
    found: dict[str, Any] = json.loads(files(world, who)["json"])
    return found


# ---------------------------------------------------------------- the export


async def test_one_gets_everything_about_oneself_and_ones_own_words(world: World) -> None:
    await world.ask("hedda")
    await world.make_item("hedda", "Ringe laboratoriet")
    await world.chat.say("hedda", CASES, "Takk!", under=world.card("BLOD-26-001"))
    await world.chat.command("hedda", "direct", "/mine-data")
    await world.press("hedda", world.newest("hedda"), "Hent mine data")
    found = json.loads(files(world, "hedda")["json"])
    assert found["person"]["name"] == "Hedda Myhre"
    assert found["accounts"] == [{"chat": "memory", "account": "hedda"}]
    assert found["memberships"][0]["network"] == "Nasjonalt nettverk for blødersykdom"
    asked = found["cases"]["asked"][0]
    assert (asked["code"], asked["title"], asked["question"]) == ("BLOD-26-001", A_CASE["title"], A_CASE["question"])
    assert [each["code"] for each in found["cases"]["answered"]] == ["BLOD-26-001"]
    assert [each["text"] for each in found["actions"]["items"]] == ["Ringe laboratoriet"]
    assert {"case.opened", "item.made"} <= {each["did"] for each in found["audit"]}
    read = files(world, "hedda")["txt"]
    assert str(A_CASE["question"]) in read
    assert "Ringe laboratoriet" in read


async def test_nobody_elses_words_are_in_it(world: World) -> None:
    await world.ask("hedda")
    close = await world.chat.press("kari", CASES, "cases.ask_close", "1")
    assert close is not None
    assert await world.chat.submit("kari", CASES, close, {"conclusion": "Kvernfjols holder."}) == Done()
    await world.deliver()
    hers, the_leaders = await exported(world, "hedda"), await exported(world, "kari")
    assert "Kvernfjols" not in as_json(hers)
    assert the_leaders["cases"]["concluded"] == [{"code": "BLOD-26-001", "conclusion": "Kvernfjols holder."}]
    assert str(A_CASE["question"]) not in as_json(the_leaders)


async def test_the_files_come_to_the_1_1_chat_wherever_they_were_asked_for(world: World) -> None:
    await world.ask("hedda")
    assert (await exported(world, "hedda", GENERAL))["cases"]["asked"]
    elsewhere = [each for each in world.chat.shown if each.posted.place.room != "direct:hedda" and each.message]
    assert not [part for each in elsewhere for part in each.message.parts if isinstance(part, Attachment)]  # type: ignore[union-attr]


async def test_a_case_that_is_erased_is_named_without_its_words(world: World) -> None:
    await world.ask("hedda")
    erase = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert isinstance(erase, Form)
    await world.chat.submit("hedda", CASES, erase, {"sure": "on"})
    [asked] = (await exported(world, "hedda"))["cases"]["asked"]
    assert asked["erased_at"]
    assert asked["question"] is None


async def test_files_that_have_words_of_a_case_go_from_the_chat_with_it(world: World) -> None:
    """They are not sealed with the case: what stood there would outlive it."""
    await world.ask("hedda")
    assert str(A_CASE["question"]) in as_json(await exported(world, "hedda"))
    erase = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert isinstance(erase, Form)
    await world.chat.submit("hedda", CASES, erase, {"sure": "on"})
    await world.deliver()
    shown = [each.message for each in world.chat.seen_by("hedda", "direct") if each.message]
    assert not [part for each in shown for part in each.parts if isinstance(part, Attachment)]


async def test_who_may_read_cases_no_more_gets_no_words_of_their_items(world: World) -> None:
    """Others may have changed them since."""
    await world.ask("hedda")
    form = await world.chat.press("hedda", CASES, "actions.new", on=world.card("BLOD-26-001"))
    assert form is not None
    sent = typed(form, text="Bestille faktornivå", owners=str(await world.person_id("mari")), due="2026-12-04")
    assert await world.chat.submit("hedda", CASES, form, sent) == Done()
    await world.deliver()
    assert [each["text"] for each in (await exported(world, "mari"))["actions"]["items"]] == ["Bestille faktornivå"]
    await world.wait(timedelta(minutes=2))
    mari = await world.person_id("mari")
    async with world.database.transaction() as session:
        await session.execute(update(Membership).where(Membership.person_id == mari).values(case_access_at=None))
    assert [each["text"] for each in (await exported(world, "mari"))["actions"]["items"]] == [None]


async def test_sign_ins_are_told_without_what_lets_one_in(world: World) -> None:
    hedda, now = await world.person_id("hedda"), world.clock.now()
    async with world.database.transaction() as session:
        secret = await new_link(session, hedda, now)
        token = await begin(session, hedda, ("memory", "hedda"), By.LINK, now, Lives(timedelta(1), timedelta(7)))
    found = await exported(world, "hedda")
    assert len(found["sign_in"]["sessions"]) == len(found["sign_in"]["links"]) == 1
    assert secret not in as_json(found)
    assert token not in as_json(found)


def test_the_readable_one_says_the_same() -> None:
    found = {"a": {"b": ["x", {"c": None}]}, "d": "to\nlinjer"}
    assert as_text(found) == "a\n  b\n    1.: x\n    2.\n      c: –\nd: to\n  linjer\n"


# ---------------------------------------------------------------- asking to be erased


async def ask_to_be_erased(world: World, who: str = "hedda") -> None:
    form = await world.chat.press(who, "direct", "my_data.erase")
    assert isinstance(form, Form), world.private(who)[-1]
    assert await world.chat.submit(who, "direct", form, {"sure": "on"}) == Done()
    await world.deliver()


async def decide(world: World, who: str, label: str, **values: str) -> None:
    card = next(each for each in world.chat.seen_by(who, "direct")[::-1] if "Ber om å bli slettet" in each.text)
    form = await world.press(who, card, label)
    assert isinstance(form, Form), world.private(who)[-1]
    assert await world.chat.submit(who, "direct", form, values) == Done()
    await world.deliver()


async def erased(world: World, who: str = "hedda") -> None:
    await ask_to_be_erased(world, who)
    await decide(world, "liv", "Slett nå", sure="on")


async def test_it_is_asked_of_the_privacy_contact_and_what_remains_is_said_before(world: World) -> None:
    form = await world.chat.press("hedda", "direct", "my_data.erase")
    assert isinstance(form, Form)
    said = str(form.intro)
    assert "Slettes:" in said
    assert "Står igjen:" in said
    assert isinstance(await world.chat.submit("hedda", "direct", form, {}), Problems)
    await ask_to_be_erased(world)
    assert "Hedda Myhre" in world.private("liv")[-1]
    await world.chat.press("hedda", "direct", "my_data.erase")
    assert "allerede bedt om" in world.private("hedda")[-1]
    assert await world.person_id("hedda"), "until somebody has decided, nothing happens"


async def test_a_refusal_comes_with_its_reason_and_one_may_ask_again(world: World) -> None:
    await ask_to_be_erased(world)
    await decide(world, "liv", "Avslå", reason="Vi behandler en klage du er part i.")
    assert "Vi behandler en klage du er part i." in world.private("hedda")[-1]
    assert "Hedda Myhre" not in world.newest("liv").text
    async with world.database.reading() as session:
        assert "klage" not in str((await session.execute(select(AuditRow.did, AuditRow.subject))).all())
    await ask_to_be_erased(world)


async def test_a_refusal_without_a_reason_is_none(world: World) -> None:
    await ask_to_be_erased(world)
    form = await world.press("liv", world.newest("liv"), "Avslå")
    assert isinstance(form, Form)
    assert isinstance(await world.chat.submit("liv", "direct", form, {"reason": " "}), Problems)
    number = "Se journalen til 13097248022."
    assert isinstance(await world.chat.submit("liv", "direct", form, {"reason": number}), Problems)


async def test_others_decide_nothing_and_learn_nothing(world: World) -> None:
    await ask_to_be_erased(world)
    for who in ("kari", "ola", "mari", "hedda"):
        for does in ("privacy.erase_person", "privacy.refuse_erasure"):
            answers = set()
            for id in ("1", "77", "x"):
                assert await world.chat.press(who, "direct", does, id) is None
                answers.add(world.private(who)[-1])
                outcome = await world.chat.submit(who, "direct", Form(does, "", (), id), {"sure": "on", "reason": "x"})
                assert outcome == Problems({"": NOT_FOUND})
            assert answers == {NOT_FOUND}
    assert await world.person_id("hedda")


async def test_nobody_decides_about_themselves(world: World) -> None:
    assert await world.chat.press("liv", "direct", "my_data.erase") is None
    assert "fagtraad privacy erase" in world.private("liv")[-1]


async def test_of_two_who_decide_one_does(world: World) -> None:
    await world.enrol("tone", "Tone Ås", Role.PRIVACY_CONTACT)
    await ask_to_be_erased(world)
    await decide(world, "tone", "Avslå", reason="Nei.")
    assert await world.chat.press("liv", "direct", "privacy.erase_person", "1") is None
    assert "allerede avgjort" in world.private("liv")[-1]
    assert await world.person_id("hedda")


# ---------------------------------------------------------------- the erasure


async def test_name_accounts_roles_and_sessions_go_and_what_was_done_stays(world: World) -> None:
    await world.ask("hedda")
    hedda, now = await world.person_id("hedda"), world.clock.now()
    async with world.database.transaction() as session:
        await new_link(session, hedda, now)
        await begin(session, hedda, ("memory", "hedda"), By.LINK, now, Lives(timedelta(1), timedelta(7)))
    await erased(world)
    async with world.database.reading() as session:
        person = await session.get_one(Person, hedda)
        assert (person.name, person.profession, person.organisation_id) == (FORMER, "", None)
        for table in (PlatformAccount, Membership):
            assert await session.scalar(select(table.id).where(table.person_id == hedda)) is None
        did = list(await session.scalars(select(AuditRow.did).where(AuditRow.person_id == hedda)))
    assert [await world.count(table) for table in ("web_session", "sign_in_link")] == [0, 0]
    assert "case.opened" in did
    await world.chat.command("hedda", "direct", "/kasus mine")
    assert "kjenner deg ikke" in world.private("hedda")[-1]


async def test_the_case_stays_the_networks_and_its_card_names_nobody(world: World) -> None:
    await world.ask("hedda")
    assert "Hedda Myhre" in world.card("BLOD-26-001").text
    await erased(world)
    assert "Hedda" in world.card("BLOD-26-001").text, "somebody whom nobody knows is in the room: nothing is posted"
    world.chat.rooms[CASES].remove("hedda")
    await world.wait(timedelta(hours=2))
    card = world.card("BLOD-26-001").text
    assert "Hedda" not in card
    assert FORMER in card
    assert str(A_CASE["question"]) in card


async def test_open_items_go_to_the_others_or_to_the_secretary(world: World) -> None:
    await world.make_item("kari", "Ringe @Hedda frist 2026-12-04")
    await world.make_item("kari", "Skrive @Hedda @Mari frist 2026-12-04")
    await erased(world)
    async with world.database.reading() as session:
        owners = [tuple(row) for row in await session.execute(select(ItemOwner.item_id, ItemOwner.person_id))]
        roles = [tuple(row) for row in await session.execute(select(ItemRole.item_id, ItemRole.role))]
    assert owners == [(2, await world.person_id("mari"))]
    assert roles == [(1, Role.SECRETARY)]
    await world.chat.command("ola", GENERAL, "/oppgave")
    assert "Ringe" in world.private("ola", GENERAL)[-1]


async def test_the_receipt_says_what_went_what_remains_and_who_can_remove_it(world: World) -> None:
    await erased(world)
    said = world.private("liv")[-1]
    assert "Kvittering" in said
    for words in (
        "Slettet:",
        "Nasjonalt nettverk for blødersykdom",
        "Står igjen:",
        "sikkerhetskopier",
        "administrator",
    ):
        assert words in said
    assert "på memory" in said, "a platform that keeps names itself is named"
    assert "Hedda" not in said


async def test_the_cards_that_asked_name_nobody_any_more(world: World) -> None:
    await world.enrol("tone", "Tone Ås", Role.PRIVACY_CONTACT)
    await erased(world)
    for who in ("liv", "tone"):
        assert not [each for each in world.chat.seen_by(who, "direct") if each.author is None and "Hedda" in each.text]


async def test_nothing_more_is_said_to_them(world: World) -> None:
    await world.make_item("kari", "Ringe @Hedda frist 2026-12-04")
    await erased(world)
    before = len(world.private("hedda"))
    await world.wait(timedelta(days=30))
    assert len(world.private("hedda")) == before
    assert await world.app.outbox.failed() == []


async def test_where_the_ledger_cannot_be_written_nobody_is_erased(world: World) -> None:
    await ask_to_be_erased(world)
    form = await world.press("liv", world.newest("liv"), "Slett nå")
    assert isinstance(form, Form)
    ledger = world.app.core.settings.ledger_path
    ledger.unlink(missing_ok=True)
    ledger.mkdir()
    assert isinstance(await world.chat.submit("liv", "direct", form, {"sure": "on"}), Problems)
    assert await world.person_id("hedda")


# ---------------------------------------------------------------- after a restore


async def test_what_a_restore_brings_back_goes_again(world: World) -> None:
    await world.ask("hedda")
    hedda = await world.person_id("hedda")
    await erased(world)
    async with world.database.transaction() as session:  # as an older database has it
        await session.execute(update(Person).where(Person.id == hedda).values(name="Hedda Myhre", erased_at=None))
        session.add(PlatformAccount(chat="memory", account="hedda", person_id=hedda))
        session.add(Membership(network_id=1, person_id=hedda, case_access_at=None, case_access_by=None))
    await start_again(world)
    async with world.database.reading() as session:
        assert (await session.get_one(Person, hedda)).name == FORMER
        assert await session.scalar(select(Membership.id).where(Membership.person_id == hedda)) is None
        assert await session.scalar(select(PlatformAccount.id).where(PlatformAccount.person_id == hedda)) is None


async def test_somebody_new_under_an_id_that_was_used_before_is_left_alone(world: World) -> None:
    """An older database knows nothing of those who came after it, and gives their ids to others."""
    await world.enrol("tone", "Tone Ås", Role.MEMBER)
    tone = await world.person_id("tone")
    await erased(world, "tone")
    async with world.database.transaction() as session:
        person = await session.get_one(Person, tone)
        person.name, person.erased_at, person.mark = "Per Vik", None, "another"
    await start_again(world)
    async with world.database.reading() as session:
        assert (await session.get_one(Person, tone)).name == "Per Vik"


async def test_the_ledger_says_neither_who_nor_which_number(world: World) -> None:
    await erased(world)
    last = json.loads(world.app.core.settings.ledger_path.read_text().splitlines()[-1])
    kind, _colon, mark = last["erased"].partition(":")
    assert kind == "person"
    assert len(mark) == 16
    assert set(last) == {"erased", "at"}


async def start_again(world: World) -> None:
    core = world.app.core
    await erase_again(core.database, core.vault, core.clock, world.app.chats)
