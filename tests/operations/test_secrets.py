"""Secrets as files: read, named by `fagtraad check`, and refused where one is amiss."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings
from tests.operations.installed import ROOT, Installed
from tests.world import TEST_KEY

SECRET = "hemmeligverdi"


@pytest.fixture
def secrets(upgraded: Installed) -> Path:
    folder = upgraded.folder / "secrets"
    folder.mkdir()
    (folder / "fagtraad_keys").write_text(TEST_KEY + "\n")
    (folder / "database_password").write_text(SECRET)  # somebody else's, and of no concern to us
    del upgraded.environment["FAGTRAAD_KEYS"]
    upgraded.environment["FAGTRAAD_SECRETS_DIR"] = str(folder)
    return folder


def test_a_secret_is_read_from_its_file_and_named_by_the_check(upgraded: Installed, secrets: Path) -> None:
    said = " ".join(upgraded.run("check", COLUMNS="300").stdout.split())
    assert f"{secrets}: fagtraad_keys" in said
    assert "nyeste er «test»" in said
    assert TEST_KEY.partition(":")[2] not in said


def test_a_file_goes_before_a_variable_that_was_forgotten(upgraded: Installed, secrets: Path) -> None:
    from bot.__main__ import new_key

    said = upgraded.run("check", FAGTRAAD_KEYS=new_key("gammel")).stdout
    assert "«test»" in said
    assert "gammel" not in said


@pytest.mark.parametrize("where", ["variable", "dotenv"])
def test_the_folder_may_be_named_wherever_settings_are(upgraded: Installed, secrets: Path, where: str) -> None:
    if where == "dotenv":
        (upgraded.data / ".env").write_text(f"FAGTRAAD_SECRETS_DIR={upgraded.environment.pop('FAGTRAAD_SECRETS_DIR')}")
    assert "«test»" in upgraded.run("check").stdout


def no_folder(secrets: Path) -> str:
    for file in secrets.iterdir():
        file.unlink()
    secrets.rmdir()
    return "is not a folder"


def a_file(secrets: Path) -> str:
    no_folder(secrets)
    secrets.write_text(SECRET)
    return "is not a folder"


def empty(secrets: Path) -> str:
    (secrets / "fagtraad_keys").write_text(" \n")
    return "fagtraad_keys is empty"


def not_text(secrets: Path) -> str:
    (secrets / "fagtraad_keys").write_bytes(b"\xff\xfe" + SECRET.encode())
    return "fagtraad_keys cannot be read (UnicodeDecodeError)"


def a_folder_for_a_file(secrets: Path) -> str:
    (secrets / "fagtraad_keys").unlink()
    (secrets / "fagtraad_keys").mkdir()  # what Docker makes where the file on the host is missing
    return "fagtraad_keys cannot be read (IsADirectoryError)"


def elsewhere(secrets: Path) -> str:
    (secrets / "fagtraad_keys").unlink()
    (secrets.parent / "outside").write_text(TEST_KEY)
    (secrets / "fagtraad_keys").symlink_to(secrets.parent / "outside")
    return "fagtraad_keys points outside the folder"


def misspelt(secrets: Path) -> str:
    (secrets / "fagtraad_kyes").write_text(SECRET)
    return "fagtraad_kyes is named like a setting and is none"


@pytest.mark.parametrize("spoil", [no_folder, a_file, empty, not_text, a_folder_for_a_file, elsewhere, misspelt])
def test_a_secret_that_is_amiss_is_refused_and_named(secrets: Path, spoil: Callable[[Path], str]) -> None:
    why = spoil(secrets)
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, secrets_dir=secrets)
    (problem,) = refused.value.errors()
    assert problem["loc"] == ("secrets_dir",)
    assert why in problem["msg"]
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("words", [("check",), ("run",), ("db", "upgrade")], ids=" ".join)
def test_a_secret_that_is_amiss_stops_every_start(upgraded: Installed, secrets: Path, words: tuple[str, ...]) -> None:
    why = empty(secrets)
    said = " ".join(upgraded.run(*words, status=2, COLUMNS="300").stderr.split())
    assert "FAGTRAAD_SECRETS_DIR" in said
    assert why in said


def test_a_bad_secret_is_named_as_the_setting_it_is(upgraded: Installed, secrets: Path) -> None:
    (secrets / "fagtraad_keys").write_text(f"k1:{SECRET}")
    said = upgraded.run("check", status=2).stderr
    assert "FAGTRAAD_KEYS" in said
    assert SECRET not in said


def test_new_secrets_are_made_once_and_fit_each_other(upgraded: Installed, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    environment = upgraded.variables(FAGTRAAD_SECRETS=str(folder))

    def make() -> subprocess.CompletedProcess[str]:
        script = [str(ROOT / "deploy" / "new-secrets"), "fagtraad"]
        return subprocess.run(script, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert make().returncode == 0
    made = {file.name: file.read_text().strip() for file in folder.iterdir()}
    assert made.keys() == {"fagtraad_keys", "fagtraad_database_url", "database_password"}
    assert (
        made["fagtraad_database_url"] == f"postgresql+asyncpg://fagtraad:{made['database_password']}@database/fagtraad"
    )
    assert len(made["database_password"]) == 48
    assert folder.stat().st_mode & 0o077 == 0
    assert make().returncode == 1
    assert {file.name: file.read_text().strip() for file in folder.iterdir()} == made
