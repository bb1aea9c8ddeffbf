"""Which language is spoken, and how each says dates, numbers, lists and counts."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import (
    LANGUAGES,
    _,
    chosen,
    known,
    language,
    ngettext,
    preferred,
    say_briefly,
    say_date,
    say_list,
    say_moment,
    say_number,
    speaking,
)

MOMENT = datetime(2026, 12, 4, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        (("nn", "en", "nb"), "nn"),
        ((None, "en", "nn"), "en"),
        (("", "", "nn-NO"), "nn"),
        ((None, None, ""), "nb"),
        ((None, "sv", "en_US"), "en"),
        ((None, None, "no"), "nb"),
        (("EN-gb",), "en"),
        ((), "nb"),
    ],
)
def test_the_first_language_that_we_speak_is_chosen(wanted: tuple[str | None, ...], spoken: str) -> None:
    assert chosen(*wanted) == spoken


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        ("nn-NO,nn;q=0.9,nb;q=0.8,en;q=0.5", "nn"),
        ("nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en-US;q=0.6", "nb"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "en"),
        ("en;q=0.2, nn;q=0.7", "nn"),
        ("en;q=0, nn;q=0.1", "nn"),
        ("de", ""),
        ("*", ""),
        ("", ""),
        ("en;q=x", ""),
    ],
)
def test_the_browser_says_what_it_likes_best(header: str, spoken: str) -> None:
    assert preferred(header) == spoken


@given(st.text(max_size=300))
def test_whatever_a_browser_says_there_is_a_language(header: str) -> None:
    assert preferred(header) in {"", *LANGUAGES}
    assert chosen(header) in LANGUAGES


def test_an_unknown_language_is_spoken_as_bokmal() -> None:
    with speaking("tlh"):
        assert language() == "nb"
        assert say_date(MOMENT.date()) == "fredag 4. desember 2026"


@pytest.mark.parametrize(
    ("tongue", "days"),
    [
        ("nb", ("fredag 4. desember 2026", "lørdag 5. desember 2026", "søndag 6. desember 2026")),
        ("nn", ("fredag 4. desember 2026", "laurdag 5. desember 2026", "søndag 6. desember 2026")),
        ("en", ("Friday 4 December 2026", "Saturday 5 December 2026", "Sunday 6 December 2026")),
    ],
)
def test_days_are_said_in_each_language(tongue: str, days: tuple[str, ...]) -> None:
    with speaking(tongue):
        assert tuple(say_date(date(2026, 12, day)) for day in (4, 5, 6)) == days


@pytest.mark.parametrize(
    ("tongue", "long", "brief"),
    [
        ("nb", "fredag 4. desember 2026 kl. 08:00", "fre. 4. des. 08:00"),
        ("nn", "fredag 4. desember 2026 kl. 08:00", "fr. 4. des. 08:00"),
        ("en", "Friday 4 December 2026 at 08:00", "Fri 4 Dec 08:00"),
    ],
)
def test_moments_are_said_by_the_wall_clock(tongue: str, long: str, brief: str) -> None:
    with speaking(tongue):
        assert say_moment(MOMENT, "Europe/Oslo") == long
        assert say_briefly(MOMENT, "Europe/Oslo") == brief


@pytest.mark.parametrize(
    ("tongue", "numbers", "names"),
    [
        ("nb", ("10\xa0000", "1,5"), "Kari, Ola og Per"),
        ("nn", ("10\xa0000", "1,5"), "Kari, Ola og Per"),
        ("en", ("10,000", "1.5"), "Kari, Ola and Per"),
    ],
)
def test_numbers_and_lists_are_said_in_each_language(tongue: str, numbers: tuple[str, str], names: str) -> None:
    with speaking(tongue):
        assert (say_number(10_000), say_number(1.5)) == numbers
        assert say_list(("Kari", "Ola", "Per")) == names


@pytest.mark.parametrize(
    ("tongue", "said"),
    [
        ("nb", ("har ventet 0 dager", "har ventet 1 dag", "har ventet 2 dager")),
        ("nn", ("har venta 0 dagar", "har venta 1 dag", "har venta 2 dagar")),
        ("en", ("has waited 0 days", "has waited 1 day", "has waited 2 days")),
    ],
)
def test_counts_have_their_plural(tongue: str, said: tuple[str, ...]) -> None:
    with speaking(tongue):
        for days, expected in enumerate(said):
            words = ngettext("har ventet {days} dag", "har ventet {days} dager", days)
            assert words.format(days=days) == expected


def test_a_text_without_a_translation_is_said_in_bokmal() -> None:
    with speaking("en"):
        assert _("Dette har ingen skrevet noe sted") == "Dette har ingen skrevet noe sted"


def test_languages_inside_one_another_end_where_they_began() -> None:
    with speaking("nn"):
        with speaking("en"):
            assert _("Angre") == "Undo"
        assert _("Hvem") == "Kven"
    assert _("Hvem") == "Hvem"


def test_no_tag_is_two_languages() -> None:
    assert [known(tag) for tag in ("nb", "nb-NO", "no_NO", "nn", "en-GB", "da", "", None)] == [
        *("nb", "nb", "nb", "nn", "en"),
        *("", "", ""),
    ]
