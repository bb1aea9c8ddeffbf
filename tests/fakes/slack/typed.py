"""What a person types, as Slack stores it (mentions, channels, addresses, escaping), and back to what is read."""

import re
from html import unescape

from tests.fakes.slack.state import Workspace
from tests.fakes.slack.things import Json, User

SPECIAL = re.compile(
    r"(?P<url>https?://[^\s<>]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(\.[\w-]+)+)"
    r"|(?P<at>(?<!\w)@)"
    r"|(?P<hash>(?<![\w&])#)(?P<room>[a-zæøå0-9_-]+)"
    r"|(?P<special>[&<>])"
)
MARKED = re.compile(r"<([^>|]+)(?:\|([^>]*))?>")


def stored(workspace: Workspace, text: str, *, in_command: bool = False) -> str:
    """The text of a message event; in a slash command (should_escape) mentions carry the name too: <@U012ABCDEF|name>
    (docs: slash commands, "escape channels, users, and links")."""
    made, at = [], 0
    while found := SPECIAL.search(text, at):
        made.append(text[at : found.start()])
        encoded, at = _encoded(workspace, text, found, in_command)
        made.append(encoded)
    return "".join(made) + text[at:]


def _encoded(workspace: Workspace, text: str, found: re.Match[str], in_command: bool) -> tuple[str, int]:
    if found["url"]:
        address = escaped(found["url"].rstrip(".,;:!?)"))
        return f"<{address}>", found.start() + len(found["url"].rstrip(".,;:!?)"))
    if found["mail"]:
        return f"<mailto:{found['mail']}|{found['mail']}>", found.end()
    if found["at"]:
        if (user := _called(workspace, text[found.end() :])) is None:
            return "@", found.end()
        who, length = user
        return (f"<@{who.id}|{who.name}>" if in_command else f"<@{who.id}>"), found.end() + length
    if found["hash"]:
        room = next((c for c in workspace.channels.values() if c.name == found["room"]), None)
        return (f"<#{room.id}|{room.name if in_command else ''}>" if room else found[0]), found.end()
    return escaped(found[0]), found.end()


def _called(workspace: Workspace, rest: str) -> tuple[User, int] | None:
    """The longest name that the text goes on with: real names before handles."""
    names = [(name, user) for user in workspace.users.values() for name in (user.real_name, user.name)]
    for name, user in sorted(names, key=lambda pair: -len(pair[0])):
        after = rest[len(name) : len(name) + 1]
        if rest[: len(name)].casefold() == name.casefold() and not after.isalnum():
            return user, len(name)
    return None


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rich(workspace: Workspace, text: str) -> list[Json]:
    """The rich_text block that Slack's own composer sends along with a message."""
    elements: list[Json] = []
    at = 0
    for found in MARKED.finditer(text):
        _add_text(elements, text[at : found.start()])
        elements.append(_element(found[1], found[2]))
        at = found.end()
    _add_text(elements, text[at:])
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": workspace.new_hash()[-5:], "elements": [section]}]


def _add_text(elements: list[Json], text: str) -> None:
    if text:
        elements.append({"type": "text", "text": unescape(text)})


def _element(what: str, label: str | None) -> Json:
    if what.startswith("@"):
        return {"type": "user", "user_id": what[1:]}
    if what.startswith("#"):
        return {"type": "channel", "channel_id": what[1:]}
    if what.startswith("!"):
        return {"type": "broadcast", "range": what[1:]}
    return {"type": "link", "url": unescape(what)} | ({"text": label} if label else {})


def read(workspace: Workspace, text: str) -> str:
    """Stored text as a person reads it."""

    def shown(found: re.Match[str]) -> str:
        what, label = found[1], found[2]
        if what.startswith("@") and (user := workspace.users.get(what[1:])):
            return f"@{user.real_name}"
        if what.startswith("#") and (channel := workspace.channels.get(what[1:])):
            return f"#{channel.name}"
        return label or what.removeprefix("!")

    return unescape(MARKED.sub(shown, text))
