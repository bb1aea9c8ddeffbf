"""Who asks: person, standing and language, and what the platform must be asked before the transaction begins."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot import people, places, readers
from bot.chat import grammar
from bot.chat.inbound import Command, Inbound, Joined, Left, Press, Submission
from bot.chat.port import Account, Can, Chat, Place
from bot.errors import ChatError, MembersUnknown
from bot.feature import Features
from storage import Database


@dataclass(frozen=True, slots=True)
class Asker:
    """Who it is, and what they may know of where they are."""

    account: Account
    person: people.Person | None
    standings: tuple[people.Standing, ...]
    case_rooms: Mapping[int, tuple[Account, ...] | None]  # by network: who can read its case room; None: unknown
    language: str
    here: tuple[Account, ...] | None = None  # who can read this room, where a feature asks for it
    direct: bool = False  # whether it is the asker's own 1:1 chat, likewise


class Askers:
    def __init__(self, database: Database, chats: Mapping[str, Chat], features: Features) -> None:
        self._database = database
        self._chats = chats
        self._features = features

    async def find(self, event: Inbound) -> Asker:
        """Who it is, and what the platform must be asked before the transaction begins."""
        async with self._database.reading() as session:
            person = await people.person_of(session, event.account)
            standings = [
                self._as_here(standing, event.account)
                for standing in (await people.standings(session, person.id) if person else [])
            ]
            case_rooms = await self._case_rooms(session, event, standings)
            language = await self._language(session, event, person, standings)
        present = {network: await self._members(room.place) for network, room in case_rooms.items()}
        reads = self._reads_here(event)
        here = await self._members(event.place) if reads else None
        direct = reads and await self._is_direct(event)
        return Asker(event.account, person, tuple(standings), present, language, here, direct)

    def _as_here(self, standing: people.Standing, account: Account) -> people.Standing:
        """No case access for a guest account, whoever it is linked to, nor on a platform that was not allowed cases."""
        if account.guest or Can.CASES not in self._chats[account.chat].can:
            return replace(standing, case_access=False)
        return standing

    async def _language(
        self, session: AsyncSession, event: Inbound, person: people.Person | None, standings: list[people.Standing]
    ) -> str:
        """Asks whose room it is only where that decides."""
        network = None
        if not (person and person.language) and len({standing.network.language for standing in standings}) > 1:
            room = await places.room_at(session, event.place)
            network = room.network_id if room else None
        return readers.language_among(person, standings, network, event.account)

    async def _case_rooms(
        self, session: AsyncSession, event: Inbound, standings: list[people.Standing]
    ) -> dict[int, places.Room]:
        if isinstance(event, Joined | Left):
            here = await places.room_at(session, event.place)
            return {here.network_id: here} if here and here.purpose == places.Purpose.CASES else {}
        if not isinstance(event, Press | Submission) or not self._reads_case_room(event.does):
            return {}
        rooms = {
            standing.network.id: await places.room_for(session, standing.network.id, places.Purpose.CASES)
            for standing in standings
            if standing.case_access
        }
        return {network: room for network, room in rooms.items() if room}

    def _reads_case_room(self, does: str) -> bool:
        return any(does in feature.reads_case_room for feature in self._features.all)

    def _reads_here(self, event: Inbound) -> bool:
        if isinstance(event, Command):
            command, _rest = grammar.understand(event.text, self._features.words)
            return command is not None and any(command.word in feature.reads_here for feature in self._features.all)
        return isinstance(event, Press) and any(event.does in feature.reads_here for feature in self._features.all)

    async def _is_direct(self, event: Inbound) -> bool:
        try:
            return await self._chats[event.account.chat].direct(event.account) == event.place
        except ChatError:
            return False

    async def _members(self, place: Place) -> tuple[Account, ...] | None:
        try:
            return await self._chats[place.chat].members(place)
        except MembersUnknown:
            return None
