"""docs/slack.md says what is so: the scopes and events of the manifest, settings and commands that there are."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from adapters.slack import settings
from adapters.slack.manifest import EVENTS, SCOPES
from bot import chats
from bot.__main__ import app
from bot.settings import Settings

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "slack.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("what", "asked_for"), [("scopes", SCOPES), ("events", EVENTS)])
def test_what_is_asked_for_is_explained_each_with_its_reason(what: str, asked_for: tuple[str, ...]) -> None:
    _before, _mark, rest = TEXT.partition(f"<!-- {what} -->")
    rows = re.findall(r"^\| `([^`]+)` \|(.*)\|$", rest.partition(f"<!-- end of {what} -->")[0], re.MULTILINE)
    assert [name for name, _why in rows] == list(asked_for)
    assert all(cell.strip() for _name, why in rows for cell in why.split("|"))


def test_the_settings_on_the_page_are_there_and_all_of_slacks_secrets_are_on_it() -> None:
    known = {*chats.variables(Settings), *chats.variables(settings.SlackSettings)}
    named = set(re.findall(r"FAGTRAAD_[A-Z_]+", TEXT))
    assert named <= known
    assert {
        f"{settings.PREFIX}{name}" for name in ("BOT_TOKEN", "SIGNING_SECRET", "APP_TOKEN", "MODE", "CASES")
    } <= named


def test_the_commands_on_the_page_are_there_with_their_options() -> None:
    said = re.findall(r"^(?: *FAGTRAAD_\w+=\w+)? *(fagtraad [^\n]+)$", TEXT, re.MULTILINE)
    said += re.findall(r"`(fagtraad [^`]+)`", TEXT)
    assert len(said) >= 6
    for line in said:
        command, words = get_command(app), line.split()[1:]
        while words and (below := getattr(command, "commands", {}).get(words[0])):
            command, words = below, words[1:]
        assert not hasattr(command, "commands"), line
        options = {option for each in command.params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", TEXT):
        assert (DOCS / target).exists(), target
    assert "docs/slack.md" in (DOCS.parent / "README.md").read_text(encoding="utf-8")
