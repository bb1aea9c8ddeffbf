"""How an item is read from a line."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.features.actions.naming import ROLE_WORDS, Owners, SeveralOwners, UnknownOwner, role_called, take_owners
from bot.features.actions.rules import Change, Here, ItemDraft, NoText, TooLong, Wish, change, parse
from bot.people import Role
from bot.when import NotADate, PastDate, When

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MEETING = date(2026, 12, 10)
NAMES = {
    1: "Kari Nordmo",
    2: "Mari Solbakk",
    3: "Áile Gaup",
    4: "Kari Nordmo Lie",
    5: "Ola Fjellstad",
    6: "Ola Dahl",
    7: "Øystein Aas-Berg",
}
ME = 9
HERE = Here(NAMES, NOW, "Europe/Oslo", MEETING)


def on(year: int, month: int, day: int) -> When:
    return When(date(year, month, day))


@pytest.mark.parametrize(
    ("typed", "text", "owners", "due"),
    [
        ("Ringe", "Ringe", (9,), None),
        ("Ringe @mari", "Ringe", (2,), None),
        ("@Mari Solbakk ringe", "ringe", (2,), None),
        ("@Mari Solbakk: ringe", "ringe", (2,), None),
        ("Ringe @Kari Nordmo frist 2026-12-04", "Ringe", (1,), on(2026, 12, 4)),
        ("Ringe @Kari Nordmo Lie innen 2026-12-04", "Ringe", (4,), on(2026, 12, 4)),
        ("Ringe @áile FRIST 2026-11-24", "Ringe", (3,), on(2026, 11, 24)),
        ("Ringe @aile frist fredag", "Ringe", (3,), on(2026, 11, 27)),
        ("Ringe frist uke 50 @oystein", "Ringe", (7,), on(2026, 12, 11)),
        ("Ringe @Øystein Aas-Berg til neste møte", "Ringe", (7,), When(MEETING, None, True)),
        ("@mari @Ola Dahl @mari   Ringe  laben", "Ringe laben", (2, 6), None),
        ("Ringe laben @mari, @aile og @meg", "Ringe laben", (2, 3, 9), None),
        ("Ringe @mari og skrive til a@b.no", "Ringe og skrive til a@b.no", (2,), None),
        ("Frist for ny prosedyre settes av @mari", "Frist for ny prosedyre settes av", (2,), None),
        ("Ringe @mari, og skrive", "Ringe, og skrive", (2,), None),
    ],
)
def test_what_is_read(typed: str, text: str, owners: tuple[int, ...], due: When | None) -> None:
    assert parse(typed, HERE, ME) == ItemDraft(text, Owners(owners), due)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", NoText),
        ("@mari", NoText),
        ("frist 2026-12-04", NoText),
        ("@mari frist fredag", NoText),
        ("Ringe @Sverre", UnknownOwner),
        ("Ringe @Marius", UnknownOwner),
        ("Ringe @...", UnknownOwner),
        ("Ringe @ola", SeveralOwners),
        ("Ringe frist snarest", NotADate),
        ("Ringe frist 2026-02-30", NotADate),
        ("Ringe frist 2026-11-23", PastDate),
        ("x" * 501, TooLong),
    ],
)
def test_what_is_refused(typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        parse(typed, HERE, ME)
    assert refused.value.text
    assert "{" not in refused.value.text


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("leder", Role.LEADER),
        ("Lederen", Role.LEADER),
        ("leiaren", Role.LEADER),
        ("leiarane", Role.LEADER),
        ("leader", Role.LEADER),
        ("sekretær", Role.SECRETARY),
        ("sekretæren", Role.SECRETARY),
        ("sekretærene", Role.SECRETARY),
        ("SEKRETAER", Role.SECRETARY),
        ("secretaries", Role.SECRETARY),
        ("koordinatoren", Role.COORDINATOR),
        ("nettverkskontaktene", Role.CONTACT),
        ("kontaktane", Role.CONTACT),
        ("contacts", Role.CONTACT),
        ("medlemmene", Role.MEMBER),
        ("medlemane", Role.MEMBER),
        ("brukarrepresentanten", Role.PATIENT_REPRESENTATIVE),
        ("RHF-representantene", Role.RHF_REPRESENTATIVE),
        ("personvernkontakten", Role.PRIVACY_CONTACT),
        ("kari", None),
        ("lederne-er-borte", None),
    ],
)
def test_roles_are_named_in_the_members_words(word: str, role: Role | None) -> None:
    assert role_called(word) is role


def test_every_role_has_words() -> None:
    assert set(ROLE_WORDS) == set(Role)
    assert [role_called(words[0]) for words in ROLE_WORDS.values()] == list(ROLE_WORDS)


NAMED = st.one_of(
    st.sampled_from([person for person in NAMES if person not in (5, 6)]), st.sampled_from(sorted(ROLE_WORDS))
)
WORDS = st.lists(st.sampled_from(["Ringe", "laben", "nå", "skrive,", "12", "a@b.no"]), min_size=1, max_size=5)


@given(WORDS, st.lists(NAMED, max_size=4), st.lists(st.integers(0, 5), min_size=4, max_size=4), st.booleans())
def test_owners_are_found_wherever_they_stand_and_leave_the_words_alone(
    words: list[str], named: list[int | Role], places: list[int], folded: bool
) -> None:
    line = list(words)
    for who, place in zip(named, places, strict=False):
        mention = "@" + (NAMES[who] if isinstance(who, int) else ROLE_WORDS[who][0])
        line.insert(min(place, len(line)), mention.upper() if folded else mention)
    text, found = take_owners(" ".join(line), NAMES, ME)
    assert text == " ".join(words)
    assert set(found.persons) == {who for who in named if isinstance(who, int)}
    assert set(found.roles) == {who for who in named if isinstance(who, Role)}


@given(st.text(max_size=300))
def test_any_line_is_read_or_refused_and_never_a_fault(typed: str) -> None:
    change(typed)
    with suppress(Refusal):
        draft = parse(typed, HERE, ME)
        assert draft.text == " ".join(draft.text.split())
        assert 0 < len(draft.text) <= 500
        assert draft.owners


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("ferdig 12", Change(Wish.DONE, 12)),
        ("FERDIG  #12", Change(Wish.DONE, 12)),
        ("utsett 12 mandag", Change(Wish.MOVE, 12, "mandag")),
        ("utset oppgåve 12 til neste møte", Change(Wish.MOVE, 12, "til neste møte")),
        ("overfør 12 @ola", Change(Wish.HAND, 12, "@ola")),
        ("overfor 12", Change(Wish.HAND, 12)),
        ("overfør 12 til Ola Dahl", Change(Wish.HAND, 12, "@Ola Dahl")),
        ("gi 12 til @ola og @kari", Change(Wish.HAND, 12, "@ola og @kari")),
        ("endre 12.", Change(Wish.EDIT, 12)),
        ("12", Change(Wish.SHOW, 12)),
        ("angre nr. 12", Change(Wish.UNDO, 12)),
        ("Fjern 12 gamle skjema", None),
        ("gi 12 gaver", None),
        ("1234567890", None),
        ("Ringe 12", None),
        ("", None),
    ],
)
def test_what_a_line_wants_with_an_item_that_there_is(typed: str, wanted: Change | None) -> None:
    assert change(typed) == wanted
