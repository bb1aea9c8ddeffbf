"""One small network on each adapter, and people who act in it the same way on all of them."""

import base64
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from adapters.memory import MemoryChat
from bot.chat.inbound import Command, File, Inbound, Press
from bot.chat.message import Attachment, FileField, Form, TextField, message, plain_text
from bot.chat.port import Account, Chat, Done, Outcome, Place, Posted
from bot.clock import MovableClock
from bot.notebook import DatabaseNotebook
from storage import Database
from tests.adapters.slack.workplace import Workplace, workplace
from tests.adapters.web import hall
from tests.fakes.slack import Upload
from tests.fakes.slack.things import Channel, Message

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
EVERYBODY = [id for id, _name, _title in hall.PEOPLE]
SOME = ["kari", "ola", "siri"]  # in the room "cases"
FORM = Form(
    "test.ask", "Spør nettverket", (TextField("title", "Tittel", True), FileField("list", "Liste")), carries="1"
)
ON_MESSAGE = "test.item"  # what the menu of every message offers


@dataclass
class Recorder:
    """The core's end: remembers what it was given, and opens a form for whoever asks."""

    chat: Chat | None = None
    events: list[Inbound] = field(default_factory=list)

    async def receive(self, event: Inbound) -> Outcome:
        self.events.append(event)
        if isinstance(event, Command | Press) and event.opener is not None and self.chat is not None:
            await self.chat.ask(event.opener, FORM)
        return Done()

    def last(self) -> Any:
        return self.events[-1]


class Stage(Protocol):
    @property
    def chat(self) -> Chat: ...
    @property
    def inbox(self) -> Recorder: ...
    def room(self, name: str) -> Place: ...
    def id(self, who: str) -> str:
        """What this person's account is called there."""
        ...

    async def sees(self, who: str, place: Place) -> str:
        """All that this person can read there (in the thread, where it is one)."""
        ...

    async def say(self, who: str, room: str, text: str, under: Posted | None = None) -> Posted: ...
    async def change(self, who: str, posted: Posted, text: str) -> None: ...
    async def take_back(self, who: str, posted: Posted) -> None: ...
    async def command(self, who: str, room: str, text: str) -> None: ...
    async def press(self, who: str, posted: Posted, does: str, carries: str) -> None: ...
    async def press_on(self, who: str, posted: Posted) -> None: ...
    async def open_and_send(
        self, who: str, room: str, values: Mapping[str, str], times: int, files: Mapping[str, File] | None = None
    ) -> None: ...
    async def download(self, who: str, posted: Posted, name: str) -> bytes | None:
        """The content of a message's file; None where this person cannot have it."""
        ...

    async def react(self, who: str, posted: Posted, name: str, added: bool) -> None:
        """Where the chat can REACTIONS."""

    async def visit(self, who: str) -> None:
        """Open one's own page, where the chat can HOME."""

    def own_page(self, who: str) -> str: ...
    async def join(self, who: str, room: str) -> None: ...
    async def leave(self, who: str, room: str) -> None: ...


@dataclass
class MemoryStage:
    chat: MemoryChat
    inbox: Recorder

    def room(self, name: str) -> Place:
        return Place(self.chat.name, name)

    def id(self, who: str) -> str:
        return who

    async def sees(self, who: str, place: Place) -> str:
        room = "direct" if place.room == f"direct:{who}" else place.room
        found = self.chat.seen_by(who, room)
        return "\n".join(each.text for each in found if place.thread in (None, each.posted.place.thread))

    async def say(self, who: str, room: str, text: str, under: Posted | None = None) -> Posted:
        shown = next((each for each in self.chat.shown if each.posted == under), None)
        return (await self.chat.say(who, room, text, under=shown)).posted

    async def change(self, who: str, posted: Posted, text: str) -> None:
        await self.chat.change(who, self._shown(posted), text)

    async def take_back(self, who: str, posted: Posted) -> None:
        await self.chat.take_back(who, self._shown(posted))

    async def command(self, who: str, room: str, text: str) -> None:
        await self.chat.command(who, room, text)

    async def press(self, who: str, posted: Posted, does: str, carries: str) -> None:
        await self.chat.press(who, posted.place.room, does, carries)

    async def press_on(self, who: str, posted: Posted) -> None:
        await self.chat.press(who, posted.place.room, ON_MESSAGE, on=self._shown(posted))

    async def open_and_send(
        self, who: str, room: str, values: Mapping[str, str], times: int, files: Mapping[str, File] | None = None
    ) -> None:
        form = await self.chat.press(who, room, "test.ask")
        assert form is not None
        for _ in range(times):
            await self.chat.submit(who, room, form, values, key="form 1", files=files)

    async def download(self, who: str, posted: Posted, name: str) -> bytes | None:
        seen = [each for each in self.chat.seen_by(who, posted.place.room) if each.posted == posted]
        parts = [part for each in seen if each.message for part in each.message.parts]
        return next((part.content for part in parts if isinstance(part, Attachment) and part.name == name), None)

    async def react(self, who: str, posted: Posted, name: str, added: bool) -> None:
        await self.chat.react(who, self._shown(posted), name, added=added)

    async def visit(self, who: str) -> None:
        self.chat.homes.setdefault(who, message(""))
        await self.chat.visit(who)

    def own_page(self, who: str) -> str:
        return plain_text(self.chat.homes[who])

    async def join(self, who: str, room: str) -> None:
        await self.chat.join(who, room)

    async def leave(self, who: str, room: str) -> None:
        await self.chat.leave(who, room)

    def _shown(self, posted: Posted):
        return next(each for each in self.chat.shown if each.posted == posted)


@asynccontextmanager
async def memory_stage(_url: str, _folder: Path) -> AsyncIterator[Stage]:
    chat = MemoryChat(MovableClock(stopped_at=NOON))
    chat.accounts = {id: Account(chat.name, id, name) for id, name, _title in hall.PEOPLE}
    chat.rooms = {"general": [*EVERYBODY], "cases": [*SOME]}
    inbox = Recorder(chat)
    database = Database(_url)
    await chat.start(inbox, DatabaseNotebook(database, chat.name))
    yield MemoryStage(chat, inbox)
    await chat.stop()
    await database.close()


@dataclass
class WebStage:
    """Through its own HTTP, as a browser does."""

    chat: Chat
    inbox: Recorder
    network: hall.Hall

    def room(self, name: str) -> Place:
        return Place(self.chat.name, name)

    def id(self, who: str) -> str:
        return who

    def _as(self, who: str) -> hall.Client:
        return self.network.client(who)

    async def sees(self, who: str, place: Place) -> str:
        thread = {"thread": place.thread} if place.thread else {}
        answer = await self._as(who).post("messages", room=place.room, **thread)
        if answer.status_code != 200:
            return ""
        return json.dumps([each["said"] for each in answer.json()["messages"]], ensure_ascii=False)

    async def say(self, who: str, room: str, text: str, under: Posted | None = None) -> Posted:
        thread = {"thread": under.place.thread or under.ref} if under else {}
        await self._as(who).say(text, room, **thread)
        posted: Posted = self.inbox.last().posted
        return posted

    async def change(self, who: str, posted: Posted, text: str) -> None:
        await self._as(who).do("edit", message=posted.ref, text=text)

    async def take_back(self, who: str, posted: Posted) -> None:
        await self._as(who).do("delete", message=posted.ref)

    async def command(self, who: str, room: str, text: str) -> None:
        await self._as(who).say(text, room)

    async def press(self, who: str, posted: Posted, does: str, carries: str) -> None:
        await self._as(who).do("press", message=posted.ref, does=does, carries=carries, key=_key())

    async def press_on(self, who: str, posted: Posted) -> None:
        await self._as(who).do("on-message", message=posted.ref, does=ON_MESSAGE, key=_key())

    async def open_and_send(
        self, who: str, room: str, values: Mapping[str, str], times: int, files: Mapping[str, File] | None = None
    ) -> None:
        form = (await self._as(who).do("shortcut", does="test.ask", room=room, key=_key()))["form"]
        for _ in range(times):
            sent = {
                "form": form["id"],
                "does": form["does"],
                "carries": form["carries"],
                "values": values,
                "button": "",
                "files": {
                    field: {"name": file.name, "content": base64.b64encode(file.content).decode()}
                    for field, file in (files or {}).items()
                },
            }
            await self._as(who).do("submit", **sent)

    async def download(self, who: str, posted: Posted, name: str) -> bytes | None:
        """The number is told where the name is seen; somebody who does not see it may still try."""
        for number in range(3):
            answer = await self._as(who).post("download", message=posted.ref, number=number)
            if answer.status_code == 200 and name in unquote(answer.headers["content-disposition"]):
                return answer.content
        return None

    async def react(self, who: str, posted: Posted, name: str, added: bool) -> None:
        raise NotImplementedError

    async def visit(self, who: str) -> None:
        raise NotImplementedError

    def own_page(self, who: str) -> str:
        raise NotImplementedError

    async def join(self, who: str, room: str) -> None:
        await self._as("kari").do("add", room=room, account=who, key=_key())

    async def leave(self, who: str, room: str) -> None:
        await self._as("kari").do("remove", room=room, account=who, key=_key())


def _key() -> str:
    return str(uuid.uuid4())


@asynccontextmanager
async def web_stage(url: str, folder: Path) -> AsyncIterator[Stage]:
    from adapters.web import WebChat

    core = hall.create_core(url, folder)
    chat = WebChat(core)
    await hall.fill(chat)
    inbox = Recorder(chat)
    await chat.start(inbox, DatabaseNotebook(core.database, chat.name))
    network = hall.Hall(chat, inbox)  # type: ignore[arg-type]
    async with hall.served(chat) as network.address:
        yield WebStage(chat, inbox, network)
        for client in network.clients:
            await client.aclose()
    await chat.stop()
    await core.database.close()


@dataclass
class SlackStage:
    """Through a strict fake of Slack, as people do in Slack's own program."""

    chat: Chat
    inbox: Recorder
    network: Workplace

    def room(self, name: str) -> Place:
        channels = {channel.name: channel.id for channel in self.network.slack.workspace.channels.values()}
        return Place(self.chat.name, channels.get(name, "C0NOWHERE"))

    def id(self, who: str) -> str:
        return self.network.id(who)

    async def sees(self, who: str, place: Place) -> str:
        people = self.network.people
        if place.thread:
            seen = people.messages(who, place.room, self._message(place, place.thread))
        else:
            roots = people.messages(who, place.room)
            seen = [each for root in roots for each in people.messages(who, place.room, root)]
        return "\n".join(people.words(each) for each in seen)

    async def say(self, who: str, room: str, text: str, under: Posted | None = None) -> Posted:
        people = self.network.people
        if under:
            said = await people.reply(who, self._shown(under), text)
        else:
            said = await people.say(who, room, text)
        return Posted(under.in_thread if under else self.room(room), said.ts)

    async def change(self, who: str, posted: Posted, text: str) -> None:
        await self.network.people.edit(who, self._shown(posted), text)

    async def take_back(self, who: str, posted: Posted) -> None:
        await self.network.people.delete(who, self._shown(posted))

    async def command(self, who: str, room: str, text: str) -> None:
        await self.network.people.slash(who, room, text)

    async def press(self, who: str, posted: Posted, does: str, carries: str) -> None:
        await self.network.people.press(who, self._shown(posted), does)

    async def press_on(self, who: str, posted: Posted) -> None:
        await self.network.people.message_shortcut(who, self._shown(posted), ON_MESSAGE)

    async def open_and_send(
        self, who: str, room: str, values: Mapping[str, str], times: int, files: Mapping[str, File] | None = None
    ) -> None:
        people = self.network.people
        await people.global_shortcut(who, "test.ask")
        uploads = {field: Upload(file.name, file.content) for field, file in (files or {}).items()}
        await people.submit(who, values, uploads, twice=times == 2)

    async def download(self, who: str, posted: Posted, name: str) -> bytes | None:
        """It is under the message, for those who see that."""
        people = self.network.people
        root = self.network.slack.workspace.find_message(self._channel(posted.place), posted.ref)
        under = people.messages(who, posted.place.room, root) if root else []
        having = [each for each in under if name in (file.name for file in each.files)]
        return people.file(who, having[0], name) if having else None

    async def react(self, who: str, posted: Posted, name: str, added: bool) -> None:
        people = self.network.people
        await (people.react if added else people.unreact)(who, self._shown(posted), name)

    async def visit(self, who: str) -> None:
        await self.network.people.open_home(who)

    def own_page(self, who: str) -> str:
        page = self.network.people.home(who)
        return self.network.people.words(page) if page else ""

    async def join(self, who: str, room: str) -> None:
        await self.network.people.join(who, room)

    async def leave(self, who: str, room: str) -> None:
        await self.network.people.leave(who, room)

    def _channel(self, place: Place) -> Channel:
        return self.network.slack.workspace.channels[place.room]

    def _shown(self, posted: Posted) -> Message:
        return self._message(posted.place, posted.ref)

    def _message(self, place: Place, ref: str) -> Message:
        found = self.network.slack.workspace.find_message(self._channel(place), ref)
        assert found is not None
        return found


@asynccontextmanager
async def slack_stage(url: str, _folder: Path) -> AsyncIterator[Stage]:
    inbox = Recorder()
    async with workplace(url, inbox=inbox) as network:
        inbox.chat = network.chat
        yield SlackStage(network.chat, inbox, network)


STAGES = {"memory": memory_stage, "web": web_stage, "slack": slack_stage}
