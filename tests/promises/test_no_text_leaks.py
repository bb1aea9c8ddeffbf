"""No text of a case, message or form in a log, an error, or any row but the sealed ones (and two that are declared)."""

import logging
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import select, text

from adapters.memory.chat import Opener
from bot.app import metadata
from bot.chat.inbound import Command, Said
from bot.chat.message import Form
from bot.chat.port import Place, Posted, Problems
from bot.logs import configure_logging
from tests.promises.afternoon import CANARY, ITEM, LEARNT, SEALED, a_case, asked, live_through
from tests.world import CASES, GENERAL, World

OPEN = {"learning_point.text": LEARNT, "action_item.text": ITEM, "action_change.text_before": ITEM}
STEMS = {f"{CANARY}{end}".encode() for end in ("lærdom", "laerdom", "oppgav")}
"""Their words alone stand in the search's index: docs/decisions/0008."""


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator["Logged"]:
    """Everything that is logged or printed, as in operation at DEBUG; and what libraries would log if they were let."""
    caplog.set_level(logging.DEBUG)
    lines = StringIO()
    with redirect_stderr(lines):
        configure_logging("DEBUG")
    yield Logged(lines, capsys, caplog)
    structlog.reset_defaults()


@dataclass
class Logged:
    lines: StringIO
    printed: pytest.CaptureFixture[str]
    libraries: pytest.LogCaptureFixture

    def read(self) -> tuple[str, str]:
        """(what we log or print, what libraries log)."""
        return self.lines.getvalue() + "".join(self.printed.readouterr()), self.libraries.text


async def every_row(world: World) -> list[tuple[str, bytes]]:
    """(table.column, value) of the whole database."""
    found: list[tuple[str, bytes]] = []
    async with world.database.reading() as session:
        for name, table in metadata().tables.items():
            for row in (await session.execute(select(table))).mappings():
                found += [(f"{name}.{column}", _as_bytes(value)) for column, value in row.items()]
    return found


def _as_bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


async def assert_no_row_holds_a_canary(world: World) -> None:
    held = [(where, value) for where, value in await every_row(world) if CANARY.encode() in value.lower()]
    assert [where for where, value in held if not _is_declared(where, value.lower())] == []


def _is_declared(where: str, value: bytes) -> bool:
    if where == "search_word.stem":
        return value in STEMS
    return where in OPEN and OPEN[where].encode() in value


def assert_no_page_holds_a_canary(world: World) -> None:
    file = Path(world.database.url.partition(":///")[2])
    for page in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
        held = page.read_bytes().lower() if page.exists() else b""
        for canary in SEALED:
            assert canary.encode() not in held, f"{canary} in {page.name}"


def assert_nothing_is_logged(logged: Logged) -> None:
    printed, libraries = logged.read()
    assert CANARY not in printed.lower()
    for canary in SEALED:
        assert canary not in libraries.lower()


async def test_the_canaries_do_reach_those_they_are_meant_for(world: World) -> None:
    """Otherwise the tests below would find nothing because nothing was said."""
    await live_through(world)
    seen = "\n".join(world.visible_to(who) for who in ("hedda", "mari", "kari", "liv"))
    for canary in (*SEALED[:3], "kvernfjolskonklusjon", "kvernfjolsoppgaveikasus", LEARNT, ITEM, "kvernfjolsgrunn"):
        assert canary in seen, canary


async def test_an_afternoon_leaves_no_text_in_logs_or_rows(world: World, logged: Logged) -> None:
    await live_through(world)
    assert_nothing_is_logged(logged)
    await assert_no_row_holds_a_canary(world)
    if world.database.is_sqlite:
        assert_no_page_holds_a_canary(world)


async def test_a_fault_in_a_handler_is_logged_without_its_words(world: World, logged: Logged) -> None:
    async def fault(*_args: object) -> None:
        raise RuntimeError(f"could not handle {SEALED[0]}") from ValueError(SEALED[1])

    features = world.app.core.features
    features.presses["test.fault"] = features.forms["test.fault"] = fault
    await world.chat.press("hedda", GENERAL, "test.fault", SEALED[2])
    assert "Noe gikk galt hos oss" in world.private("hedda", GENERAL)[-1]
    mark = world.private("hedda", GENERAL)[-1].rstrip(".").rpartition(" ")[2]
    outcome = await world.chat.submit("hedda", GENERAL, Form("test.fault", "", ()), a_case())
    assert isinstance(outcome, Problems)
    printed, libraries = logged.read()
    assert mark in printed, "the operator can find it"
    assert "RuntimeError" in printed
    assert CANARY not in (printed + libraries).lower()
    assert CANARY not in str(outcome.by_field)


async def test_a_receipt_that_fails_is_not_told_as_a_loss(world: World, logged: Logged) -> None:
    async def fault(*_args: object) -> None:
        raise RuntimeError(SEALED[0])

    world.app.core.features.receipts["cases.opened"] = fault
    await asked(world, "hedda")
    assert "Det er lagret" in world.private("hedda", CASES)[-1]
    assert await world.count("clinical_case") == 1
    assert_nothing_is_logged(logged)


async def test_errors_of_the_database_are_logged_without_its_words(world: World, logged: Logged) -> None:
    """PostgreSQL's DETAIL names the value that was there twice."""
    async with world.database.transaction() as session:
        await session.execute(text("CREATE UNIQUE INDEX one_of_each ON action_item (text)"))
        await session.execute(text("CREATE UNIQUE INDEX one_state ON clinical_case (state)"))
        await session.execute(text("DROP TABLE possible_breach"))
    for _ in range(2):
        await world.make_item("mari", f"Ringe om {SEALED[0]}")
    assert "Noe gikk galt hos oss" in world.private("mari", GENERAL)[-1]
    await asked(world, "hedda")
    outcome = await asked(world, "hedda")
    assert isinstance(outcome, Problems)
    assert "Noe gikk galt hos oss" in outcome.by_field[""]
    with pytest.raises(Exception, match="possible_breach") as failed:
        await world.chat.say("mari", GENERAL, f"Pasient 14855820480 har {SEALED[1]}.")
    assert CANARY not in str(failed.value).lower()
    printed, _libraries = logged.read()
    assert printed.count('"event": "fault"') >= 3
    assert CANARY not in printed.lower()


async def test_text_that_cannot_be_opened_fails_without_its_words(world: World, logged: Logged) -> None:
    await asked(world, "hedda")
    async with world.database.transaction() as session:
        await session.execute(text("UPDATE clinical_case SET title = question, question = title"))
    await world.chat.press("mari", CASES, "cases.answering", "1")
    await world.chat.press("mari", CASES, "cases.show", "1")
    assert "Noe gikk galt hos oss" in world.private("mari", CASES)[-1]
    await world.deliver()
    assert_nothing_is_logged(logged)
    await assert_no_row_holds_a_canary(world)


async def test_what_a_person_types_is_in_the_text_of_no_event(world: World) -> None:
    """`repr` of an event holds its text: it must never be logged. This is why errors are logged by class and place."""
    account = world.chat.accounts["mari"]
    place = Place("memory", GENERAL)
    said = Said("k", account, place, Posted(place, "1"), SEALED[0], None)
    assert SEALED[0] in repr(said)
    await world.app.inbox.receive(Command("k1", account, place, f"/{SEALED[0]}", Opener()))
    await assert_no_row_holds_a_canary(world)
