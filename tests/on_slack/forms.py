"""Modals → the forms that stand in them, and what people fill in → what Slack sends."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.slack import forms as ours
from adapters.slack import inputs
from bot.chat.message import (
    AnyField,
    ChoiceField,
    ChoicesField,
    DateField,
    FileField,
    Form,
    FormButton,
    Option,
    TextField,
    TickField,
)
from bot.language import LANGUAGES, _, speaking
from tests.fakes.slack import blocks as validator
from tests.fakes.slack.things import Json, View
from tests.fakes.slack.values import at_first, fields
from tests.on_slack.messages import Around, parts_in

NOTE, PROBLEM, ON_TOP = "⚠️ ", "❗ ", "⚠️ "
_REVISION = re.compile(r"@\d+$")
Key = tuple[str, str]


# ------------------------------------------------------------ read


def form_in(body: Json, around: Around) -> Form:
    hidden = ours.Hidden.load(body["private_metadata"])
    above = [block for block in body["blocks"] if not _says_a_problem(block)]
    below: list[Json] = []
    while above and above[-1]["type"] != "input" and any(each["type"] == "input" for each in above):
        below.insert(0, above.pop())
    first = next((n for n, block in enumerate(above) if block["type"] == "input"), len(above))
    above, inner = above[:first], above[first:] + below
    title = body["title"]["text"]
    if title.endswith("…") and above and above[0]["type"] == "header":
        title = above.pop(0)["text"]["text"]
    extra = [e for block in body["blocks"] for e in _form_buttons(block)]
    loose = [block for block in above if not _form_buttons(block)]
    submit = body["submit"]["text"]
    return Form(
        hidden.does,
        title,
        tuple(_fields(inner, hidden.long)),
        hidden.carries,
        tuple(parts_in(list(loose), around)),
        "" if submit in _in_any_language("Send inn") else submit,
        tuple(FormButton(each["value"], each["text"]["text"]) for each in extra),
    )


def problems_in(body: Json) -> dict[str, str]:
    """What a view says is wrong, by field; under "" what belongs to no field on screen."""
    found: dict[str, str] = {}
    labels: dict[str, str] = {}
    for block in body["blocks"]:
        if block["type"] == "input":
            labels.setdefault(ours.field_of(block), block["label"]["text"])
        elif _says_a_problem(block) and (name := _named(block)):
            found[name] = block["elements"][0]["text"].removeprefix(PROBLEM)
    on_top = "\n".join(_on_top(body))
    for name, said in found.items():
        on_top = on_top.replace(f"{labels[name]}: {said}", "", 1)
    return found | ({"": on_top.strip("\n")} if on_top.strip("\n") else {})


def errors_in(body: Json, errors: Mapping[str, str]) -> dict[str, str]:
    """response_action errors, by field."""
    names = {block["block_id"]: ours.field_of(block) for block in body["blocks"] if block["type"] == "input"}
    return {names[id]: said for id, said in errors.items()}


def _on_top(body: Json) -> Iterator[str]:
    for block in body["blocks"]:
        if _says_a_problem(block) and not _named(block):
            for element in block["elements"]:
                yield "".join(each["text"] for each in element["elements"]).removeprefix(ON_TOP)


def _says_a_problem(block: Json) -> bool:
    return str(block["block_id"]).startswith(ours.SAID)


def _named(block: Json) -> str:
    return _REVISION.sub("", str(block["block_id"]).removeprefix(ours.SAID))


def _form_buttons(block: Json) -> list[Json]:
    if block["type"] != "actions":
        return []
    return [each for each in block["elements"] if ours.form_button(each) is not None]


def _fields(blocks: list[Json], long: tuple[str, ...]) -> Iterator[AnyField]:
    """Each with the notes that stand under it."""
    groups: list[tuple[list[Json], list[str]]] = []
    for block in blocks:
        if block["type"] == "input":
            if groups and ours.field_of(groups[-1][0][0]) == ours.field_of(block):
                groups[-1][0].append(block)
            else:
                groups.append(([block], []))
        elif block["type"] == "context":
            groups[-1][1].extend(each["text"] for each in block["elements"])
        elif not _form_buttons(block) and not _says_nothing_to_choose(block):
            raise AssertionError(f"a {block['type']} among the fields")
    for inputs_of_field, said in groups:
        notes = tuple(note.strip() for note in "\n".join(said).split(NOTE) if note.strip())
        yield _field(inputs_of_field, notes, long)


def _says_nothing_to_choose(block: Json) -> bool:
    said = "".join(validator.texts(block))
    return any(said.endswith(each) for each in _in_any_language("Det er ingenting å velge mellom."))


def _field(blocks: list[Json], notes: tuple[str, ...], long: tuple[str, ...]) -> AnyField:
    block = blocks[0]
    element, hint = block["element"], (block.get("hint") or {}).get("text", "")
    head = (ours.field_of(block), block["label"]["text"], not block.get("optional"), hint, notes)
    match element["action_id"]:
        case "text":
            lines = 4 if element["multiline"] else 1
            return TextField(*head, _joined(blocks), lines, element["max_length"])
        case "date":
            return DateField(*head, element.get("initial_date", ""))
        case "tick":
            return TickField(*head, bool(element.get("initial_options")))
        case "file":
            return FileField(*head, tuple(f".{each}" for each in element.get("filetypes", ())))
        case "choice":
            shown = element.get("initial_option")
            return ChoiceField(*head, _options(element, long), loaded(shown, long) if shown else "")
        case _:
            values = tuple(loaded(each, long) for each in element.get("initial_options", ()))
            return ChoicesField(*head, _options(element, long), values)


def _joined(blocks: list[Json]) -> str:
    said = ""
    for block in blocks:
        said += inputs.joint_in(_REVISION.sub("", block["block_id"])) + block["element"].get("initial_value", "")
    return said


def _options(element: Json, long: tuple[str, ...]) -> tuple[Option, ...]:
    found = (Option(loaded(each, long), whole_label(each)) for each in options_of(element))
    return tuple(each for each in found if each.value or each.label not in _in_any_language("Ikke valgt"))


def whole_label(option: Json) -> str:
    """What does not fit in the label stands under it."""
    label, rest = option["text"]["text"], (option.get("description") or {}).get("text", "")
    return f"{label.removesuffix('…')} {rest}" if rest else str(label)


def _in_any_language(msgid: str) -> set[str]:
    found = set()
    for each in LANGUAGES:
        with speaking(each):
            found.add(_(msgid))
    return found


def options_of(element: Json) -> list[Json]:
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    return [option for group in groups for option in group["options"]]


def loaded(option: Json, long: tuple[str, ...]) -> str:
    return str(inputs.value("choice", {"selected_option": option}, long))


# ------------------------------------------------------------ filled in


def fill(view: View, values: Mapping[str, str | tuple[str, ...]]) -> None:
    """What is not named stands as it did at first. Also what Slack's own program would not let anybody choose or
    write is sent: the core must stand it, and `not_possible` tells if it was taken."""
    view.typed = {}
    long = ours.Hidden.load(view.body["private_metadata"]).long
    by_field: dict[str, list[Json]] = {}
    for block in view.body["blocks"]:
        if block["type"] == "input":
            by_field.setdefault(ours.field_of(block), []).append(block)
    for name, wish in values.items():
        for key, value in _typed(by_field.get(name, []), wish, long):
            view.typed[key] = value


def _typed(blocks: list[Json], wish: str | tuple[str, ...], long: tuple[str, ...]) -> Iterator[tuple[Key, Any]]:
    if not blocks or blocks[0]["element"]["action_id"] == "file":
        return
    element, key = blocks[0]["element"], (blocks[0]["block_id"], blocks[0]["element"]["action_id"])
    several = [wish] if isinstance(wish, str) else [*wish]
    match element["action_id"]:
        case "text" if wish != _joined(blocks):
            yield key, wish or None
            yield from (((block["block_id"], block["element"]["action_id"]), None) for block in blocks[1:])
        case "date":
            yield key, wish or None
        case "tick":
            yield key, list(element["options"]) if wish else []
        case "choice":
            yield key, _option(element, several[0], long) if several[0] else None
        case "choices":
            yield key, [_option(element, each, long) for each in several if each]


def _option(element: Json, wish: str, long: tuple[str, ...]) -> Json:
    """One that is there, or one that is made up."""
    made_up = {"text": {"type": "plain_text", "text": wish, "emoji": False}, "value": wish}
    return next((each for each in options_of(element) if loaded(each, long) == wish), made_up)


def not_possible(view: View) -> list[str]:
    """Why Slack's own program would not have sent it: what is required, what is too long, lines where there is one."""
    found = []
    for block, element in fields(view.body):
        value = view.typed.get((block["block_id"], element["action_id"]), at_first(element))
        if not block.get("optional") and not value:
            found.append(f"{block['block_id']} is required")
        if isinstance(value, str) and len(value) > element.get("max_length", 3000):
            found.append(f"{block['block_id']} is too long")
        if isinstance(value, str) and "\n" in value and not element.get("multiline"):
            found.append(f"{block['block_id']} has one line")
    return found
