"""python -m tests.fakes.slack: an invented workspace to try the bot in, with a page to look and act."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from tests.fakes.slack import FakeSlack, Workspace

ABOUT = "A Slack of your own: an invented workspace on this machine. Nothing leaves it."


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.slack", description=ABOUT)
    parser.add_argument("--port", type=int, default=3999, help="where this Slack listens (default: %(default)s)")
    parser.add_argument("--app-url", help="the request URL; without it the app must come by Socket Mode")
    parser.add_argument("--signing-secret", help="default: a new one, which is printed")
    parser.add_argument("--bot-token", help="xoxb-…; default: a new one, which is printed")
    parser.add_argument("--app-token", help="xapp-…; default: a new one, which is printed")
    parser.add_argument(
        "--manifest", type=Path, help="the app's manifest (JSON): its scopes, events, commands, shortcuts"
    )
    options = parser.parse_args()
    try:
        asyncio.run(run(options))
    except KeyboardInterrupt:
        sys.stdout.write("\n")


async def run(options: argparse.Namespace) -> None:
    workspace = invented()
    workspace.signing_secret = options.signing_secret or workspace.signing_secret
    workspace.bot_token = options.bot_token or workspace.bot_token
    workspace.app_token = options.app_token or workspace.app_token
    async with FakeSlack(workspace, options.port, app_url=options.app_url) as slack:
        if options.manifest:
            slack.install(json.loads(options.manifest.read_text()))
            slack.sockets.enabled = options.app_url is None
        settings = "\n".join(f"{name}={value}" for name, value in slack.settings.items())
        sys.stdout.write(f"Look and act: {slack.address}/\n\nStart Fagtråd with:\n\n{settings}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def invented() -> Workspace:
    workspace = Workspace("Fagnett Nord")
    workspace.add_user("kari", "Kari Nordmann")
    workspace.add_user("ola", "Ola Hansen")
    workspace.add_user("ingrid", "Ingrid Solbakken", locale="nn-NO")
    workspace.add_user("amina", "Amina Yusuf", locale="en-GB")
    workspace.add_user("gjest", "Gunnar Gjest", is_restricted=True)
    workspace.add_channel("generelt", ["kari", "ola", "ingrid", "amina", "gjest"])
    workspace.add_channel("kasus", ["kari", "ola", "ingrid"], private=True)
    workspace.add_channel("sekretariat", ["kari", "amina"], private=True)
    return workspace


if __name__ == "__main__":
    main()
