"""The app manifest: one that Slack takes, and that asks for what the code uses, no more and no less."""

import ast
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.slack import bolt, commands, inbound
from adapters.slack.manifest import EVENTS, SCOPES, manifest
from bot.__main__ import app
from bot.chat import grammar
from bot.feature import Features
from bot.features import all_features
from bot.settings import Settings

ROOT = Path(__file__).parents[3]
# Slack's own schema (github.com/slackapi/manifest-schema) may be used, but is not ours to hand on.
PUBLISHED = Path(os.environ.get("SLACK_SCHEMAS", ROOT.parent / "shared" / "data" / "schemas"))
SCHEMA = PUBLISHED / "slack-manifest-2.0.0.json"
MOST = 5  # slash commands, and shortcuts: docs.slack.dev/reference/app-manifest
ROOMS = {"channels", "groups", "im"}

# What each method needs of a bot token: docs.slack.dev/reference/methods/…, "Scopes".
NEEDS: dict[str, set[str]] = {
    "auth.test": set(),
    "blocks.validate": set(),
    "chat.delete": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {f"{room}:history" for room in ROOMS},
    "conversations.info": {f"{room}:read" for room in ROOMS},
    "conversations.members": {f"{room}:read" for room in ROOMS},
    "conversations.open": {"im:write"},
    "conversations.replies": {f"{room}:history" for room in ROOMS},
    "files.completeUploadExternal": {"files:write"},
    "files.delete": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "files.info": {"files:read"},
    "users.info": {"users:read"},
    "users.list": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}
# And each event: docs.slack.dev/reference/events/…, "Required scopes".
TOLD_BY: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "team_join": {"users:read"},
    "user_change": {"users:read"},
}


@pytest.fixture
def features() -> Features:
    return Features(all_features())


def described(features: Features, url: str = "https://fagtraad.example.no") -> dict[str, Any]:
    found: dict[str, Any] = dict(manifest(features, Settings(_env_file=None, public_url=url)))
    return found


def code() -> Iterator[str]:
    for file in sorted((ROOT / "adapters" / "slack").glob("*.py")):
        yield file.read_text(encoding="utf-8")


def methods_used() -> set[str]:
    """Of slack_sdk's client, whose names are the methods' with an underscore for the dot; and those called by name."""
    by_name = {name.replace(".", "_"): name for name in NEEDS}
    called = {name for text in code() for name in re.findall(r"\bclient\.([a-z]+_\w+)\(", text)} - {"api_call"}
    assert called <= by_name.keys(), f"what these need is not written here: {called - by_name.keys()}"
    return {by_name[name] for name in called} | {
        name for text in code() for name in re.findall(r"api_call\(\s*\"([\w.]+)\"", text)
    }


def events_handled() -> set[str]:
    """The patterns by which `inbound` tells them apart, and what `bolt` itself looks at."""
    tree = ast.parse(Path(inbound.__file__).read_text(encoding="utf-8"))
    (telling_apart,) = (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "happening"
    )
    kinds = {
        pattern.value.value
        for pattern in ast.walk(telling_apart)
        if isinstance(pattern, ast.MatchValue) and isinstance(pattern.value, ast.Constant)
    }
    return {str(kind) for kind in kinds} | bolt.ABOUT_PEOPLE | bolt.ABOUT_MEMBERS


def test_the_scopes_are_those_that_the_methods_and_events_need() -> None:
    used = methods_used()
    assert used == NEEDS.keys()
    needed = set().union(*(NEEDS[method] for method in used), *(TOLD_BY[event] for event in EVENTS))
    assert set(SCOPES) == needed | {"commands"}
    assert list(SCOPES) == sorted(set(SCOPES))


def test_the_events_are_those_that_are_handled() -> None:
    assert {event.partition(".")[0] for event in EVENTS} == events_handled()
    assert {event.partition(".")[2] for event in EVENTS if event.startswith("message.")} == ROOMS


def test_every_command_is_understood_and_every_word_of_ours_can_be_written(features: Features) -> None:
    names = [each["command"] for each in described(features)["features"]["slash_commands"]]
    assert names == ["/kasus", "/oppgave", "/fagtraad", "/network"]
    words = {word: command.word for command in features.commands for word in (command.word, *command.also)}
    for name in names:
        assert grammar.understand(commands.typed(name, "xyzzy", features), words)[0] is not None, name
    for command in features.commands:
        for root in commands.ROOTS:
            for word in (command.word, *command.also):
                meant, rest = grammar.understand(commands.typed(root, f"{word} noe", features), words)
                # «innstillinger» is the network's after the root, and one's own after nothing
                assert (meant, rest) == (command.word, "noe") or meant == "fagtraad", word


@pytest.mark.parametrize(
    ("command", "text", "meant"),
    [
        ("/kasus", "BLOD-26-001", "kasus BLOD-26-001"),
        ("/oppgave", "", "oppgave"),
        ("/fagtraad", "", ""),
        ("/fagtraad", "hjelp", "hjelp"),
        ("/fagtraad", "søk jern", "søk jern"),
        ("/fagtraad", "oppsett", "fagtraad oppsett"),
        ("/fagtraad", "innstillinger", "fagtraad innstillinger"),
        ("/network", "search iron", "search iron"),
        ("/network", "settings", "fagtraad settings"),
        ("/laget-for-hånd", "søk jern", "søk jern"),
    ],
)
def test_a_slash_command_means_what_it_says(features: Features, command: str, text: str, meant: str) -> None:
    assert commands.typed(command, text, features) == meant


def test_every_shortcut_is_a_press_that_somebody_answers(features: Features) -> None:
    shortcuts = described(features)["features"]["shortcuts"]
    by_kind = {
        kind: {each["callback_id"] for each in shortcuts if each["type"] == kind} for kind in ("global", "message")
    }
    assert by_kind["global"] == {each.does for each in features.shortcuts}
    assert by_kind["message"] == {each.does for each in features.on_message}
    assert {"cases.ask", "search.ask"} <= by_kind["global"]
    assert {"actions.new", "privacy.check"} <= by_kind["message"]
    assert all(each["callback_id"] in features.presses for each in shortcuts)


def test_it_is_within_what_slack_takes(features: Features) -> None:
    """The limits of docs.slack.dev/reference/app-manifest, which are stricter than its schema in places."""
    found = described(features)
    shown = found["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", found["features"]["bot_user"]["display_name"])
    slash, shortcuts = found["features"]["slash_commands"], found["features"]["shortcuts"]
    assert len(slash) <= MOST
    assert len(shortcuts) <= MOST
    assert len({each["command"] for each in slash}) == len(slash)
    assert len({each["callback_id"] for each in shortcuts}) == len(shortcuts)
    for each in slash:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", each["command"])
        assert 1 <= len(each["description"]) <= 2000
        assert 1 <= len(each["usage_hint"]) <= 1000
        assert each["should_escape"] is True
    for each in shortcuts:
        assert 1 <= len(each["name"]) <= 24
        assert 1 <= len(each["description"]) <= 150


def test_it_is_described_in_norwegian_and_the_english_root_in_english(features: Features) -> None:
    norwegian, english = (each["usage_hint"] for each in described(features)["features"]["slash_commands"][-2:])
    assert "søk" in norwegian
    assert "search" in english
    assert "søk" not in english


def test_over_http_slack_calls_one_address_and_over_socket_mode_none(
    features: Features, monkeypatch: pytest.MonkeyPatch
) -> None:
    over_http = described(features)
    called = re.findall(r'"(?:request_)?url": "([^"]*)"', json.dumps(over_http))
    assert len(called) == 2 + len(over_http["features"]["slash_commands"])
    assert set(called) == {"https://fagtraad.example.no/slack/events"}
    monkeypatch.setenv("FAGTRAAD_SLACK_MODE", "socket")
    over_socket = described(features, url="")
    assert "url" not in json.dumps(over_socket)
    assert over_socket["settings"]["socket_mode_enabled"]
    assert over_socket["oauth_config"] == over_http["oauth_config"]


@pytest.mark.parametrize("mode", ["http", "socket"])
def test_slacks_own_schema_has_nothing_against_it(
    features: Features, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    if not SCHEMA.exists():
        pytest.skip(f"{SCHEMA.name} is not here: SLACK_SCHEMAS names the folder it is in")
    from jsonschema import Draft7Validator  # type: ignore[import-untyped]

    monkeypatch.setenv("FAGTRAAD_SLACK_MODE", mode)
    judge = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    found = described(features)
    assert [error.message for error in judge.iter_errors(found)] == []
    found["features"]["shortcuts"][0]["name"] = "x" * 25
    assert list(judge.iter_errors(found)), "the schema sees what is wrong"


def test_the_command_prints_it_for_the_address_that_it_is_given(
    features: Features, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    given = CliRunner().invoke(app, ["manifest", "slack", "--url", "https://fagtraad.example.no"])
    assert given.exit_code == 0, given.output
    assert json.loads(given.output) == described(features)
    monkeypatch.setenv("FAGTRAAD_PUBLIC_URL", "https://fagtraad.example.no/")
    assert CliRunner().invoke(app, ["manifest", "slack"]).output == given.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["slack"], "FAGTRAAD_PUBLIC_URL"),
        (["slack", "--url", "http://127.0.0.1:8080"], "https"),
        (["slack", "--url", "https://fagtraad.example.no/slack/events"], "FAGTRAAD_PUBLIC_URL"),
        (["web"], "«web»"),
        (["../bot"], "«../bot»"),
    ],
)
def test_what_it_lacks_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], told: str) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["manifest", *words])
    assert result.exit_code == 2
    assert told in result.output
