"""Everybody is spoken to in a language of their own, whoever acts, and whoever else is told at the same time."""

import dataclasses
import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.chat.grammar import fold
from bot.chat.message import Form
from bot.chat.port import Account, Can, Problems
from bot.feature import Features
from bot.features import all_features
from bot.features.networks import roster
from bot.features.networks.sheet import Line
from bot.language import _, speaking
from bot.people import Network, Person, Role
from tests.world import CASES, GENERAL, World, buttons

ASKED = {
    "nb": ("Spør nettverket", "Aldersgruppe", "Velg en av aldersgruppene."),
    "nn": ("Spør nettverket", "Aldersgruppe", "Vel ei av aldersgruppene."),
    "en": ("Ask the network", "Age group", "Choose one of the age groups."),
}


async def speaks(world: World, who: str, language: str | None) -> None:
    person = await world.person_id(who)
    async with world.database.transaction() as session:
        await session.execute(update(Person).where(Person.id == person).values(language=language))


async def network_speaks(world: World, language: str) -> None:
    async with world.database.transaction() as session:
        await session.execute(update(Network).values(language=language))


def platform_speaks(world: World, who: str, language: str) -> None:
    world.chat.accounts[who] = dataclasses.replace(world.chat.accounts[who], language=language)


@pytest.mark.parametrize("tongue", ASKED)
async def test_a_case_is_asked_in_the_askers_language(world: World, tongue: str) -> None:
    await speaks(world, "hedda", tongue)
    form = await world.chat.press("hedda", CASES, "cases.ask")
    assert isinstance(form, Form)
    title, label, refused = ASKED[tongue]
    assert form.title == title
    assert label in [field.label for field in form.fields]
    outcome = await world.chat.submit("hedda", CASES, form, {"title": "T", "question": "Q", "age_band": "9"})
    assert isinstance(outcome, Problems)
    assert outcome.by_field["age_band"] == refused


@pytest.mark.parametrize(
    ("tongue", "receipt"),
    [
        ("nn", "er sendt til kasusrommet. Svarer ingen på tre yrkedagar, spør eg nettverkskontaktane."),
        ("en", "has been sent to the case room. If nobody answers within three working days"),
    ],
)
async def test_the_receipt_is_the_askers_and_the_card_is_the_networks(world: World, tongue: str, receipt: str) -> None:
    await speaks(world, "hedda", tongue)
    await world.ask("hedda")
    assert receipt in "\n".join(world.private("hedda", CASES))
    card = world.card("BLOD-26-001").text
    assert "Ingen har svart ennå" in card
    assert "Svar i tråden." in card


async def test_a_network_that_speaks_nynorsk_has_its_cards_so(world: World) -> None:
    await network_speaks(world, "nn")
    await speaks(world, "hedda", "en")
    await world.ask("hedda")
    assert "Ingen har svart enno" in world.card("BLOD-26-001").text
    assert "has been sent" in "\n".join(world.private("hedda", CASES))


async def test_a_card_that_is_edited_keeps_the_networks_language(world: World) -> None:
    await network_speaks(world, "nn")
    await speaks(world, "mari", "en")
    await world.ask("hedda")
    await world.press("mari", world.card("BLOD-26-001"), "Eg svarer")
    card = world.card("BLOD-26-001")
    assert card.edits == 1
    assert "Skal svare" in card.text
    assert "Nobody has answered" not in card.text


async def test_readers_of_one_batch_are_each_told_in_their_own_language(world: World) -> None:
    await speaks(world, "mari", "nn")
    await speaks(world, "aile", "en")
    await world.ask("hedda")
    await world.wait(timedelta(days=7))
    assert any("ingen har svart. Kan du svare, eller veit du kven som kan?" in said for said in world.private("mari"))
    assert any("nobody has answered. Can you answer" in said for said in world.private("aile"))
    assert any("ingen har svart. Kan du svare, eller vet du hvem som kan?" in said for said in world.private("peder"))


async def test_an_item_is_told_of_in_the_owners_language_and_redrawn_in_it(world: World) -> None:
    await speaks(world, "mari", "nn")
    await speaks(world, "kari", "en")
    await world.make_item("kari", "Revidere prosedyren @Mari Solbakk frist 2026-12-04")
    assert "Action item 1" in "\n".join(world.private("kari", GENERAL))
    given = world.newest("mari")
    assert "Kari Nordmo har gitt deg ei oppgåve." in given.text
    assert "Oppgåve 1" in given.text
    await world.chat.command("kari", GENERAL, "/task done 1")
    await world.deliver()
    redrawn = next(each for each in world.chat.shown if each.posted == given.posted)
    assert redrawn.edits == 1
    assert "Oppgåve 1" in redrawn.text
    assert redrawn.message is not None
    assert [button.label for button in buttons(redrawn.message)] == ["Opne igjen"]


async def test_a_refusal_is_in_the_language_of_whoever_is_refused(world: World) -> None:
    await speaks(world, "unni", "nn")
    await speaks(world, "bjarte", "en")
    for who in ("unni", "bjarte"):
        await world.chat.press(who, GENERAL, "cases.ask")
    assert "Kasus er berre for helsepersonell med kasustilgang" in world.private("unni", GENERAL)[-1]
    assert "Cases are only for health personnel with case access" in world.private("bjarte", GENERAL)[-1]


async def test_ones_own_choice_goes_before_the_network_and_the_network_before_the_platform(world: World) -> None:
    platform_speaks(world, "hedda", "en-GB")
    await network_speaks(world, "nn")
    await world.chat.command("hedda", GENERAL, "hva er dette")
    assert "Det forstod eg ikkje." in world.private("hedda", GENERAL)[-1]
    await speaks(world, "hedda", "nb")
    await world.chat.command("hedda", GENERAL, "hva er dette")
    assert "Det forsto jeg ikke." in world.private("hedda", GENERAL)[-1]


@pytest.mark.parametrize(
    ("tongue", "answer"),
    [
        ("en-US", "I do not know you yet."),
        ("nn", "Eg kjenner deg ikkje enno."),
        ("sv", "Jeg kjenner deg ikke ennå."),
        ("", "Jeg kjenner deg ikke ennå."),
    ],
)
async def test_somebody_unknown_is_answered_as_their_platform_speaks(world: World, tongue: str, answer: str) -> None:
    world.introduce("gry", "Gry Vestad", GENERAL)
    world.chat.accounts["gry"] = Account(world.chat.name, "gry", "Gry Vestad", language=tongue)
    await world.chat.press("gry", GENERAL, "cases.ask")
    assert answer in world.private("gry", GENERAL)[-1]


async def test_help_is_in_the_readers_language_and_says_words_that_work(world: World) -> None:
    await speaks(world, "hedda", "en")
    await world.chat.command("hedda", GENERAL, "/help")
    help = world.private("hedda", GENERAL)[-1]
    assert "I look after what happens between meetings." in help
    anywhere = ("case", "task", "search", "privacy")
    registered = ("kasus", "oppgave", "fagtraad search", "fagtraad privacy")
    for way in anywhere if Can.SLASH in world.chat.can else registered:
        assert f"/{way}" in help
        assert await _understood(world, way.removeprefix("fagtraad ")), way


@pytest.mark.parametrize(
    "word", ["oppgave", "oppgåve", "oppgaver", "task", "todo", "kasus", "case", "søk", "leit", "search"]
)
async def test_commands_are_understood_whatever_language_is_chosen(world: World, word: str) -> None:
    for tongue in ("nb", "nn", "en"):
        await speaks(world, "hedda", tongue)
        assert await _understood(world, word)


async def _understood(world: World, word: str) -> bool:
    before, opened = len(world.private("hedda", GENERAL)), len(world.chat.opened)
    await world.chat.command("hedda", GENERAL, f"/{word}")
    answers = world.private("hedda", GENERAL)[before:]
    lost = (
        "Det forsto",
        "Det forstod",
        "I did not understand",
        "Mente du",
        "Meinte du",
        "Did you mean",
        "Noe gikk galt",
    )
    return bool(answers or world.chat.opened[opened:]) and not any(each in said for said in answers for each in lost)


@pytest.mark.parametrize("tongue", ["nb", "nn", "en"])
def test_every_command_that_is_shown_is_known(tongue: str) -> None:
    features = Features(all_features())
    with speaking(tongue):
        for command in features.commands:
            shown = re.findall(r"/([\w-]+)", _(command.usage))
            assert shown, command.word
            assert {fold(word) for word in shown} <= {fold(word) for word in (command.word, *command.also)}


@pytest.mark.parametrize("tongue", ["nb", "nn", "en"])
def test_a_list_of_members_is_written_in_words_that_an_import_understands(tongue: str) -> None:
    with speaking(tongue):
        one = ("Gry Vestad", "overlege", "Nordlys HF", roster.say_roles(Role), roster.say_access(True), "web:gry")
        lines = [Line(1, roster.headings()), Line(2, one)]
    read = roster.understand(lines, "web")
    assert (read.problems, read.unkept) == ((), ())
    assert read.entries == (
        roster.Entry(2, "Gry Vestad", "overlege", "Nordlys HF", frozenset(Role), True, (("web", "gry"),)),
    )
