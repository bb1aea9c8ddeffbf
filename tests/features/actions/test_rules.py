"""How an item is read from a line."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Refusal
from bot.features.actions.rules import BadDue, ItemDraft, NoText, PastDue, SeveralOwners, TooLong, UnknownOwner, parse

TODAY = date(2026, 11, 24)
NAMES = {1: "Kari Nordmo", 2: "Mari Solbakk", 3: "Áile Gaup", 4: "Kari Nordmo Lie", 5: "Ola Fjellstad", 6: "Ola Dahl"}


@pytest.mark.parametrize(
    ("typed", "text", "owners", "due"),
    [
        ("Ringe", "Ringe", (9,), None),
        ("Ringe @mari", "Ringe", (2,), None),
        ("@Mari Solbakk ringe", "ringe", (2,), None),
        ("Ringe @Kari Nordmo frist 2026-12-04", "Ringe", (1,), date(2026, 12, 4)),
        ("Ringe @Kari Nordmo Lie innen 2026-12-04", "Ringe", (4,), date(2026, 12, 4)),
        ("Ringe @áile FRIST 2026-11-24", "Ringe", (3,), TODAY),
        ("@mari @Ola Dahl @mari   Ringe  laben", "Ringe laben", (2, 6), None),
        ("Frist for ny prosedyre settes av @mari", "Frist for ny prosedyre settes av", (2,), None),
        ("Ringe @mari, og skrive", "Ringe , og skrive", (2,), None),
    ],
)
def test_what_is_read(typed: str, text: str, owners: tuple[int, ...], due: date | None) -> None:
    assert parse(typed, NAMES, 9, TODAY) == ItemDraft(text, owners, due)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", NoText),
        ("@mari", NoText),
        ("frist 2026-12-04", NoText),
        ("Ringe @Sverre", UnknownOwner),
        ("Ringe @Marius", UnknownOwner),
        ("Ringe @ola", SeveralOwners),
        ("Ringe frist fredag", BadDue),
        ("Ringe frist 2026-02-30", BadDue),
        ("Ringe frist 2026-11-23", PastDue),
        ("x" * 501, TooLong),
    ],
)
def test_what_is_refused(typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        parse(typed, NAMES, 9, TODAY)
    assert refused.value.text
    assert "{" not in refused.value.text


@given(st.text(max_size=300))
def test_any_line_is_read_or_refused_and_never_a_fault(typed: str) -> None:
    with suppress(Refusal):
        draft = parse(typed, NAMES, 9, TODAY)
        assert draft.text == " ".join(draft.text.split())
        assert 0 < len(draft.text) <= 500
        assert draft.owners
