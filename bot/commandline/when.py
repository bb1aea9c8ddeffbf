"""`fagtraad when`: how a date is understood."""

from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.commandline import complain

LANGUAGES = ("nb", "nn", "en")


def when(
    typed: Annotated[str, typer.Argument(help="As people write it: 'uke 50', 'innen jul', 'i morgen kl 9'.")],
    now: Annotated[str, typer.Option(help="Read as if it were then: 2026-11-22T10:00, on the wall clock.")] = "",
    lang: Annotated[str, typer.Option(help="Language of the words: nb, nn or en.")] = "nb",
    zone: Annotated[str, typer.Option(help="Time zone (IANA).")] = "Europe/Oslo",
    meeting: Annotated[str, typer.Option(help="Date of the next meeting: 2026-12-10.")] = "",
) -> None:
    """Print what a date means: the ISO date, a tab, and the words. Exit status 1 where it is not a date."""
    from bot.errors import Refusal
    from bot.language import _, speaking
    from bot.when import say_when, understand

    if lang not in LANGUAGES:
        raise typer.BadParameter(f"must be one of {', '.join(LANGUAGES)}", param_hint="--lang")
    moment, next_meeting = _moment(now, zone), _moment(meeting, zone).date() if meeting else None
    with speaking(lang):
        try:
            understood = understand(typed, moment, zone, next_meeting)
        except Refusal as refusal:
            complain.print(refusal.text, markup=False, soft_wrap=True)
            raise typer.Exit(1) from None
        if understood.day is None:
            complain.print(_("Datoen for neste møte er ikke satt. Oppgi den med --meeting."), markup=False)
            raise typer.Exit(1)
        at = f"T{understood.at:%H:%M}" if understood.at else ""
        typer.echo(f"{understood.day.isoformat()}{at}\t{say_when(understood, _today(moment, zone))}")


def _moment(written: str, zone: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written) if written else datetime.now(UTC)
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    except (KeyError, OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        raise typer.BadParameter("must be 2026-11-22 or 2026-11-22T10:00, and the zone an IANA name") from None


def _today(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()
