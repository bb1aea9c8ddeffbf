"""What a browser may ask for and do, by POST: text never stands in a URL. One function an act."""

import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from adapters.web import access, membership, messages, rooms, view
from adapters.web.chat import Opener, WebChat
from adapters.web.errors import (
    Malformed,
    NoSuchMessage,
    NotYours,
    StaleButton,
    StaleForm,
)
from adapters.web.inbound import Body, is_command, mentioned
from adapters.web.messages import Draft
from adapters.web.rooms import CHAT, account_of
from adapters.web.tables import RoomKind, WebAccount, WebForm, WebMessage, WebRoom
from adapters.web.view import Json
from adapters.web.words import words
from bot.chat.inbound import Command, Joined, Press, Submission
from bot.chat.message import Attachment, Form
from bot.chat.port import Next, Place, Posted, Problems
from bot.feature import CommandWord, Shortcut
from bot.language import _, language
from storage import Busy

Act = Callable[[WebChat, WebAccount, Body], Awaitable[Json | Attachment]]
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}


async def home(chat: WebChat, me: WebAccount, body: Body) -> Json:
    """Everything the page needs to begin, for one account."""
    direct = await chat.direct(account_of(me))
    features = chat.core.features
    async with chat.core.database.reading() as session:
        seen = await rooms.seen_by(session, me.id)
        makes_rooms = await access.manages(session, me) is not None
    if makes_rooms:
        await _arrived(chat, me, direct)
    return {
        "makes_rooms": makes_rooms,
        "language": language(),
        "words": words(),
        "account": view.account(me),
        "rooms": [room_json(room) | {"seq": room.seq} for room in seen],
        "shortcuts": [_shortcut(each) for each in features.shortcuts],
        "on_message": [_shortcut(each) for each in features.on_message],
        "commands": [_command(each) for each in features.commands],
        "clock": view.clock(chat.core.clock.now()),
    }


async def _arrived(chat: WebChat, me: WebAccount, direct: Place) -> None:
    """The first time, an operator is told where to begin. A busy database keeps nobody from the page."""
    with suppress(Busy):
        await chat.hear(Joined(f"web:arrived:{me.id}", account_of(me), direct))


def room_json(room: rooms.Seen) -> Json:
    return {"id": room.id, "name": room.name, "topic": room.topic, "kind": room.kind, "unread": room.unread}


def _shortcut(shortcut: Shortcut) -> Json:
    return {"label": _(shortcut.label), "does": shortcut.does}


def _command(command: CommandWord) -> Json:
    usage, known = _(command.usage), (command.word, *command.also)
    shown = usage.split()[0].lstrip("/")
    return {
        "word": shown if shown in known else command.word,  # in the reader's language, where it has one
        "also": list(known),
        "usage": usage,
        "help": _(command.help),
    }


async def read_messages(chat: WebChat, me: WebAccount, body: Body) -> Json:
    """A page of a room, or a thread; `find` reaches back to one message."""
    async with chat.core.database.reading() as session:
        room = await rooms.room_for(session, body.id("room"), me.id)
        thread = body.maybe_id("thread")
        await messages.require_thread(session, Place(CHAT, room.id, thread), me.id)
        back_to = None
        if found := body.maybe_id("find"):
            row = await messages.visible(session, found, me.id)
            root = await session.get(WebMessage, row.thread) if row.thread else row
            back_to = max(1, (root or row).seq - 20)
        page = await messages.page(
            session,
            chat.core.vault,
            room,
            me.id,
            thread,
            body.maybe_number("before"),
            back_to,
        )
    return {"messages": page.messages, "more": page.more, "seq": page.seq}


async def download(chat: WebChat, me: WebAccount, body: Body) -> Attachment:
    """A file that a message has, for whoever may see what the message says."""
    number = body.number("number")
    async with chat.core.database.reading() as session:
        row = await messages.visible(session, body.id("message"), me.id)
        said = await messages.said_to(session, chat.core.vault, row, me.id)
        named = view.attachments(said) if said else []
        if number >= len(named):
            raise NoSuchMessage
        content = await messages.file(session, chat.core.vault, row, number)
    return Attachment(named[number]["name"], named[number]["mime"], content)


# ---------------------------------------------------------------- writing


async def say(chat: WebChat, me: WebAccount, body: Body) -> Json:
    """A message, a command, or both. Acknowledged when it is stored and the core has taken it in."""
    text, key = body.words(), f"{me.id}:{body.key()}"
    place = Place(CHAT, body.id("room"), body.maybe_id("thread"))
    async with chat.core.database.reading() as session:
        direct = (await rooms.room_for(session, place.room, me.id)).kind == RoomKind.DIRECT
        await messages.require_thread(session, place, me.id)
    if is_command(text) and not direct:
        return await _command_said(chat, me, place, text, key, public=False)
    row = await _keep(chat, me, place, text, key, heard=direct)
    command = mentioned(text)
    if direct:
        answer = await _command_said(chat, me, place, text if command is None else command, key, public=False)
    else:
        answer = await _heard_in_room(chat, me, row, text)
        if command is not None:
            answer |= await _command_said(chat, me, place, command, key, public=True)
    return {**answer, "message": await _shown(chat, row.id, me)}


async def _heard_in_room(chat: WebChat, me: WebAccount, row: WebMessage, text: str) -> Json:
    """The core may open a form for words that were meant as something else than a message."""
    opener = Opener()
    await chat.hear_words(row, account_of(me), view.words(text), opener)
    form = await _opened(chat, me, Place(CHAT, row.room, row.thread), opener.form)
    return {} if form is None else {"form": form, "answered": True}


async def _keep(chat: WebChat, me: WebAccount, place: Place, text: str, key: str, *, heard: bool) -> WebMessage:
    async with chat.writing() as change:
        await rooms.room_for(change.session, place.room, me.id)
        change.rooms.add(place.room)
        draft = Draft(place.room, me.id, view.words(text), chat.core.clock.now(), key, place.thread, heard=heard)
        return await messages.add(change.session, chat.core.vault, draft)


async def _command_said(chat: WebChat, me: WebAccount, place: Place, text: str, key: str, *, public: bool) -> Json:
    opener = Opener()
    command = Command(f"web:command:{key}", account_of(me), place, text, opener, public)
    _outcome, whispered = await chat.hear(command)
    form = await _opened(chat, me, place, opener.form)
    return {"answered": whispered or form is not None} | ({} if form is None else {"form": form})


async def edit(chat: WebChat, me: WebAccount, body: Body) -> Json:
    said = view.words(body.words())
    async with chat.writing() as change:
        row = await messages.own(change.session, body.id("message"), me.id)
        if (await change.session.get_one(WebRoom, row.room)).kind == RoomKind.DIRECT:
            raise NotYours  # what was said to the bot is done
        if await messages.reword(change.session, chat.core.vault, row, said):
            row.version, row.heard, row.edited_at = row.version + 1, False, chat.core.clock.now()
            change.rooms.add(row.room)
    await chat.hear_words(row, account_of(me), said)
    return {"message": await _shown(chat, row.id, me)}


async def remove(chat: WebChat, me: WebAccount, body: Body) -> Json:
    async with chat.writing() as change:
        row = await _own_or_removed(change.session, body.id("message"), me.id)
        if not row.deleted:
            await messages.remove(change.session, row)
            row.version, row.heard = row.version + 1, False
            change.rooms.add(row.room)
    await chat.hear_words(row, account_of(me), None)
    return {"message": await _shown(chat, row.id, me)}


async def _own_or_removed(session: AsyncSession, id: str, account: str) -> WebMessage:
    """A second try at removing finds it removed."""
    row: WebMessage | None = await session.get(WebMessage, id)
    if row and row.deleted and row.author == account:
        return row
    return await messages.own(session, id, account)


async def _shown(chat: WebChat, id: str, me: WebAccount) -> Json:
    async with chat.core.database.reading() as session:
        row = await session.get_one(WebMessage, id)
        return (await messages.shown(session, chat.core.vault, [row], me.id))[0]


# ---------------------------------------------------------------- buttons and forms


async def press(chat: WebChat, me: WebAccount, body: Body) -> Json:
    """A button on a card: it must really be on it."""
    does, carries = body.id("does"), body.mark("carries")
    async with chat.core.database.reading() as session:
        row = await messages.visible(session, body.id("message"), me.id)
        said = await messages.said_to(session, chat.core.vault, row, me.id)
    if said is None or not view.carries_button(said, does, carries):
        raise StaleButton
    return await _pressed(chat, me, body, Place(CHAT, row.room, row.thread), does, carries)


async def press_on_message(chat: WebChat, me: WebAccount, body: Body) -> Json:
    """What the menu of a message offers."""
    does = body.id("does")
    _offered(does, chat.core.features.on_message)
    async with chat.core.database.reading() as session:
        row = await messages.visible(session, body.id("message"), me.id)
        said = await messages.said_to(session, chat.core.vault, row, me.id)
        own_key = row.sealed_under == (await session.get_one(WebRoom, row.room)).sealed_under
    if said is None:
        raise NoSuchMessage
    # What is sealed with a case goes with it: its words must not live on in something made from the message.
    on = On(chat.posted(row), view.plain(said) if own_key else "")
    return await _pressed(chat, me, body, Place(CHAT, row.room, row.thread), does, on=on)


async def press_shortcut(chat: WebChat, me: WebAccount, body: Body) -> Json:
    does, place = body.id("does"), Place(CHAT, body.id("room"), body.maybe_id("thread"))
    _offered(does, chat.core.features.shortcuts)
    async with chat.core.database.reading() as session:
        await rooms.room_for(session, place.room, me.id)
        await messages.require_thread(session, place, me.id)
    return await _pressed(chat, me, body, place, does)


def _offered(does: str, shortcuts: tuple[Shortcut, ...]) -> None:
    if not any(shortcut.does == does for shortcut in shortcuts):
        raise StaleButton


@dataclass(frozen=True, slots=True)
class On:
    """The message whose menu was used."""

    posted: Posted
    text: str


async def _pressed(
    chat: WebChat,
    me: WebAccount,
    body: Body,
    place: Place,
    does: str,
    carries: str = "",
    on: On | None = None,
) -> Json:
    opener = Opener()
    event = Press(
        f"web:press:{me.id}:{body.key()}",
        account_of(me),
        place,
        does,
        carries,
        on.posted if on else None,
        on.text if on else "",
        opener,
    )
    await chat.hear(event)
    return {"form": await _opened(chat, me, place, opener.form)}


async def _opened(chat: WebChat, me: WebAccount, place: Place, form: Form | None) -> Json | None:
    """Keep what the form may send in; what it says goes to the browser alone."""
    if form is None:
        return None
    id = str(uuid.uuid4())
    async with chat.core.database.transaction() as session:
        session.add(
            WebForm(
                id=id,
                account=me.id,
                room=place.room,
                thread=place.thread,
                steps=[[form.does, form.carries]],
                opened_at=chat.core.clock.now(),
            )
        )
    return view.form(form, id)


async def submit(chat: WebChat, me: WebAccount, body: Body) -> Json:
    """The form's own id is the event's key through all its pages: sent twice, it happens once."""
    does, carries, values, files = body.id("does"), body.mark("carries"), body.form_values(), body.files()
    async with chat.core.database.reading() as session:
        opened = await session.get(WebForm, body.id("form"))
        if opened is None or opened.account != me.id or [does, carries] not in opened.steps:
            raise StaleForm
        await rooms.room_for(session, opened.room, me.id)
    event = Submission(
        f"web:form:{opened.id}",
        account_of(me),
        Place(CHAT, opened.room, opened.thread),
        does,
        carries,
        values,
        body.mark("button"),
        files,
    )
    outcome, _whispered = await chat.hear(event)
    match outcome:
        case Next(form=form):
            return {"next": await _next_page(chat, opened, form)}
        case Problems(by_field=by_field, form=replaced):
            return view.problems(by_field, await _next_page(chat, opened, replaced) if replaced else None)
        case _:
            return {"done": True}


async def _next_page(chat: WebChat, opened: WebForm, form: Form) -> Json:
    step = [form.does, form.carries]
    async with chat.core.database.transaction() as session:
        kept = await session.get_one(WebForm, opened.id)
        if step not in kept.steps:
            kept.steps = [
                *kept.steps[-49:],
                step,
            ]  # a new list: JSON columns do not notice what is added in place
    return view.form(form, opened.id)


# ---------------------------------------------------------------- rooms


async def read_marker(chat: WebChat, me: WebAccount, body: Body) -> Json:
    room = body.id("room")
    async with chat.writing() as change:
        seq = min(body.number("seq"), (await rooms.room_for(change.session, room, me.id)).seq)
        if await rooms.mark_read(change.session, room, me.id, seq):
            change.accounts.add(me.id)  # the same person's other tabs
    return {}


async def move_clock(chat: WebChat, me: WebAccount, body: Body) -> Json:
    step = STEPS.get(body.id("step"))
    if step is None or chat.core.advance is None:
        raise Malformed
    sent = await chat.core.advance(step)
    chat.wakes.wake()
    return {"clock": view.clock(chat.core.clock.now()), "sent": sent}


ACTS: dict[str, Act] = {
    "home": home,
    "messages": read_messages,
    "download": download,
    "say": say,
    "edit": edit,
    "delete": remove,
    "press": press,
    "on-message": press_on_message,
    "shortcut": press_shortcut,
    "submit": submit,
    "read": read_marker,
    "new-room": membership.make_room,
    "members": membership.list_members,
    "add": membership.add_member,
    "remove": membership.remove_member,
    "clock": move_clock,
}
