"""The demo's first days, played through the front door, so that what one finds there is what use leaves behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy import select

from bot import demo, outbox
from bot.chat.inbound import Command, Submission
from bot.chat.port import Account, Inbox, Place
from bot.clock import MovableClock, local_date
from bot.language import DEFAULT, speaking
from bot.outbox import Outbox
from bot.people import Network
from storage import Database

ZONE = "Europe/Oslo"
CHAT = "web"


class Furniture(Protocol):
    async def add_account(self, id: str, name: str, subtitle: str) -> None: ...
    async def add_room(self, id: str, name: str, topic: str, members: Sequence[str]) -> None: ...
    async def say(self, who: str, place: Place, text: str, key: str) -> None: ...
    def account(self, id: str, name: str) -> Account: ...


@dataclass(frozen=True, slots=True)
class Stage:
    database: Database
    clock: MovableClock
    inbox: Inbox
    outbox: Outbox
    furniture: Furniture
    language: str = DEFAULT  # the network's

    async def set_up(self) -> None:
        """Play the first days, once. They end now, whatever the time is."""
        async with self.database.reading() as session:
            if await session.scalar(select(Network.id)) is not None:
                return
        self.clock.ahead = timedelta(days=-6)
        with speaking(self.language):
            await self._furnish()
        await self._play()
        await self._until(timedelta(0))

    async def _furnish(self) -> None:
        organisations = demo.ORGANISATIONS
        for m in demo.MEMBERS:
            home = organisations[m.organisation][1] if m.organisation else ""
            subtitle = ", ".join(filter(None, (", ".join(role.label for role in m.roles), home)))
            await self.furniture.add_account(m.account, m.name, subtitle)
        there = demo.rooms()
        await self.furniture.add_room(demo.GENERAL_ROOM, "Generelt", "Alt som ikke er kasus", there[demo.GENERAL_ROOM])
        topic = "Avidentifiserte spørsmål. Bare helsepersonell med kasustilgang."
        await self.furniture.add_room(demo.CASE_ROOM, "Kasus", topic, there[demo.CASE_ROOM])
        async with self.database.transaction() as session:
            await demo.invent(session, CHAT, self.clock.now(), self.language)

    async def _play(self) -> None:
        await self._say("kari", "Velkommen til nettverkets egen kanal. Her tar vi det som ikke kan vente til møtet.")
        await self._say("ola", "Referatet fra høstmøtet er lagt ut. Neste møte er digitalt, i uke 50.")
        await self._say("mari", "Fint! Kan vi ta utkastet til felles prosedyre for hjemmebehandling der?")
        await self._ask("hedda", "Profylakse ved tannekstraksjon", "18-29", _BACKGROUND, _QUESTION)
        await self._until(timedelta(days=-6) + timedelta(hours=3))
        await self._reply("mari", "Vi bruker tranexamsyre alene ved mild form, og munnskyll i fem dager etterpå.")
        await self._reply("aile", "Samme her. Faktor bare om det har blødd ved tidligere inngrep.")
        await self._until(timedelta(days=-4))
        await self._close()
        today = local_date(self.clock.now(), ZONE)
        await self._item("kari", "Lage utkast til felles prosedyre for hjemmebehandling", "Mari Solbakk", today, 9)
        await self._item("kari", "Melde på til vårens fysiske møte", "Ola Fjellstad", today, 6)
        await self._item("hedda", "Oppdatere lista over nettverkskontakter", "Hedda Myhre", today, 5)
        await self._until(timedelta(days=-1))
        await self._ask("torunn", "Stikkvegring ved hjemmebehandling", "6-12", "", _SECOND_QUESTION)

    async def _say(self, who: str, text: str) -> None:
        await self.furniture.say(who, Place(CHAT, demo.GENERAL_ROOM), text, self._key())

    async def _ask(self, who: str, title: str, age_band: str, background: str, question: str) -> None:
        values = {"title": title, "background": background, "question": question, "age_band": age_band}
        await self._submit(who, "cases.ask", "1", {**values, "affirmed": "on"})

    async def _reply(self, who: str, text: str) -> None:
        async with self.database.reading() as session:
            posted = await outbox.posted(session, "cases.posted", "1")
        if posted is not None:
            await self.furniture.say(who, posted.in_thread, text, self._key())

    async def _close(self) -> None:
        values = {"conclusion": _CONCLUSION, "learning": _LEARNING, "survives": "on"}
        await self._submit("hedda", "cases.close", "1", values)

    async def _submit(self, who: str, does: str, carries: str, values: dict[str, str]) -> None:
        place = Place(CHAT, demo.CASE_ROOM)
        await self.inbox.receive(Submission(self._key(), self._account(who), place, does, carries, values))
        await self.outbox.deliver_due()

    async def _item(self, who: str, text: str, owner: str, today: date, days: int) -> None:
        due = (today + timedelta(days=days)).isoformat()
        words = f"oppgave {text} @{owner} frist {due}"
        place = Place(CHAT, f"direct:{who}")
        await self.inbox.receive(Command(self._key(), self._account(who), place, words))
        await self.outbox.deliver_due()

    def _account(self, who: str) -> Account:
        return self.furniture.account(who, next(m.name for m in demo.MEMBERS if m.account == who))

    async def _until(self, ahead: timedelta) -> None:
        await demo.advance(self.database, self.clock, self.outbox, ahead - self.clock.ahead)

    def _key(self) -> str:
        return f"stage:{self.clock.now().isoformat()}"


_BACKGROUND = (
    "Mild hemofili A, ellers frisk. To visdomstenner skal trekkes poliklinisk. Ingen blødning ved tidligere inngrep."
)
_QUESTION = "Holder tranexamsyre alene, eller gir dere faktorkonsentrat i tillegg?"
_CONCLUSION = "Tranexamsyre alene og munnskyll i fem dager. Faktor bare ved tidligere inngrepsblødning."
_LEARNING = "Ved mild hemofili A holder tranexamsyre ofte alene ved tannekstraksjon."
_SECOND_QUESTION = (
    "Hvordan trapper dere opp hjemmebehandling når barnet vegrer seg mot stikk? Bruker dere psykolog fra starten?"
)
