"""`fagtraad manifest CHAT`: the app as the chat's platform wants it described, to be pasted there."""

import json
from typing import Annotated

import typer
from rich.text import Text

from bot.commandline import complain, settings


def manifest(
    chat: Annotated[str, typer.Argument(help="For example: slack.")],
    url: Annotated[
        str, typer.Option(help="The address the platform calls us at, https://…; without it FAGTRAAD_PUBLIC_URL.")
    ] = "",
) -> None:
    """Print the app manifest of a chat, as JSON."""
    from bot import chats
    from bot.feature import Features
    from bot.features import all_features

    wanted = settings(**({"public_url": url} if url else {}))
    offered = chats.manifest_of(chat)
    if offered is None:
        complain.print(Text(f"Det finnes ikke noe manifest for «{chat}»."))
        raise typer.Exit(2)
    if wrong := chats.unreadable(chat):
        complain.print(Text("\n".join(wrong)))
        raise typer.Exit(2)
    try:
        described = offered.manifest(Features(all_features()), wanted)
    except ValueError as missing:
        complain.print(Text(str(missing)))
        raise typer.Exit(2) from None
    typer.echo(json.dumps(described, ensure_ascii=False, indent=2))
