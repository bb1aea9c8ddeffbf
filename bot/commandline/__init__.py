"""The parts of the command line, and what they share. A command is a file here and one line in `bot.__main__`."""

from typing import Any

import typer
from pydantic import ValidationError
from rich.console import Console

from bot.settings import Settings
from bot.sources import faults

say = Console(highlight=False)
complain = Console(stderr=True, highlight=False)
OURS_ALONE = 0o077  # as umask: what is made (database, its log, ledger) is for this user to read


def settings(**fixed: Any) -> Settings:
    """The settings, with some fixed; or an end with each bad one named and explained, and no value shown."""
    try:
        return Settings(**fixed)
    except ValidationError as error:
        for name, said in faults(Settings, error):
            complain.print(f"[bold]{name}[/bold] {said}")
        raise typer.Exit(2) from None
