"""`fagtraad retention`: what is too old, and removing it."""

import asyncio
import os
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from bot.commandline import OURS_ALONE, say, settings

if TYPE_CHECKING:  # heavy, and most commands have no use for them
    from bot.retention import Tally


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
) -> None:
    """Remove what has been kept for as long as its rule says. The service does the same once a day."""
    from bot.trouble import quiet_libraries

    os.umask(OURS_ALONE)
    quiet_libraries()
    asyncio.run(_look() if dry_run else _remove())


async def _look() -> None:
    from bot.commandline.kept import kept

    async with kept(settings()) as found:
        tallies = await (await found.wired()).retention.look()
    from rich.table import Table

    table = Table("Regel", "Beholdes", "Ville gått", "Eldste", box=None)
    for tally in tallies:
        table.add_row(Text(tally.rule.what), _kept(tally.days), str(tally.count), _day(tally))
    say.print(table)


def _kept(days: int | None) -> str:
    if days is None:
        return "til noen sletter"
    if days == 0:
        return "til utløpet"
    return "1 dag" if days == 1 else f"{days} dager"


def _day(tally: "Tally") -> str:
    return f"{tally.oldest:%Y-%m-%d}" if tally.oldest else "–"


async def _remove() -> None:
    from bot.commandline.kept import kept

    async with kept(settings()) as found:
        app = await found.wired()
        await app.retention.keep_to_rules(lambda rule, count: say.print(Text(f"{rule.what}: {count} fjernet")))
        pending = found.database.log_pending
    if pending:
        say.print("Noen leste databasen, så rester kan ligge igjen i filene. Kjør «fagtraad retention» igjen.")
