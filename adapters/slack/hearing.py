"""From what Slack tells to what the core hears: who acts, in what words, and where. All that Slack does not send."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from adapters.slack.answering import Answering, answering, waited_for
from adapters.slack.said import people_in, readable
from bot.chat.inbound import Command, Edited, Inbound, Joined, Left, Press, Reacted, Said
from bot.chat.port import Outcome, Place

if TYPE_CHECKING:
    from adapters.slack.chat import SlackChat

T = TypeVar("T", bound=Inbound)


async def hear(chat: "SlackChat", event: Inbound, response_url: str = "", *, slash: bool = False) -> Outcome:
    """Hand an event to the core. When this returns it is stored; what it raises is not to be acknowledged."""
    with waited_for() as asked:
        inbox, whole = chat.inbox, await _filled(chat, event)
        answering.set(Answering(asked.began, response_url, whole.account.id, whole.place.room, slash))
        return await inbox.receive(whole)


async def _filled(chat: "SlackChat", event: T) -> T:
    """With the account as it is, the 1:1 chat where there was no room, names for ids, and the thread of a reaction."""
    if isinstance(event, Joined | Left):
        chat.people.forget(event.place.room)
    filled: Any = replace(event, account=await chat.people.actor(event.account.id))
    if not event.place.room:
        filled = _moved(filled, await chat.direct(event.account))
    if isinstance(event, Command | Said | Edited | Press) and event.text:
        names = await chat.people.names(people_in(event.text))
        filled = replace(filled, text=readable(event.text, names))
    if isinstance(event, Reacted):
        filled = replace(filled, posted=await chat.thread_of(event.posted))
    found: T = filled
    return found


def _moved(event: Any, place: Place) -> Any:
    """The same happening somewhere else, and what opens a form from it."""
    opener = getattr(event, "opener", None)
    return replace(event, place=place, **({"opener": replace(opener, place=place)} if opener else {}))
