"""Wrapping every data key again: while others write, killed in the middle, with keys missing; nothing is lost."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.message import Form
from bot.chat.port import Done, Outcome
from bot.rotation import keys_in_use, rotate
from bot.settings import parse_keys
from bot.vault import DataKey, Erased, KeyFault, Ledger, Vault
from storage import Database
from tests.core.rotating import NEW, OLD, OTHER, keys
from tests.disk import bytes_on_disk
from tests.world import A_CASE, A_TUESDAY, CASES, TEST_KEY, typed, world_on

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "erasures.jsonl")


Sealed = dict[str, bytes]


async def sealed_texts(database: Database, vault: Vault, count: int, kind: str = "case") -> Sealed:
    async with database.transaction(10) as session:
        subjects = [await vault.new_subject(session, kind) for _ in range(count)]
        return {subject: await vault.seal(session, subject, "title", f"om {subject}") for subject in subjects}


async def assert_all_open(database: Database, vault: Vault, sealed: Sealed) -> None:
    async with database.reading() as session:
        for subject, words in sealed.items():
            assert await vault.open(session, subject, "title", words) == f"om {subject}"


async def test_everything_opens_with_the_newest_key_alone(database: Database, ledger: Ledger) -> None:
    sealed = await sealed_texts(database, Vault({"old": OLD}, ledger), 12)
    sealed |= await sealed_texts(database, Vault({"older": OTHER}, ledger), 3)
    vault, told = Vault({"new": NEW, "old": OLD, "older": OTHER}, ledger), []
    rotated = await rotate(database, vault, lambda done, all: told.append((done, all)), batch=5)
    assert (rotated.again, rotated.late, rotated.faults, rotated.left) == (15, 0, {}, {})
    assert told == [(0, 15), (5, 15), (10, 15), (15, 15)]
    assert rotated.unused(vault.names) == ["old", "older"]
    await assert_all_open(database, Vault({"new": NEW}, ledger), sealed)
    again = await rotate(database, vault)
    assert again.again == 0, "there is nothing left to do"
    assert again.unused(vault.names) == ["old", "older"]


async def test_the_bytes_wrapped_by_the_old_key_are_gone(database: Database, ledger: Ledger) -> None:
    await sealed_texts(database, Vault({"old": OLD}, ledger), 60)
    async with database.reading() as session:
        wrapped = list(await session.scalars(select(DataKey.wrapped)))
    before = await bytes_on_disk(database, "data_key")
    assert all(each in before for each in wrapped), "otherwise this test looks in the wrong place"
    assert (await rotate(database, Vault({"new": NEW, "old": OLD}, ledger), batch=7)).clean
    on_disk = await bytes_on_disk(database, "data_key")
    assert not any(each in on_disk for each in wrapped)


async def test_a_reader_in_the_way_is_told_of_and_the_next_run_clears_away(
    database: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.rotation.TRIES", 1)
    await sealed_texts(database, Vault({"old": OLD}, ledger), 3)
    async with database.reading() as session:
        wrapped = (await session.scalars(select(DataKey.wrapped).limit(1))).one()
    vault = Vault({"new": NEW, "old": OLD}, ledger)
    async with database.engine.connect() as backup:
        await backup.execution_options(
            **({"begin": "DEFERRED"} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"})
        )
        await backup.execute(select(DataKey.subject))
        rotated = await rotate(database, vault)
        assert rotated.again == 3
        assert not rotated.clean
        assert rotated.unused(vault.names) == [], "a copy of what it wrapped may be there yet"
    assert (await rotate(database, vault)).clean
    assert wrapped not in await bytes_on_disk(database, "data_key")


async def test_a_key_that_is_missing_or_wrong_is_named_and_the_others_go_on(database: Database, ledger: Ledger) -> None:
    whole = await sealed_texts(database, Vault({"old": OLD}, ledger), 4)
    stuck = await sealed_texts(database, Vault({"lost": OTHER}, ledger), 2)
    stuck |= await sealed_texts(database, Vault({"wrong": OTHER}, ledger), 1)
    vault = Vault({"new": NEW, "wrong": OLD, "old": OLD}, ledger)
    rotated = await rotate(database, vault, batch=2)
    assert rotated.again == 4
    assert rotated.faults == {"lost": KeyFault.MISSING, "wrong": KeyFault.WRONG}
    assert rotated.left == {"lost": 2, "wrong": 1}
    assert rotated.unused(vault.names) == ["old"]
    await assert_all_open(database, Vault({"new": NEW}, ledger), whole)
    await assert_all_open(database, Vault({"lost": OTHER, "wrong": OTHER}, ledger), stuck)


class Interrupted(Database):
    """Lets somebody else act between what a batch has read and what it writes."""

    @asynccontextmanager
    async def transaction(self, patience: float = 1.0) -> AsyncIterator[AsyncSession]:
        await self.meanwhile()
        async with super().transaction(patience) as session:
            yield session

    async def meanwhile(self) -> None:
        raise NotImplementedError


async def test_a_data_key_erased_meanwhile_stays_erased(database: Database, ledger: Ledger) -> None:
    old = Vault({"old": OLD}, ledger)
    sealed = await sealed_texts(database, old, 6)
    gone, *_kept = sorted(sealed)

    class Erasing(Interrupted):
        async def meanwhile(self) -> None:
            async with database.transaction(10) as session:
                await old.erase(session, gone, A_TUESDAY)

    erasing, vault = Erasing(database.url), Vault({"new": NEW, "old": OLD}, ledger)
    assert (await rotate(erasing, vault)).again == 5
    await erasing.close()
    with pytest.raises(Erased):
        await assert_all_open(database, vault, {gone: sealed.pop(gone)})
    await assert_all_open(database, vault, sealed)


async def test_one_made_meanwhile_under_the_old_key_is_found_and_told_of(database: Database, ledger: Ledger) -> None:
    """Some process was not restarted: then the old key is not said to be of no use."""
    old, made = Vault({"old": OLD}, ledger), Sealed()
    sealed = await sealed_texts(database, old, 6)

    class Making(Interrupted):
        async def meanwhile(self) -> None:
            if not made:  # of a kind that comes before the others: there the pass has been already
                made.update(await sealed_texts(database, old, 1, kind="a"))

    making, vault = Making(database.url), Vault({"new": NEW, "old": OLD}, ledger)
    rotated = await rotate(making, vault, batch=6)
    await making.close()
    assert (rotated.again, rotated.late, rotated.left) == (7, 1, {})
    assert rotated.unused(vault.names) == []
    await assert_all_open(database, Vault({"new": NEW}, ledger), sealed | made)


async def test_two_at_once_while_others_write_lose_nothing(database_url: str, ledger: Ledger) -> None:
    databases = [Database(database_url) for _ in range(3)]
    old, vault = Vault({"old": OLD}, ledger), Vault({"new": NEW, "old": OLD}, ledger)
    sealed = await sealed_texts(databases[0], old, 40)
    gone = sorted(sealed)[::5]

    async def others() -> None:
        for subject in gone:
            async with databases[0].transaction(10) as session:
                await vault.erase(session, subject, A_TUESDAY)
            sealed.update(await sealed_texts(databases[0], vault, 1))

    first, second, _nothing = await asyncio.gather(
        rotate(databases[1], vault, batch=3), rotate(databases[2], vault, batch=3), others()
    )
    assert first.again + second.again <= 40
    assert await keys_in_use(databases[0]) == {"new": len(sealed) - len(gone)}
    await assert_all_open(
        databases[0], Vault({"new": NEW}, ledger), {each: sealed[each] for each in sealed if each not in gone}
    )
    for database in databases:
        await database.close()


# ---------------------------------------------------------------- a process that dies, and the command


async def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Exit status, output, complaints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *arguments, cwd=ROOT, env={**os.environ, **environment, "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        said, complained = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode(), complained.decode()


async def test_killed_at_a_commit_it_goes_on_where_it_was(database: Database, ledger: Ledger) -> None:
    sealed = await sealed_texts(database, Vault({"old": OLD}, ledger), 23)
    vault = Vault({"new": NEW, "old": OLD}, ledger)
    for point, left in (("before 2", 18), ("after 1", 13), ("before 1", 13), ("after 2", 3)):
        status, _said, complained = await run("tests.core.rotating", database.url, point)
        assert status == -signal.SIGKILL, complained
        assert (await keys_in_use(database))["old"] == left
        await assert_all_open(database, vault, sealed)
    assert (await rotate(database, vault)).again == 3
    await assert_all_open(database, Vault({"new": NEW}, ledger), sealed)


def environment(database: Database, ledger: Ledger, **by_name: bytes) -> dict[str, str]:
    return {
        "FAGTRAAD_DATABASE_URL": database.url,
        "FAGTRAAD_LEDGER_PATH": str(ledger.path),
        "FAGTRAAD_KEYS": keys(**by_name),
    }


async def test_the_command_says_what_it_did_and_which_keys_are_of_no_use_now(
    database: Database, ledger: Ledger
) -> None:
    sealed = await sealed_texts(database, Vault({"old": OLD}, ledger), 5)
    both = environment(database, ledger, new=NEW, old=OLD)
    status, said, _complained = await run("bot", "keys", "list", **both)
    assert status == 0
    assert [line.split()[:2] for line in said.splitlines()[1:]] == [["new", "0"], ["old", "5"]]
    status, said, complained = await run("bot", "keys", "rotate", **both)
    assert (status, complained) == (0, "")
    assert "5 datanøkler er låst på nytt med «new»" in said
    assert "Kan tas ut av FAGTRAAD_KEYS: «old»." in said
    assert "Sikkerhetskopier" in said
    await assert_all_open(database, Vault({"new": NEW}, ledger), sealed)
    shown = said + (await run("bot", "keys", "list", **both))[1]
    assert not any(secret.split(":")[1] in shown for secret in both["FAGTRAAD_KEYS"].split(","))


async def test_the_command_names_a_key_that_is_missing_does_the_others_and_fails(
    database: Database, ledger: Ledger
) -> None:
    await sealed_texts(database, Vault({"old": OLD}, ledger), 5)
    await sealed_texts(database, Vault({"lost": OTHER}, ledger), 1)
    status, said, complained = await run("bot", "keys", "rotate", **environment(database, ledger, new=NEW, old=OLD))
    assert status == 1
    assert "5 datanøkler" in said
    assert "Nøkkelen «lost» mangler" in complained
    assert "1 datanøkler står urørt" in complained
    assert (await run("bot", "keys", "list", **environment(database, ledger, new=NEW)))[0] == 1


async def test_a_wrong_key_under_the_newest_name_is_refused(database: Database, ledger: Ledger) -> None:
    """Everything would be wrapped by a key that is not the one under that name elsewhere."""
    await sealed_texts(database, Vault({"new": NEW}, ledger), 1)
    await sealed_texts(database, Vault({"old": OLD}, ledger), 2)
    status, _said, complained = await run("bot", "keys", "rotate", **environment(database, ledger, new=OTHER, old=OLD))
    assert status == 1
    assert "«new» i FAGTRAAD_KEYS er ikke den" in complained
    assert await keys_in_use(database) == {"new": 1, "old": 2}


# ---------------------------------------------------------------- forms that are open meanwhile


async def test_a_warning_confirmed_before_a_rotation_is_shown_once_more_with_all_that_was_typed(
    database_url: str, tmp_path: Path
) -> None:
    doubtful = {**A_CASE, "question": "Pasienten ble innlagt 12. mars. Gir dere faktor?"}
    async with world_on(database_url, tmp_path) as world:
        form = await world.chat.press("hedda", CASES, "cases.ask")
        assert form is not None
        warned = form_in(await world.chat.submit("hedda", CASES, form, doubtful))
    before = parse_keys(TEST_KEY)
    async with world_on(database_url, tmp_path, fresh=False, keys=keys(new=NEW, **before)) as world:
        again = form_in(await world.chat.submit("hedda", CASES, warned, typed(warned, confirmed="on"), key="later:1"))
        assert typed(again)["question"] == doubtful["question"]
        assert await world.count("clinical_case") == 0
        assert await world.chat.submit("hedda", CASES, again, typed(again, confirmed="on"), key="later:2") == Done()
        assert await world.count("clinical_case") == 1


def form_in(outcome: Outcome) -> Form:
    form = getattr(outcome, "form", None)
    assert isinstance(form, Form), outcome
    return form
