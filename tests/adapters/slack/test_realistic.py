"""What the features really send fits in Slack whole, in every language."""

import pytest

from adapters.slack.blocks import pages, rendered
from adapters.slack.forms import sent, view, with_problem
from bot.chat.message import Buttons
from bot.language import LANGUAGES, speaking
from tests.adapters.slack.limits import check_blocks, check_inert, no_faults
from tests.adapters.slack.realistic import cards, shown_forms
from tests.adapters.slack.test_blocks import assert_whole, called
from tests.adapters.slack.test_forms import HIDDEN, payload, values_of
from tests.fakes.slack import schema
from tests.fakes.slack.blocks import message_faults, view_faults, weight


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_fits_in_one_message_with_its_buttons_under_what_they_are_for(language: str) -> None:
    with speaking(language):
        for name, said in cards().items():
            shown = rendered(said)
            assert shown.rest == "", name
            assert len(pages(said)) == 1, name
            check_blocks(shown.blocks, 50)
            check_inert(shown.blocks, called(said))
            no_faults(message_faults(shown.blocks))
            assert weight(shown.blocks) <= schema.MESSAGE_TEXT, name
            assert_whole(said, shown.blocks, "")
            rows = [part for part in said.parts if isinstance(part, Buttons) and part.buttons]
            assert len([block for block in shown.blocks if block["type"] == "actions"]) == len(rows), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_is_whole_and_comes_back_as_it_was(language: str) -> None:
    with speaking(language):
        for name, form in shown_forms().items():
            made = view(form, HIDDEN)
            check_blocks(made["blocks"], 100)
            check_inert(made)
            no_faults(view_faults(made))
            assert sent(payload(made)).values == values_of(form), name
            again = with_problem(payload(made), {"": "Noe er galt."})
            no_faults(view_faults(again))
            assert sent(payload(again)).values == values_of(form), name
