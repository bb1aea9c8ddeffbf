"""Fields of a form → Slack's input elements, and what stands in one → the field's value. Pure.

The kind of the field is the element's `action_id`. A text longer than one input holds stands in several, which are
read as one again: nothing that was written is cut.
Limits: https://docs.slack.dev/reference/block-kit/block-elements and .../composition-objects/option-object
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, assert_never

from adapters.slack.blocks import TooMuch
from adapters.slack.texts import MORE, Json, cut, head, plain, reach, units, utf16
from bot.chat.message import AnyField, ChoiceField, ChoicesField, DateField, FileField, Option, TextField, TickField
from bot.language import _

TEXT = 3_000  # UTF-16 units of one text input
OPTION_LABEL = 75
OPTION_VALUE = 150
BOXES = 10  # options of checkboxes; more are a menu
MENU, GROUPS = 100, 100  # options of one list, and lists of one menu
_JOINTS = {"n": "\n", "s": " ", "x": ""}
_JOINT = re.compile(r"~\d+([nsx])$")
_LONG = "~"  # begins an option's value that stands for another


@dataclass(slots=True)
class Values:
    """The values of options that Slack does not take as they are, while a view is made."""

    long: list[str] = field(default_factory=list)

    def stored(self, value: str, taken: set[str]) -> str:
        """What stands for it; never one of those `taken` by the same field."""
        shown = value or _LONG
        if units(shown) <= OPTION_VALUE and shown not in taken and not value.startswith(_LONG):
            return shown
        self.long.append(value)
        return f"{_LONG}{len(self.long) - 1}"


def _loaded(stored: str, long: Sequence[str]) -> str:
    if not stored.startswith(_LONG):
        return stored
    number = stored.removeprefix(_LONG)
    return long[int(number)] if number else ""


@dataclass(frozen=True, slots=True)
class Element:
    """`joint` follows the field's name in the block's id: how the text of this input is joined to the one before."""

    made: Json
    joint: str = ""


def elements(field: AnyField, values: Values) -> list[Element]:
    """One, or several for a long text; none where there is nothing to choose from."""
    match field:
        case TextField():
            return list(_texts(field))
        case DateField(value=value):
            return [Element({"type": "datepicker", "action_id": "date"} | _initial("date", _iso(value)))]
        case TickField(ticked=ticked):
            yes = {"text": plain(_("Ja")), "value": "on"}
            box: Json = {"type": "checkboxes", "action_id": "tick", "options": [yes]}
            return [Element(box | _initial("options", [yes] if ticked else []))]
        case FileField(accept=accept):
            types = [ending.lstrip(".") for ending in accept]
            chosen_file: Json = {"type": "file_input", "action_id": "file", "max_files": 1}
            return [Element(chosen_file | ({"filetypes": types} if types else {}))]
        case ChoiceField(options=options, value=chosen):
            return [Element(_choice(options, chosen, values, required=field.required))] if options else []
        case ChoicesField(options=options, values=chosen_ones):
            return [Element(_choices(options, chosen_ones, values))] if options else []
        case _:
            assert_never(field)


def _initial(what: str, value: Any) -> Json:
    """Slack refuses an empty one."""
    return {f"initial_{what}": value} if value else {}


def _texts(field: TextField) -> Iterator[Element]:
    pieces = list(_pieces(field.value))
    for number, (code, piece) in enumerate(pieces, 1):
        longest = TEXT if len(pieces) > 1 else min(max(field.longest, len(piece), 1), TEXT)
        made: Json = {
            "type": "plain_text_input",
            "action_id": "text",
            "multiline": field.lines > 1 or "\n" in piece or len(pieces) > 1,
            "max_length": longest,
        }
        yield Element(made | _initial("value", piece), f"~{number}{code}" if number > 1 else "")


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """(what joins it to the one before, the piece): at a line, at a word, or wherever it must be."""
    code = ""
    while utf16(text) > TEXT:
        end = reach(text, TEXT, utf16)
        ends = (("n", text.rfind("\n", end // 2, end)), ("s", text.rfind(" ", end // 2, end)), ("x", end))
        following, at = next(each for each in ends if each[1] > 0)
        yield code, text[:at]
        code, text = following, text[at + len(_JOINTS[following]) :]
    yield code, text


def _iso(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return ""


def _choice(options: Sequence[Option], chosen: str, values: Values, *, required: bool) -> Json:
    """Slack has no way to take a choice back: where none is needed, none can be chosen."""
    if not required and all(option.value for option in options):
        options = (Option("", _("Ikke valgt")), *options)
    made = _made(options, values)
    first = next((each for option, each in zip(options, made, strict=True) if option.value == chosen), None)
    return {"type": "static_select", "action_id": "choice", **_listed(made), **_initial("option", first)}


def _choices(options: Sequence[Option], chosen: Sequence[str], values: Values) -> Json:
    made = _made(options, values)
    ticked = [each for option, each in zip(options, made, strict=True) if option.value in chosen]
    kind = "checkboxes" if len(options) <= BOXES else "multi_static_select"
    return {"type": kind, "action_id": "choices", **_listed(made), **_initial("options", ticked)}


def _made(options: Sequence[Option], values: Values) -> list[Json]:
    taken: set[str] = set()
    made = []
    for option in options:
        made.append(_option(option.label if option.label.strip() else option.value, values.stored(option.value, taken)))
        taken.add(made[-1]["value"])
    return made


def _option(label: str, stored: str) -> Json:
    """What does not fit in the label stands under it."""
    if units(label) <= OPTION_LABEL:
        return {"text": plain(label), "value": stored}
    begun, _between, rest = head(label, OPTION_LABEL - len(MORE))
    return {"text": plain(begun + MORE), "value": stored, "description": plain(cut(rest, OPTION_LABEL))}


def _listed(options: Sequence[Json]) -> Json:
    if len(options) <= MENU:
        return {"options": list(options)}
    groups = [list(options[first : first + MENU]) for first in range(0, len(options), MENU)]
    if len(groups) > GROUPS:
        raise TooMuch
    return {"option_groups": [{"label": plain(_span(group)), "options": group} for group in groups]}


def _span(group: Sequence[Json]) -> str:
    first, last = (cut(str(each["text"]["text"]), OPTION_LABEL // 2 - 2) for each in (group[0], group[-1]))
    return f"{first} – {last}"


# ------------------------------------------------------------ read again


def name_in(bare: str) -> str:
    """The field that a block's id names."""
    return _JOINT.sub("", bare)


def joint_in(bare: str) -> str:
    """What joins its text to that of the block before."""
    found = _JOINT.search(bare)
    return _JOINTS[found[1]] if found else ""


def value(kind: str, state: Mapping[str, Any], long: Sequence[str]) -> str | tuple[str, ...]:
    """What stands in an element. Slack sends null, or leaves it out, where nothing does."""
    chosen = [_loaded(str(each["value"]), long) for each in state.get("selected_options") or ()]
    match kind:
        case "choices":
            return tuple(chosen)
        case "tick":
            return "on" if chosen else ""
        case "choice":
            one = state.get("selected_option")
            return _loaded(str(one["value"]), long) if one else ""
        case "date":
            return str(state.get("selected_date") or "")
        case _:
            return str(state.get("value") or "")


def file(state: Mapping[str, Any]) -> str:
    """Slack's id of the file that was chosen; empty where none was."""
    return next((str(each["id"]) for each in state.get("files") or ()), "")


def again(element: Mapping[str, Any], state: Mapping[str, Any]) -> Json:
    """The same element, with what stands in it to begin with."""
    kept = {name: each for name, each in element.items() if not name.startswith("initial_")}
    groups = element.get("option_groups") or ({"options": element.get("options", ())},)
    options = {option["value"]: option for group in groups for option in group["options"]}
    chosen = [options[each["value"]] for each in state.get("selected_options") or () if each["value"] in options]
    one = (state.get("selected_option") or {}).get("value")
    return {
        **kept,
        **_initial("value", state.get("value")),
        **_initial("date", state.get("selected_date")),
        **_initial("option", options.get(one)),
        **_initial("options", chosen),
    }
