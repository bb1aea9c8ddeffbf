"""kill -9 in the middle of sending in: what was acknowledged is there, whole, and nothing is there in half."""

import asyncio
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from bot.dispatch import InboxRow
from bot.features.cases.facts import open_words
from bot.features.cases.tables import Case
from bot.outbox.notices import NOTICES
from bot.vault import DataKey
from tests.world import World, world_on

ROOT = Path(__file__).parents[2]
# One submission is some 25 statements: before, in the middle of and after what is written, and at the commit.
POINTS = ("statement 6", "statement 14", "statement 20", "statement 50", "commit 2", "")


async def submit_and_kill(url: str, folder: Path, start: int, point: str) -> tuple[set[str], int]:
    """Returns the keys acknowledged, and where to go on."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.promises.submitting", url, str(folder), str(start), point,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    acknowledged: set[str] = set()
    sent = 0
    async with asyncio.timeout(60):
        while line := (await process.stdout.readline()).decode():
            what, _, key = line.strip().partition(" ")
            sent += what == "sent"
            if what == "acknowledged":
                acknowledged.add(key)
            if not point and len(acknowledged) == 5 and process.returncode is None:
                process.kill()
        _, errors = await process.communicate()
    assert process.returncode == -signal.SIGKILL, errors.decode()
    return acknowledged, start + sent


async def test_nothing_acknowledged_is_lost_and_nothing_is_stored_in_half(database_url: str, tmp_path: Path) -> None:
    async with world_on(database_url, tmp_path):
        pass  # the network is there
    acknowledged: set[str] = set()
    start = 0
    for point in POINTS:
        more, start = await submit_and_kill(database_url, tmp_path, start, point)
        acknowledged |= more
    assert acknowledged
    async with world_on(database_url, tmp_path, datetime.now(UTC), fresh=False) as world:
        stored = await whole_cases(world)
        assert acknowledged <= stored
        assert len(stored) <= len(acknowledged) + len(POINTS)
        await world.deliver()
        posted = [each for each in world.chat.shown if each.key.startswith("cases.posted")]
        assert len(posted) == len(stored)


async def whole_cases(world: World) -> set[str]:
    """Every case with all that belongs to it. Returns the keys of the forms they came from."""
    async with world.database.reading() as session:
        cases = list(await session.scalars(select(Case)))
        keys = {row.answer_subject or "": row.event_key for row in await session.scalars(select(InboxRow))}
        subjects = set(await session.scalars(select(DataKey.subject)))
        notices = {(row.kind, row.subject) for row in await session.execute(select(NOTICES.c.kind, NOTICES.c.subject))}
        for case in cases:
            words = await open_words(session, world.app.core.vault, case)
            assert words.title == f"Kasus {keys[str(case.id)].removeprefix('form ')}"
            for kind in ("cases.posted", "cases.unanswered", "cases.stuck"):
                assert (kind, str(case.id)) in notices
    assert subjects == {case.sealed_under for case in cases}
    assert len(keys) == len(cases)
    assert sorted(case.code or "" for case in cases) == [f"BLOD-26-{n:03}" for n in range(1, len(cases) + 1)]
    return set(keys.values())
