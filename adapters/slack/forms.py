"""Forms → Slack's modals, and what is sent in → values again. Pure.

A field's block carries its name as `block_id`, with the view's revision: Slack keeps what was typed under an id, and
would show that instead of what a new view says.
Limits: https://docs.slack.dev/reference/views/modal-views and .../block-kit/blocks/input-block
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.slack import inputs
from adapters.slack.blocks import VIEW_BLOCKS, VIEW_WEIGHT, Room, TooMuch, shown
from adapters.slack.pieces import BLOCK
from adapters.slack.texts import Json, cut, plain, units
from bot.chat.message import AnyField, Form, FormButton, Text, Tone
from bot.chat.port import Place
from bot.language import _

CALLBACK = "form"
BUTTON = "form.button"  # of the first one; the others have "#2" and so on after it
TITLE = 24  # units; of the buttons below, too
METADATA = 3_000
LABEL = 2_000  # of a field, and of its hint
BUTTON_LABEL = 75
PROBLEM = 1_000  # units; Slack names no limit of its own
SAID = "problem."  # begins the id of a block that says one
_REVISION = re.compile(r"@\d+$")


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a modal carries unseen. `long` are the values of options that Slack would not take as they are."""

    instance: str
    does: str
    carries: str
    place: Place
    revision: int = 0
    long: tuple[str, ...] = ()

    def store(self) -> str:
        """Raises `TooMuch`."""
        kept = [self.instance, self.does, self.carries, self.place.store(), self.revision, self.long]
        stored = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
        if units(stored) > METADATA:
            raise TooMuch
        return stored

    @staticmethod
    def load(stored: str) -> "Hidden":
        instance, does, carries, place, revision, long = json.loads(stored)
        return Hidden(instance, does, carries, Place.load(place), revision, tuple(long))


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent in. `hidden` is for the view that follows: its revision is one higher."""

    hidden: Hidden
    values: Mapping[str, str | tuple[str, ...]]
    files: Mapping[str, str] = field(default_factory=dict)  # field → Slack's id of the file
    button: str = ""


def view(form: Form, hidden: Hidden, problems: Mapping[str, str] | None = None) -> Json:
    """The modal. What it does and carries is the form's, whatever `hidden` says. Raises `TooMuch` for a form that
    Slack cannot show whole."""
    values = inputs.Values()
    below = [block for each in form.fields for block in _field(each, values, hidden.revision)]
    below += [_buttons(form.extra)] if form.extra else []
    title = form.title if units(form.title) > TITLE else ""
    spare = VIEW_BLOCKS - 1 - len(below)  # one for a problem
    if spare < (2 if form.intro or title else 0):
        raise TooMuch
    above = shown(form.intro, Room(spare, VIEW_WEIGHT), title) if form.intro or title else []
    carried = replace(hidden, does=form.does, carries=form.carries, long=tuple(values.long))
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": carried.store(),
        "title": plain(cut(form.title, TITLE)),
        "submit": plain(cut(form.submit or _("Send inn"), TITLE)),
        "close": plain(_("Avbryt")),
        "blocks": _with_said([*above, *below], problems or {}, hidden.revision),
    }


def done_view(title: str, text: str) -> Json:
    """In place of a form that was sent in with one of its own buttons, which closes nothing."""
    whole = title if units(title) > TITLE else ""
    blocks = shown((Text(text),), Room(VIEW_BLOCKS, VIEW_WEIGHT), whole)
    return {"type": "modal", "title": plain(cut(title, TITLE)), "close": plain(_("Lukk")), "blocks": blocks}


def sent(view: Mapping[str, Any], button: str = "") -> Sent:
    """What stands in the modal now, as Slack sends it with a submission or a press."""
    hidden = Hidden.load(view["private_metadata"])
    values: dict[str, str | tuple[str, ...]] = {}
    files: dict[str, str] = {}
    for block, state in _inputs(view):
        name, found = field_of(block), inputs.value(block["element"]["action_id"], state, hidden.long)
        before = values.get(name)
        if isinstance(before, str) and isinstance(found, str):  # the text goes on
            values[name] = inputs.joint_in(_bare(block)).join(each for each in (before, found) if each)
        else:
            values[name] = found
        if chosen := inputs.file(state):
            files[name] = chosen
    return Sent(replace(hidden, revision=hidden.revision + 1), values, files, button)


def form_button(action: Mapping[str, Any]) -> str | None:
    """The value of one of a form's own buttons; None for any other press."""
    ours = str(action.get("action_id")).partition("#")[0] == BUTTON
    return str(action.get("value") or "") if ours else None


def errors(view: Mapping[str, Any], by_field: Mapping[str, str]) -> dict[str, str] | None:
    """The problems by the blocks they stand at; None where one belongs to nothing on screen, or there is none."""
    blocks: dict[str, str] = {}
    for block, _state in _inputs(view):
        blocks.setdefault(field_of(block), block["block_id"])
    if not by_field or not set(by_field) <= set(blocks):
        return None
    return {blocks[name]: cut(problem, PROBLEM) for name, problem in by_field.items()}


def with_problem(view: Mapping[str, Any], by_field: Mapping[str, str]) -> Json:
    """The same modal again, with what was typed in it and the problems said. Slack keeps no chosen file."""
    hidden = Hidden.load(view["private_metadata"])
    revision = hidden.revision + 1
    states = {block["block_id"]: state for block, state in _inputs(view)}
    told = dict(by_field)
    blocks: list[Json] = []
    for old in view["blocks"]:
        id = str(old.get("block_id", ""))
        if id.startswith(SAID):
            continue
        block = {name: value for name, value in old.items() if name != "block_id"}
        if old["type"] == "input":
            block |= {"element": inputs.again(old["element"], states[id]), "block_id": _id(_bare(old), revision)}
            if inputs.file(states[id]):
                told.setdefault(field_of(old), _("Velg fil på nytt"))
        blocks.append(block)
    kept = {name: view[name] for name in ("type", "callback_id", "title", "submit", "close") if view.get(name)}
    stored = replace(hidden, revision=revision).store()
    return {**kept, "private_metadata": stored, "blocks": _with_said(blocks, told, revision)}


def field_of(block: Mapping[str, Any]) -> str:
    """The name of the field that an input block shows."""
    return inputs.name_in(_bare(block))


# ------------------------------------------------------------ blocks


def _field(each: AnyField, values: inputs.Values, revision: int) -> Iterator[Json]:
    made = inputs.elements(each, values)
    for element in made:
        label = _("{label} (forts.)").format(label=each.label) if element.joint else each.label
        block: Json = {
            "type": "input",
            "block_id": _id(f"{each.name}{element.joint}", revision),
            "label": plain(cut(label, LABEL)),
            "element": element.made,
            "optional": not each.required or bool(element.joint),
        }
        if each.hint.strip() and not element.joint:
            block["hint"] = plain(cut(each.hint, LABEL))
        yield block
    if not made:
        nothing = Text(f"{cut(each.label, LABEL)}: {_('Det er ingenting å velge mellom.')}")
        yield from shown((nothing,), Room(2, VIEW_WEIGHT))
    yield from _notes(each.notes)


def _notes(notes: Sequence[str]) -> list[Json]:
    """What the check found, right under its field."""
    said = "\n".join(f"⚠️ {note}" for note in notes if note.strip())
    return shown((Text(said, Tone.MUTED),), Room(4, VIEW_WEIGHT)) if said else []


def _buttons(extra: Sequence[FormButton]) -> Json:
    elements = [
        {
            "type": "button",
            "action_id": BUTTON if number == 1 else f"{BUTTON}#{number}",
            "value": button.value,
            "text": plain(cut(button.label, BUTTON_LABEL)),
        }
        for number, button in enumerate(extra, 1)
    ]
    return {"type": "actions", "elements": elements}


def _with_said(blocks: list[Json], by_field: Mapping[str, str], revision: int) -> list[Json]:
    """The problems on top, where they are seen however long the form is, and at their fields."""
    if not by_field:
        return blocks
    labels = {field_of(block): str(block["label"]["text"]) for block in reversed(blocks) if block["type"] == "input"}
    lines = [f"{cut(labels[name], 75)}: {said}" if name in labels else said for name, said in by_field.items()]
    top = shown((Text(cut("\n".join(lines), BLOCK - 10), Tone.WARNING),), Room(1, VIEW_WEIGHT))
    found = [block | {"block_id": f"{SAID}@{revision}"} for block in top]
    spare = VIEW_BLOCKS - len(found) - len(blocks)
    for block in blocks:
        found.append(block)
        name = field_of(block) if block["type"] == "input" else ""
        if name in by_field and name in labels and spare > 0:
            spare -= 1
            labels.pop(name)  # once, where the text of a field stands in several
            said = {"type": "context", "elements": [plain(cut(f"❗ {by_field[name]}", PROBLEM))]}
            found.append(said | {"block_id": f"{SAID}{name}@{revision}"})
    return found


def _id(name: str, revision: int) -> str:
    return f"{name}@{revision}" if revision else name


def _bare(block: Mapping[str, Any]) -> str:
    """Its id without the revision."""
    return _REVISION.sub("", str(block["block_id"]))


def _inputs(view: Mapping[str, Any]) -> Iterator[tuple[Json, Json]]:
    """Each input block, and what stands in it."""
    states = (view.get("state") or {}).get("values") or {}
    for block in view["blocks"]:
        if block["type"] == "input":
            yield block, (states.get(block["block_id"]) or {}).get(block["element"]["action_id"]) or {}
