"""From an empty database to the first button: as an operator does it, with real processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.world import TEST_KEY

FAGTRAAD = (sys.executable, "-m", "bot")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def surroundings(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of an installation on this machine."""
    (tmp_path / "erasures.jsonl").touch()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "DATABASE_URL": sqlite_url,
        "KEYS": TEST_KEY,
        "LEDGER_PATH": str(tmp_path / "erasures.jsonl"),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    return {**os.environ, "PYTHONPATH": str(ROOT)} | {f"FAGTRAAD_{name}": value for name, value in own.items()}


@pytest.fixture
def told(surroundings: dict[str, str], tmp_path: Path) -> Iterator[Path]:
    """What `fagtraad run` says to whoever started it; it serves."""
    said = tmp_path / "said"
    with said.open("wb") as errors:
        served = subprocess.Popen([*FAGTRAAD, "run"], env=surroundings, cwd=tmp_path, stdout=errors, stderr=errors)
        try:
            wait_for(lambda: httpx.get(f"{surroundings['FAGTRAAD_PUBLIC_URL']}/readyz", timeout=3).status_code == 200)
            yield said
        finally:
            served.terminate()
            served.wait(20)


def wait_for(true: Callable[[], bool]) -> None:
    """Until it is so, for a minute at most: the machine may be busy."""
    for _ in range(240):
        try:
            if true():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.25)
    pytest.fail("it did not come to be so within a minute")


def command(surroundings: dict[str, str], folder: Path, *words: str) -> str:
    done = subprocess.run(
        [*FAGTRAAD, *words], env=surroundings, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_empty_database_says_what_to_do_and_that_leads_to_the_first_button(
    told: Path, surroundings: dict[str, str], tmp_path: Path
) -> None:
    said = told.read_text(encoding="utf-8")
    assert "fagtraad admin person NAVN --operator" in said
    assert "fagtraad link NAVN" in said

    command(surroundings, tmp_path, "admin", "person", "Bjarte Tveitan", "--operator")
    address, token = command(surroundings, tmp_path, "link", "Bjarte Tveitan").strip().split("#")
    origin = surroundings["FAGTRAAD_PUBLIC_URL"]
    assert address.startswith(origin)
    with httpx.Client(base_url=origin, headers={"Origin": origin}, timeout=20) as browser:
        assert browser.post("/inn/lenke", json={"token": token}).status_code == 200
        home = browser.post("/api/home", json={}).json()
        (direct,) = home["rooms"]
        wait_for(lambda: "Kom i gang" in browser.post("/api/messages", json={"room": direct["id"]}).text)
        (welcome,) = browser.post("/api/messages", json={"room": direct["id"]}).json()["messages"]
        buttons = [each for part in welcome["said"]["parts"] for each in part.get("buttons", ())]
        assert [(each["label"], each["does"]) for each in buttons] == [("Sett opp nettverk", "networks.new")]
        browser.post("/api/home", json={})
        assert len(browser.post("/api/messages", json={"room": direct["id"]}).json()["messages"]) == 1
