"""The files that an installation is made from: what they say is possible, and is what was meant."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot
from bot.settings import Settings
from tests.operations.installed import ROOT, copied, instructions

TOOLS = Path(sys.executable).parent
FILES = ("Dockerfile", "docker-compose.yml", "deploy/fagtraad.service", "deploy/fagtraad", "deploy/new-secrets")


def lint(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def of(name: str) -> list[str]:
    return [words for found, words in instructions() if found == name]


def final_stage() -> list[tuple[str, str]]:
    found = instructions()
    return found[max(at for at, (name, _words) in enumerate(found) if name == "FROM") :]


def health_check() -> list[str]:
    found: list[str] = json.loads(of("HEALTHCHECK")[0].partition("CMD ")[2])
    return [sys.executable if word == "python" else word for word in found]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return found


# ---------------------------------------------------------------- the image


@pytest.mark.skipif(sys.platform == "win32", reason="hadolint has no wheel for Windows")
def test_the_dockerfile_is_well_written() -> None:
    lint(str(TOOLS / "hadolint"), "--failure-threshold", "style", "Dockerfile")


def test_what_is_copied_exists_and_is_let_through_to_the_build() -> None:
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert let_through[0] == "*"
    for source in copied():
        assert (ROOT / source).exists(), source
        assert f"!{source}" in let_through, source


def test_the_image_holds_all_packages_of_the_program() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rooms = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert {Path(to).name for to in copied().values() if to.startswith("/app/")} == rooms
    assert project["project"]["version"] == bot.__version__
    assert f'version="{bot.__version__}"' in of("LABEL")[0]


def test_packages_are_installed_with_their_hashes_and_the_python_is_pinned() -> None:
    assert any("--require-hashes -r /tmp/all.txt" in words for words in of("RUN"))
    assert len(of("FROM")) == 2
    assert all(re.fullmatch(r"python:3\.\d+-slim( AS build)?", words) for words in of("FROM"))


def test_it_runs_as_nobody_in_particular_and_stops_when_asked() -> None:
    last = dict(final_stage())
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", last["USER"])
    assert any(f"--uid {last['USER'].partition(':')[0]} " in words for words in of("RUN"))
    assert json.loads(last["ENTRYPOINT"]) == ["fagtraad"]
    assert json.loads(last["CMD"]) == ["run"]
    assert last["STOPSIGNAL"] == "SIGTERM"
    assert all(folder.startswith("/data/") for folder in json.loads(last["VOLUME"]))
    assert "--from=build" in last["COPY"]  # nothing of the checkout but what was built


def test_the_variables_of_the_image_are_settings() -> None:
    names = set(re.findall(r"FAGTRAAD_(\w+)=", dict(final_stage())["ENV"]))
    assert names
    assert {name.lower() for name in names} <= set(Settings.model_fields)


@pytest.mark.parametrize("name", FILES)
def test_no_host_is_named_where_images_come_from(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"(image:|FROM) *[^\s:/]+\.[^\s/]+/", text)
    assert "index-url" not in text


# ---------------------------------------------------------------- compose


def test_the_compose_file_follows_the_specification() -> None:
    lint(str(TOOLS / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


@pytest.mark.parametrize("name", ["database", "upgrade", "fagtraad"])
def test_every_service_has_as_little_as_it_needs(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["user"] not in ("root", "0")
    assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])
    assert {"mem_limit", "cpus", "pids_limit", "restart"} <= service.keys()
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_services_wait_for_each_other() -> None:
    services = compose()["services"]
    assert services["fagtraad"]["depends_on"] == {
        "database": {"condition": "service_healthy"},
        "upgrade": {"condition": "service_completed_successfully"},
    }
    assert services["upgrade"]["command"] == ["db", "upgrade"]
    assert services["upgrade"]["restart"] == "no"
    assert services["database"]["healthcheck"]["test"][0] == "CMD"


def test_what_the_services_refer_to_is_there() -> None:
    whole = compose()
    for service in whole["services"].values():
        assert set(service.get("secrets", [])) <= whole["secrets"].keys()
        assert set(service["networks"]) <= whole["networks"].keys()
        assert {mount.partition(":")[0] for mount in service["volumes"]} <= whole["volumes"].keys()
        names = {name.removeprefix("FAGTRAAD_").lower() for name in service["environment"] if "FAGTRAAD" in name}
        assert names <= set(Settings.model_fields)
    assert whole["networks"]["inside"]["internal"] is True
    assert whole["services"]["database"]["networks"] == ["inside"]


def test_secrets_are_files_and_the_ledger_has_a_volume_of_its_own() -> None:
    whole = compose()
    for name, value in whole["services"]["database"]["environment"].items():
        assert "PASSWORD" not in name or value == "/run/secrets/database_password"
    for service in ("upgrade", "fagtraad"):
        assert not {"FAGTRAAD_KEYS", "FAGTRAAD_DATABASE_URL"} & whole["services"][service]["environment"].keys()
        assert whole["services"][service]["secrets"] == ["fagtraad_database_url", "fagtraad_keys"]
        assert whole["services"][service]["volumes"] == ["ledger:/data/ledger"]
    assert whole["services"]["database"]["volumes"] == ["database:/var/lib/postgresql"]
    image = next(words for words in of("ENV") if "FAGTRAAD_LEDGER_PATH" in words)
    assert "FAGTRAAD_LEDGER_PATH=/data/ledger/" in image


# ---------------------------------------------------------------- systemd, scripts


def unit() -> list[tuple[str, str]]:
    lines = (ROOT / "deploy" / "fagtraad.service").read_text(encoding="utf-8").splitlines()
    return [(line.partition("=")[0], line.partition("=")[2]) for line in lines if "=" in line and line[0] not in "#;"]


def test_the_unit_names_settings_and_commands_that_exist() -> None:
    variables = [value.partition("=")[0] for name, value in unit() if name == "Environment" and "FAGTRAAD" in value]
    assert {name.removeprefix("FAGTRAAD_").lower() for name in variables} <= set(Settings.model_fields)
    commands = [value for name, value in unit() if name.startswith("Exec")]
    assert [command.partition("/bin/fagtraad ")[2] for command in commands] == ["db upgrade", "run"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_the_unit_is_understood_and_is_shut_in(tmp_path: Path) -> None:
    """With the program's place set to one that exists here."""
    text = (ROOT / "deploy" / "fagtraad.service").read_text(encoding="utf-8")
    here = tmp_path / "fagtraad.service"
    here.write_text(text.replace("/opt/fagtraad/.venv-all/bin/fagtraad", sys.executable), encoding="utf-8")
    lint("systemd-analyze", "verify", str(here))
    lint("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(here))  # 2.0 of 10


@pytest.mark.parametrize("name", ["deploy/fagtraad", "deploy/new-secrets"])
def test_the_scripts_are_posix_shell_and_can_be_run(name: str) -> None:
    lint("sh", "-n", name)
    assert (ROOT / name).stat().st_mode & 0o111
