"""Sends in cases one after another, and says which were acknowledged, until it is killed: `python -m
tests.promises.submitting URL FOLDER START [POINT]`."""

import asyncio
import os
import signal
import sys
from itertools import count
from pathlib import Path

import structlog
from sqlalchemy import Engine, event

from adapters.memory import MemoryChat
from bot.app import running
from bot.chat.inbound import Submission
from bot.chat.port import Done, Place
from bot.settings import Settings
from tests.world import A_CASE, CASES, TEST_KEY, furnish


async def submit_for_ever(url: str, folder: Path, start: int, point: str) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    settings = Settings(
        _env_file=None, database_url=url, chats=["memory"], keys=TEST_KEY, ledger_path=folder / "erasures.jsonl"
    )
    async with running(settings, ticking=False) as app:
        chat = app.chats["memory"]
        assert isinstance(chat, MemoryChat)
        furnish(chat)
        account, place = chat.accounts["hedda"], Place(chat.name, CASES)
        if point:
            what, number = point.split()
            die_at(app.core.database.engine.sync_engine, what, int(number))
        for n in count(start):
            key = f"form {n}"
            values = {**A_CASE, "title": f"Kasus {n}"}
            say(f"sent {key}")
            outcome = await app.inbox.receive(Submission(key, account, place, "cases.ask", "1", values))
            assert outcome == Done(), outcome
            say(f"acknowledged {key}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def die_at(engine: Engine, what: str, number: int) -> None:
    """Killed just before the statement or the commit of that number."""
    passed = count(1)

    def reached(*_args: object) -> None:
        if next(passed) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, {"commit": "commit", "statement": "before_cursor_execute"}[what], reached)


if __name__ == "__main__":
    asyncio.run(submit_for_ever(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:5] or [""]))
