"""Persons as accounts of this chat: made the first time that they are needed."""

import secrets
from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.web import rooms
from adapters.web.rooms import CHAT
from adapters.web.tables import WebAccount
from bot import people
from bot.people import Membership, Organisation, Person, PlatformAccount
from bot.vault import Vault


async def settle(session: AsyncSession, vault: Vault, person_id: int) -> WebAccount | None:
    """The person's account here, under the name and workplace that they have now, and their 1:1 chat with the bot.
    None where there is no such person, or no longer. In a write transaction."""
    person = await session.get(Person, person_id, with_for_update=True)  # two at once: the second finds the first's
    if person is None or person.erased_at is not None:
        return None
    account = await _account(session, person)
    await rooms.direct_room(session, vault, account.id)
    return account


async def settle_all(session: AsyncSession, person_ids: Iterable[int]) -> None:
    """The same for those who have not been here themselves, so that they can be added to rooms."""
    for person_id in sorted(person_ids):
        person = await session.get(Person, person_id, with_for_update=True)
        if person is not None:
            await _account(session, person)


async def missing(session: AsyncSession, network_ids: Iterable[int]) -> set[int]:
    """Members of these networks without an account here."""
    here = (
        select(PlatformAccount.id)
        .join(WebAccount, WebAccount.id == PlatformAccount.account)
        .where(PlatformAccount.chat == CHAT, PlatformAccount.person_id == Membership.person_id)
    )
    wanted = select(Membership.person_id).where(Membership.network_id.in_(list(network_ids)), ~exists(here))
    return set(await session.scalars(wanted))


async def neighbours(session: AsyncSession, account: str) -> set[str]:
    """The accounts of those who are in a network together with this one: whom one may see the name of."""
    own = (
        select(Membership.network_id)
        .join(PlatformAccount, PlatformAccount.person_id == Membership.person_id)
        .where(PlatformAccount.chat == CHAT, PlatformAccount.account == account)
    )
    beside = (
        select(PlatformAccount.account)
        .join(Membership, Membership.person_id == PlatformAccount.person_id)
        .where(PlatformAccount.chat == CHAT, Membership.network_id.in_(own))
    )
    return set(await session.scalars(beside))


async def _account(session: AsyncSession, person: Person) -> WebAccount:
    known = await people.account_of(session, person.id, CHAT)
    id = known.id if known else secrets.token_hex(8)  # says nothing of the person
    if known is None:
        session.add(PlatformAccount(chat=CHAT, account=id, person_id=person.id))
    account = await session.get(WebAccount, id) or WebAccount(id=id, name="", subtitle="", guest=False)
    account.name, account.subtitle = person.name[:200], (await _subtitle(session, person))[:200]
    session.add(account)
    await session.flush()
    return account


async def _subtitle(session: AsyncSession, person: Person) -> str:
    home = await session.get(Organisation, person.organisation_id) if person.organisation_id else None
    return ", ".join(filter(None, (person.profession, home.short if home else "")))
