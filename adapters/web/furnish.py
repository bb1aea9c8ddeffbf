"""Filling the chat before anybody comes: accounts, rooms, and what was said in them (`bot.demo.Stage`)."""

from collections.abc import Sequence

from adapters.web import messages, rooms, view
from adapters.web.chat import WebChat
from adapters.web.messages import Draft
from adapters.web.rooms import CHAT, account_of
from adapters.web.tables import WebAccount
from bot.chat.port import Account, Place


class Furniture:
    """Each thing is done in the way, and in the transaction, that a member's own act would have."""

    def __init__(self, chat: WebChat) -> None:
        self._chat = chat

    async def add_account(self, id: str, name: str, subtitle: str) -> None:
        async with self._chat.writing() as change:
            change.session.add(WebAccount(id=id, name=name, subtitle=subtitle, guest=False))

    async def add_room(self, id: str, name: str, topic: str, members: Sequence[str]) -> None:
        async with self._chat.writing() as change:
            await rooms.create(change.session, self._chat.core.vault, id, name, topic, members)

    async def say(self, who: str, place: Place, text: str, key: str) -> None:
        said = view.words(text)
        async with self._chat.writing() as change:
            change.rooms.add(place.room)
            writer = account_of(await rooms.account(change.session, who))
            draft = Draft(place.room, who, said, self._chat.core.clock.now(), key, place.thread, heard=False)
            row = await messages.add(change.session, self._chat.core.vault, draft)
        await self._chat.hear_words(row, writer, said)

    def account(self, id: str, name: str) -> Account:
        return Account(CHAT, id, name)
