"""Every card and form that the features make is one that Slack takes, and the check that asks it says which is not."""

from collections.abc import AsyncIterator, Mapping

import pytest
from typer.testing import CliRunner

from adapters.slack import blocks, pieces
from adapters.slack.card_check import check_cards
from bot.__main__ import app
from bot.chat.message import Button, Buttons, Form, Message, message
from bot.commandline.samples import samples
from bot.feature import Features
from bot.features import all_features
from tests.fakes.slack import FakeSlack

WORDS = "Kvernfjol"


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as slack:
        for name, value in slack.settings.items():
            monkeypatch.setenv(name, value)
        yield slack


async def test_slack_takes_every_card_and_form_that_there_is(slack: FakeSlack) -> None:
    found = await samples()
    assert await check_cards(found) == []
    features = Features(all_features())
    forms = {each.does for each in found.values() if isinstance(each, Form)}
    assert forms == features.forms.keys(), "the playing does not bring up every form"
    assert sum(isinstance(each, Message) for each in found.values()) > 80
    assert len(slack.called("blocks.validate")) > len(found)


async def test_a_refused_card_is_named_with_the_place_and_no_word_of_it(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if Slack took shorter labels tomorrow than our renderer knows of."""
    monkeypatch.setattr(pieces, "BUTTON_LABEL", 500)
    monkeypatch.setattr(blocks, "BUTTON_LABEL", 500)
    cards: Mapping[str, Message | Form] = {
        "good": message(WORDS),
        "bad": message(WORDS, Buttons((Button(WORDS * 20, "cases.ask"),))),
    }
    (line,) = await check_cards(cards)
    assert line.startswith("bad: /")
    assert "failed_constraint" in line
    assert WORDS not in line


async def test_it_waits_as_long_as_slack_says(slack: FakeSlack) -> None:
    slack.trouble.limit("blocks.validate", times=2, retry_after=1)
    began = slack.workspace.clock.now()
    assert await check_cards({"one": message("Hei")}) == []
    assert slack.workspace.clock.now() - began >= 2


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a_token_that_slack_does_not_know_is_said_and_no_card_is_blamed(slack: FakeSlack, error: str) -> None:
    slack.trouble.refuse("blocks.validate", error)
    with pytest.raises(ValueError, match="FAGTRAAD_SLACK_BOT_TOKEN"):
        await check_cards({"one": message("Hei")})


def test_without_a_token_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    result = CliRunner().invoke(app, ["check", "--slack-cards"])
    assert result.exit_code == 2
    assert "FAGTRAAD_SLACK_BOT_TOKEN mangler" in result.output
    assert "api.slack.com/apps" in result.output
