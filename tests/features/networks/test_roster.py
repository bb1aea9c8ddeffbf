"""What a list of members means, and how it differs from the members there are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.features.networks import comparing, roster, rules, sheet
from bot.features.networks.comparing import Importer, Plan
from bot.features.networks.roster import Entry, Known
from bot.people import Role

LEADER, SECRETARY = Importer(1, grants=True), Importer(2, grants=False)
ORGANISATIONS = {
    "nordlys universitetssykehus hf": "Nordlys universitetssykehus HF",
    "nordlys hf": "Nordlys universitetssykehus HF",
}
KARI = Known(
    1,
    "Kari Nordmo",
    "overlege",
    "Nordlys universitetssykehus HF",
    "Nordlys HF",
    frozenset({Role.LEADER}),
    True,
    (("web", "kari"),),
)
OLA = Known(2, "Ola Fjellstad", "rådgiver", "", "", frozenset({Role.SECRETARY}), False)


def plan(text: str, importer: Importer = LEADER, known: tuple[Known, ...] = (KARI, OLA)) -> Plan:
    read = roster.understand(sheet.read_text(text), "web")
    return comparing.compare(read, known, importer, ORGANISATIONS)


def problems(text: str, importer: Importer = LEADER) -> list[tuple[int, str]]:
    return [(each.line, each.text) for each in plan(text, importer).problems]


@pytest.mark.parametrize(
    "headings",
    [
        "navn;yrke;virksomhet;rolle;kasustilgang;konto",
        "Namn;Stilling;Verksemd;Roller;Kasus tilgang;Kontoar",
        "FULLT NAVN;Profesjon;HF;Rolle(r);Tilgang;Brukernavn",
        "Name;Title;Organisation;Roles;Case access;Account",
        '"Navn *";Yrke:;Helseforetak;"Rolle (r)";kasus-tilgang;konto',
    ],
)
def test_headings_as_people_write_them(headings: str) -> None:
    text = f"{headings}\nSunniva Aas;lege;Øyane HF;Leder og nettverkskontakt;ja;slack:U1"
    (new,) = plan(text).new
    assert new.entry == Entry(
        2, "Sunniva Aas", "lege", "Øyane HF", frozenset({Role.LEADER, Role.CONTACT}), True, (("slack", "U1"),)
    )


def test_first_and_last_name_in_two_columns_and_what_is_not_kept() -> None:
    found = plan("Fornavn\tEtternavn\tE-post\tFavorittfarge\nSunniva\tAas\ts@example.no\tblå")
    assert found.new[0].entry.name == "Sunniva Aas"
    assert found.unkept == ("E-post", "Favorittfarge")


def test_a_list_without_headings_says_which_it_wants() -> None:
    with pytest.raises(roster.NoHeadings):
        plan("Sunniva Aas;lege")
    with pytest.raises(sheet.SameHeading):
        plan("navn;name\nA;B")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (";lege;;;;", "navnet mangler"),
        ("A;;;nestsjef;;", "«nestsjef» er ikke en rolle. Rollene er leder, sekretær"),
        ("A;lege;;;kanskje;", "«ja» eller «nei», ikke «kanskje»"),
        ("A;lege;;;;web:", "skal skrives som"),
        ("A;lege;;brukerrepresentant;ja;", "brukerrepresentant"),
        ("A;lege;;RHF-representant;ja;", "bare er RHF-representant"),
        ("A;;;;ja;", "fyll inn yrket"),
        (f"{'x' * 121};;;;;", "lengre enn 120 tegn"),
        ("Kari Nordmo;;;;;\nA;;;;;web:kari", "gjelder den samme som linje 2"),
        ("A;;Nordlys HF;;;\na;;nordlys hf;;;", "står også på linje 2"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_in_plain_words(line: str, said: str) -> None:
    found = problems(f"navn;yrke;virksomhet;rolle;kasustilgang;konto\n{line}")
    assert len(found) == 1
    assert said in found[0][1]
    assert found[0][0] == 1 + len(line.splitlines())


def test_what_a_secretary_may_not_give_is_an_error_and_not_passed_over() -> None:
    text = "navn;yrke;rolle;kasustilgang\nA;lege;medlem;ja\nB;lege;leder;nei\nKari Nordmo;;medlem;\nC;lege;medlem;nei"
    assert [line for line, _text in problems(text, SECRETARY)] == [2, 3, 4]
    assert problems(text, LEADER) == []


def test_nobody_gives_themselves_case_access() -> None:
    assert "deg selv" in problems("navn;kasustilgang\nOla Fjellstad;ja", Importer(2, grants=True))[0][1]


def test_an_empty_cell_changes_nothing_and_nobody_is_removed() -> None:
    found = plan("navn;yrke;virksomhet;rolle;kasustilgang;konto\nkari  nordmo;;;;;")
    assert (found.new, found.changed, found.problems) == ((), (), ())
    assert len(found.unchanged) == 1


def test_what_changes_is_said_in_words() -> None:
    (change,) = plan(
        "navn;yrke;virksomhet;rolle;kasustilgang;konto\nOla Fjellstad;lege;Nordlys HF;sekretær, medlem;ja;web:ola"
    ).changed
    assert change.differences() == (
        "yrke: rådgiver → lege",
        "virksomhet: – → Nordlys universitetssykehus HF",
        "roller: sekretær → sekretær, medlem",
        "kasustilgang: nei → ja",
        "ny konto",
    )


def test_an_account_tells_who_it_is_also_under_another_name() -> None:
    (change,) = plan("navn;konto\nKari Nordmo Vik;kari").changed
    assert change.differences() == ("navn: Kari Nordmo → Kari Nordmo Vik",)


def test_two_of_the_same_name_are_told_apart_by_workplace_or_account() -> None:
    other = Known(3, "Kari Nordmo", "lege", "Øyane HF", "Øyane HF", frozenset({Role.MEMBER}), False)
    known = (KARI, OLA, other)
    assert "flere medlemmer heter dette" in plan("navn\nKari Nordmo", LEADER, known).problems[0].text
    (changed,) = plan("navn;virksomhet;yrke\nKari Nordmo;Øyane HF;overlege", LEADER, known).changed
    assert changed.before == other


def test_somebody_elses_account_is_theirs_and_joins_only_under_their_name() -> None:
    elsewhere = Known(9, "Siv Moe", "lege", "", "", frozenset(), False, (("web", "siv"),), member=False)
    (joining,) = plan("navn;konto\nSiv Moe;siv", LEADER, (KARI, elsewhere)).new
    assert joining.before == elsewhere
    assert "et annet navn" in plan("navn;konto\nFalsk Moe;siv", LEADER, (KARI, elsewhere)).problems[0].text


def test_an_unheard_organisation_is_pointed_out() -> None:
    assert plan("navn;virksomhet\nA;Nordlys HF\nB;Nordlis HF\nC;nordlis hf").organisations == ("Nordlis HF",)


names = st.text(st.characters(categories=("Lu", "Ll")), min_size=1, max_size=8).map(lambda text: f"Ån {text}")


@st.composite
def members(draw: st.DrawFn) -> list[Known]:
    found: dict[str, Known] = {}
    for number in range(draw(st.integers(0, 8))):
        name = sheet.read_text(draw(names) + draw(st.sampled_from(["", " =x", " -y", "'z"])))[0].cells[0]
        roles = frozenset(draw(st.sets(st.sampled_from(list(Role)), max_size=3)))
        profession = draw(st.sampled_from(["lege", "=sykepleier", "+1", "@x", "'-y", "a;b", 'c"d']))
        accounts = draw(
            st.sampled_from([(), (("web", f"k{number}"),), (("web", f"k{number}"), ("teams", f"29:{number}"))])
        )
        access = draw(st.booleans()) and rules.may_have_cases(roles)
        found.setdefault(
            roster.same(name),
            Known(number, name, profession, draw(st.sampled_from(["", "Øyane HF"])), "", roles, access, accounts),
        )
    return list(found.values())


@settings(max_examples=60)
@given(members())
def test_what_is_exported_changes_nothing_when_it_is_imported_again(known: list[Known]) -> None:
    rows = roster.rows(known)
    for content in (sheet.as_csv(rows), sheet.as_excel(rows, "BLOD")):
        read = roster.understand(sheet.read(content), "web")
        found = comparing.compare(read, known, SECRETARY, {"øyane hf": "Øyane HF"})
        assert (found.new, found.changed, found.organisations) == ((), (), ())
        assert len(found.unchanged) == len(known)


@settings(max_examples=60)
@given(members(), members())
def test_every_line_is_new_changed_unchanged_or_wrong_and_importing_twice_changes_nothing(
    known: list[Known], wanted: list[Known]
) -> None:
    read = roster.understand(sheet.read(sheet.as_csv(roster.rows(wanted))), "web") if wanted else None
    if read is None:
        return
    found = comparing.compare(read, known, LEADER, {})
    wrong = {each.line for each in found.problems}
    assert len(found.new) + len(found.changed) + len(found.unchanged) + len(wrong) == len(wanted)
    if found.problems:
        return
    after = {each.person: each for each in known}
    for number, change in enumerate((*found.new, *found.changed), start=1000):
        entry, person = change.entry, change.before.person if change.before else number
        after[person] = Known(
            person,
            entry.name,
            entry.profession,
            entry.organisation,
            "",
            entry.roles,
            bool(entry.access),
            entry.accounts,
        )
    again = comparing.compare(read, list(after.values()), LEADER, {"øyane hf": "Øyane HF"})
    assert (again.new, again.changed, again.problems) == ((), (), ())
