"""Asking: the check stands between what is typed and anybody who could read it."""

from datetime import timedelta

from bot.chat.message import TextField
from bot.chat.port import Done, Next, Problems
from bot.people import Role
from tests.world import A_CASE, CASES, GENERAL, World, buttons, notes_in, typed

NAMED = "Pasienten heter Kari Hansen. Gir dere faktor?"
DATED = "Pasienten ble innlagt 12. mars. Gir dere faktor?"
NUMBERED = "Hva gjør vi med 14855820480?"


async def test_blocked_text_is_explained_at_its_field_and_nothing_typed_is_lost(world: World) -> None:
    outcome = await world.ask("hedda", question=NAMED)
    assert isinstance(outcome, Problems)
    assert outcome.form is not None
    assert set(outcome.by_field) == {"question"}
    assert "navnet på en person" in outcome.by_field["question"]
    assert typed(outcome.form)["question"] == NAMED
    assert typed(outcome.form)["background"] == "Mild hemofili A. Planlagt trekking av visdomstann."
    assert await world.count("clinical_case") == 0
    assert world.private("hedda", CASES) == []


async def test_a_button_puts_the_proposal_in_and_it_can_be_sent(world: World) -> None:
    stopped = await world.ask("hedda", question=NAMED)
    assert isinstance(stopped, Problems)
    assert stopped.form is not None
    rewritten = await world.chat.submit("hedda", CASES, stopped.form, typed(stopped.form), button="rewrite")
    assert isinstance(rewritten, Next)
    assert typed(rewritten.form)["question"] == "Pasienten heter NN. Gir dere faktor?"
    assert typed(rewritten.form)["affirmed"] == "on"
    assert await world.chat.submit("hedda", CASES, rewritten.form, typed(rewritten.form)) == Done()
    await world.deliver()
    assert "Pasienten heter NN" in world.card("BLOD-26-001").text
    assert "BLOD-26-001 er sendt til kasusrommet" in world.private("hedda", CASES)[-1]


async def test_a_warning_is_shown_on_a_next_page_and_sent_when_the_asker_confirms(world: World) -> None:
    warned = await world.ask("hedda", question=DATED)
    assert isinstance(warned, Next)
    assert "dato" in notes_in(warned.form)["question"][0]
    assert warned.form.fields[-1].name == "confirmed"
    assert await world.count("clinical_case") == 0
    again = await world.chat.submit("hedda", CASES, warned.form, typed(warned.form))
    assert isinstance(again, Next), "without the tick it is shown again"
    sent = await world.chat.submit("hedda", CASES, warned.form, typed(warned.form, confirmed="on"))
    assert sent == Done()
    await world.deliver()
    assert "12. mars" in world.card("BLOD-26-001").text


async def test_a_warning_can_be_rewritten_instead(world: World) -> None:
    warned = await world.ask("hedda", question=DATED)
    assert isinstance(warned, Next)
    rewritten = await world.chat.submit("hedda", CASES, warned.form, typed(warned.form), button="rewrite")
    assert isinstance(rewritten, Next)
    assert "12. mars" not in typed(rewritten.form)["question"]
    assert await world.chat.submit("hedda", CASES, rewritten.form, typed(rewritten.form)) == Done()


async def test_what_is_found_after_confirming_is_shown_before_it_is_sent(world: World) -> None:
    warned = await world.ask("hedda", question=DATED)
    assert isinstance(warned, Next)
    changed = typed(warned.form, confirmed="on", question=f"{DATED} Han ble operert 14. april.")
    again = await world.chat.submit("hedda", CASES, warned.form, changed)
    assert isinstance(again, Next)
    assert again.form.carries != warned.form.carries
    assert await world.count("clinical_case") == 0
    confirmed = typed(again.form, confirmed="on")
    assert await world.chat.submit("hedda", CASES, again.form, confirmed) == Done()


async def test_a_confirmation_does_not_let_through_what_is_blocked(world: World) -> None:
    warned = await world.ask("hedda", question=DATED)
    assert isinstance(warned, Next)
    changed = typed(warned.form, confirmed="on", question=NUMBERED)
    assert isinstance(await world.chat.submit("hedda", CASES, warned.form, changed), Problems)
    assert await world.count("clinical_case") == 0


WRONG = [
    ("title", " "),
    ("question", "\n"),
    ("affirmed", ""),
    ("age_band", "42"),
    ("wanted_by", "fredag"),
    ("wanted_by", "2026-11-23"),
]


async def test_what_is_missing_or_wrong_is_said_at_its_field(world: World) -> None:
    for field, value in WRONG:
        outcome = await world.ask("hedda", **{field: value})
        assert isinstance(outcome, Problems)
        assert set(outcome.by_field) == {field}
    assert await world.count("clinical_case") == 0


async def test_the_form_reminds_of_confidentiality_and_of_whom_to_ring(world: World) -> None:
    form = await world.chat.press("hedda", "direct", "cases.ask")
    assert form is not None
    assert "taushetsplikt" in str(form.intro)
    assert "ring vakthavende" in str(form.intro)
    assert "helsepersonelloven § 23" in str(form.fields)


async def test_those_asked_in_particular_are_called_upon_on_the_card(world: World) -> None:
    fatima = str(await world.person_id("fatima"))
    unni = str(await world.person_id("unni"))
    assert await world.ask("hedda", asked=(fatima, unni, "9999", "²")) == Done()
    assert "Særlig til: Fatima Lunde" in world.card("BLOD-26-001").text
    assert "Unni" not in world.card("BLOD-26-001").text


# The command


SYNONYMS = ("/kasus", "/KASUS", "kasus", "/case", "/Kasuistikk", "/spørsmål", "/sporsmal", "spoersmaal", "/SPØRSMÅL")


async def test_the_command_and_its_synonyms_open_the_form(world: World) -> None:
    for words in SYNONYMS:
        form = await world.chat.command("hedda", "direct", words)
        assert form is not None, words
        assert form.title == "Spør nettverket"
    assert world.beside_the_form("hedda") == []


async def test_text_after_the_command_is_never_read_as_a_case(world: World) -> None:
    form = await world.chat.command("hedda", CASES, "/kasus 42 år gammel mann med hemofili, gir dere faktor?")
    assert form is not None
    assert "42" not in str(typed(form))
    told = world.private("hedda", CASES)
    assert len(told) == 1
    assert "Teksten er ikke sendt" in told[0]
    assert "42" not in told[0]
    assert world.private("mari", CASES) == []
    assert await world.count("clinical_case") == 0


async def test_a_case_written_to_the_bot_in_public_is_answered_with_how_to_remove_it(world: World) -> None:
    form = await world.chat.command("hedda", GENERAL, "kasus kvinne 42 år med blødning", public=True)
    assert form is not None
    told = world.beside_the_form("hedda", GENERAL)
    assert len(told) == 1
    assert "Slett den fra menyen" in told[0]
    assert all("42" not in each.text for each in world.chat.shown if each.author is None)


# Appeals


async def appeal(world: World, who: str = "hedda", question: str = NAMED, reason: str = "Det er en lege.") -> Problems:
    """Ask, be stopped, and appeal. Returns what the check said."""
    stopped = await world.ask(who, question=question)
    assert isinstance(stopped, Problems)
    assert stopped.form is not None
    values = typed(stopped.form, reason=reason)
    assert await world.chat.submit(who, CASES, stopped.form, values, button="appeal") == Done()
    await world.deliver()
    return stopped


async def test_the_privacy_contact_releases_what_the_check_stopped(world: World) -> None:
    await appeal(world)
    assert "ingen andre ser det" in world.private("hedda", CASES)[-1]
    asked = world.newest("liv")
    assert NAMED in asked.text
    assert "Begrunnelse: Det er en lege." in asked.text
    assert "Dette ligner navnet på en person." in asked.text
    await world.press("liv", asked, "Send til kasusrommet")
    assert NAMED in world.card("BLOD-26-001").text
    assert "godkjente kasuset: BLOD-26-001" in world.private("hedda")[-1]
    await world.wait(timedelta(days=4))
    assert "BLOD-26-001" in world.private("mari")[-1], "what was released is escalated like any other case"


async def test_the_privacy_contact_refuses_and_the_words_are_gone(world: World) -> None:
    await appeal(world)
    await world.press("liv", world.newest("liv"), "Avslå og slett")
    await world.deliver()
    assert "Spør gjerne på nytt" in world.private("hedda")[-1]
    assert "Avslått" in world.private("liv")[-1]
    assert "Kari Hansen" not in world.visible_to("liv"), "our own message with the text goes too"
    assert await world.count("data_key") == 0
    assert not any(each.posted.place.room == CASES and each.to is None for each in world.chat.shown)


async def test_an_appeal_is_decided_once(world: World) -> None:
    await appeal(world)
    asked = world.newest("liv")
    await world.press("liv", asked, "Send til kasusrommet")
    await world.chat.press("liv", "direct", "cases.refuse", "1")
    assert "allerede avgjort" in world.private("liv")[-1]
    await world.chat.press("liv", "direct", "cases.release", "1")
    await world.deliver()
    assert "allerede avgjort" in world.private("liv")[-1]
    assert NAMED in world.card("BLOD-26-001").text


async def test_an_appeal_waits_unseen_by_everybody_else(world: World) -> None:
    await appeal(world)
    for who in ("kari", "mari", "ola", "unni"):
        for does in ("cases.show", "cases.journal", "cases.ask_close", "cases.ask_erase", "cases.release"):
            there = await world.chat.press(who, "direct", does, "1")
            said_there = world.private(who)[-1]
            missing = await world.chat.press(who, "direct", does, "77")
            assert there is missing is None, (who, does)
            assert said_there == world.private(who)[-1], (who, does)
        assert NAMED not in world.visible_to(who)


async def test_an_asker_does_not_decide_their_own_appeal(world: World) -> None:
    await world.enrol("nils", "Nils Bakken", Role.PRIVACY_CONTACT, case_access=True)
    await appeal(world, "liv")
    assert NAMED in world.newest("nils").text
    await world.chat.press("liv", "direct", "cases.release", "1")
    await world.deliver()
    assert "ikke tilgang" in world.private("liv")[-1]
    assert not any(each.posted.place.room == CASES and each.to is None for each in world.chat.shown)


async def test_a_privacy_contact_alone_cannot_appeal_to_themselves(world: World) -> None:
    stopped = await world.ask("liv", question=NAMED)
    assert isinstance(stopped, Problems)
    assert stopped.form is not None
    assert [button.value for button in stopped.form.extra] == ["rewrite"]


async def test_without_a_privacy_contact_no_appeal_is_offered_or_taken(world: World) -> None:
    await world.resign(Role.PRIVACY_CONTACT)
    stopped = await world.ask("hedda", question=NAMED)
    assert isinstance(stopped, Problems)
    assert stopped.form is not None
    assert [button.value for button in stopped.form.extra] == ["rewrite"]
    values = typed(stopped.form, reason="Det er en lege.")
    again = await world.chat.submit("hedda", CASES, stopped.form, values, button="appeal")
    assert isinstance(again, Problems)
    assert await world.count("clinical_case") == 0


async def test_an_identity_number_is_never_released_by_an_appeal(world: World) -> None:
    stopped = await world.ask("hedda", question=NUMBERED)
    assert isinstance(stopped, Problems)
    assert stopped.form is not None
    assert [button.value for button in stopped.form.extra] == ["rewrite"]
    values = typed(stopped.form, reason="Det er et oppdiktet nummer.")
    again = await world.chat.submit("hedda", CASES, stopped.form, values, button="appeal")
    assert isinstance(again, Problems)
    assert await world.count("clinical_case") == 0


async def test_an_appeal_needs_a_reason_that_stands_the_check(world: World) -> None:
    stopped = await world.ask("hedda", question=NAMED)
    assert isinstance(stopped, Problems)
    assert stopped.form is not None
    for reason in ("", "  ", "Hun heter jo 14855820480"):
        values = typed(stopped.form, reason=reason)
        outcome = await world.chat.submit("hedda", CASES, stopped.form, values, button="appeal")
        assert isinstance(outcome, Problems)
        assert set(outcome.by_field) == {"question", "reason"}, "what was stopped is still said"
    assert await world.count("clinical_case") == 0


async def test_a_reason_is_kept_in_the_form_until_it_is_good(world: World) -> None:
    stopped = await world.ask("hedda", question=NAMED)
    assert isinstance(stopped, Problems)
    assert stopped.form is not None
    again = await world.chat.submit(
        "hedda", CASES, stopped.form, typed(stopped.form, reason="Det er en lege."), button=""
    )
    assert isinstance(again, Problems)
    assert again.form is not None
    reason = next(each for each in again.form.fields if each.name == "reason")
    assert isinstance(reason, TextField)
    assert reason.value == "Det er en lege."


# The room


async def test_a_case_is_not_posted_while_an_outsider_is_in_the_room(world: World) -> None:
    await world.chat.join("unni", CASES)
    outcome = await world.ask("hedda")
    assert isinstance(outcome, Problems)
    assert "Unni Strand er i kasusrommet uten kasustilgang" in outcome.by_field[""]
    assert await world.count("clinical_case") == 0
    assert await world.count("data_key") == 0
    assert "Unni Strand er i kasusrommet" in world.private("kari")[-1]
    await world.chat.leave("unni", CASES)
    assert await world.ask("hedda") == Done()


async def test_a_guest_a_bot_or_a_stranger_in_the_room_is_an_outsider(world: World) -> None:
    for what in ("guest", "bot", "unknown"):
        world.introduce(what, f"Fremmed {what}", CASES, guest=what == "guest", bot=what == "bot")
        outcome = await world.ask("hedda")
        assert isinstance(outcome, Problems)
        assert f"Fremmed {what}" in outcome.by_field[""]
        assert await world.count("clinical_case") == 0
        world.chat.rooms[CASES].remove(what)
    assert len(world.private("kari")) == 3


async def test_many_outsiders_with_long_ids_are_told_of_on_both_databases(world: World) -> None:
    """Teams' account ids are some 60 characters."""
    for n in range(10):
        world.introduce(f"29:{n}{'x' * 60}", f"Gjest {n}", CASES, guest=True)
    outcome = await world.ask("hedda")
    assert isinstance(outcome, Problems)
    assert "Gjest 0" in outcome.by_field[""]
    assert "uten kasustilgang" in world.private("kari")[-1]


async def test_a_room_whose_members_cannot_be_read_gets_no_case(world: World) -> None:
    world.chat.unreadable.add(CASES)
    outcome = await world.ask("hedda")
    assert isinstance(outcome, Problems)
    assert "Jeg får ikke vite hvem som er i kasusrommet" in outcome.by_field[""]
    assert await world.count("clinical_case") == 0


async def test_a_released_appeal_does_not_go_to_an_unsafe_room_and_can_be_released_later(world: World) -> None:
    await appeal(world)
    asked = world.newest("liv")
    world.chat.rooms[CASES].append("unni")
    await world.press("liv", asked, "Send til kasusrommet")
    assert "Unni Strand" in world.private("liv")[-1]
    world.chat.rooms[CASES].remove("unni")
    await world.press("liv", asked, "Send til kasusrommet")
    assert NAMED in world.card("BLOD-26-001").text


async def test_the_leader_hears_at_once_when_an_outsider_joins_the_case_room(world: World) -> None:
    await world.chat.join("bjarte", CASES)
    await world.deliver()
    assert "Bjarte Tveitan er i kasusrommet" in world.private("kari")[-1]
    before = len(world.private("kari"))
    await world.chat.leave("hedda", CASES)
    await world.chat.join("hedda", CASES)
    await world.deliver()
    assert len(world.private("kari")) == before


async def test_a_case_waits_when_somebody_joins_between_its_commit_and_its_post(world: World) -> None:
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    assert await world.chat.submit("hedda", CASES, form, A_CASE) == Done()
    world.chat.rooms[CASES].append("unni")
    await world.deliver()
    assert "visdomstann" not in "".join(each.text for each in world.chat.shown)
    world.chat.rooms[CASES].remove("unni")
    await world.wait(timedelta(hours=2))
    assert "visdomstann" in world.card("BLOD-26-001").text


async def test_a_case_that_never_reached_the_room_is_told_to_the_asker(world: World) -> None:
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert form is not None
    assert await world.chat.submit("hedda", CASES, form, A_CASE) == Done()
    world.chat.rooms[CASES].append("unni")
    await world.wait(timedelta(hours=12))
    told = world.newest("hedda")
    assert "kom ikke fram til kasusrommet" in told.text
    assert told.message is not None
    assert [button.label for button in buttons(told.message)] == ["Vis kasuset", "Slett"]
    assert "visdomstann" not in world.visible_to("unni")
