"""The command line: `fagtraad demo | run | check | db | guard | manifest`."""

import gc
import os

# Before the rest is imported: a tenth of the start is spent looking for garbage at the usual 700, and some more on
# pydantic asking every installed package whether it wants to see what is validated, secrets included.
gc.set_threshold(50_000, 20, 20)
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"

import asyncio
import base64
import secrets
import shutil
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.text import Text

from bot.commandline import OURS_ALONE, admin, complain, keys, privacy, retention, say, settings
from bot.commandline.link import link
from bot.commandline.manifest import manifest
from bot.commandline.when import when
from bot.settings import Settings

app = typer.Typer(
    help="Fagtråd: the bot between a clinical network's meetings.",
    rich_markup_mode=None,  # square brackets in a docstring are meant
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a pretty traceback shows locals, and locals may hold somebody's text
)
db = typer.Typer(help="The database: schema and erasures.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(keys.app, name="keys")
app.add_typer(admin.app, name="admin")
app.add_typer(privacy.app, name="privacy")
app.command()(when)
app.command()(retention.retention)
app.command()(link)
app.command()(manifest)

VAR = Path("var")


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8080,
    reset: Annotated[
        bool, typer.Option("--reset", help="Throw away what is kept under var/ and start afresh.")
    ] = False,
) -> None:
    """Serve an invented network in the browser, on this machine alone."""
    from bot.serving import serve_demo

    os.umask(OURS_ALONE)
    if reset:
        shutil.rmtree(VAR / "demo", ignore_errors=True)
    asyncio.run(serve_demo(_demo_settings(port), lambda: _invite(port)))


def _demo_settings(port: int) -> Settings:
    """FAGTRAAD_DATABASE_URL puts the demo on another database, which several processes may share."""
    home = VAR / "demo"
    home.mkdir(parents=True, exist_ok=True)
    return settings(
        _env_file=None,
        database_url=os.environ.get("FAGTRAAD_DATABASE_URL", f"sqlite+aiosqlite:///{home / 'fagtraad.db'}"),
        chats=["web"],
        keys=_demo_key(home / "key"),
        ledger_path=home / "erasures.jsonl",
        port=port,
        demo=True,
        log_level="WARNING",
    )


def _demo_key(path: Path) -> str:
    """The demo makes its own key once. In operation keys come from the settings alone."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_key("demo"), encoding="ascii")
    return path.read_text(encoding="ascii")


def new_key(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _invite(port: int) -> None:
    say.print(f"\n[bold]Fagtråd[/bold] er klar: [bold]http://127.0.0.1:{port}[/bold]   (avslutt med Ctrl+C)\n")
    for line in (
        "Prøv dette:",
        "  1. Velg «Hedda Myhre» øverst, og trykk «Spør nettverket». Skriv et navn: sjekken sier fra.",
        "  2. Ta forslaget, send inn, og se kasuset i kasusrommet.",
        "  3. Åpne en ny fane som «Mari Solbakk», svar i tråden, og lag en oppgave fra svaret.",
        "  4. Skriv «/oppgave Revidere prosedyren @ola @sekretær frist fredag», og se «/oppgave alle».",
        "  5. Flytt klokka («+1 døgn»), og se påminnelser, mandagens liste og purringer komme til rett tid.",
        "  6. Avslutt kasuset med en konklusjon, kopier til journal, eller slett det og les kvitteringen.",
        "  7. Velg «Unni Strand» (brukerrepresentant): hun ser ikke kasusrommet.",
        "  8. Skriv «/meg språk nynorsk», «/søk prosedyre» eller «/fagtraad medlemmer».",
    ):
        say.print(line)
    say.print()


@app.command()
def run() -> None:
    """Run in operation, with the settings of the environment."""
    from bot.serving import serve

    os.umask(OURS_ALONE)
    operation = settings()
    if operation.demo:
        complain.print("FAGTRAAD_DEMO er på: bruk «fagtraad demo» for demoen, og slå den av for «run».")
        raise typer.Exit(2)
    asyncio.run(serve(operation))


@app.command()
def check(
    new: Annotated[bool, typer.Option("--new-key", help="Print a new wrapping key for FAGTRAAD_KEYS.")] = False,
    slack_cards: Annotated[
        bool, typer.Option("--slack-cards", help="Ask Slack whether it takes every card and form; takes minutes.")
    ] = False,
) -> None:
    """Say what is configured, what is missing and what to do. Shows no secret. Exit status 1 when something is."""
    if new:
        print(new_key("k" + secrets.token_hex(2)))
        return
    if slack_cards:
        from bot.commandline.cards import check_cards

        check_cards("slack")
        return
    from bot.checkup import check_up
    from bot.trouble import quiet_libraries

    os.umask(OURS_ALONE)  # to look at a SQLite database that is not there makes an empty one
    quiet_libraries()
    findings = asyncio.run(check_up(settings()))
    from rich.table import Table

    table = Table("", "Hva", "Status", box=None)
    for finding in findings:
        mark = "[red]✗[/red]" if not finding.good else "[yellow]![/yellow]" if finding.doubtful else "[green]✓[/green]"
        table.add_row(mark, Text(finding.what), Text(finding.status))
    say.print(table)
    raise typer.Exit(0 if all(finding.good for finding in findings) else 1)


@db.command()
def upgrade() -> None:
    """Bring the schema up to date, and play the erasure ledger again."""
    from bot.serving import upgrade_schema
    from bot.trouble import quiet_libraries

    os.umask(OURS_ALONE)
    quiet_libraries()
    asyncio.run(upgrade_schema(settings()))
    say.print("Databasen er oppdatert, og sletteloggen er spilt av.")


@db.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to: it must not be there.")]) -> None:
    """Copy a SQLite database as it is at one moment, also while the service runs."""
    from bot.backup import back_up

    os.umask(OURS_ALONE)
    back_up(settings(), file)
    say.print(f"Kopien er hel, og ligger i {file}.")


@db.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `db backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Throw away the database that is there.")] = False,
) -> None:
    """Put a SQLite backup in the database's place, with the erasure ledger played again. Not while it is in use."""
    from bot.backup import restore as put_back
    from bot.trouble import quiet_libraries

    os.umask(OURS_ALONE)
    quiet_libraries()
    put_back(settings(), file, replace=replace)
    say.print("Databasen er gjenopprettet, og sletteloggen er spilt av.")


@app.command()
def guard(
    explain: Annotated[bool, typer.Option("--explain", help="Explain each find to a person.")] = False,
) -> None:
    """Read one JSON {"text": …} a line, and answer each line at once with [[start, end, label], …]."""
    from bot.guard import lines

    (lines.explain_lines if explain else lines.answer_lines)(sys.stdin, sys.stdout)


def main() -> None:
    from bot.trouble import quiet_python

    quiet_python()
    try:
        app()
    except KeyboardInterrupt:
        os._exit(130)
    except Exception as error:  # noqa: BLE001 - its words may be somebody's text, so Python must not print them
        _give_up(error)


def _give_up(error: Exception) -> NoReturn:
    from bot.trouble import class_and_place

    print(class_and_place(error), file=sys.stderr)
    print(
        "Dette skulle ikke skje. Linjene over sier hvor det skjedde, uten noens tekst: send dem til dem som lager "
        "Fagtråd. «fagtraad check» sier om noe er galt oppsatt.",
        file=sys.stderr,
    )
    raise SystemExit(1) from None


if __name__ == "__main__":
    main()
