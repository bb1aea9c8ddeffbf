"""Cards and forms as the features make them, with invented content: an invented network is played in memory, and
everything that it has to say and to ask is kept, one of each shape."""

from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot import demo
from bot.chat.inbound import File
from bot.chat.message import (
    AnyField,
    Buttons,
    ChoiceField,
    ChoicesField,
    DateField,
    FileField,
    Form,
    Message,
    TickField,
)
from bot.chat.port import Account, Next, Outcome, Problems

if TYPE_CHECKING:
    from adapters.memory import MemoryChat
    from bot.app import App
    from bot.clock import MovableClock

A_TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WHO = ("hedda", "kari", "ola", "mari", "liv")  # who asks, leads, is secretary, answers, and sees to privacy
DIRECT = "direct:"
LATE = (
    "erase",
    "remove",
    "close",
    "withdraw",
    "unbind",
    "discard",
    "unlink",
    "refuse",
    "out_everywhere",
    "done",
    "undo",
)
ONLY_OPENED = "privacy.refuse_erasure"  # sent in, there would be nobody left to erase
TRIES = 4  # of each kind of button by each person: what it concerns may be gone
MOST = 3_000  # acts: it ends by itself long before
TYPED = {
    "title": "Profylakse ved tannekstraksjon",
    "background": "Mild hemofili A. Planlagt trekking av visdomstann.",
    "question": "Holder tranexamsyre alene, eller gir dere faktor i tillegg?",
    "due": "fredag",
    "when": "fredag",
}
NAMED = "Ola Normann, født 12.03.1961, fødselsnummer 12036112345, blødde. Hva gjør dere?"
LIST = "navn,yrke,roller\nTuva Lien,overlege,medlem\nEven Dahl,sykepleier,medlem\n"
COMMANDS = (
    *("hjelp", "noe helt annet", "kasuss"),
    *("kasus", "kasus mine", "kasus åpne", "kasus BLOD-26-001"),
    *(
        "oppgave",
        "oppgave alle",
        "oppgave Ringe sykehuset @ola frist fredag",
        "oppgave Ringe frist fredag",
        "oppgave vis 1",
        "oppgave ferdig 1",
    ),
    *("oppgave utsett 1 mandag", "oppgave overfør 1 @ola", "oppgave Ringe @ingen", "søk", "søk hemofili", "søk xyzzy"),
    *("meg", "meg borte 1.12–15.12 vara @ola", "meg stille 20–07", "meg språk nynorsk", "meg språk bokmål"),
    *("personvern", "mine-data", "logg inn", "fagtraad oppsett", "fagtraad medlemmer", "fagtraad import"),
    *("fagtraad eksport", "fagtraad rom", "fagtraad innstillinger"),
)
Act = tuple[str, str, str]  # who, a press, what it carries; a command where nothing is pressed


async def samples() -> Mapping[str, Message | Form]:
    """By what brings them up, such as "cases.ask" or "command oppgave 2"."""
    async with _playing() as play:
        await play.beginning()
        for who in WHO:
            for words in COMMANDS:
                await play.command(who, words)
        await play.everything()
        return play.found


@dataclass
class Play:
    app: "App"
    chat: "MemoryChat"
    clock: "MovableClock"
    found: dict[str, Message | Form] = field(default_factory=dict)
    _shapes: set[tuple[object, ...]] = field(default_factory=set)
    _seen: int = 0
    _pressed: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _waiting: deque[Act] = field(default_factory=deque)
    _late: deque[Act] = field(default_factory=deque)

    async def beginning(self) -> None:
        for who, question in (("hedda", ""), ("hedda", NAMED), ("mari", "Hva gjør dere ved reise?")):
            if form := await self.chat.press(who, demo.CASE_ROOM, "cases.ask"):
                typed = _typed(form)
                await self._send(who, form, {**typed, "question": question or typed["question"]}, "cases.ask")
        for words in ("Lage utkast @mari @ola frist fredag", "Ringe @sekretær frist 1. desember", "Booke rom @hedda"):
            await self.chat.command("kari", demo.GENERAL_ROOM, f"oppgave {words}")
            await self._after("notice")
        await self._after("notice")
        if card := next((each for each in self.chat.shown if each.posted.place.room == demo.CASE_ROOM), None):
            await self.chat.say("mari", demo.CASE_ROOM, "Vi bruker tranexamsyre alene.", under=card)
        said = await self.chat.say("kari", demo.GENERAL_ROOM, NAMED)
        for does in ("actions.new", "privacy.check"):
            form = await self.chat.press("ola", demo.GENERAL_ROOM, does, on=said)
            await self._after(does, "ola")
            if form:
                await self._fill("ola", form, does)
        for days in (1, 3, 7, 14):
            await demo.advance(self.app.core.database, self.clock, self.app.outbox, timedelta(days=days))
            await self._after("notice")
        await self.chat.visit("hedda")
        self._keep("home", self.chat.homes["hedda"])

    async def command(self, who: str, words: str) -> None:
        form = await self.chat.command(who, "direct", words)
        await self._after(f"command {words.split()[0]}", who)
        if form:
            await self._fill(who, form, words.split()[0])

    async def everything(self) -> None:
        """Each button that anybody was shown, until nothing new comes; what takes things away is pressed last."""
        for shown in list(self.chat.shown):
            for who in WHO if shown.to is None else ():
                if shown.message and shown in self.chat.seen_by(who, shown.posted.place.room):
                    self._press_later(who, shown.message)
        for _ in range(MOST):
            acts = self._waiting or self._late
            if not acts:
                return
            who, does, carries = acts.popleft()
            form = await self.chat.press(who, "direct", does, carries)
            await self._after(does, who)
            if form:
                await self._fill(who, form, does)

    async def _fill(self, who: str, form: Form, name: str) -> None:
        """Sent in with nothing in it, and then filled in; as it comes back, it is another form."""
        self._keep(name, form)
        if form.does == ONLY_OPENED:
            return
        await self._send(who, form, {each.name: "" for each in form.fields}, name)
        for button in ("", *(each.value for each in form.extra)):
            await self._send(who, form, _typed(form), name, button)

    async def _send(
        self, who: str, form: Form, values: Mapping[str, str | tuple[str, ...]], name: str, button: str = ""
    ) -> None:
        files = {each.name: File("medlemmer.csv", LIST.encode()) for each in form.fields if isinstance(each, FileField)}
        outcome: Outcome = await self.chat.submit(who, demo.CASE_ROOM, form, values, button=button, files=files)
        following = outcome.form if isinstance(outcome, (Next, Problems)) else None
        await self._after(form.does, who)
        if following and self._keep(form.does, following):
            for button in ("", *(each.value for each in following.extra)):
                await self._send(who, following, _typed(following), name, button)

    async def _after(self, name: str, who: str = "") -> None:
        """Keep what was said since last time, and remember its buttons."""
        await self.app.outbox.deliver_due()
        new, self._seen = self.chat.shown[self._seen :], len(self.chat.shown)
        for shown in new:
            if shown.message:
                self._keep(name, shown.message)
                room = shown.posted.place.room
                alone = room.removeprefix(DIRECT) if room.startswith(DIRECT) else shown.to
                self._press_later(alone or who, shown.message)

    def _press_later(self, who: str, message: Message) -> None:
        for part in message.parts:
            for button in part.buttons if isinstance(part, Buttons) else ():
                tried = self._pressed.setdefault((who, button.does), set())
                if who and button.carries not in tried and len(tried) < TRIES:
                    tried.add(button.carries)
                    late = any(word in button.does for word in LATE) and button.does != ONLY_OPENED
                    (self._late if late else self._waiting).append((who, button.does, button.carries))

    def _keep(self, name: str, said: Message | Form) -> bool:
        """Whether its shape is new."""
        shape = tuple(_shape(said))
        if shape in self._shapes:
            return False
        self._shapes.add(shape)
        count = sum(1 for each in self.found if each == name or each.startswith(f"{name} ("))
        self.found[f"{name} ({count + 1})" if count else name] = said
        return True


def _shape(said: Message | Form) -> Iterator[object]:
    """What it is made of, without its words."""
    yield type(said).__name__
    for part in said.intro if isinstance(said, Form) else said.parts:
        yield type(part).__name__
        if isinstance(part, Buttons):
            yield from (button.does for button in part.buttons)
    if isinstance(said, Form):
        yield said.does
        for each in said.fields:
            yield from (each.name, type(each).__name__, bool(each.notes))


def _typed(form: Form) -> dict[str, str | tuple[str, ...]]:
    return {each.name: _answer(each) for each in form.fields}


def _answer(asked: AnyField) -> str | tuple[str, ...]:
    match asked:
        case TickField():
            return "on"
        case DateField(value=value):
            return value or "2026-12-04"
        case ChoiceField(value=value, options=options):
            return value or (options[0].value if options else "")
        case ChoicesField(values=values, options=options):
            return values or tuple(option.value for option in options[:1])
        case FileField():
            return ""
        case _:
            return asked.value or TYPED.get(asked.name, "Ferdig")


@asynccontextmanager
async def _playing() -> AsyncIterator[Play]:
    """On a database of its own, which is thrown away."""
    from sqlalchemy import update

    from adapters.memory import MemoryChat
    from bot.__main__ import new_key
    from bot.app import metadata, running
    from bot.clock import MovableClock
    from bot.people import Person
    from bot.settings import Settings
    from storage import Database, schema

    with TemporaryDirectory(prefix="fagtraad-") as folder:
        settings = Settings(
            _env_file=None,
            database_url=f"sqlite+aiosqlite:///{folder}/samples.db",
            chats=["memory"],
            keys=new_key("samples"),
            ledger_path=Path(folder) / "erasures.jsonl",
            public_url="https://fagtraad.example.no",
            secrets_dir=None,
        )
        database = Database(settings.database_url)
        await schema.upgrade(database, metadata())
        await database.close()
        clock = MovableClock(stopped_at=A_TUESDAY)
        async with running(settings, clock, ticking=False) as app:
            chat = app.chats["memory"]
            if not isinstance(chat, MemoryChat):
                raise TypeError("not the chat in memory")
            chat.accounts = {each.account: Account(chat.name, each.account, each.name) for each in demo.MEMBERS}
            chat.rooms = demo.rooms()
            async with app.core.database.transaction() as session:
                await demo.invent(session, chat.name, clock.now())
                await session.execute(update(Person).where(Person.name == "Kari Nordmo").values(operator=True))
            yield Play(app, chat, clock)
