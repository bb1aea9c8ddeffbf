"""What `/readyz` and `/metrics` say of the outbox: on both databases, with real notices."""

import time
from datetime import timedelta
from functools import partial

import httpx
import pytest
from starlette.applications import Starlette

from bot import check
from bot.chat.port import Place
from bot.clock import MovableClock
from bot.health import STOPPED, Readiness, chats_work, outbox_moves, pages
from bot.metrics import measured
from storage import Database
from tests.databases import Prepare
from tests.outbox.office import NOON, FakeChat, draft, make_tables, outbox_of, write

AT_ONCE = timedelta(0)
LONG = timedelta(minutes=5)


@pytest.fixture(scope="session")
def schema() -> Prepare:
    return make_tables


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(stopped_at=NOON)


async def test_what_is_due_and_left_alone_is_stuck_and_what_is_delivered_is_not(
    database: Database, clock: MovableClock
) -> None:
    outbox = outbox_of(database, FakeChat(), clock)
    await write(database, draft(1, due=NOON), draft(2, due=NOON + timedelta(hours=2)))
    assert await outbox.is_stuck(AT_ONCE)
    await outbox.deliver_due()
    assert not await outbox.is_stuck(AT_ONCE), "what is not due yet waits for nobody"
    clock.ahead = timedelta(hours=3)
    assert await outbox.is_stuck(AT_ONCE)
    assert not await outbox.is_stuck(LONG), "a process that has just begun has had no time to"


async def test_a_room_whose_platform_is_away_is_no_outbox_that_is_stuck(
    database: Database, clock: MovableClock
) -> None:
    from bot.errors import Unreachable

    first = draft(1, due=NOON)
    chat = FakeChat(faults={first.key: [Unreachable()]})
    outbox = outbox_of(database, chat, clock)
    await write(database, first)
    await outbox.deliver_due()
    assert (await outbox.tally())["sent"] == 0
    assert not await outbox.is_stuck(AT_ONCE)


async def test_an_outbox_that_nobody_runs_is_said_to_have_stopped(database: Database, clock: MovableClock) -> None:
    outbox = outbox_of(database, FakeChat(), clock)
    assert await outbox_moves(outbox) is None
    outbox.looked = time.monotonic() - STOPPED - 1
    assert await outbox_moves(outbox) == "outbox: stopped"
    await outbox.deliver_due()
    assert await outbox_moves(outbox) is None


async def asked(served: Starlette, path: str) -> tuple[int, str]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://here") as client:
        answer = await client.get(path)
    return answer.status_code, answer.text


class Mute:
    trouble = "not connected"


class Paged:
    app = pages({}, Readiness(()))


async def test_what_is_wrong_is_named_with_503_and_every_chat_has_its_own_path() -> None:
    chats = {"slack": Paged(), "teams": Mute()}

    async def away() -> str | None:
        raise OSError("Kvernfjol")

    served = pages(chats, Readiness((partial(chats_work, chats),)))
    assert await asked(served, "/readyz") == (503, "teams: not connected")
    assert await asked(served, "/healthz") == (200, "ok")
    assert await asked(served, "/slack/healthz") == (200, "ok")
    assert (await asked(served, "/teams/healthz"))[0] == 404
    assert await asked(pages({}, Readiness((away,))), "/readyz") == (503, "database: OSError")


async def test_numbers_tell_how_many_and_how_old_and_never_which(database: Database, clock: MovableClock) -> None:
    refused = draft(3, due=NOON, to=Place("elsewhere", "hemmelig rom"))
    outbox = outbox_of(database, FakeChat(), clock)
    await write(database, draft(1, due=NOON), refused)
    clock.ahead = timedelta(minutes=7)
    await outbox.deliver_due()
    check.counts.clear()
    for text in ("Kvinne, 11223344556, med anemi.", "Hva gjør dere ved anemi?"):
        check.check({"question": text})
    page = (await measured(outbox, clock)).decode()
    for line in (
        'fagtraad_notices{state="sent"} 1.0',
        'fagtraad_notices{state="ready"} 1.0',
        "fagtraad_notice_oldest_due_seconds 420.0",
        'fagtraad_privacy_checks_total{outcome="passed"} 1.0',
        'fagtraad_privacy_checks_total{outcome="blocked"} 1.0',
    ):
        assert line in page.splitlines()
    assert "hemmelig" not in page
    assert refused.key not in page
