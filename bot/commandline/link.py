"""`fagtraad link PERSON`: a way in for somebody whom no chat can send one, the first operator among them."""

import asyncio
import os
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import SystemClock
from bot.commandline import OURS_ALONE, complain, say, settings
from bot.people import Person, PlatformAccount
from bot.settings import Settings

MOST_LISTED = 20


def link(person: Annotated[str, typer.Argument(help="A person's name, id or account.")]) -> None:
    """Print a single-use sign-in link for a person, good for 24 hours. Hand it to nobody else."""
    from bot.trouble import quiet_libraries

    os.umask(OURS_ALONE)
    quiet_libraries()
    operation = settings()
    if not operation.public_url:
        complain.print("FAGTRAAD_PUBLIC_URL mangler. Sett den til adressen som folk når nettsidene på.")
        raise typer.Exit(2)
    found, address = asyncio.run(_link(operation, person))
    if not address:
        _say_which(person, found)
        raise typer.Exit(1)
    say.out(address)  # as it is, however narrow the window


async def _link(operation: Settings, wanted: str) -> tuple[Sequence[Person], str]:
    """Who it may be, and the address where there is one alone."""
    from bot import signin
    from bot.commandline.kept import kept

    async with kept(operation) as here, here.database.transaction(patience=10) as session:
        found = await find(session, wanted)
        if len(found) != 1:
            return found, ""
        token = await signin.new_link(session, found[0].id, SystemClock().now(), signin.Purpose.OPERATOR)
        address = signin.address(operation.public_url, token)
    return found, address


async def find(session: AsyncSession, wanted: str) -> Sequence[Person]:
    """By id; else whoever has the account or exactly the name; else those whose name begins so or has such a part."""
    there = select(Person).where(Person.erased_at.is_(None))
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else None
    if number is not None and (found := list(await session.scalars(there.where(Person.id == number)))):
        return found
    account = select(PlatformAccount.person_id).where(PlatformAccount.account == wanted)
    exact = or_(Person.name == wanted, Person.id.in_(account))
    if found := list(await session.scalars(there.where(exact).order_by(Person.id))):
        return found
    folded = wanted.casefold().split()
    everybody = await session.scalars(there.order_by(Person.name, Person.id))
    return [each for each in everybody if folded and _has_parts(each.name, folded)]


def _has_parts(name: str, parts: list[str]) -> bool:
    """Databases differ in how they fold Å."""
    own = name.casefold().split()
    return all(any(each.startswith(part) for each in own) for part in parts)


def _say_which(wanted: str, found: Sequence[Person]) -> None:
    if not found:
        complain.print(f"Fant ingen som heter «{escape(wanted)}», og ingen konto med det navnet. Se «fagtraad admin».")
        return
    complain.print(f"«{escape(wanted)}» kan være flere. Skriv nummeret:")
    for each in found[:MOST_LISTED]:
        complain.print(f"  {each.id}  {escape(each.name)}")
    if len(found) > MOST_LISTED:
        complain.print(f"  … og {len(found) - MOST_LISTED} til")
