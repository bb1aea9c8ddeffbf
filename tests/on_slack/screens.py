"""What people do in Slack and what stands on their screens, with the surface of `adapters.memory.chat.MemoryChat`."""

import json
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from adapters.memory.chat import Shown
from adapters.slack import blocks as ours
from adapters.slack import dialog
from adapters.slack.forms import BUTTON
from adapters.slack.inbound import CHAT
from bot.chat.inbound import File
from bot.chat.message import Button, Buttons, Form, plain_text
from bot.chat.message import Message as Said
from bot.chat.port import Can, Done, Next, Outcome, Place, Problems
from storage import Busy
from tests.fakes.slack import AppFailed, NotPossible, Upload, payloads
from tests.fakes.slack import blocks as validator
from tests.fakes.slack.api_views import valid
from tests.fakes.slack.events import Answer
from tests.fakes.slack.things import Channel, Json, Message, View
from tests.on_slack import forms
from tests.on_slack.looking import Looking
from tests.on_slack.messages import message_in
from tests.on_slack.names import Accounts, Rooms, Unreadable, account_id, room_id

ROOT = "/fagtraad"
BUSY = 503
OLD = "an-old-message"  # the block of a button that stands nowhere any more


@dataclass(frozen=True, slots=True)
class Window:
    """A form as it was on somebody's screen."""

    form: Form
    view: View
    body: Json


@dataclass(slots=True)
class Screens(Looking):
    """`opened` are all forms that were opened for anybody."""

    opened: list[Form] = field(default_factory=list)
    not_taken: list[int] = field(default_factory=list)  # the HTTP status of each thing that the app did not take
    accounts: Accounts = field(init=False)
    rooms: Rooms = field(init=False)
    unreadable: Unreadable = field(init=False)
    _windows: dict[int, Window] = field(default_factory=dict)
    _sent: dict[str, Json] = field(default_factory=dict)  # by the story's own key of a happening
    _soon: list[Coroutine[Any, Any, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.accounts, self.rooms, self.unreadable = Accounts(self), Rooms(self), Unreadable(self)

    @property
    def name(self) -> str:
        return self.chat.name

    @property
    def can(self) -> frozenset[Can]:
        return self.chat.can

    @can.setter
    def can(self, can: frozenset[Can]) -> None:
        self.chat.can = can

    def soon(self, work: Coroutine[Any, Any, Any]) -> None:
        """Happens before anything else does."""
        self._soon.append(work)

    # ------------------------------------------------------------ what people do

    async def command(self, who: str, room: str, text: str, *, public: bool = False, key: str = "") -> Form | None:
        """With a slash where it has one. Without one it is a message to the app: in a room it mentions it."""
        where, before = self.channel(who, room).id, len(self.by_app(who, room))
        if public or (not text.startswith("/") and text.strip() and room != "direct"):
            return await self._doing(who, self.people.mention(account_id(who), where, text), room, before)
        if text.startswith("/") or not text.strip():
            return await self._doing(who, self.people.slash(account_id(who), where, self._slashed(text)))
        return await self._doing(who, self.people.say(account_id(who), where, text), room, before)

    async def press(
        self, who: str, room: str, does: str, carries: str = "", *, on: Shown | None = None, key: str = ""
    ) -> Form | None:
        """In the newest message that shows this person such a button there, on their own page, or (where it stands
        nowhere) in a message that they have on an old screen."""
        if on is not None:
            return await self._doing(who, self.people.message_shortcut(account_id(who), self.message(on.posted), does))
        for message in reversed(self.seen(who, room)):
            if at := _where(message.blocks, does, carries):
                return await self._doing(who, self.people.press(account_id(who), message, at))
        home = self.people.home(account_id(who)) if room == "direct" else None
        if home and (at := _where(home.body["blocks"], does, carries)):
            return await self._doing(who, self.people.press_in_home(account_id(who), at))
        return await self._doing(who, self._press_old(who, self.channel(who, room), Button("Knapp", does, carries)))

    async def press_in(self, who: str, shown: Shown, button: Button) -> Form | None:
        """In this very message."""
        at = _where(self.message(shown.posted).blocks, button.does, button.carries)
        if at is None:
            raise NotPossible(f"{button.does} is not there any more")
        return await self._doing(who, self.people.press(account_id(who), self.message(shown.posted), at))

    async def submit(
        self,
        who: str,
        room: str,
        form: Form,
        values: Mapping[str, str | tuple[str, ...]],
        *,
        button: str = "",
        key: str = "",
        files: Mapping[str, File] | None = None,
    ) -> Outcome:
        await self.settled()
        view = self._on_screen(who, room, form)
        forms.fill(view, values)
        self.people.fill(
            account_id(who), {}, {name: Upload(file.name, file.content) for name, file in (files or {}).items()}
        )
        wrong = forms.not_possible(view)
        outcome = await (self._press_form_button(who, view, button) if button else self._send(who, view))
        await self.settled()
        if wrong and not button and not isinstance(outcome, Problems):
            raise NotPossible(f"Slack would not have sent this: {wrong}")
        return outcome

    async def say(self, who: str, room: str, text: str, *, under: Shown | None = None) -> Shown:
        await self.settled()
        if under is not None:
            said = await self.people.reply(account_id(who), self.message(under.posted), text)
        else:
            said = await self.people.say(account_id(who), self.channel(who, room).id, text)
        await self.settled()
        return self.shown_as(said)

    async def change(self, who: str, shown: Shown, text: str) -> None:
        await self._doing(who, self.people.edit(account_id(who), self.message(shown.posted), text))

    async def take_back(self, who: str, shown: Shown) -> None:
        await self._doing(who, self.people.delete(account_id(who), self.message(shown.posted)))

    async def join(self, who: str, room: str) -> None:
        await self._doing(who, self.people.join(account_id(who), room_id(room)))

    async def leave(self, who: str, room: str) -> None:
        await self._doing(who, self.people.leave(account_id(who), room_id(room)))

    async def react(self, who: str, shown: Shown, name: str, *, added: bool = True, key: str = "") -> None:
        """With a key that was there before, Slack tells of the same reaction once more."""
        message = self.message(shown.posted)
        if key in self._sent:
            await self._doing(who, self.slack.events.replay(self._sent[key]))
        elif added:
            await self._doing(who, self.people.react(account_id(who), message, name))
        else:
            message.reactions.setdefault(name, []).append(account_id(who))  # from before we were there
            await self._doing(who, self.people.unreact(account_id(who), message, name))
        if key:
            self._sent[key] = next(
                each for each in reversed(self.slack.events.sent) if each["event"]["type"].startswith("reaction_")
            )

    async def visit(self, who: str) -> Said:
        """Open one's own page."""
        await self._doing(who, self.people.open_home(account_id(who)))
        return self.homes[who]

    # ------------------------------------------------------------ pieces

    async def settled(self) -> None:
        """All that was on its way has been told."""
        while self._soon:
            await self._soon.pop(0)
        await self.slack.events.settled()

    async def _doing(self, who: str, work: Awaitable[Any], room: str = "", before: int = 0) -> Form | None:
        """The form that it opened. A message lets no app open one: then a button does, which is pressed."""
        await self.settled()
        view = self.people.modal(account_id(who))
        had = view.body if view else None
        try:
            await work
        except AppFailed as failed:
            raise self._because(failed) from None
        await self.settled()
        now = self.people.modal(account_id(who))
        if now is not None and now.body is not had:
            self.opened.append(self._window(now))
            return self.opened[-1]
        for message in self.by_app(who, room)[before:] if room else ():
            if (opens := way_in(message_in(message.blocks, self.around([])))) is not None:
                at = _where(message.blocks, opens.does, opens.carries)
                return await self._doing(who, self.people.press(account_id(who), message, at or ""))
        return None

    def _because(self, failed: AppFailed) -> Exception:
        """Nothing could be stored, which whoever acts may try again; or a fault."""
        return Busy() if self.not_taken and self.not_taken[-1] == BUSY else failed

    async def took(self, response: httpx.Response) -> None:
        """What the app answered to anything that Slack told it."""
        if not response.is_success:
            self.not_taken.append(response.status_code)

    def _slashed(self, text: str) -> str:
        """A command that has no name of its own stands after the root."""
        word, _, rest = text.strip().lstrip("/").partition(" ")
        manifest = self.workspace.manifest or {}
        own = {each["command"] for each in manifest["features"]["slash_commands"]}
        return f"/{word} {rest}" if f"/{word}" in own else f"{ROOT} {word} {rest}"

    async def _press_old(self, who: str, channel: Channel, button: Button) -> None:
        [row] = ours.rendered(Said((Buttons((button,)),))).blocks
        faults = validator.message_faults([row])
        assert not faults.found, faults.errors
        user, block = self.workspace.users[account_id(who)], {**row, "block_id": OLD}
        old = Message(self.workspace.next_ts(), channel.id, self.workspace.bot.id, "", [block], by_app=True)
        old.only_for = None if channel.direct_with else user.id
        payload = payloads.message_press(self.slack, user, old, block, block["elements"][0], None)
        await self._interacted(payload)

    async def _interacted(self, payload: Json) -> Answer:
        answer = await self.slack.events.interaction(payload)
        if not answer.acknowledged:
            raise self._because(AppFailed(f"the app did not answer ({answer.reason} {answer.status})"))
        return answer

    # forms

    def _window(self, view: View) -> Form:
        form = forms.form_in(view.body, self.around([]))
        self._windows[id(form)] = Window(form, view, view.body)
        return form

    def _on_screen(self, who: str, room: str, form: Form) -> View:
        """The form on top, or brought back there: as it was, or as it would be opened."""
        window, now = self._windows.get(id(form)), self.people.modal(account_id(who))
        if window and now is window.view and now.body is window.body:
            return now
        user = self.workspace.users[account_id(who)]
        if window:
            body = json.loads(json.dumps(window.body))
        else:
            body = valid(self.workspace, dialog.opened(form, Place(CHAT, self.channel(who, room).id)), ("modal",))
        view = self.workspace.new_view(user.id, body)
        self.workspace.stacks[user.id] = [view]
        return view

    async def _send(self, who: str, view: View) -> Outcome:
        before = view.body
        answer = await self._interacted(
            payloads.submission(self.workspace, self.workspace.users[account_id(who)], view)
        )
        self.people._take(view, answer)
        if not answer.body:
            return Done()
        if answer.body["response_action"] == "errors":
            return Problems(forms.errors_in(before, view.problems))
        return self._outcome(view)

    async def _press_form_button(self, who: str, view: View, button: str) -> Outcome:
        """One that is not there is pressed all the same, as from an old screen."""
        before = view.body
        at = next(((b, e) for b, e in _buttons(view.body["blocks"]) if e.get("value") == button), None)
        made_up = {"type": "button", "action_id": BUTTON, "value": button, "text": {}}
        block, element = at or ({"block_id": OLD}, made_up)
        payload = payloads.view_press(self.workspace, self.workspace.users[account_id(who)], view, block, element, None)
        await self._interacted(payload)
        assert view.body is not before, "the form does not follow the button"
        if "submit" in view.body:
            return self._outcome(view)
        await self.people.close(account_id(who))
        return Done()

    def _outcome(self, view: View) -> Outcome:
        problems, form = forms.problems_in(view.body), self._window(view)
        return Problems(problems, form) if problems else Next(form)


def _buttons(blocks: list[Json]) -> list[tuple[Json, Json]]:
    return [(b, e) for b in blocks if b["type"] == "actions" for e in b["elements"] if e["type"] == "button"]


def _where(blocks: list[Json], does: str, carries: str) -> tuple[str, str] | None:
    for block, element in _buttons(blocks):
        if ours.pressed(element) == (does, carries):
            return block["block_id"], element["action_id"]
    return None


def way_in(said: Said) -> Button | None:
    """The one button of a message that says to press it to open a form."""
    found = [button for part in said.parts if isinstance(part, Buttons) for button in part.buttons]
    hints = plain_text(said).count("«")
    return found[0] if len(found) == 1 and hints == 1 and f"«{found[0].label}»" in plain_text(said) else None
