"""Fagtråd installed as the Dockerfile says, in a folder, and run as real processes: no container engine is needed."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.world import TEST_KEY

ROOT = Path(__file__).parents[2]
RUN = "import sys\nsys.argv = ['fagtraad', 'run']\nfrom bot.__main__ import main\nmain()"
PATIENCE = 60.0  # seconds: the machine may be busy


def instructions(dockerfile: Path = ROOT / "Dockerfile") -> list[tuple[str, str]]:
    """(instruction, the rest of it), lines that go on put together."""
    text = re.sub(r"\\\n(\s*#.*\n)*", " ", dockerfile.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], " ".join(line.split(maxsplit=1)[1].split())) for line in lines]


def copied() -> dict[str, str]:
    """What comes from the checkout: source → where it ends up."""
    rest = [words.split() for name, words in instructions() if name == "COPY" and "--from=" not in words]
    return {source: to for *_options, source, to in ([w for w in words if not w.startswith("--")] for words in rest)}


@dataclass
class Process:
    """`fagtraad run`, while it runs and afterwards."""

    address: str
    popen: subprocess.Popen[bytes]
    out: Path
    errors: Path

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.popen.send_signal(by)
        return self.popen.wait(timeout=PATIENCE)

    def lines(self) -> list[dict[str, Any]]:
        """Standard output: every line must be JSON."""
        return [json.loads(line) for line in self.out.read_text(encoding="utf-8").splitlines()]

    def get(self, path: str) -> httpx.Response:
        """As the proxy in front passes it on."""
        return httpx.get(self.address + path, timeout=10, headers={"Host": "fagtraad.example.no"})

    def until(self, path: str, status: int = 200) -> httpx.Response:
        """Until the answer is that."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if (answer := self.get(path)).status_code == status:
                    return answer
            except httpx.TransportError:
                if self.popen.poll() is not None:
                    raise AssertionError(self.errors.read_text() + self.out.read_text()) from None
            time.sleep(0.05)
        raise AssertionError(f"{path} was never {status}: {self.errors.read_text()}")


@dataclass
class Installed:
    """The program and its command, which all tests share (`image`), and a folder for this one's data."""

    image: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def app(self) -> Path:
        return self.image / "app"

    @property
    def command(self) -> str:
        return str(self.image / "bin" / "fagtraad")

    def variables(self, **changes: str) -> dict[str, str]:
        """None of the tester's own settings."""
        path = os.pathsep.join(
            [str(self.folder / "bin"), str(self.image / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
        )
        own = {name: value for name, value in os.environ.items() if not name.startswith(("FAGTRAAD_", "PYTHON"))}
        ours = {"PATH": path, "PYTHONPATH": str(self.app), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(self.folder)}
        return own | ours | self.environment | changes

    def run(self, *words: str, status: int = 0, **changes: str) -> subprocess.CompletedProcess[str]:
        """`fagtraad` with these words."""
        done = subprocess.run(
            [self.command, *words],
            cwd=self.data,
            env=self.variables(**changes),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    @contextmanager
    def running(self, code: str = "", **changes: str) -> Iterator[Process]:
        """Killed at the end, if it still runs. `code` is run first, in the same process."""
        port = free_port()
        out, errors = self.folder / f"out-{port}", self.folder / f"errors-{port}"
        with out.open("wb") as to, errors.open("wb") as complaints:
            popen = subprocess.Popen(
                [sys.executable, "-P", "-c", f"{code}\n{RUN}"] if code else [self.command, "run"],
                cwd=self.data,
                env=self.variables(FAGTRAAD_PORT=str(port), **changes),
                stdout=to,
                stderr=complaints,
            )
        process = Process(f"http://127.0.0.1:{port}", popen, out, errors)
        try:
            process.until("/healthz")
            yield process
        finally:
            if popen.poll() is None:
                popen.kill()
            popen.wait()


def build(image: Path) -> Path:
    """What the Dockerfile's COPY lines name, and nothing more, compiled as it says, where nobody may write."""
    for source, to in copied().items():
        if to.startswith("/app/"):
            shutil.copytree(ROOT / source, image / to.lstrip("/"), ignore=shutil.ignore_patterns("__pycache__"))
    (compiling,) = (words for name, words in instructions() if name == "RUN" and "compileall" in words)
    options = compiling.removeprefix("python -m compileall ").removesuffix(" /app").split()
    subprocess.run([sys.executable, "-m", "compileall", *options, str(image / "app")], check=True)
    (image / "bin").mkdir()
    shutil.copy(ROOT / "deploy" / "fagtraad", image / "bin" / "fagtraad")
    write_protect(image / "app")
    return image


def install(image: Path, folder: Path, url: str | None = None, chats: str = "memory") -> Installed:
    for each in ("bin", "data/database", "data/ledger"):
        (folder / each).mkdir(parents=True)
    data = folder / "data"
    return Installed(
        image,
        folder,
        {
            "FAGTRAAD_DATABASE_URL": url or f"sqlite+aiosqlite:///{data}/database/fagtraad.db",
            "FAGTRAAD_LEDGER_PATH": f"{data}/ledger/erasures.jsonl",
            "FAGTRAAD_KEYS": TEST_KEY,
            "FAGTRAAD_CHATS": chats,
            "FAGTRAAD_PUBLIC_URL": "https://fagtraad.example.no",
        },
    )


def write_protect(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)


def allow_writing(folder: Path) -> None:
    """So that pytest can clear it away."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(stat.S_IMODE(path.stat().st_mode) | 0o200)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
