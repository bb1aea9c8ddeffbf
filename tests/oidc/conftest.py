"""A real OpenID provider beside the pages: the npm package `oidc-provider`, in a process of its own."""

import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.clock import MovableClock
from bot.people import OIDC, Person, PlatformAccount
from tests import npm
from tests.adapters.web.hall import create_tables
from tests.adapters.web.sign_in.door import Browser, Door, free_port, open_door
from tests.databases import Prepare

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def schema() -> Prepare:
    return create_tables


@pytest.fixture(scope="session")
def installed() -> Path:
    """The provider's folder, with what it needs."""
    folder = npm.installed(HERE, "oidc-provider")
    shutil.copy(HERE / "provider.mjs", folder)
    return folder


@dataclass
class AtProvider:
    """The provider, and what somebody does on its pages."""

    issuer: str
    back: str  # the pages that it sends people back to

    def twist(self, **how: Any) -> None:
        """From now on it answers as a provider must not."""
        httpx.post(f"{self.issuer}/twist", content=json.dumps(how))

    async def sign_in(self, browser: Browser, to: str, who: str = "kari-at-work") -> str:
        """Through the login and the consent pages. Returns where the browser is sent then, without going there."""
        answers = [{"login": who, "password": "whatever it takes here"}, {}]
        url = to
        for _ in range(20):
            answer = await browser.http.get(url)
            while answer.is_redirect:
                url = str(answer.next_request.url) if answer.next_request else ""
                if url.startswith(self.back):
                    return url
                answer = await browser.http.get(url)
            assert answer.status_code == 200, answer.text
            form = Form.of(answer.text)
            sent = await browser.http.post(form.action, data={**form.hidden, **answers.pop(0)})
            assert sent.is_redirect, sent.text
            url = str(sent.next_request.url) if sent.next_request else ""
        raise AssertionError("the provider leads nowhere")


class Form(HTMLParser):
    """The one form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}

    @staticmethod
    def of(page: str) -> "Form":
        form = Form()
        form.feed(page)
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        elif tag == "input" and found.get("type") == "hidden":
            self.hidden[found["name"]] = found["value"]


@pytest.fixture(scope="session")
def running_provider(installed: Path) -> Iterator[AtProvider]:
    back = f"http://127.0.0.1:{free_port()}"
    with subprocess.Popen(
        ["node", "provider.mjs", back], cwd=installed, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        issuer = process.stdout.readline().strip()
        assert issuer.startswith("http://127.0.0.1:"), "the provider did not start"
        yield AtProvider(issuer, back)
        process.terminate()


@pytest.fixture
def provider(running_provider: AtProvider) -> Iterator[AtProvider]:
    yield running_provider
    running_provider.twist()


def settings_for(provider: AtProvider) -> dict[str, Any]:
    return {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": "fagtraad",
        "oidc_client_secret": "secret of fagtraad: +/%",
        "oidc_name": "Helse Prøve",
    }


async def linked(door: Door, account: str = "kari-at-work", name: str = "Kari Fjell") -> None:
    """The operator has linked an account at the provider to a person."""
    async with door.chat.core.database.transaction() as session:
        person = (await session.scalars(select(Person.id).where(Person.name == name))).one()
        session.add(PlatformAccount(chat=OIDC, account=account, person_id=person))


@pytest.fixture
async def door(sqlite_url: str, tmp_path: Path, provider: AtProvider) -> AsyncIterator[Door]:
    async with door_at(sqlite_url, tmp_path, provider) as door:
        yield door


def door_at(url: str, folder: Path, provider: AtProvider, **changes: Any) -> Any:
    port = int(provider.back.rpartition(":")[2])
    return open_door(url, folder, port=port, clock=MovableClock(), **(settings_for(provider) | changes))
