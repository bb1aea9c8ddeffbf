"""Stands in for `docker` where there is none: carries out, without an engine, what docker-compose.yml and the
Dockerfile say of a command. Refuses what it does not know, so that a slip in the page is seen.

Run as a script, in the project's folder, with `STAND_IN` naming a file of the places things are in.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml


@dataclass(frozen=True)
class Places:
    fagtraad: str  # the command that the image holds
    data: str  # what is /data in the container
    postgres_bin: str
    postgres_host: str
    port: str

    @property
    def pid(self) -> Path:
        return Path(self.data).parent / "pid"


def refuse(words: list[str]) -> NoReturn:
    sys.exit(f"no such docker command: {' '.join(words)}")


class Compose:
    def __init__(self, places: Places) -> None:
        self.places = places
        self.file: dict[str, Any] = yaml.safe_load(Path("docker-compose.yml").read_text(encoding="utf-8"))
        self.services = self.file["services"]

    def variables(self, service: str) -> dict[str, str]:
        """Of the image, of `env_file` and of `environment`, as Compose puts them together."""
        named = self.services[service]
        found = re.findall(r"(FAGTRAAD_\w+)=(\S+)", Path("Dockerfile").read_text(encoding="utf-8"))
        lines = Path(named["env_file"]).read_text(encoding="utf-8").splitlines()
        found += [tuple(line.split("=", 1)) for line in lines if line and not line.startswith("#")]
        merged = dict(found) | {name: str(value) for name, value in named["environment"].items()}
        merged |= {"FAGTRAAD_SECRETS_DIR": str(self.secrets(service)), "FAGTRAAD_PORT": self.places.port}
        return {name: value.replace("/data/", f"{self.places.data}/") for name, value in merged.items()}

    def secrets(self, service: str) -> Path:
        """What is /run/secrets there: those of this service alone. The host `database` is found where it really is."""
        folder = Path(self.places.data).parent / f"secrets-of-{service}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in self.services[service]["secrets"]:
            words = Path(self.file["secrets"][name]["file"]).read_text(encoding="utf-8")
            found = words.replace("@database/fagtraad", f"@/fagtraad?host={self.places.postgres_host}")
            (folder / name).write_text(found, encoding="utf-8")
        return folder

    def fagtraad(self, service: str, words: list[str]) -> None:
        subprocess.run([self.places.fagtraad, *words], env=self.environment(service), cwd=self.places.data, check=True)

    def environment(self, service: str) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("FAGTRAAD_")}
        return own | self.variables(service)

    def up(self) -> None:
        """What must be done before, as `depends_on` says; then the service, until its health check says yes."""
        wanted = self.services["fagtraad"]["depends_on"]
        if wanted["upgrade"]["condition"] != "service_completed_successfully":
            sys.exit("the service would not wait for the upgrade")
        self.stop()
        self.fagtraad("upgrade", self.services["upgrade"]["command"])
        command = [self.places.fagtraad, *self.services["fagtraad"]["command"]]
        log = (Path(self.places.data).parent / "log").open("ab")
        started = subprocess.Popen(
            command,
            env=self.environment("fagtraad"),
            cwd=self.places.data,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.places.pid.write_text(str(started.pid))
        self.wait(started)

    def wait(self, started: "subprocess.Popen[bytes]") -> None:
        for _try in range(300):
            if started.poll() is not None:
                sys.exit((Path(self.places.data).parent / "log").read_text())
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.places.port}/healthz", timeout=4).close()
                return
            except OSError:
                time.sleep(0.1)
        sys.exit("never healthy")

    def stop(self) -> None:
        if not self.places.pid.exists():
            return
        pid = int(self.places.pid.read_text())
        os.kill(pid, signal.SIGTERM)
        grace = int(self.services["fagtraad"]["stop_grace_period"].removesuffix("s"))
        for _try in range(grace * 20):
            if not Path(f"/proc/{pid}").exists() or "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
                self.places.pid.unlink()
                return
            time.sleep(0.05)
        sys.exit("not stopped in time")

    def exec(self, service: str, words: list[str]) -> None:
        if service == "fagtraad":
            inside = [word.replace("/data/", f"{self.places.data}/") for word in words]
            if inside[0] == "fagtraad":
                return self.fagtraad(service, inside[1:])
            subprocess.run(inside, check=True)
            return None
        if service != "database":
            refuse(["exec", service])
        there = os.environ | {"PGHOST": self.places.postgres_host}
        subprocess.run([f"{self.places.postgres_bin}/{words[0]}", *words[1:]], env=there, check=True)
        return None


def main(words: list[str]) -> None:
    places = Places(**json.loads(Path(os.environ["STAND_IN"]).read_text()))
    if words[:2] == ["run", "--rm"] and words[2:3] == [Compose(places).services["fagtraad"]["image"]]:
        subprocess.run([places.fagtraad, *words[3:]], check=True)
        return
    if words[:1] != ["compose"]:
        refuse(words)
    compose = Compose(places)
    match words[1:]:
        case ["build"] | ["build", "--pull"]:
            pass  # what the Dockerfile says is checked in test_files.py
        case ["up", "--detach", "--wait"]:
            compose.up()
        case ["stop", "fagtraad"]:
            compose.stop()
        case ["run", "--rm", "upgrade"]:
            compose.fagtraad("upgrade", compose.services["upgrade"]["command"])
        case ["exec", "-T", service, *command] | ["exec", service, *command]:
            compose.exec(service, command)
        case _:
            refuse(words)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
