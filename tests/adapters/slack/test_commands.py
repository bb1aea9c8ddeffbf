"""What was meant after a root command."""

import pytest

from adapters.slack.commands import typed
from bot.feature import Features
from bot.features import all_features


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("søk jern", "søk jern"),
        ("oppsett", "fagtraad oppsett"),
        ("oppset", "fagtraad oppset"),
        ("innstillinger", "fagtraad innstillinger"),
        ("hva er dette", "fagtraad hva er dette"),
        ("oppgva Ringe laben", "oppgva Ringe laben"),
        ("kassus", "kassus"),
        ("", ""),
    ],
)
def test_a_slip_of_another_word_is_left_for_the_core_to_guess_at(text: str, meant: str) -> None:
    assert typed("/fagtraad", text, Features(all_features())) == meant
