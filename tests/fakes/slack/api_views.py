"""views.*, and what an app answers to a submission (response_action)."""

import json

from tests.fakes.slack import blocks as validator
from tests.fakes.slack.api_chat import filled
from tests.fakes.slack.calls import Call, Refused, method
from tests.fakes.slack.schema import VIEW_BYTES
from tests.fakes.slack.state import STACK, TRIGGER_SECONDS, Workspace
from tests.fakes.slack.things import Json, Trigger, View
from tests.fakes.slack.values import carried_over, public


@method("views.open", only_post=True)
def open_view(call: Call) -> Json:
    trigger = _trigger(call)
    body = valid(call.workspace, call.structure("view", "invalid_arguments"), ("modal",))
    trigger.used = True
    view = call.workspace.new_view(trigger.user, body)
    call.workspace.stacks[trigger.user] = [view]
    return _told(call, view)


@method("views.push", only_post=True)
def push_view(call: Call) -> Json:
    trigger = _trigger(call)
    stack = call.workspace.stacks.get(trigger.user) or []
    if trigger.view is None or trigger.view not in stack:
        # docs: modals: a view is pushed with a trigger from an interaction in an open modal
        raise Refused("not_found")
    body = valid(call.workspace, call.structure("view", "invalid_arguments"), ("modal",))
    if len(stack) >= STACK:
        raise Refused("push_limit_reached")  # "Error returned when the max push limit has been reached … 3"
    trigger.used = True
    return _told(call, push(call.workspace, stack[-1], body))


@method("views.update", only_post=True)
def update_view(call: Call) -> Json:
    if not call.text("view_id") and not call.text("external_id"):
        raise Refused("invalid_arguments")  # "Either view_id or external_id is required"
    view = call.workspace.find_view(call.text("view_id"), call.text("external_id"))
    if view is None or view.body["type"] != "modal":
        raise Refused("not_found")  # "Error returned when the requested view can't be found"
    _same_hash(call, view)
    replace(call.workspace, view, valid(call.workspace, call.structure("view", "invalid_arguments"), ("modal",), view))
    return _told(call, view)


@method("views.publish", only_post=True)
def publish(call: Call) -> Json:
    user = call.workspace.users.get(call.needed("user_id"))
    if user is None or user.is_bot or user.deleted:
        raise Refused("invalid_arguments")
    manifest = call.workspace.manifest
    if manifest is not None and not _has_home(manifest):
        raise Refused("not_enabled")  # views.publish: "The Home tab is not enabled"
    old = call.workspace.homes.get(user.id)
    if old is not None:
        _same_hash(call, old)
    body = valid(call.workspace, call.structure("view", "invalid_arguments"), ("home",), old)
    if old is None:
        old = call.workspace.homes[user.id] = call.workspace.new_view(user.id, body)
    else:
        replace(call.workspace, old, body)
    return _told(call, old)


# ---------------------------------------------------------------- parts


def valid(workspace: Workspace, view: object, kinds: tuple[str, ...], instead_of: View | None = None) -> Json:
    """The view with its ids filled in, or a refusal."""
    faults = validator.view_faults(view, kinds)
    if faults.found or not isinstance(view, dict):
        raise Refused("invalid_arguments", response_metadata={"messages": faults.messages})
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise Refused("view_too_large")  # "Error returned if the provided view is greater than 250kb"
    if external := view.get("external_id"):
        other = workspace.find_view(external_id=external)
        if other is not None and other is not instead_of:
            raise Refused("duplicate_external_id")  # "the given external_id has already been used"
    return {**view, "blocks": filled(view["blocks"])}


def replace(workspace: Workspace, view: View, body: Json) -> None:
    view.typed = carried_over(view, body)
    view.body, view.hash, view.problems = body, workspace.new_hash(), {}


def push(workspace: Workspace, below: View, body: Json) -> View:
    view = workspace.new_view(below.user, body, below)
    workspace.stacks[below.user].append(view)
    return view


def _trigger(call: Call) -> Trigger:
    trigger = call.workspace.triggers.get(call.needed("trigger_id"))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")  # "The trigger_id was already exchanged in a previous call"
    if call.workspace.clock.now() - trigger.made > TRIGGER_SECONDS:
        raise Refused("expired_trigger_id")  # "The trigger_id is expired"
    return trigger


def _same_hash(call: Call, view: View) -> None:
    """docs: views.update: "hash: a string that represents view state to protect against possible race conditions"."""
    if call.text("hash") and call.text("hash") != view.hash:
        raise Refused("hash_conflict")


def _has_home(manifest: Json) -> bool:
    return bool(manifest.get("features", {}).get("app_home", {}).get("home_tab_enabled"))


def _told(call: Call, view: View) -> Json:
    return {"ok": True, "view": public(call.workspace, view)}
