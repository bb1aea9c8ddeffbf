"""What is wrong with blocks, and the smallest parts they are read by: strings, numbers, lists, text objects."""

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack.schema import Fields
from tests.fakes.slack.things import Json


@dataclass
class Faults:
    """What was found, each with where: a JSON pointer, as in Slack's response_metadata.messages."""

    found: list[tuple[str, str]] = field(default_factory=list)

    def say(self, what: str, at: str) -> None:
        self.found.append((what, at))

    @property
    def errors(self) -> list[str]:
        return [f"{what} [json-pointer:{at}]" for what, at in self.found]

    @property
    def messages(self) -> list[str]:
        return [f"[ERROR] {error}" for error in self.errors]


def fields(thing: Json, known: Fields, at: str, faults: Faults) -> None:
    for name in known.required:
        if thing.get(name) is None:
            faults.say(f"missing required field: {name}", at)
    for name in thing:
        if name not in known.known:
            faults.say(f"invalid additional property: {name}", at)


def text_object(text: Any, at: str, faults: Faults, most: int, *, plain: bool = False) -> None:
    if text is None:
        return  # said already, as a required field
    if not isinstance(text, dict) or text.get("type") not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
        faults.say(f"must be a {'plain_text' if plain else 'text'} object", at)
        return
    fields(text, Fields(("text",), ("emoji",) if text["type"] == "plain_text" else ("verbatim",)), at, faults)
    string(text, "text", at, faults, most=most)
    boolean(text, "emoji", at, faults)
    boolean(text, "verbatim", at, faults)


def string(thing: Json, name: str, at: str, faults: Faults, *, most: int, least: int = 1) -> None:
    if name not in thing:
        return
    value = thing[name]
    if not isinstance(value, str):
        faults.say("must be a string", f"{at}/{name}")
    elif len(value) > most:
        faults.say(f"must be less than {most + 1} characters", f"{at}/{name}")
    elif len(value) < least:
        faults.say(f"must be more than {least - 1} characters", f"{at}/{name}")


def boolean(thing: Json, name: str, at: str, faults: Faults) -> None:
    if name in thing and not isinstance(thing[name], bool):
        faults.say("must be a boolean", f"{at}/{name}")


def whole(thing: Json, name: str, at: str, faults: Faults, least: int, most: int) -> None:
    if name not in thing:
        return
    value = thing[name]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        faults.say(f"must be an integer from {least} to {most}", f"{at}/{name}")


def array(found: Any, at: str, faults: Faults, most: int | None = None) -> None:
    if found is None:
        return  # said already, as a required field
    if not isinstance(found, list):
        faults.say("must be an array", at)
    elif not found:
        faults.say("no less than 1 items allowed", at)
    elif most is not None and len(found) > most:
        faults.say(f"no more than {most} items allowed", at)


def items(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def kind_of(thing: Any) -> str:
    """The `type` of an object, "" where there is none."""
    return str(thing.get("type", "")) if isinstance(thing, dict) else ""
