"""`fagtraad privacy`: a person's rights, where they do not ask in the chat, or can no longer."""

import asyncio
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot.commandline import OURS_ALONE, complain, say, settings

if TYPE_CHECKING:  # heavy, and most commands have no use for them
    from bot.commandline.kept import Kept

app = typer.Typer(help="A person's rights: what is kept of them, and erasure.", no_args_is_help=True)
Who = Annotated[str, typer.Argument(metavar="PERSON", help="Their number, or their whole name where only one has it.")]


@app.command()
def export(
    person: Who,
    to: Annotated[Path, typer.Option(help="A folder; two files are written there, for you alone to read.")] = Path(),
) -> None:
    """Write all that is kept of a person, to be handed to them. Their own words in cases are in it."""
    _begin()
    asyncio.run(_export(person, to))


@app.command()
def erase(
    person: Who,
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Erase a person: name, accounts, roles, sessions. Says what went, what remains, and who can remove that."""
    _begin()
    asyncio.run(_erase(person, sure))


def _begin() -> None:
    from bot.trouble import quiet_libraries

    os.umask(OURS_ALONE)
    quiet_libraries()


async def _export(who: str, to: Path) -> None:
    from bot import personal
    from bot.commandline.kept import kept
    from bot.feature import Desk

    async with kept(settings()) as found:
        app = await found.wired()
        person_id, _name = await _find(found, who)
        async with found.database.reading() as session:
            desk = Desk(session, app.core.clock.now(), found.vault, app.chats)
            everything = await personal.exported(desk, person_id, app.core.features.all)
    for ending, text in (("txt", personal.as_text(everything)), ("json", personal.as_json(everything))):
        file = to / f"person-{person_id}.{ending}"
        file.write_text(text, encoding="utf-8")
        say.print(Text(f"{file} er skrevet."))


async def _find(found: "Kept", who: str) -> tuple[int, str]:
    """The id and the name. Ends the program where it is nobody, or more than one."""
    from sqlalchemy import select

    from bot.chat.inbound import id_in
    from bot.people import Person

    number = id_in(who)
    wanted = Person.id == number if number is not None else Person.name == who
    async with found.database.reading() as session:
        persons = list(await session.scalars(select(Person).where(wanted, Person.erased_at.is_(None)).limit(20)))
    if len(persons) == 1:
        return persons[0].id, persons[0].name
    if not persons:
        complain.print(Text(f"Fant ingen «{who}» som ikke er slettet."))
    else:
        numbers = ", ".join(str(person.id) for person in persons)
        complain.print(Text(f"{len(persons)} personer heter det. Oppgi nummeret: {numbers}."))
    raise typer.Exit(1)


async def _erase(who: str, sure: bool) -> None:
    from bot import personal
    from bot.chat.message import plain_text
    from bot.commandline.kept import kept
    from bot.feature import Desk
    from bot.features.privacy import receipt

    async with kept(settings()) as found:
        app = await found.wired()
        person_id, name = await _find(found, who)
        if not sure and not typer.confirm(f"Slette {name} (nr. {person_id})? Det kan ikke angres"):
            raise typer.Exit(1)
        async with found.database.transaction(30) as session:
            desk = Desk(session, app.core.clock.now(), found.vault, app.chats)
            gone = await personal.erase(desk, person_id, app.core.features.all, by=None)
        await found.database.forget_log(names=True)
        pending = found.database.log_pending
    say.print(Text(plain_text(receipt(asdict(gone)))))
    if pending:
        complain.print(
            "Noen leste databasen, så rester av navnet kan ligge igjen i filene. Start tjenesten på nytt, så ryddes de."
        )
