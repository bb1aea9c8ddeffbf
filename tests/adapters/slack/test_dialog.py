"""Forms in modals, from the first view to the last: what was typed goes to the core, and its outcome is on screen."""

from typing import Any

import pytest

from adapters.slack.files import Files
from adapters.slack.outbound import Api
from bot.chat.inbound import Command, File, Inbound, Submission
from bot.chat.message import (
    LARGEST_FILE,
    ChoicesField,
    FileField,
    Form,
    FormButton,
    Option,
    TextField,
    TickField,
)
from bot.chat.port import Done, Next, Outcome, Problems
from bot.language import _, speaking
from tests.adapters.slack.workplace import Workplace
from tests.fakes.slack import AppFailed, Upload

FORM = Form(
    "test.ask",
    "Spør nettverket",
    (
        TextField("title", "Tittel"),
        ChoicesField("who", "Hvem", options=(Option("1", "Kari"), Option("2", "Ola"), Option("3", "Siri"))),
        TickField("affirmed", "Jeg har sett over"),
        FileField("list", "Liste"),
    ),
    carries="7",
    extra=(FormButton("draft", "Lagre utkast"),),
)


@pytest.fixture
def sent(place: Workplace) -> list[Submission]:
    """What is sent in, of a form that "/kasus" opens. `outcomes` are given in turn, and then it is done."""
    found: list[Submission] = []
    place.outcomes = []  # type: ignore[attr-defined]

    async def answer(event: Inbound) -> Outcome | None:
        if isinstance(event, Command):
            with speaking("en" if "English" in event.text else "nb"):
                await place.chat.ask(event.opener, FORM)
        if isinstance(event, Submission):
            found.append(event)
            place.core.events.remove(event)  # as the core does with what it did not accept
            return place.outcomes.pop(0) if place.outcomes else Done()  # type: ignore[attr-defined]
        return None

    place.core.answer = answer
    return found


def then(place: Workplace, *outcomes: Outcome) -> None:
    place.outcomes += outcomes  # type: ignore[attr-defined]


def view_of(place: Workplace) -> Any:
    view = place.people.modal("kari")
    assert view is not None
    return view


async def opened(place: Workplace, text: str = "/kasus") -> None:
    await place.people.slash("kari", "general", text)


async def test_what_is_typed_arrives_as_it_was(place: Workplace, sent: list[Submission]) -> None:
    await opened(place)
    values = {"Tittel": "a\u030a <!channel> & @kari", "Hvem": ["Kari", "Siri"], "Jeg har sett over": ["Ja"]}
    await place.people.submit("kari", values)
    (form,) = sent
    assert form.values == {"title": "å <!channel> & @kari", "who": ("1", "3"), "affirmed": "on"}
    assert (form.does, form.carries, form.button, form.files) == ("test.ask", "7", "", {})
    assert (form.place, form.account.id) == (place.room("general"), place.id("kari"))
    assert place.people.modal("kari") is None


async def test_what_is_left_empty_arrives_empty(place: Workplace, sent: list[Submission]) -> None:
    await opened(place)
    await place.people.submit("kari")
    assert sent[0].values == {"title": "", "who": (), "affirmed": ""}


async def test_sent_twice_it_has_one_key_and_another_form_another(place: Workplace, sent: list[Submission]) -> None:
    await opened(place)
    await place.people.submit("kari", twice=True)
    await opened(place)
    await place.people.submit("kari")
    assert len({form.key for form in sent[:2]}) == 1
    assert sent[2].key != sent[0].key


async def test_what_is_wrong_with_a_field_is_said_at_it(place: Workplace, sent: list[Submission]) -> None:
    then(place, Problems({"title": "Skriv en tittel."}))
    await opened(place)
    await place.people.submit("kari", {"Hvem": ["Ola"]})
    assert list(view_of(place).problems.values()) == ["Skriv en tittel."]
    await place.people.submit("kari", {"Tittel": "Jern"})
    assert [form.values["title"] for form in sent] == ["", "Jern"]
    assert sent[0].key == sent[1].key
    assert place.people.modal("kari") is None


async def test_what_is_wrong_with_the_whole_is_said_and_nothing_typed_is_lost(
    place: Workplace, sent: list[Submission]
) -> None:
    then(place, Problems({"": "Det har du ikke tilgang til her."}))
    await opened(place)
    await place.people.submit("kari", {"Tittel": "Jern", "Hvem": ["Ola"]})
    assert "Det har du ikke tilgang til her." in place.people.words(view_of(place))
    await place.people.submit("kari")
    assert sent[1].values == {"title": "Jern", "who": ("2",), "affirmed": ""}


async def test_another_form_follows_in_the_same_dialog(place: Workplace, sent: list[Submission]) -> None:
    following = Form("test.confirm", "Se over", (TextField("title", "Tittel", value="Omskrevet"),), carries="8")
    then(place, Next(following), Problems({"title": "For lang."}, following))
    await opened(place)
    await place.people.submit("kari", {"Tittel": "Jern"})
    assert place.people.values("kari") == {"Tittel": "Omskrevet"}, "and not what Slack still has of the view before"
    await place.people.submit("kari")
    assert "For lang." in place.people.words(view_of(place))
    await place.people.submit("kari", {"Tittel": "Kort"})
    assert [(form.does, form.carries, form.values["title"]) for form in sent] == [
        ("test.ask", "7", "Jern"),
        ("test.confirm", "8", "Omskrevet"),
        ("test.confirm", "8", "Kort"),
    ]
    assert len({form.key for form in sent}) == 1


async def test_a_button_of_the_form_sends_it_too(place: Workplace, sent: list[Submission]) -> None:
    then(place, Problems({"title": "Skriv en tittel."}), Next(FORM))
    await opened(place)
    for _time in range(3):
        await place.people.press_in_view("kari", "Lagre utkast")
    assert [form.button for form in sent] == ["draft"] * 3
    assert "Du kan lukke dette vinduet" in place.people.words(view_of(place))


async def test_a_form_that_was_closed_before_its_answer_is_no_crash(place: Workplace, sent: list[Submission]) -> None:
    await opened(place)
    place.slack.trouble.refuse("views.update", "not_found")
    await place.people.press_in_view("kari", "Lagre utkast")
    assert len(sent) == 1


async def test_a_file_arrives_as_it_was(place: Workplace, sent: list[Submission]) -> None:
    await opened(place)
    content = bytes(range(256)) * (LARGEST_FILE // 256)
    await place.people.submit("kari", {"Tittel": "Jern"}, {"Liste": Upload("Medlemmer a\u030a.xlsx", content)})
    assert sent[0].files == {"list": File("Medlemmer å.xlsx", content)}
    assert "list" not in sent[0].values


@pytest.mark.parametrize("trouble", ["large", "gone", "hang", "no scope"])
async def test_a_file_that_cannot_be_had_is_said_at_its_field(
    place: Workplace, sent: list[Submission], trouble: str
) -> None:
    await opened(place)
    upload = Upload("liste.xlsx", bytes(LARGEST_FILE + 1) if trouble == "large" else b"1")
    if trouble == "gone":
        place.slack.trouble.refuse("files.info", "file_not_found")
    if trouble == "hang":
        place.slack.trouble.hang("files.info")
    if trouble == "no scope":
        place.slack.workspace.scopes.discard("files:read")
    await place.people.submit("kari", {"Tittel": "Jern"}, {"Liste": upload})
    assert sent == []
    (problem,) = view_of(place).problems.values()
    assert problem == (
        "Fila er for stor. Den kan være på høyst 2 MB."
        if trouble == "large"
        else "Jeg fikk ikke hentet fila fra Slack. Prøv igjen om litt."
    )


async def test_what_follows_is_said_in_the_language_it_was_opened_in(place: Workplace, sent: list[Submission]) -> None:
    then(place, Next(FORM))
    with speaking("en"):
        submit = _("Send inn")
    assert submit != "Send inn"
    await opened(place, "/kasus in English")
    assert view_of(place).body["submit"]["text"] == submit
    await place.people.submit("kari", {"Tittel": "Jern"})
    assert view_of(place).body["submit"]["text"] == submit


async def test_what_could_not_be_stored_stays_on_screen(place: Workplace, sent: list[Submission]) -> None:
    await opened(place)
    place.core.busy = 1
    with pytest.raises(AppFailed):
        await place.people.submit("kari", {"Tittel": "Jern"})
    await place.people.submit("kari")
    assert [form.values["title"] for form in sent] == ["Jern"]


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.csv", True),
        ("https://files.slack-gov.com/a", True),
        ("https://slack.com/a", True),
        ("http://files.slack.com/a", False),
        ("https://files.slack.com.example.org/a", False),
        ("https://evilslack.com/a", False),
        ("https://example.org/?x=.slack.com", False),
        ("", False),
    ],
)
def test_our_token_goes_to_slack_alone(url: str, ours: bool) -> None:
    assert Files(Api("xoxb-1", "https://slack.com/api/"))._is_slacks(url) is ours
