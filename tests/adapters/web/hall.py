"""A web chat with an invented network in it, served on a free port; the core behind it is a small fake."""

import asyncio
import base64
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.web import WebChat, rooms
from adapters.web.tables import WebAccount
from bot.chat import delivery
from bot.chat.inbound import Command, Inbound, Press, Said, Submission
from bot.chat.message import (
    Button,
    Buttons,
    ChoiceField,
    ChoicesField,
    CopyText,
    DateField,
    Facts,
    Form,
    FormButton,
    Mentions,
    Message,
    Option,
    Part,
    Quote,
    Text,
    TextField,
    TickField,
    Tone,
    message,
)
from bot.chat.port import Account, Done, Next, Outcome, Place, Posted, Problems
from bot.clock import MovableClock
from bot.core import Core
from bot.feature import CommandWord, Feature, Features, Shortcut
from bot.health import Readiness, chats_work, database_answers, pages
from bot.people import MemberRole, Membership, Network, Person, PlatformAccount, Role
from bot.places import Purpose
from bot.places import Room as BoundRoom
from bot.settings import Settings
from bot.vault import Ledger, Vault
from storage import Busy, Database, Row

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # 12:00 in Oslo
PEOPLE = (
    ("kari", "Kari Fjell", "overlege, Fjordane HF"),
    ("ola", "Ola Myhre", "sykepleier, Innlandet HF"),
    ("siri", "Siri Anne Vik", "LIS, Nordkyst HF"),
    ("per", "Per Dal", "brukerrepresentant"),
)
GENERAL = Place("web", "general")
CASES = Place("web", "cases")


async def create_tables(url: str) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Row.metadata.create_all)
    await database.close()


class FakeInbox:
    """Takes everything in, and answers the way the core would: once a key, after its own commit."""

    def __init__(self, chat: WebChat) -> None:
        self.chat = chat
        self.events: list[Inbound] = []
        self.keys: set[str] = set()
        self.busy = 0  # so many times nothing can be stored
        self.asked: list[Submission] = []

    async def receive(self, event: Inbound) -> Outcome:
        if self.busy:
            self.busy -= 1
            raise Busy
        if event.key in self.keys or event.key.startswith("web:arrived:"):  # the core's greeting is tested elsewhere
            return Done()
        if isinstance(event, Submission):
            return await self._submitted(event)
        self.keys.add(event.key)
        self.events.append(event)
        match event:
            case Command(text=text) if text.lstrip("/").startswith("kasus"):
                await delivery.ask(self.chat, event.opener, event.place, event.account, ask_form(), event.key)
            case Command():
                await self.chat.whisper(event.place, event.account, help_message())
            case Press(does="test.ask" | "test.item"):
                await delivery.ask(self.chat, event.opener, event.place, event.account, ask_form(), event.key)
            case Press(does="test.answering", carries=carries):
                await self.chat.edit(Posted.load(carries), case_card(carries, answering=event.account.name))
            case Said(text=text, opener=opener) if text.startswith("kasus") and opener:
                await delivery.ask(self.chat, opener, event.place, event.account, ask_form(), event.key)
            case Said(text=text) if "11223" in text:
                await self.chat.whisper(event.place, event.account, message("Dette kan kjenne igjen en pasient."))
            case _:
                pass
        return Done()

    async def _submitted(self, event: Submission) -> Outcome:
        if event.button == "rewrite":
            return Next(ask_form(title="Omskrevet tittel", note="Alderen er gjort om til en gruppe."))
        if event.button == "appeal":
            return Problems({"": "Ingen kan vurdere den nå."})
        problems = {name: said for name, said in MISSING.items() if not event.values.get(name)}
        background = str(event.values.get("background"))
        if "Hansen" in background:
            problems["background"] = "«Hansen» ser ut som et navn. Ta det bort."
        if "Storvik" in background:
            problems["background"] += " «Storvik» ser ut som et sted. Skriv heller hva slags sted det er."
            note = "«Hansen» kan være flere."
            return Problems(problems, ask_form(str(event.values["title"]), note, background, appeal=True))
        if problems:
            return Problems(problems)
        self.keys.add(event.key)
        self.asked.append(event)
        return Done()


MISSING = {
    "title": "Skriv en tittel.",
    "question": "Skriv hva du lurer på.",
    "affirmed": "Kryss av for at du har sett.",
}


def ask_form(title: str = "", note: str = "", background: str = "", *, appeal: bool = False) -> Form:
    return Form(
        "test.ask",
        "Spør nettverket",
        (
            TextField(
                "title",
                "Tittel",
                True,
                "Kort, uten alder og sted",
                (note,) if note else (),
                title,
                longest=150,
            ),
            TextField("background", "Bakgrunn", notes=(note,) if background else (), value=background, lines=5),
            TextField("question", "Spørsmål", True, "Hva lurer du på?", lines=3),
            ChoiceField("age_band", "Aldersgruppe", options=(Option("18-39", "18–39 år"), Option("40-64", "40–64 år"))),
            DateField("wanted_by", "Svar ønskes innen"),
            ChoicesField(
                "asked",
                "Hvem vil du særlig spørre?",
                options=tuple(Option(id, f"{name} ({place})") for id, name, place in PEOPLE),
            ),
            TickField("affirmed", "Jeg bekrefter at opplysningene er anonyme (helsepersonelloven § 23)", True),
        ),
        carries="1",
        intro=(Text("Du har taushetsplikt også når personvernsjekken ikke finner noe.", Tone.STRONG),),
        extra=(
            FormButton("rewrite", "Sett inn omskrivingen"),
            *([FormButton("appeal", "Be personvernkontakten vurdere")] if appeal else []),
        ),
    )


def help_message() -> Message:
    return message(
        "Dette kan du skrive:",
        Facts((("/kasus", "Spør nettverket"), ("/oppgave <tekst> @navn", "Lag en oppgave"))),
        title="Hjelp",
    )


def case_card(carries: str = "", answering: str = "", sealed_under: str | None = None) -> Message:
    parts: list[Part] = [
        Quote("Bakgrunn", "Kvinne i aldersgruppa 40–64 år med langvarig anemi uten sikker årsak."),
        Quote("Spørsmål", "Har noen erfaring med neste trinn i utredningen?"),
        Facts((("Svar ønskes innen", "fredag 4. desember 2026"), ("Aldersgruppe", "40–64 år"))),
        Mentions("Spør særlig:", (("ola", "Ola Myhre"), ("siri", "Siri Anne Vik"))),
        *([Text(f"{answering} svarer.", Tone.GOOD)] if answering else []),
        CopyText("Til journal", "Råd fra nettverket: kontroller jernstatus."),
        Buttons(
            (
                Button("Jeg svarer", "test.answering", carries, Tone.STRONG),
                Button("Slett", "test.erase", carries, Tone.DANGER, confirm="Slette kasuset for alle?"),
            )
        ),
    ]
    return Message(tuple(parts), title="BLOD-26-014: Uklar anemi", sealed_under=sealed_under)


async def _never(*_arguments: Any) -> None:
    raise NotImplementedError


FEATURES = Features(
    (
        Feature(
            name="test",
            commands=(
                CommandWord("kasus", ("case", "spørsmål"), "/kasus", "Spør nettverket om et kasus", _never),
                CommandWord("oppgave", ("aksjonspunkt",), "/oppgave <tekst> @navn", "Lag en oppgave", _never),
                CommandWord("hjelp", (), "/hjelp", "Vis hva jeg kan", _never),
            ),
            shortcuts=(Shortcut("Spør nettverket", "test.ask"),),
            on_message=(Shortcut("Lag oppgave", "test.item"),),
        ),
    )
)


@dataclass
class Hall:
    chat: WebChat
    inbox: FakeInbox
    address: str = ""
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def client(self, account: str, **headers: str) -> "Client":
        own = {"X-Fagtraad-Account": account, "Origin": self.address, **headers}
        self.clients.append(httpx.AsyncClient(base_url=self.address, headers=own, timeout=20))
        return Client(self.clients[-1])

    @property
    def live(self) -> str:
        return self.address.replace("http:", "ws:") + "/live"


@dataclass
class Client:
    http: httpx.AsyncClient

    async def post(self, act: str, **body: Any) -> httpx.Response:
        return await self.http.post(f"/api/{act}", json=body)

    async def do(self, act: str, **body: Any) -> dict[str, Any]:
        answer = await self.post(act, **body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def say(self, text: str, room: str = "general", **more: Any) -> dict[str, Any]:
        return await self.do("say", **{"room": room, "text": text, "key": key(), **more})

    async def texts(self, room: str = "general", **more: Any) -> list[str]:
        page = await self.do("messages", room=room, **more)
        return [text_of(each) for each in page["messages"]]


def text_of(shown: dict[str, Any]) -> str:
    if not shown["said"]:
        return "Slettet"
    return " ".join(part["text"] for part in shown["said"]["parts"] if part["kind"] == "text")


def key() -> str:
    return str(uuid.uuid4())


def create_core(url: str, folder: Path, *, demo: bool = True) -> Core:
    keys = f"test:{base64.b64encode(b'k' * 32).decode()}"
    settings = Settings(_env_file=None, database_url=url, keys=keys, demo=demo, ledger_path=folder / "erased")
    clock = MovableClock(stopped_at=NOON)

    async def advance(by: timedelta) -> int:
        clock.ahead += by
        return 0

    vault = Vault(settings.wrapping_keys, Ledger(settings.ledger_path))
    return Core(settings, Database(url), vault, clock, FEATURES, advance)


async def fill(chat: WebChat) -> None:
    async with chat.core.database.transaction() as session:
        session.add_all(WebAccount(id=id, name=name, subtitle=subtitle) for id, name, subtitle in PEOPLE)
        await session.flush()
        vault = chat.core.vault
        await rooms.create(
            session, vault, "general", "generelt", "Alt som ikke gjelder pasienter", [p[0] for p in PEOPLE]
        )
        await rooms.create(session, vault, "cases", "kasus", "Avidentifiserte spørsmål", ["kari", "ola", "siri"])
        await _enrol(session)


async def _enrol(session: AsyncSession) -> None:
    """Kari leads the network, and all have case access: see `withdraw`."""
    network = Network(code="TEST", name="Testnettverket", kind="national", zone="Europe/Oslo", language="nb")
    session.add(network)
    await session.flush()
    session.add_all(
        BoundRoom(network_id=network.id, chat="web", room=place.room, purpose=purpose)
        for place, purpose in ((GENERAL, Purpose.GENERAL), (CASES, Purpose.CASES))
    )
    for id, name, _subtitle in PEOPLE:
        person = Person(name=name, profession="lege")
        session.add(person)
        await session.flush()
        membership = Membership(network_id=network.id, person_id=person.id, case_access_at=NOON)
        session.add_all((membership, PlatformAccount(chat="web", account=id, person_id=person.id)))
        await session.flush()
        session.add(MemberRole(membership_id=membership.id, role=Role.LEADER if id == "kari" else Role.MEMBER))


async def withdraw(hall: Hall, who: str) -> None:
    """Somebody's case access."""
    person = select(PlatformAccount.person_id).where(PlatformAccount.account == who).scalar_subquery()
    async with hall.chat.core.database.transaction() as session:
        await session.execute(update(Membership).where(Membership.person_id == person).values(case_access_at=None))


@asynccontextmanager
async def opened(core: Core, *, fresh: bool = True) -> AsyncIterator[Hall]:
    chat = WebChat(core)
    hall = Hall(chat, FakeInbox(chat))
    if fresh:
        await fill(chat)
    await chat.start(hall.inbox, None)  # type: ignore[arg-type]
    async with served(chat) as hall.address:
        yield hall
        for client in hall.clients:
            await client.aclose()
    await chat.stop()
    await core.database.close()


@asynccontextmanager
async def served(chat: WebChat, port: int = 0) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", port)) as listening:
        asks = (partial(database_answers, chat.core.database), partial(chats_work, {"web": chat}))
        served = pages({"web": chat}, Readiness(asks))
        quiet: dict[str, Any] = {"log_config": None, "lifespan": "off", "proxy_headers": False}
        config = uvicorn.Config(served, timeout_graceful_shutdown=2, **quiet)
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


def account(id: str) -> Account:
    return Account("web", id, next(name for known, name, _subtitle in PEOPLE if known == id))
