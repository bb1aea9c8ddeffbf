"""A case in its room: answered, listed, closed, escalated, erased."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.chat.port import Can, Done, Next, Problems
from bot.features.cases.tables import Answering, Case, LearningPoint
from bot.vault import Erased
from tests.world import CASES, GENERAL, World, buttons, typed
from tests.worlds import WorldAt

CODE = "BLOD-26-001"


async def close(world: World, who: str = "hedda", **values: str) -> None:
    form = await world.chat.press(who, CASES, "cases.ask_close", "1")
    assert form is not None
    sent = typed(form, conclusion="Tranexamsyre alene.", **values)
    assert await world.chat.submit(who, CASES, form, sent) == Done()
    await world.deliver()


async def erase(world: World, who: str = "hedda") -> str:
    """Returns the receipt."""
    form = await world.chat.press(who, CASES, "cases.ask_erase", "1")
    assert form is not None
    assert await world.chat.submit(who, CASES, form, {"sure": "on"}) == Done()
    await world.deliver()
    return world.private(who, CASES)[-1]


# Answers


async def test_somebody_who_answers_is_shown_and_can_undo_it(world: World) -> None:
    await world.ask("hedda")
    await world.press("mari", world.card(CODE), "Jeg svarer")
    await world.press("aile", world.card(CODE), "Jeg svarer")
    assert "Skal svare: Mari Solbakk og Áile Gaup" in world.card(CODE).text
    await world.press("mari", world.newest("mari", CASES), "Angre")
    assert "Skal svare: Áile Gaup" in world.card(CODE).text
    assert "Mari Solbakk" not in world.card(CODE).text
    await world.press("mari", world.newest("aile", CASES), "Angre")
    async with world.database.reading() as session:
        assert len(list(await session.scalars(select(Answering)))) == 1, "nobody undoes it for another"


async def test_pressed_twice_it_is_said_once(world: World) -> None:
    await world.ask("hedda")
    card = world.card(CODE)
    await world.press("mari", card, "Jeg svarer")
    await world.press("mari", card, "Jeg svarer")
    assert world.card(CODE).text.count("Mari Solbakk") == 1


async def test_answers_are_counted_by_trust(world: World) -> None:
    await world.ask("hedda")
    card = world.card(CODE)
    for who in ("mari", "aile", "peder"):
        await world.chat.say(who, CASES, "Tranexamsyre alene hos oss.", under=card)
    await world.deliver()
    assert "Svar fra Fjordheim HF (2) og Viddeland HF (1)" in world.card(CODE).text


async def test_the_askers_own_words_and_those_outside_the_thread_answer_nothing(world: World) -> None:
    await world.ask("hedda")
    await world.chat.say("hedda", CASES, "Jeg lurer også på dosen.", under=world.card(CODE))
    await world.chat.say("mari", CASES, "Fint vær i dag.")
    await world.deliver()
    assert "Ingen har svart ennå" in world.card(CODE).text


async def test_the_only_answer_taken_back_makes_it_unanswered(world: World) -> None:
    await world.ask("hedda")
    answer = await world.chat.say("mari", CASES, "Tranexamsyre alene.", under=world.card(CODE))
    await world.deliver()
    assert "Svar fra" in world.card(CODE).text
    await world.chat.take_back("mari", answer)
    await world.deliver()
    assert "Ingen har svart ennå" in world.card(CODE).text


async def test_one_of_two_answers_taken_back_leaves_it_answered(world: World) -> None:
    await world.ask("hedda")
    first = await world.chat.say("mari", CASES, "Tranexamsyre alene.", under=world.card(CODE))
    await world.chat.say("aile", CASES, "Enig.", under=world.card(CODE))
    await world.chat.take_back("mari", first)
    await world.wait(timedelta(days=15))
    assert "Svar fra Viddeland HF (1)" in world.card(CODE).text
    assert world.private("kari") == []


# Lists


async def test_lists_show_codes_and_waiting_and_never_a_title(world: World) -> None:
    await world.ask("hedda")
    await world.ask("mari", title="Trombose under behandling")
    await world.wait(timedelta(days=2))
    await world.chat.command("hedda", "direct", "/kasus mine")
    mine = world.private("hedda")[-1]
    assert mine == f"Mine kasus\n{CODE}: har ventet 2 dager"
    for words in ("/kasus åpne", "/KASUS Åpne", "/kasus alle"):
        await world.chat.command("hedda", "direct", words)
        assert world.private("hedda")[-1] == (
            f"Åpne kasus\nBLOD-26-002: har ventet 2 dager\n{CODE}: har ventet 2 dager"
        )
    shown = world.newest("hedda")
    await world.press("hedda", shown, f"Vis {CODE}")
    assert "Profylakse ved tannekstraksjon" in world.private("hedda")[-1]


async def test_one_case_is_shown_by_its_code_and_the_reading_is_recorded(world: World) -> None:
    await world.ask("hedda")
    before = await world.count("audit")
    for code in (CODE, CODE.lower()):
        await world.chat.command("mari", "direct", f"/kasus {code}")
        assert "Holder tranexamsyre alene" in world.private("mari")[-1]
    assert await world.count("audit") == before + 2


async def test_an_unknown_code_is_not_found_and_opens_no_form(world: World) -> None:
    assert await world.chat.command("mari", "direct", "/kasus BLOD-26-999") is None
    assert "Det finner jeg ikke" in world.private("mari")[-1]


async def test_an_empty_list_says_what_to_do(world: World) -> None:
    await world.chat.command("hedda", "direct", "/kasus mine")
    shown = world.newest("hedda")
    assert "Ingen kasus her nå" in shown.text
    assert shown.message is not None
    assert [button.label for button in buttons(shown.message)] == ["Spør nettverket"]


# Closing


async def test_the_asker_closes_with_a_conclusion_and_a_learning_point(world: World) -> None:
    await world.ask("hedda")
    await close(world, learning="Tranexamsyre holder ved mild hemofili.")
    card = world.card(CODE)
    assert "Konklusjon: Tranexamsyre alene." in card.text
    assert "Læringspunkt: Tranexamsyre holder ved mild hemofili." in card.text
    concluded = world.newest("mari", CASES)
    assert f"{CODE} er avsluttet" in concluded.text
    assert concluded.posted.place.thread == card.posted.ref
    assert "Plikten til å journalføre rådet er din" in world.private("hedda", CASES)[-1]
    await world.chat.press("hedda", CASES, "cases.ask_close", "1")
    assert "allerede avsluttet" in world.private("hedda", CASES)[-1]


async def test_conclusion_and_learning_point_are_checked_too(world: World) -> None:
    await world.ask("hedda")
    form = await world.chat.press("hedda", CASES, "cases.ask_close", "1")
    assert form is not None
    empty = await world.chat.submit("hedda", CASES, form, typed(form))
    assert isinstance(empty, Problems)
    assert set(empty.by_field) == {"conclusion"}
    named = typed(form, conclusion="Ok.", learning="Kari Hansen hadde 14855820480.")
    stopped = await world.chat.submit("hedda", CASES, form, named)
    assert isinstance(stopped, Problems)
    assert set(stopped.by_field) == {"learning"}
    assert stopped.form is not None
    rewritten = await world.chat.submit("hedda", CASES, stopped.form, typed(stopped.form), button="rewrite")
    assert isinstance(rewritten, Next)
    assert "14855820480" not in str(typed(rewritten.form))
    dated = typed(form, conclusion="Ny vurdering 12. mars.")
    warned = await world.chat.submit("hedda", CASES, form, dated)
    assert isinstance(warned, Next)
    assert await world.chat.submit("hedda", CASES, warned.form, typed(warned.form, confirmed="on")) == Done()


async def test_the_leader_may_close_and_another_member_or_the_secretary_without_access_may_not(world: World) -> None:
    await world.ask("hedda")
    assert await world.chat.press("mari", CASES, "cases.ask_close", "1") is None
    assert "Bare den som spurte" in world.private("mari", CASES)[-1]
    assert await world.chat.press("ola", GENERAL, "cases.ask_close", "1") is None
    assert "Det finner jeg ikke" in world.private("ola", GENERAL)[-1]
    await close(world, "kari")
    assert "Konklusjon" in world.card(CODE).text


async def test_the_journal_copy_is_for_the_asker_alone(world: World) -> None:
    await world.ask("hedda")
    await world.chat.say("mari", CASES, "Tranexamsyre alene.", under=world.card(CODE))
    await close(world)
    await world.press("hedda", world.card(CODE), "Kopier til journal")
    copied = world.private("hedda", CASES)[-1]
    assert "Råd fra Nasjonalt nettverk for blødersykdom (BLOD-26-001), tirsdag 24. november 2026." in copied
    assert "Rådgiver: Mari Solbakk (Fjordheim HF)." in copied
    assert "Konklusjon: Tranexamsyre alene." in copied
    for who in ("mari", "kari"):
        await world.press(who, world.card(CODE), "Kopier til journal")
        assert "Bare den som spurte" in world.private(who, CASES)[-1]


# Erasing


async def test_the_receipt_says_what_is_gone_and_what_remains(world: World) -> None:
    world.chat.can -= {Can.DELETE_OTHERS}
    await world.ask("hedda")
    await world.chat.say("mari", CASES, "Tranexamsyre alene.", under=world.card(CODE))
    await close(world, learning="Tranexamsyre holder.")
    async with world.database.reading() as session:
        case = await session.get_one(Case, 1)
        subject, question = case.sealed_under, case.question
    receipt = await erase(world)
    assert f"Kvittering for sletting av {CODE}" in receipt
    assert "1 svar i tråden: den som skrev det, eller en administrator" in receipt
    assert "sikkerhetskopier" in receipt
    assert "læringspunktet, som du valgte å beholde" in receipt
    ours = [each.text for each in world.chat.shown if each.posted.place.room == CASES and each.author is None]
    assert not any("Holder tranexamsyre" in text or "Tranexamsyre alene." in text for text in ours if text != receipt)
    assert any(each.author and each.text == "Tranexamsyre alene." for each in world.chat.shown)
    async with world.database.reading() as session:
        case = await session.get_one(Case, 1)
        assert case.title is case.background is case.question is case.conclusion is None
        assert question is not None
        try:
            await world.app.core.vault.open(session, subject, "question", question)
        except Erased:
            pass
        else:
            raise AssertionError("the key is gone")
        assert (await session.scalar(select(LearningPoint.text))) == "Tranexamsyre holder."
    assert subject in (world.app.core.settings.ledger_path).read_text()


async def test_a_learning_point_that_was_not_to_survive_goes_with_the_case(world: World) -> None:
    await world.ask("hedda")
    await close(world, learning="Tranexamsyre holder.", survives="")
    receipt = await erase(world)
    assert "læringspunkt" not in receipt
    assert await world.count("learning_point") == 0


@pytest.mark.memory_only("Slack lets an app remove nobody else's message")
async def test_where_the_chat_lets_us_the_answers_in_the_thread_go_too(world: World) -> None:
    await world.ask("hedda")
    await world.chat.say("mari", CASES, "Tranexamsyre alene.", under=world.card(CODE))
    receipt = await erase(world)
    assert "svarene i tråden" in receipt.partition("Står igjen")[0]
    assert not any("Tranexamsyre" in each.text for each in world.chat.shown if each.posted.place.thread)


async def test_an_erased_case_is_silent_and_found_no_more(world: World) -> None:
    await world.ask("hedda")
    await erase(world)
    before = len(world.chat.shown)
    await world.wait(timedelta(days=15))
    assert len(world.chat.shown) == before
    await world.chat.command("hedda", "direct", f"/kasus {CODE}")
    assert "Det finner jeg ikke" in world.private("hedda")[-1]
    await world.chat.command("hedda", "direct", "/kasus åpne")
    assert CODE not in world.private("hedda")[-1]
    for does in ("cases.answering", "cases.ask_close"):
        assert await world.chat.press("hedda", CASES, does, "1") is None
        assert "ikke åpent" in world.private("hedda", CASES)[-1]


async def test_who_may_erase(world: World) -> None:
    await world.ask("hedda")
    assert await world.chat.press("mari", CASES, "cases.ask_erase", "1") is None
    assert "Bare den som spurte, lederen og personvernkontakten" in world.private("mari", CASES)[-1]
    for who in ("kari", "liv", "hedda"):
        form = await world.chat.press(who, CASES, "cases.ask_erase", "1")
        assert form is not None
        unsure = await world.chat.submit(who, CASES, form, {"sure": ""})
        assert isinstance(unsure, Problems)
    assert await world.count("data_key") == 1
    await erase(world, "liv")
    assert await world.count("data_key") == 0


async def test_nothing_is_erased_when_the_ledger_cannot_be_written(world: World) -> None:
    await world.ask("hedda")
    world.app.core.settings.ledger_path.mkdir()  # a folder stands where the file should be
    form = await world.chat.press("hedda", CASES, "cases.ask_erase", "1")
    assert form is not None
    outcome = await world.chat.submit("hedda", CASES, form, {"sure": "on"})
    assert isinstance(outcome, Problems)
    assert "ingenting ble lagret" in outcome.by_field[""]
    await world.deliver()
    assert await world.count("data_key") == 1
    assert "Holder tranexamsyre alene" in world.card(CODE).text


# Escalation


async def test_an_unanswered_case_goes_to_contacts_then_to_the_leader_over_a_weekend(world: World) -> None:
    """Asked on a Tuesday: Friday, and the Thursday after."""
    await world.ask("hedda")
    await world.until(datetime(2026, 11, 27, 6, 59, tzinfo=UTC))
    assert world.private("mari") == []
    await world.until(datetime(2026, 11, 27, 7, 0, tzinfo=UTC))
    for who in ("mari", "peder", "aile", "sindre", "fatima", "torunn"):
        assert world.private(who)[-1].startswith(
            f"Et kasus venter på svar\n{CODE} har ventet 3 dager, og ingen har svart."
        )
    assert world.private("kari") == []
    await world.until(datetime(2026, 12, 3, 6, 59, tzinfo=UTC))
    assert world.private("kari") == []
    await world.until(datetime(2026, 12, 3, 7, 0, tzinfo=UTC))
    assert world.private("kari")[-1].startswith(f"Et kasus står fast\n{CODE} har ventet 9 dager")
    assert "visdomstann" not in "".join(world.private("kari") + world.private("mari"))
    await world.wait(timedelta(days=30))
    assert len(world.private("kari")) == len(world.private("mari")) == 1


async def test_those_asked_in_particular_are_the_ones_reminded(world: World) -> None:
    await world.ask("hedda", asked=(str(await world.person_id("fatima")),))
    await world.until(datetime(2026, 11, 27, 7, 0, tzinfo=UTC))
    assert [said.partition("\n")[0] for said in world.private("fatima")] == ["Du er spurt", "Et kasus venter på svar"]
    assert world.private("mari") == []
    await world.press("fatima", world.newest("fatima"), "Jeg svarer")
    assert "Skal svare: Fatima Lunde" in world.card(CODE).text


async def test_christmas_is_not_counted(world_at: WorldAt) -> None:
    """Asked on Tuesday 22 December: 23, 24 and 28 are working days; then 29, 30, 31 and 4 January."""
    async with world_at(datetime(2026, 12, 22, 9, 0, tzinfo=UTC)) as world:
        await world.ask("hedda")
        await world.until(datetime(2026, 12, 28, 6, 59, tzinfo=UTC))
        assert world.private("mari") == []
        await world.until(datetime(2026, 12, 28, 7, 0, tzinfo=UTC))
        assert len(world.private("mari")) == 1
        await world.until(datetime(2027, 1, 4, 6, 59, tzinfo=UTC))
        assert world.private("kari") == []
        await world.until(datetime(2027, 1, 4, 7, 0, tzinfo=UTC))
        assert len(world.private("kari")) == 1


async def test_easter_and_summer_time_are_counted_on_the_wall_clock(world_at: WorldAt) -> None:
    """Asked on Tuesday 23 March 2027; Easter is 25 to 29 March, and summer time begins on the 28th."""
    async with world_at(datetime(2027, 3, 23, 9, 0, tzinfo=UTC)) as world:
        await world.ask("hedda")
        await world.until(datetime(2027, 3, 31, 5, 59, tzinfo=UTC))
        assert world.private("mari") == []
        await world.until(datetime(2027, 3, 31, 6, 0, tzinfo=UTC))
        assert len(world.private("mari")) == 1
        await world.until(datetime(2027, 4, 6, 5, 59, tzinfo=UTC))
        assert world.private("kari") == []
        await world.until(datetime(2027, 4, 6, 6, 0, tzinfo=UTC))
        assert len(world.private("kari")) == 1


async def test_an_answered_or_closed_case_escalates_to_nobody(world: World) -> None:
    await world.ask("hedda")
    await world.ask("mari", title="Trombose under behandling")
    await world.chat.say("aile", CASES, "Ja.", under=world.card(CODE))
    form = await world.chat.press("mari", CASES, "cases.ask_close", "2")
    assert form is not None
    await world.chat.submit("mari", CASES, form, typed(form, conclusion="Ordnet seg."))
    await world.wait(timedelta(days=20))
    for who in ("kari", "mari", "peder", "aile"):
        assert world.private(who) == []


async def test_an_answer_taken_back_after_the_escalations_would_have_gone_escalates_again(world: World) -> None:
    """Answered or escalated, always."""
    await world.ask("hedda")
    answer = await world.chat.say("mari", CASES, "Ja.", under=world.card(CODE))
    await world.until(datetime(2026, 12, 4, 12, 0, tzinfo=UTC))
    await world.chat.take_back("mari", answer)
    await world.until(datetime(2026, 12, 7, 6, 59, tzinfo=UTC))
    assert world.private("aile") == world.private("kari") == []
    await world.until(datetime(2026, 12, 7, 7, 0, tzinfo=UTC))
    assert len(world.private("aile")) == len(world.private("kari")) == 1


async def test_an_answer_taken_back_soon_changes_no_deadline(world: World) -> None:
    await world.ask("hedda")
    answer = await world.chat.say("mari", CASES, "Ja.", under=world.card(CODE))
    await world.wait(timedelta(hours=2))
    await world.chat.take_back("mari", answer)
    await world.until(datetime(2026, 11, 27, 7, 0, tzinfo=UTC))
    assert len(world.private("aile")) == 1
    await world.until(datetime(2026, 12, 3, 7, 0, tzinfo=UTC))
    assert len(world.private("aile")) == len(world.private("kari")) == 1


async def test_a_lone_asker_who_is_the_only_contact_still_has_the_leader(world: World) -> None:
    async with world.database.transaction() as session:
        await session.execute(update(Case).values(wanted_by=None))
    await world.ask("mari")
    await world.wait(timedelta(days=4))
    assert world.private("mari") == [], "an asker is not asked to answer"
    assert len(world.private("peder")) == 1


# What people write themselves


async def test_a_message_that_identifies_somebody_is_told_to_its_writer_alone(world: World) -> None:
    for room in (GENERAL, CASES):
        said = await world.chat.say("mari", room, "Pasienten 14855820480 kommer i morgen.")
        await world.deliver()
        told = world.private("mari", room)
        assert "Slik fjerner du den" in told[-1]
        assert "14855820480" not in told[-1]
        assert world.private("hedda", room) == world.private("kari", room) == []
        await world.chat.command("liv", "direct", "/personvern")
        listed = world.private("liv")[-1]
        assert "Mari Solbakk: fødselsnummer – står fortsatt" in listed
        assert "14855820480" not in listed
        await world.chat.take_back("mari", said)
        await world.chat.command("liv", "direct", "/personvern")
        assert "står fortsatt" not in world.private("liv")[-1].partition("Teksten er")[0]
        assert "fjernet tirsdag 24. november 2026 kl. 10:00" in world.private("liv")[-1]


async def test_a_mended_message_clears_its_entry_and_one_made_worse_makes_one(world: World) -> None:
    said = await world.chat.say("mari", GENERAL, "Pasienten kommer i morgen.")
    assert await world.count("possible_breach") == 0
    await world.chat.change("mari", said, "Pasienten 14855820480 kommer i morgen.")
    assert "Slik fjerner du den" in world.private("mari", GENERAL)[-1]
    await world.chat.change("mari", said, "Kari Hansen 14855820480 kommer i morgen.")
    assert await world.count("possible_breach") == 1
    await world.chat.change("mari", said, "Pasienten kommer i morgen.")
    await world.chat.command("liv", "direct", "/personvern")
    assert "fjernet" in world.private("liv")[-1]


async def test_the_privacy_contact_hears_at_once_and_the_next_morning_while_something_stands(world: World) -> None:
    said = [await world.chat.say("mari", GENERAL, f"Pasient {n} er 14855820480.") for n in range(3)]
    await world.deliver()
    assert len(world.private("liv")) == 1, "once for all of them"
    assert "/personvern" in world.private("liv")[-1]
    await world.wait(timedelta(days=1))
    assert "3 meldinger" in world.private("liv")[-1]
    assert len(world.private("liv")) == 2
    for each in said:
        await world.chat.take_back("mari", each)
    again = await world.chat.say("mari", GENERAL, "Og 14855820480.")
    await world.deliver()
    assert "Én melding" in world.private("liv")[-1]
    assert len(world.private("liv")) == 3
    await world.chat.take_back("mari", again)
    await world.wait(timedelta(days=3))
    assert len(world.private("liv")) == 3, "nothing stands any longer"


async def test_a_message_too_long_to_check_is_told_to_its_writer(world: World) -> None:
    await world.chat.say("mari", GENERAL, "ord " * 3000)
    assert "ikke sjekket" in world.private("mari", GENERAL)[-1]


async def test_only_the_privacy_contact_sees_the_list(world: World) -> None:
    for who in ("kari", "ola", "mari", "unni"):
        await world.chat.command(who, "direct", "/personvern")
        assert "ikke tilgang" in world.private(who)[-1]
