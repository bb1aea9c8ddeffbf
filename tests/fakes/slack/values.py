"""What stands in a form's fields: at first, when a person types, and as `state.values` tells the app."""

from typing import Any

from tests.fakes.slack.blocks import elements_of, options_of
from tests.fakes.slack.elements import DATE
from tests.fakes.slack.schema import HOLDS_A_VALUE
from tests.fakes.slack.state import Workspace
from tests.fakes.slack.things import Json, View

# Where each kind keeps its value in `state.values` and in `actions[]`, and what it is called at first.
KEPT = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "file_input": ("files", ""),
}
SEVERAL = {"multi_static_select", "checkboxes", "multi_users_select", "file_input"}
TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}


def fields(body: Json) -> list[tuple[Json, Json]]:
    """Every block with each of its elements that holds a value."""
    return [
        (block, element)
        for block in body.get("blocks", [])
        for element in elements_of(block)
        if element["type"] in HOLDS_A_VALUE
    ]


def at_first(element: Json) -> Any:
    """An empty text is null to the app (docs: view_submission)."""
    initial = element.get(KEPT[element["type"]][1])
    if element["type"] in SEVERAL:
        return list(initial or [])
    return initial or None


def state(view: View) -> Json:
    """`state.values`: by block_id, then action_id."""
    values: Json = {}
    for block, element in fields(view.body):
        key = (block["block_id"], element["action_id"])
        told = {"type": element["type"], KEPT[element["type"]][0]: view.typed.get(key, at_first(element))}
        values.setdefault(key[0], {})[key[1]] = told
    return {"values": values}


def carried_over(old: View, body: Json) -> dict[tuple[str, str], Any]:
    """What was typed stays where the new view has the same block_id, action_id and kind of element: its initial
    value is then ignored (docs: modals, "Updating views": keep the ids and the input is preserved)."""
    before = {(b["block_id"], e["action_id"]): e for b, e in fields(old.body)}
    kept = {}
    for block, element in fields(body):
        key = (block["block_id"], element["action_id"])
        if key in before and before[key]["type"] == element["type"]:
            kept[key] = old.typed.get(key, at_first(before[key]))
    return kept


def public(workspace: Workspace, view: View) -> Json:
    """A view as the app gets it, in answers and payloads."""
    body = view.body
    told: Json = {
        "id": view.id,
        "team_id": workspace.team,
        "type": body["type"],
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": state(view),
        "hash": view.hash,
        "title": body.get("title", {"type": "plain_text", "text": "View Title"}),
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": workspace.app_id,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": workspace.team,
        "bot_id": workspace.bot_id,
    }
    return told


def chosen(element: Json, wish: Any) -> Any:
    """What a person's wish becomes: options are named by their text or their value. ValueError when it cannot be."""
    kind = element["type"]
    if kind in TYPED:
        return _written(element, str(wish))
    if kind in ("static_select", "radio_buttons"):
        return _option(element, wish) if wish else None
    if kind in ("multi_static_select", "checkboxes"):
        return _several(element, [wish] if isinstance(wish, str) else list(wish))
    if kind == "datepicker" and wish and not DATE.match(str(wish)):
        raise ValueError("a date is written as YYYY-MM-DD")
    return wish or None


def _written(element: Json, text: str) -> str | None:
    """The client lets nobody write more than max_length; too little is said when submitting."""
    most = element.get("max_length", 3000)
    if len(text) > most:
        raise ValueError(f"at most {most} characters can be written here, not {len(text)}")
    if "\n" in text and not element.get("multiline"):
        raise ValueError("this field has one line")
    return text or None


def _option(element: Json, wish: str) -> Json:
    options = options_of(element)
    for option in options:
        if wish in (option["text"]["text"], option["value"]):
            return option
    raise ValueError(f"no option {wish!r} among {[option['text']['text'] for option in options]}")


def _several(element: Json, wishes: list[str]) -> list[Json]:
    most = element.get("max_selected_items")
    if most is not None and len(wishes) > most:
        raise ValueError(f"at most {most} can be chosen here")
    picked = [_option(element, wish) for wish in wishes]
    return [option for option in options_of(element) if option in picked]
