"""`fagtraad admin`: networks and members from files, and the first person of all."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.markup import escape
from rich.text import Text

from bot.commandline import OURS_ALONE, complain, say, settings

if TYPE_CHECKING:  # heavy, and most commands have no use for them
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.features.networks.bulk import Networks
    from bot.features.networks.comparing import Plan
    from bot.features.networks.roster import Problem
    from bot.features.networks.sheet import Line
    from bot.people import Network

app = typer.Typer(help="Set up networks and their members, one by one or from files.", no_args_is_help=True)
T = TypeVar("T")
Work = Callable[["AsyncSession"], Awaitable[T]]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
FileIn = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or Excel (.xlsx), headings first.")]
LARGEST = 20 * 1024 * 1024  # bytes
SHOWN = 200  # errors


@app.command()
def networks(file: FileIn, dry_run: DryRun = False) -> None:
    """Make or change networks, all in the file or none. Columns: code, name, kind, parent, language, organisations."""
    from bot.features.networks import bulk

    lines = _lines(file)

    async def work(session: "AsyncSession") -> "Networks":
        plan = await bulk.plan(session, lines)
        if not plan.problems and not dry_run:
            await bulk.apply(session, plan, _now())
        return plan

    plan = _done(work)
    _complain(plan.problems)
    _counts(len(plan.new), len(plan.changed), len(plan.unchanged), dry_run)


@app.command()
def members(
    network: Annotated[str, typer.Argument(help="The network's code.")],
    file: FileIn,
    dry_run: DryRun = False,
    by: Annotated[
        str, typer.Option(help="Who grants the case access that the file gives: a person's name, id or account.")
    ] = "",
    chat: Annotated[str, typer.Option(help="The chat of accounts that do not name theirs.")] = "web",
) -> None:
    """Add and change members, all in the file or none. Nobody is removed."""
    from bot.features.networks import comparing, importing, roster

    lines = _lines(file)

    async def work(session: "AsyncSession") -> "Plan":
        found = await _network(session, network)
        granter = await _granter(session, by, found.id) if by else None
        who = comparing.Importer(granter, grants=True, operator=True)
        plan = await importing.plan(session, found.id, roster.understand(lines, chat), who)
        if not plan.problems and not dry_run:
            await importing.apply(session, found.id, plan, who, _now())
        return plan

    plan = _done(work)
    _complain(plan.problems)
    for name in plan.organisations:
        say.print(f"Ny virksomhet: {escape(name)}")
    if plan.unkept:
        say.print(f"Ikke tatt med: {escape(', '.join(plan.unkept))}")
    _counts(len(plan.new), len(plan.changed), len(plan.unchanged), dry_run)


@app.command()
def export(
    network: Annotated[str, typer.Argument(help="The network's code.")],
    to: Annotated[Path | None, typer.Option(help="A file to write, .csv or .xlsx. Without it: CSV on stdout.")] = None,
) -> None:
    """The members of a network, as `members` takes them in again."""
    from bot import audit
    from bot.features.networks import roster, service, sheet

    async def work(session: "AsyncSession") -> list[tuple[str, ...]]:
        found = await _network(session, network)
        subject = f"network:{found.id}"
        await audit.record(session, _now(), "members.exported", subject, by=None, network=found.id)
        return roster.rows(await service.known(session, found.id))

    rows = _done(work)
    if to is None:
        typer.echo(sheet.as_csv(rows), nl=False)
        return
    os.umask(OURS_ALONE)
    to.write_bytes(sheet.as_excel(rows, network) if to.suffix == ".xlsx" else sheet.as_csv(rows))
    say.print(f"{len(rows) - 1} medlemmer er skrevet til {escape(str(to))}.")


@app.command()
def person(
    name: Annotated[str, typer.Argument(help="The name, as others shall see it.")],
    operator: Annotated[bool, typer.Option("--operator", help="May set up networks.")] = False,
    account: Annotated[
        list[str] | None, typer.Option(help="An account, as chat:id. May be given several times.")
    ] = None,
    profession: Annotated[str, typer.Option(help="For example: rådgiver.")] = "",
) -> None:
    """Make a person, the first operator among them; or make one who is there an operator, or link an account."""
    from bot.features.networks import enrolling

    accounts = [_account(each) for each in account or ()]

    async def work(session: "AsyncSession") -> enrolling.Enrolled:
        return await enrolling.enrol(session, name, profession, accounts, operator=operator, now=_now())

    enrolled = _done(work)
    made = "er lagt til" if enrolled.new else "fantes fra før, og er oppdatert"
    say.print(
        Text(f"{enrolled.name} {made} (nummer {enrolled.person}){', som operatør' if enrolled.operator else ''}.")
    )
    say.print(f"Gi vedkommende en vei inn med «fagtraad link {enrolled.person}».")


@app.command("list")
def list_networks() -> None:
    """Every network, with how many members it has and how much of its set-up remains."""
    from bot.features.networks import service

    async def work(session: "AsyncSession") -> list[service.NetworkFacts]:
        from sqlalchemy import select

        from bot.people import Network

        ids = await session.scalars(select(Network.id).order_by(Network.code))
        return [await service.facts(session, id) for id in ids.all()]

    found = _done(work)
    if not found:
        say.print(
            "Ingen nettverk ennå. Lag dem med «fagtraad admin networks FIL», eller i chatten: «/fagtraad oppsett»."
        )
        return
    from rich.table import Table

    table = Table("Kode", "Navn", "Type", "Medlemmer", "Gjenstår", box=None)
    for each in found:
        network = each.network
        table.add_row(
            Text(network.code), Text(network.name), each.kind.label, str(each.members), str(len(each.remaining))
        )
    say.print(table)


# What they share


def _lines(file: Path) -> "Sequence[Line]":
    from bot.errors import Refusal
    from bot.features.networks import sheet

    if file.stat().st_size > LARGEST:
        complain.print("Fila er for stor. Del den i flere, på høyst 20 MB.")
        raise typer.Exit(1)
    try:
        return sheet.read(file.read_bytes())
    except Refusal as refusal:
        complain.print(Text(refusal.text))
        raise typer.Exit(1) from None


def _done(work: "Work[T]") -> T:
    """In one transaction. A refusal ends the program with its words, and nothing is changed."""
    from bot.errors import Refusal
    from bot.trouble import quiet_libraries

    os.umask(OURS_ALONE)
    quiet_libraries()
    try:
        return asyncio.run(_in_transaction(work))
    except Refusal as refusal:
        complain.print(Text(refusal.text))
        raise typer.Exit(1) from None


async def _in_transaction(work: "Work[T]") -> T:
    from bot.commandline.kept import kept

    async with kept(settings()) as found, found.database.transaction(patience=30) as session:
        return await work(session)


def _now() -> datetime:
    from bot.clock import SystemClock

    return SystemClock().now()


async def _network(session: "AsyncSession", code: str) -> "Network":
    from bot.features.networks import service

    found = await service.network_by_code(session, code)
    if found is None:
        complain.print(f"Det finnes ikke noe nettverk med koden «{escape(code)}». «fagtraad admin list» viser dem.")
        raise typer.Exit(1)
    return found


async def _granter(session: "AsyncSession", wanted: str, network: int) -> int:
    """Somebody who may give case access there, as in the chat."""
    from bot.commandline.link import find
    from bot.people import Right, may

    found = await find(session, wanted)
    if len(found) != 1:
        complain.print(f"«{escape(wanted)}» er {'ingen' if not found else 'flere'}. Skriv nummeret til personen.")
        raise typer.Exit(1)
    if not (found[0].operator or await may(session, found[0].id, network, Right.GRANT_CASE_ACCESS)):
        complain.print("Kasustilgang gis av lederen, personvernkontakten eller en operatør. Oppgi en av dem med --by.")
        raise typer.Exit(1)
    return found[0].id


def _account(typed: str) -> tuple[str, str]:
    chat, colon, id = typed.partition(":")
    if not colon or not chat or not id:
        complain.print(f"Kontoen skal skrives som chat:id, ikke «{escape(typed)}».")
        raise typer.Exit(2)
    return chat, id


def _complain(problems: "Sequence[Problem]") -> None:
    """By line; and the end, where there are any."""
    for problem in problems[:SHOWN]:
        complain.print(Text(f"linje {problem.line}: {problem.text}" if problem.line else problem.text))
    if len(problems) > SHOWN:
        complain.print(f"… og {len(problems) - SHOWN} til")
    if problems:
        complain.print("Ingenting er endret. Rett fila, og kjør kommandoen igjen.")
        raise typer.Exit(1)


def _counts(new: int, changed: int, unchanged: int, dry_run: bool) -> None:
    say.print(f"Nye: {new}. Endret: {changed}. Uendret: {unchanged}.")
    if dry_run:
        say.print("Dette var en prøve: ingenting er endret.")
