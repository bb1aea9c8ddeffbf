"""`fagtraad keys`: which wrapping keys are in use, and wrapping everything by the newest."""

import asyncio
import os
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from bot.commandline import OURS_ALONE, complain, say, settings

if TYPE_CHECKING:  # heavy, and most commands have no use for them
    from rich.progress import Progress

    from bot.commandline.kept import Kept
    from bot.rotation import Rotated
    from bot.vault import KeyFault

app = typer.Typer(help="The wrapping keys: which are in use, and rotation.", no_args_is_help=True)


@app.command("list")
def list_keys() -> None:
    """Name each wrapping key, and how many data keys it wraps. Shows no secret. Exit status 1 where one is amiss."""
    from bot.trouble import quiet_libraries

    os.umask(OURS_ALONE)
    quiet_libraries()
    names, counts, faults = asyncio.run(_look())
    from rich.table import Table

    table = Table("Nøkkel", "Datanøkler", "Status", box=None)
    for name in dict.fromkeys((*names, *counts)):
        table.add_row(Text(name), str(counts.get(name, 0)), _status(name, names, counts.get(name, 0), faults))
    say.print(table)
    raise typer.Exit(1 if faults else 0)


async def _look() -> tuple[tuple[str, ...], dict[str, int], "dict[str, KeyFault]"]:
    from bot.commandline.kept import kept
    from bot.rotation import keys_in_use

    async with kept(settings()) as found:
        return found.vault.names, await keys_in_use(found.database), await _faults(found)


async def _faults(found: "Kept") -> "dict[str, KeyFault]":
    async with found.database.reading() as session:
        return await found.vault.key_faults(session)


def _status(name: str, names: tuple[str, ...], count: int, faults: "dict[str, KeyFault]") -> str:
    if name in faults:
        return "er ikke den databasen ble skrevet med" if name in names else "mangler i FAGTRAAD_KEYS"
    if name == names[0]:
        return "nyeste: låser alt nytt"
    return "i bruk" if count else "ikke i bruk"


@app.command("rotate")
def rotate_keys() -> None:
    """Wrap every data key again by the newest wrapping key. May be stopped (Ctrl+C) and run again, while we serve."""
    from bot.trouble import quiet_libraries

    os.umask(OURS_ALONE)
    quiet_libraries()
    try:
        status = asyncio.run(_rotate())
    except KeyboardInterrupt:
        say.print("\nAvbrutt. Ingenting er tapt: kjør «fagtraad keys rotate» igjen, så tas resten.")
        status = 130
    raise typer.Exit(status)


async def _rotate() -> int:
    from bot.commandline.kept import kept
    from bot.rotation import rotate
    from bot.starting import about_keys

    async with kept(settings()) as found:
        newest = found.vault.newest
        if fault := (await _faults(found)).get(newest):
            complain.print(Text(about_keys({newest: fault})))
            return 1
        say.print(
            Text(
                f"Alt låses på nytt med «{newest}». En tjeneste som ble startet før «{newest}» kom i FAGTRAAD_KEYS, "
                "kan ikke åpne det: start den på nytt først."
            )
        )
        with _progress() as progress:
            task = progress.add_task(f"låses med «{newest}»", total=None)
            rotated = await rotate(
                found.database, found.vault, lambda done, all: progress.update(task, completed=done, total=all)
            )
        return _tell(rotated, found.vault.names)


def _progress() -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=say
    )


def _tell(rotated: "Rotated", names: tuple[str, ...]) -> int:
    """What became of it. The exit status: 1 where something is left to do."""
    from bot.starting import about_keys

    say.print(Text(f"{rotated.again} datanøkler er låst på nytt med «{names[0]}»."))
    for name, fault in rotated.faults.items():
        complain.print(Text(f"{about_keys({name: fault})} {rotated.left.get(name, 0)} datanøkler står urørt."))
    if rotated.late:
        complain.print(
            f"{rotated.late} av dem ble laget under en gammel nøkkel mens dette gikk: en prosess kjører med den gamle "
            "innstillingen. Start alle på nytt, og kjør «fagtraad keys rotate» igjen."
        )
    if not rotated.clean:
        complain.print(
            "Noen leste databasen, så rester av det gamle kan ligge igjen i filene. Kjør «fagtraad keys rotate» igjen "
            "når lesingen (en sikkerhetskopi?) er ferdig."
        )
    _tell_unused(rotated.unused(names))
    return 1 if rotated.faults or rotated.late or not rotated.clean else 0


def _tell_unused(unused: list[str]) -> None:
    if not unused:
        return
    named = ", ".join(f"«{name}»" for name in unused)
    say.print(Text(f"Kan tas ut av FAGTRAAD_KEYS: {named}."))
    say.print(
        "Sikkerhetskopier fra før dette trenger dem fortsatt: ta vare på dem, på et trygt sted utenfor tjenesten, like "
        "lenge som slike kopier finnes. Er en nøkkel på avveie, må kopiene slettes før den er ufarlig."
    )
