"""Slack's settings: what is missing or wrong is named with where in Slack it is found, and no value is shown."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.slack import settings as slack
from adapters.slack.settings import SHOULD, SlackSettings
from bot import chats
from bot.__main__ import new_key
from bot.checkup import check_up
from bot.settings import Settings, unknown_variables
from tests.conftest import REQUIRED

ROOT = Path(slack.__file__).parents[2]
SECRET = "hemmeligverdi"
WHOLE = {
    "FAGTRAAD_SLACK_BOT_TOKEN": f"xoxb-{SECRET}",
    "FAGTRAAD_SLACK_SIGNING_SECRET": SECRET,
    "FAGTRAAD_SLACK_APP_TOKEN": f"xapp-{SECRET}",
}
BAD = {
    "FAGTRAAD_SLACK_BOT_TOKEN": f"xoxp-{SECRET}",
    "FAGTRAAD_SLACK_SIGNING_SECRET": f"{SECRET} og mer",
    "FAGTRAAD_SLACK_APP_TOKEN": f"xoxb-{SECRET}",
    "FAGTRAAD_SLACK_MODE": SECRET,
    "FAGTRAAD_SLACK_API_URL": f"http://{SECRET}.example.no/api/",
    "FAGTRAAD_SLACK_CASES": SECRET,
}


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """In a folder without a .env file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    return monkeypatch


@pytest.fixture
def whole(alone: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in WHOLE.items():
        alone.setenv(name, value)
    return alone


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_named_with_where_it_is_found_and_not_shown(whole: pytest.MonkeyPatch, name: str) -> None:
    whole.setenv(name, BAD[name])
    field = name.removeprefix("FAGTRAAD_SLACK_").lower()
    with pytest.raises(ValidationError) as refused:
        SlackSettings()
    assert SECRET not in str(refused.value)
    assert chats.shortcomings("slack") == [f"{name} {SHOULD[field]}"]


@pytest.mark.parametrize(
    ("mode", "needed"), [("http", {"BOT_TOKEN", "SIGNING_SECRET"}), ("socket", {"BOT_TOKEN", "APP_TOKEN"})]
)
def test_each_way_of_being_connected_needs_two_values(alone: pytest.MonkeyPatch, mode: str, needed: set[str]) -> None:
    alone.setenv("FAGTRAAD_SLACK_MODE", mode)
    missing = chats.shortcomings("slack")
    assert {line.split()[0].removeprefix("FAGTRAAD_SLACK_") for line in missing} == needed
    assert all("mangler" in line and "api.slack.com/apps" in line for line in missing)
    for name in needed:
        alone.setenv(f"FAGTRAAD_SLACK_{name}", WHOLE[f"FAGTRAAD_SLACK_{name}"])
    assert chats.shortcomings("slack") == []


@pytest.mark.parametrize("url", ["https://slack.com/api", "https://slack-gov.com/api/", "http://127.0.0.1:9/api"])
def test_the_api_is_a_folder_and_only_this_machine_is_asked_in_the_open(alone: pytest.MonkeyPatch, url: str) -> None:
    alone.setenv("FAGTRAAD_SLACK_API_URL", url)
    assert SlackSettings().api_url == f"{url.rstrip('/')}/"


def test_case_texts_are_off_until_somebody_turns_them_on(whole: pytest.MonkeyPatch) -> None:
    assert not SlackSettings().cases
    assert "slått av" in slack.summary()
    whole.setenv("FAGTRAAD_SLACK_CASES", "true")
    assert SlackSettings().cases
    assert "slått på" in slack.summary()


def test_they_are_read_where_the_others_are_a_secret_file_before_a_variable(
    whole: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "fagtraad_slack_bot_token").write_text("xoxb-fra-fil\n")
    (tmp_path / ".env").write_text(f"FAGTRAAD_SECRETS_DIR={folder}\nFAGTRAAD_SLACK_MODE=socket\n")
    assert Settings().secrets_dir == folder, "a chat's own file is no misspelt setting"
    read = SlackSettings()
    assert (read.bot_token.get_secret_value(), read.mode) == ("xoxb-fra-fil", "socket")
    assert "xoxb" not in repr(read)
    (folder / "fagtraad_slack_bot_tokne").write_text("xoxb-fra-fil\n")
    with pytest.raises(ValidationError, match="fagtraad_slack_bot_tokne is named like a setting"):
        Settings()


def test_a_misspelt_one_is_found_and_the_right_ones_are_known_whatever_chats_are_in_use(
    whole: pytest.MonkeyPatch,
) -> None:
    for name in REQUIRED:  # the test run's own
        whole.delenv(name, raising=False)
    whole.setenv("FAGTRAAD_SLACK_BOT_TOKNE", SECRET)
    assert unknown_variables() == ["FAGTRAAD_SLACK_BOT_TOKNE"]


def refused(folder: Path, *words: str, **variables: str) -> str:
    """What a start says that comes to nothing: a process of its own, since it sets up the log for good."""
    here = {
        "PYTHONPATH": str(ROOT),
        "FAGTRAAD_CHATS": "slack",
        "FAGTRAAD_KEYS": new_key("k1"),
        "FAGTRAAD_LEDGER_PATH": "erasures.jsonl",
        **variables,
    }
    ran = subprocess.run(
        [sys.executable, "-m", "bot", *words], cwd=folder, env=here, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def test_it_does_not_start_before_everything_is_there_and_says_all_that_is_not(tmp_path: Path) -> None:
    said = refused(tmp_path, "run")
    for name in ("FAGTRAAD_SLACK_BOT_TOKEN", "FAGTRAAD_SLACK_SIGNING_SECRET"):
        assert f"{name} mangler" in said
    assert "PUBLIC_URL" not in said


@pytest.mark.parametrize("command", [("run",), ("db", "upgrade")], ids=" ".join)
def test_a_bad_value_stops_every_start(tmp_path: Path, command: tuple[str, ...]) -> None:
    said = refused(tmp_path, *command, **WHOLE, FAGTRAAD_SLACK_MODE=SECRET)
    assert "FAGTRAAD_SLACK_MODE skal være http eller socket" in said
    assert SECRET not in said


async def test_the_check_says_the_same_and_asks_for_no_web_pages(
    alone: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path
) -> None:
    wanted = Settings(
        _env_file=None,
        database_url=sqlite_url,
        keys=new_key("k1"),
        chats=["slack"],
        ledger_path=tmp_path / "erasures.jsonl",
    )
    wrong = [finding for finding in await check_up(wanted) if not finding.good]
    assert [finding.status for finding in wrong] == chats.shortcomings("slack")
    assert len(wrong) == 2
    for name, value in WHOLE.items():
        alone.setenv(name, value)
    found = await check_up(wanted)
    assert all(finding.good for finding in found), found
    assert SECRET not in str(found)
    assert any(finding.what == "Chat «slack»" and "HTTP" in finding.status for finding in found)


def test_without_the_packages_it_says_which_to_install_and_everything_else_works(tmp_path: Path) -> None:
    """In a process where they cannot be found, as where nobody installed them."""
    code = f"""
import importlib.util, sys
hidden = {slack.PACKAGES!r}
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in hidden else find(name, package)
for name in hidden:
    sys.modules[name] = None
from bot import chats
from bot.settings import unknown_variables
assert unknown_variables() == []
print(chats.shortcomings("slack"))
"""
    here = {**WHOLE, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=here, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "fagtraad[slack]" in ran.stdout
    assert SECRET not in ran.stdout
