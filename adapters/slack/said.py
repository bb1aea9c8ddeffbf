"""Slack's way of writing a message → plain words. Pure.

https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
"""

import re
from collections.abc import Mapping

from adapters.slack.texts import escaped
from bot.chat.inbound import clean

_MARK = re.compile(r"<([^<>\s][^<>]*)>")  # what people typed themselves has its < and > escaped
_PERSON = re.compile(r"<@([A-Za-z0-9_.-]+)(?:\|[^<>]*)?>")
_BROADCASTS = {"here": "@here", "channel": "@channel", "everyone": "@everyone"}


def people_in(text: str) -> list[str]:
    """The ids of those who are mentioned, each once, in order."""
    return list(dict.fromkeys(_PERSON.findall(text)))


def readable(text: str, names: Mapping[str, str]) -> str:
    """As the writer saw it. Somebody who is mentioned is "@Kari Nordmo", as the core finds people; who has no name
    there keeps the id."""
    return clean(_unescaped(_MARK.sub(lambda mark: _shown(mark[1], names), text)))


def without_mention(text: str, user: str) -> str | None:
    """What stands after a mention of this user at the beginning; None where it does not begin so."""
    found = re.match(rf"\s*<@{re.escape(user)}(?:\|[^<>]*)?>[\s,:]*", text)
    return text[found.end() :] if found and user else None


def _shown(mark: str, names: Mapping[str, str]) -> str:
    what, _bar, label = mark.partition("|")
    match what[:1]:
        case "@":
            return f"@{escaped(names[what[1:]])}" if what[1:] in names else f"@{label or what[1:]}"
        case "#":
            return f"#{label or what[1:]}"
        case "!":
            return _special(what[1:], label)
        case _:
            return _link(what, label)


def _special(what: str, label: str) -> str:
    if what in _BROADCASTS:
        return _BROADCASTS[what]
    return label if label.startswith("@") or not what.startswith("subteam^") else f"@{label or 'gruppe'}"


def _link(address: str, label: str) -> str:
    """Its words, and its address where the words do not say it."""
    bare = address.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in (address, bare) or address.removeprefix("https://").removeprefix("http://") == label:
        return label or bare
    return f"{label} ({bare})"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
