"""`fagtraad check --slack-cards`: the platform is asked whether it takes our cards and forms, with invented content."""

import asyncio
from collections.abc import Sequence

import typer
from rich.text import Text

from bot import chats
from bot.commandline import complain, say


def check_cards(chat: str) -> None:
    """Exit status 1 where one is refused, 2 where it could not be asked."""
    offered = chats.card_check_of(chat)
    if offered is None:
        complain.print(Text(f"Kortene kan ikke sjekkes for «{chat}»."))
        raise typer.Exit(2)
    if lacks := chats.unreadable(chat) or list(filter(None, [offered.lacks()])):
        complain.print(Text("\n".join(lacks)))
        raise typer.Exit(2)
    try:
        count, refused = asyncio.run(_check(offered))
    except ValueError as why:
        complain.print(Text(str(why)))
        raise typer.Exit(2) from None
    for line in refused:
        say.print(Text(f"✗ {line}"))
    say.print(Text(f"{count} kort og skjemaer er sjekket, {len(refused)} ble avvist."))
    raise typer.Exit(1 if refused else 0)


async def _check(offered: chats.OffersCardCheck) -> tuple[int, Sequence[str]]:
    from bot.commandline.samples import samples
    from bot.logs import configure_logging

    configure_logging("CRITICAL")  # the playing would otherwise tell of itself
    found = await samples()
    return len(found), await offered.check_cards(found)
