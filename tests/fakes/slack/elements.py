"""Reads the interactive elements of blocks: buttons, menus, inputs."""

import re
from collections.abc import Callable
from typing import Any

from tests.fakes.slack import schema
from tests.fakes.slack.faults import Faults, array, boolean, fields, items, kind_of, string, text_object, whole
from tests.fakes.slack.schema import Fields
from tests.fakes.slack.things import Json

DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
USER = re.compile(r"[UW][A-Z0-9]{6,}\Z")


def read_element(element: Any, block: str, surface: str, at: str, faults: Faults) -> None:
    kind = kind_of(element)
    if kind not in schema.PLACES[block]:
        faults.say(f"unsupported type: {kind}", f"{at}/type")
        return
    if kind == "file_input" and surface != "modal":
        # docs: file_input: "Modals" is the only surface
        faults.say("file_input is only allowed in modals", f"{at}/type")
    fields(element, schema.ELEMENTS[kind], at, faults)
    string(element, "action_id", at, faults, most=schema.ACTION_ID)
    boolean(element, "focus_on_load", at, faults)
    if "placeholder" in element:
        text_object(element["placeholder"], f"{at}/placeholder", faults, schema.PLACEHOLDER, plain=True)
    if "confirm" in element:
        _confirm(element["confirm"], f"{at}/confirm", faults)
    READ_ELEMENT[kind](element, at, faults)


def _button(element: Json, at: str, faults: Faults) -> None:
    text_object(element.get("text"), f"{at}/text", faults, schema.BUTTON_TEXT, plain=True)
    string(element, "value", at, faults, most=schema.BUTTON_VALUE, least=0)
    string(element, "url", at, faults, most=schema.URL)
    string(element, "accessibility_label", at, faults, most=schema.ACCESSIBILITY_LABEL)
    if "style" in element and element["style"] not in ("primary", "danger"):
        faults.say("must be one of primary, danger", f"{at}/style")


def picture(element: Json, at: str, faults: Faults) -> None:
    string(element, "alt_text", at, faults, most=2000)
    string(element, "image_url", at, faults, most=schema.URL)
    if ("image_url" in element) == ("slack_file" in element):
        faults.say("must provide either image_url or slack_file", at)
    elif "image_url" in element and not str(element["image_url"]).startswith("https://"):
        faults.say("invalid image_url", f"{at}/image_url")


def _overflow(element: Json, at: str, faults: Faults) -> None:
    _options(element.get("options"), f"{at}/options", faults, schema.OVERFLOW_OPTIONS, plain=True, url=True)


def _few(element: Json, at: str, faults: Faults) -> None:
    """Checkboxes and radio buttons."""
    _options(element.get("options"), f"{at}/options", faults, schema.FEW_OPTIONS)
    _initial(element, at, faults)


def _static(element: Json, at: str, faults: Faults) -> None:
    if ("options" in element) == ("option_groups" in element):
        # docs: "options: required unless option_groups"; "if option_groups is specified, this field should not be"
        faults.say("must provide either options or option_groups", at)
    if "options" in element:
        _options(element["options"], f"{at}/options", faults, schema.OPTIONS, plain=True)
    if "option_groups" in element:
        array(element["option_groups"], f"{at}/option_groups", faults, schema.OPTION_GROUPS)
        for number, group in enumerate(items(element["option_groups"])):
            here = f"{at}/option_groups/{number}"
            if not isinstance(group, dict):
                faults.say("must be an object", here)
                continue
            fields(group, Fields(("label", "options")), here, faults)
            text_object(group.get("label"), f"{here}/label", faults, schema.OPTION_TEXT, plain=True)
            _options(group.get("options"), f"{here}/options", faults, schema.OPTIONS, plain=True)
    _initial(element, at, faults)
    whole(element, "max_selected_items", at, faults, 1, 10_000)


def options_of(element: Json) -> list[Json]:
    groups = [items(group.get("options")) for group in items(element.get("option_groups")) if isinstance(group, dict)]
    return [o for options in [items(element.get("options")), *groups] for o in options if isinstance(o, dict)]


def _initial(element: Json, at: str, faults: Faults) -> None:
    """docs: "exactly match one of the options"."""
    options = options_of(element)
    if "initial_option" in element and element["initial_option"] not in options:
        faults.say("initial_option must be one of the options", f"{at}/initial_option")
    if "initial_options" in element:
        array(element["initial_options"], f"{at}/initial_options", faults)
        if any(option not in options for option in items(element["initial_options"])):
            faults.say("initial_options must be among the options", f"{at}/initial_options")


def _options(options: Any, at: str, faults: Faults, most: int, *, plain: bool = False, url: bool = False) -> None:
    array(options, at, faults, most)
    values = []
    for number, option in enumerate(items(options)):
        here = f"{at}/{number}"
        if not isinstance(option, dict):
            faults.say("must be an object", here)
            continue
        fields(option, Fields(("text", "value"), ("description", *(("url",) if url else ()))), here, faults)
        text_object(option.get("text"), f"{here}/text", faults, schema.OPTION_TEXT, plain=plain)
        string(option, "value", here, faults, most=schema.OPTION_VALUE)
        if "description" in option:
            text_object(option["description"], f"{here}/description", faults, schema.OPTION_DESCRIPTION, plain=plain)
        values.append(option.get("value"))
    if len(values) != len(set(map(str, values))):
        faults.say("option values must be unique", at)


def _date(element: Json, at: str, faults: Faults) -> None:
    if "initial_date" in element and not DATE.match(str(element["initial_date"])):
        faults.say("must be a valid date as YYYY-MM-DD", f"{at}/initial_date")


def _time(element: Json, at: str, faults: Faults) -> None:
    if "initial_time" in element and not TIME.match(str(element["initial_time"])):
        faults.say("must be a valid time as HH:mm", f"{at}/initial_time")


def _datetime(element: Json, at: str, faults: Faults) -> None:
    whole(element, "initial_date_time", at, faults, 10**9, 10**10 - 1)  # docs: "10 digits"


def _typed(element: Json, at: str, faults: Faults) -> None:
    boolean(element, "multiline", at, faults)
    whole(element, "min_length", at, faults, 0, schema.INPUT_TEXT)
    whole(element, "max_length", at, faults, 1, schema.INPUT_TEXT)
    string(element, "initial_value", at, faults, most=element.get("max_length", schema.INPUT_TEXT), least=0)
    if element.get("min_length", 0) > element.get("max_length", schema.INPUT_TEXT):
        faults.say("min_length must be less than max_length", at)


def _chosen(element: Json, at: str, faults: Faults) -> None:
    string(element, "initial_user", at, faults, most=schema.ACTION_ID)
    if "initial_user" in element and not USER.match(str(element["initial_user"])):
        faults.say("invalid user id", f"{at}/initial_user")
    whole(element, "max_selected_items", at, faults, 1, 10_000)


def _file_input(element: Json, at: str, faults: Faults) -> None:
    whole(element, "max_files", at, faults, 1, schema.FILES)
    kinds = element.get("filetypes", [])
    if not isinstance(kinds, list) or not all(isinstance(kind, str) and kind.isalnum() for kind in kinds):
        faults.say("filetypes must be file extensions", f"{at}/filetypes")


READ_ELEMENT: dict[str, Callable[[Json, str, Faults], None]] = {
    "button": _button,
    "image": picture,
    "overflow": _overflow,
    "checkboxes": _few,
    "radio_buttons": _few,
    "datepicker": _date,
    "timepicker": _time,
    "datetimepicker": _datetime,
    "static_select": _static,
    "multi_static_select": _static,
    "users_select": _chosen,
    "multi_users_select": _chosen,
    "channels_select": _chosen,
    "conversations_select": _chosen,
    "plain_text_input": _typed,
    "email_text_input": _typed,
    "url_text_input": _typed,
    "number_input": _typed,
    "file_input": _file_input,
}


def _confirm(confirm: Any, at: str, faults: Faults) -> None:
    if not isinstance(confirm, dict):
        faults.say("must be an object", at)
        return
    fields(confirm, Fields(("title", "text", "confirm", "deny"), ("style",)), at, faults)
    text_object(confirm.get("title"), f"{at}/title", faults, schema.CONFIRM_TITLE, plain=True)
    text_object(confirm.get("text"), f"{at}/text", faults, schema.CONFIRM_TEXT)
    for name in ("confirm", "deny"):
        text_object(confirm.get(name), f"{at}/{name}", faults, schema.CONFIRM_BUTTON, plain=True)
    if "style" in confirm and confirm["style"] not in ("primary", "danger"):
        faults.say("must be one of primary, danger", f"{at}/style")
