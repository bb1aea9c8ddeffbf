"""Pressing and filling in: what a person does with buttons and forms, and what Slack makes of the app's answer."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.slack import payloads
from tests.fakes.slack.api_views import push, replace, valid
from tests.fakes.slack.blocks import elements_of, options_of
from tests.fakes.slack.calls import Refused
from tests.fakes.slack.events import Answer
from tests.fakes.slack.eyes import AppFailed, Eyes, NotPossible, label
from tests.fakes.slack.state import STACK
from tests.fakes.slack.things import Json, Message, Upload, View
from tests.fakes.slack.values import at_first, chosen, fields

Name = str | tuple[str, str]  # a label or an id; or block_id and action_id
Values = Mapping[Any, Any]  # by Name


class Forms(Eyes):
    async def press(
        self, user: str, message: Message, what: Name, option: str | Sequence[str] = "", *, confirm: bool = True
    ) -> Answer | None:
        """A button by its label, action_id or value (a menu with an option). `confirm=False` says no when asked."""
        who, _ = self._inside(user, message.channel)
        if message.only_for not in (None, who.id):
            raise NotPossible("that message is another person's")
        channel = self.workspace.channels[message.channel]
        if message not in channel.messages:
            raise NotPossible("the message is gone")
        block, element = found(message.blocks, what)
        if "confirm" in element and not confirm:
            return None
        value = self._picked(element, option)
        return await self._interact(payloads.message_press(self.slack, who, message, block, element, value))

    async def press_in_home(self, user: str, what: Name, option: str = "", *, confirm: bool = True) -> Answer | None:
        view = self.home(user)
        if view is None:
            raise NotPossible("no home page has been published")
        return await self._press_in(user, view, what, option, confirm)

    async def press_in_view(self, user: str, what: Name, option: str = "", *, confirm: bool = True) -> Answer | None:
        """What has been filled in goes along as state."""
        return await self._press_in(user, self._top(user), what, option, confirm)

    async def _press_in(self, user: str, view: View, what: Name, option: str, confirm: bool) -> Answer | None:
        block, element = found(view.body["blocks"], what)
        if "confirm" in element and not confirm:
            return None
        value = self._picked(element, option)
        if element["type"] not in ("button", "overflow"):
            view.typed[(block["block_id"], element["action_id"])] = value
        who = self.workspace.user(user)
        return await self._interact(payloads.view_press(self.workspace, who, view, block, element, value))

    def _picked(self, element: Json, option: str | Sequence[str]) -> Any:
        if element["type"] == "button":
            return None
        try:
            if element["type"] == "overflow":
                return next(o for o in options_of(element) if option in (o["text"]["text"], o["value"]))
            return chosen(element, option)
        except (ValueError, StopIteration) as error:
            raise NotPossible(str(error)) from error

    async def _interact(self, payload: Json) -> Answer:
        answer = await self.slack.events.interaction(payload)
        if not answer.acknowledged:
            raise AppFailed(f"the app did not answer ({answer.reason} {answer.status})")
        return answer

    # ------------------------------------------------------------ modals

    def fill(self, user: str, values: Values, files: Values | None = None) -> None:
        """By label, block_id or action_id. Choices by their text or value; dates as YYYY-MM-DD; people by name."""
        view = self._top(user)
        for name, wish in {**values, **(files or {})}.items():
            block, element = field(view, name)
            key = (block["block_id"], element["action_id"])
            try:
                view.typed[key] = self._filled(user, element, wish)
            except ValueError as error:
                raise NotPossible(f"{name}: {error}") from error

    def _filled(self, user: str, element: Json, wish: Any) -> Any:
        if element["type"] == "users_select" and wish:
            return self.workspace.user(wish).id
        if element["type"] == "file_input":
            return self._attached(user, element, [wish] if isinstance(wish, Upload) else list(wish))
        return chosen(element, wish)

    def _attached(self, user: str, element: Json, uploads: list[Upload]) -> list[Json]:
        kinds = element.get("filetypes")
        if len(uploads) > element.get("max_files", 10):
            raise ValueError("too many files")
        told = []
        for upload in uploads:
            if kinds and upload.name.rpartition(".")[2].lower() not in kinds:
                raise ValueError(f"only {', '.join(kinds)} files")
            made = self.workspace.add_file(
                upload.name, self.workspace.user(user).id, upload.content, uploaded=True, complete=True
            )
            made.given_to_app = True
            told.append(made.public(self.slack.address, self.workspace.team))
        return told

    async def submit(
        self,
        user: str,
        values: Values | None = None,
        files: Values | None = None,
        *,
        twice: bool = False,
    ) -> Answer:
        """Fills in, and sends. `twice`: the same submission arrives two times at once (a double click)."""
        self.fill(user, values or {}, files)
        view, who = self._top(user), self.workspace.user(user)
        if "submit" not in view.body:
            raise NotPossible("this view cannot be sent")
        self._complete(view)
        payload = payloads.submission(self.workspace, who, view)
        if twice:
            answer, _ = await asyncio.gather(self._interact(payload), self._interact(payload))
        else:
            answer = await self._interact(payload)
        self._take(view, answer)
        return answer

    def _complete(self, view: View) -> None:
        """Slack's program checks before it sends: what must be filled in, and how short a text may be."""
        for block, element in fields(view.body):
            value = view.typed.get((block["block_id"], element["action_id"]), at_first(element))
            label = block.get("label", {}).get("text", block["block_id"])
            if block["type"] == "input" and not block.get("optional") and not value:
                raise NotPossible(f"{label}: please complete this required field")
            if isinstance(value, str) and value and len(value) < element.get("min_length", 0):
                raise NotPossible(f"{label}: too short")

    def _take(self, view: View, answer: Answer) -> None:
        """response_action (docs: modals, "Responding to view_submission"): anything but these is an error on screen."""
        stack = self.workspace.stacks.get(view.user, [])
        body = answer.body
        if not body:
            if view in stack:
                stack.remove(view)
            return
        if not isinstance(body, dict) or body.get("response_action") not in ("errors", "update", "push", "clear"):
            raise AppFailed(f"the answer to a submission must be empty or a response_action, not {body!r:.200}")
        try:
            self._acted(view, body, stack)
        except Refused as refused:
            raise AppFailed(f"the answer to a submission was refused: {refused.answer}") from refused

    def _acted(self, view: View, body: Json, stack: list[View]) -> None:
        match body["response_action"]:
            case "errors":
                view.problems = _problems(view, body.get("errors"))
            case "update":
                replace(self.workspace, view, valid(self.workspace, body.get("view"), ("modal",), view))
            case "push":
                if len(stack) >= STACK:
                    raise AppFailed("a fourth view was pushed")  # docs: modals: up to three views
                push(self.workspace, view, valid(self.workspace, body.get("view"), ("modal",)))
            case "clear":
                stack.clear()

    async def close(self, user: str, *, all: bool = False) -> None:
        """The X (`all`) or the close button. The app hears of it where notify_on_close says so."""
        view, who = self._top(user), self.workspace.user(user)
        stack = self.workspace.stacks[who.id]
        cleared = all or bool(view.body.get("clear_on_close"))
        gone = list(stack) if cleared else [view]
        for each in gone:
            stack.remove(each)
        for each in gone:
            if each.body.get("notify_on_close"):
                payload = payloads.closing(self.workspace, who, each, cleared=cleared)
                await self._interact(payload)


def found(blocks: list[Json], what: Name) -> tuple[Json, Json]:
    """The element called `what`: by label, action_id, value, or the label for screen readers."""
    every = [(block, e) for block in blocks for e in elements_of(block) if e["type"] != "image"]
    if isinstance(what, tuple):
        every = [(block, e) for block, e in every if block["block_id"] == what[0]]
        what = what[1]
    for name in (label, lambda e: e["action_id"], lambda e: e.get("value"), lambda e: e.get("accessibilitylabel")):
        for block, element in every:
            if name(element) == what:
                return block, element
    raise NotPossible(f"nothing to press called {what!r}: {[label(element) for _, element in every]}")


def field(view: View, name: Name) -> tuple[Json, Json]:
    """An input by its block_id, label or action_id."""
    every = fields(view.body)
    for block, element in every:
        if name in (
            (block["block_id"], element["action_id"]),
            block["block_id"],
            block.get("label", {}).get("text"),
            element["action_id"],
        ):
            return block, element
    labels = [block.get("label", {}).get("text", block["block_id"]) for block, _ in every]
    raise NotPossible(f"no field {name!r}: {labels}")


def _problems(view: View, errors: Any) -> dict[str, str]:
    """docs: modals, "Displaying errors": keys are block_ids of input blocks, values are texts."""
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise AppFailed("response_action errors came without errors")
    unknown = sorted(set(errors) - inputs)
    if unknown:
        raise AppFailed(f"errors name blocks that are no input here: {unknown}")
    if not all(isinstance(text, str) and text for text in errors.values()):
        raise AppFailed("an error must be a text")
    return dict(errors)
