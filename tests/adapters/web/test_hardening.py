"""What must not be possible, and what must not stop the rest: over real HTTP, on both databases."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine
from websockets.asyncio.client import connect

from adapters.web import live, rooms, tabs
from adapters.web import messages as rows
from adapters.web.tables import WebMessage
from adapters.web.trouble import passes
from bot.chat.inbound import Inbound, Joined, Left, Said
from bot.chat.message import message
from bot.chat.port import Outcome, Place
from bot.errors import MembersUnknown, Unreachable
from storage import Busy
from tests.adapters.web.hall import (
    CASES,
    GENERAL,
    Client,
    Hall,
    account,
    case_card,
    create_core,
    key,
    opened,
    text_of,
    withdraw,
)
from tests.adapters.web.test_live import listening, messages, quiet

KARI_ALONE = Place("web", "direct:kari")


async def case_of(hall: Hall) -> str:
    async with hall.chat.core.database.transaction() as session:
        return await hall.chat.core.vault.new_subject(session, "case")


async def start_again(hall: Hall) -> None:
    await hall.chat.stop()
    await hall.chat.start(hall.inbox, None)  # type: ignore[arg-type]


# ---------------------------------------------------------------- the listener, and being ready


async def test_the_listener_comes_back_after_the_drivers_own_errors(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refused = AsyncEngine.raw_connection, 0

    async def starting(engine: AsyncEngine) -> Any:
        nonlocal refused
        if refused < 3:
            refused += 1
            raise asyncpg.CannotConnectNowError("the database system is starting up")
        return await real(engine)

    monkeypatch.setattr(AsyncEngine, "raw_connection", starting)
    async with opened(create_core(postgres_url, tmp_path)) as hall:
        kari = hall.client("kari")
        assert (await kari.http.get("/readyz")).status_code == 503
        async with asyncio.timeout(5):
            while (await kari.http.get("/readyz")).status_code != 200:
                await asyncio.sleep(0.05)
    assert refused == 3


async def test_being_asked_whether_it_is_ready_is_answered_though_the_database_hangs(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    kari, release, asked = hall.client("kari"), asyncio.Event(), 0
    real = hall.chat.core.database.reading

    @asynccontextmanager
    async def hanging() -> AsyncIterator[Any]:
        nonlocal asked
        asked += 1
        await release.wait()
        async with real() as session:
            yield session

    await _until_ready(kari)
    monkeypatch.setattr(hall.chat.core.database, "reading", hanging)
    before = time.monotonic()
    answers = await asyncio.gather(*(kari.http.get("/readyz") for _ in range(5)))
    assert time.monotonic() - before < 3
    assert {(answer.status_code, answer.text) for answer in answers} == {(503, "database: no answer")}
    assert asked == 1  # however often it is asked, one connection waits
    release.set()
    await _until_ready(kari)


async def _until_ready(client: Client) -> None:
    async with asyncio.timeout(5):
        while (await client.http.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.02)


# ---------------------------------------------------------------- what the core must hear


async def test_a_reused_key_hides_nobody_who_comes(hall: Hall) -> None:
    kari, same = hall.client("kari"), key()
    for who in ("per", "ola"):
        await kari.do("remove", room="general", account=who, key=same)
    for who in ("per", "ola"):
        await kari.do("add", room="general", account=who, key=same)
    await kari.do("add", room="general", account="ola", key=same)  # is there already
    await kari.do("remove", room="general", account="ola", key=same)
    await kari.do("add", room="general", account="ola", key=same)
    heard = [(type(each), each.account.id) for each in hall.inbox.events]
    assert heard == [(Left, "per"), (Left, "ola"), (Joined, "per"), (Joined, "ola"), (Left, "ola"), (Joined, "ola")]


async def test_who_came_just_before_the_process_died_is_heard_at_the_next_start(hall: Hall) -> None:
    kari = hall.client("kari")
    await kari.do("add", room="cases", account="per", key=key())
    await kari.do("remove", room="cases", account="per", key=key())
    hall.inbox.events.clear()
    hall.inbox.busy = 1
    assert (await kari.post("add", room="cases", account="per", key=key())).status_code == 503
    assert hall.inbox.events == []
    for _ in range(3):
        await start_again(hall)
        hall.inbox.keys.clear()  # the mark alone keeps it from being heard again
    assert [(type(each), each.account.id) for each in hall.inbox.events] == [(Joined, "per")]


async def test_trying_again_to_add_somebody_tells_the_core_of_them(hall: Hall) -> None:
    kari = hall.client("kari")
    await kari.do("remove", room="general", account="per", key=key())
    hall.inbox.busy = 1
    assert (await kari.post("add", room="general", account="per", key=key())).status_code == 503
    await kari.do("add", room="general", account="per", key=key())
    assert [type(each) for each in hall.inbox.events] == [Left, Joined]


async def test_one_message_that_cannot_be_handled_stops_neither_the_start_nor_the_others(
    hall: Hall, capfd: pytest.CaptureFixture[str]
) -> None:
    kari, take = hall.client("kari"), hall.inbox.receive
    hall.inbox.busy = 3
    for said in ("Først", "Kanarifugl", "Sist"):
        await kari.post("say", room="general", text=said, key=key())

    async def choking(event: Inbound) -> Outcome:
        if isinstance(event, Said) and event.text == "Kanarifugl":
            raise RuntimeError(event.text)
        return await take(event)

    hall.inbox.receive = choking  # type: ignore[method-assign]
    await start_again(hall)
    assert [each.text for each in hall.inbox.events if isinstance(each, Said)] == ["Først", "Sist"]
    assert "Kanarifugl" not in "".join(capfd.readouterr())
    hall.inbox.receive = take  # type: ignore[method-assign]
    await start_again(hall)
    assert [each.text for each in hall.inbox.events if isinstance(each, Said)] == ["Først", "Sist", "Kanarifugl"]


async def test_words_that_do_not_open_are_not_heard_as_an_apology(hall: Hall) -> None:
    hall.inbox.busy = 1
    await hall.client("kari").post("say", room="general", text="Hei", key=key())
    async with hall.chat.core.database.transaction() as session:
        await session.execute(text("UPDATE web_message SET body = :body"), {"body": b"spoilt"})
    await start_again(hall)
    assert hall.inbox.events == []


# ---------------------------------------------------------------- who may take whom out


async def _removes(hall: Hall, actor: str, leaver: str, room: str) -> int:
    return (await hall.client(actor).post("remove", room=room, account=leaver, key=key())).status_code


async def test_only_who_keeps_order_removes_others(hall: Hall) -> None:
    refused = await hall.client("ola").post("remove", room="general", account="siri", key=key())
    assert refused.status_code == 403
    assert "lederen" in refused.json()["message"]
    assert await _removes(hall, "ola", "siri", "cases") == 403
    assert await _removes(hall, "kari", "siri", "general") == 200
    assert await _removes(hall, "kari", "siri", "cases") == 200
    assert await _removes(hall, "ola", "ola", "general") == 200


async def test_nobody_removes_others_from_a_room_of_no_network(hall: Hall) -> None:
    async with hall.chat.core.database.transaction() as session:
        await rooms.create(session, hall.chat.core.vault, "loose", "løs", "", ["kari", "ola"])
    assert await _removes(hall, "kari", "ola", "loose") == 403
    assert await _removes(hall, "ola", "ola", "loose") == 200


async def test_an_outsider_in_the_case_room_is_removed_by_any_member_and_removes_nobody(hall: Hall) -> None:
    await withdraw(hall, "per")
    await hall.client("ola").do("add", room="cases", account="per", confirmed=True, key=key())
    assert await _removes(hall, "per", "ola", "cases") == 403
    shown = await hall.client("ola").do("members", room="cases")
    assert {each["id"] for each in shown["members"] if each["removable"]} == {"ola", "per"}
    assert await _removes(hall, "ola", "per", "cases") == 200


async def test_a_leader_without_case_access_removes_nobody_from_the_case_room(hall: Hall) -> None:
    await withdraw(hall, "kari")
    assert await _removes(hall, "kari", "ola", "cases") == 403
    assert await _removes(hall, "kari", "ola", "general") == 200


async def test_who_stops_cases_by_coming_is_added_where_that_is_meant(hall: Hall) -> None:
    await withdraw(hall, "per")
    ola = hall.client("ola")
    others = (await ola.do("members", room="cases"))["others"]
    assert [(each["id"], each["stops_cases"]) for each in others] == [("per", True)]
    for unsure in ({}, {"confirmed": False}, {"confirmed": "yes"}):
        refused = await ola.post("add", room="cases", account="per", key=key(), **unsure)
        assert refused.status_code == 409
        assert "Per Dal har ikke kasustilgang" in refused.json()["message"]
    assert hall.inbox.events == []
    await ola.do("add", room="cases", account="per", confirmed=True, key=key())
    assert [type(each) for each in hall.inbox.events] == [Joined]


# ---------------------------------------------------------------- who reads of cases


async def test_what_was_said_of_a_case_is_not_read_elsewhere_once_access_is_gone(hall: Hall) -> None:
    case, kari = await case_of(hall), hall.client("kari")
    await kari.do("home")
    card = await hall.chat.post(KARI_ALONE, case_card(sealed_under=case), "alone")
    await hall.chat.post(KARI_ALONE, message("Ikke om kasus"), "other")
    await hall.chat.whisper(GENERAL, account("kari"), message("Om kasuset", sealed_under=case))
    assert await kari.texts() == ["Om kasuset"]
    assert (await kari.post("press", message=card.ref, does="test.erase", key=key())).status_code == 200
    await withdraw(hall, "kari")
    (whispered,) = await kari.texts()
    assert whispered.startswith("Ikke lenger tilgjengelig")
    alone = await kari.texts(room="direct:kari")
    assert alone[0].startswith("Ikke lenger tilgjengelig")
    assert alone[1] == "Ikke om kasus"
    assert "anemi" not in str(await kari.do("messages", room="direct:kari"))
    assert (await kari.post("press", message=card.ref, does="test.erase", key=key())).status_code == 400
    assert (await kari.post("on-message", message=card.ref, does="test.item", key=key())).status_code == 404
    async with listening(hall, "kari", {"general": 0, "direct:kari": 0}) as socket:
        assert "anemi" not in str(await messages(socket, 3))


async def test_access_is_asked_for_once_a_page(hall: Hall) -> None:
    case, kari, asked = await case_of(hall), hall.client("kari"), []
    await kari.do("home")
    for n in range(20):
        await hall.chat.post(KARI_ALONE, message(f"Nr. {n}", sealed_under=case), f"k{n}")
    engine = hall.chat.core.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *called: asked.append(called[2]))
    await kari.texts(room="direct:kari")
    assert sum("case_access_at" in statement for statement in asked) == 1


async def test_a_case_is_not_posted_where_somebody_came_who_may_not_read_it(hall: Hall) -> None:
    case, kari = await case_of(hall), hall.client("kari")
    await withdraw(hall, "per")
    await kari.do("add", room="cases", account="per", confirmed=True, key=key())
    with pytest.raises(Unreachable):
        await hall.chat.post(CASES, case_card(sealed_under=case), "c")
    assert await hall.client("ola").texts(room="cases") == []
    await hall.chat.post(CASES, message("Ikke om kasus"), "other")
    await kari.do("remove", room="cases", account="per", key=key())
    posted = await hall.chat.post(CASES, case_card(sealed_under=case), "c")
    assert await hall.chat.find(CASES, "c") == posted


async def test_nobody_comes_between_the_look_and_the_post(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    case, looked, go = await case_of(hall), asyncio.Event(), asyncio.Event()
    real = rows.add

    async def slow(*given: Any) -> WebMessage:
        looked.set()
        await go.wait()
        return await real(*given)

    monkeypatch.setattr(rows, "add", slow)
    posting = asyncio.create_task(hall.chat.post(CASES, case_card(sealed_under=case), "c"))
    await looked.wait()
    adding = asyncio.create_task(hall.client("kari").post("add", room="cases", account="per", key=key()))
    await asyncio.sleep(0.3)
    assert "per" not in [each.id for each in await hall.chat.members(CASES)]
    go.set()
    await posting
    assert (await adding).status_code == 200


# ---------------------------------------------------------------- what is asked for, and from where


@pytest.mark.parametrize("id", ["x" * 33, "x" * 200, "0" * 16, "x" * 201, ""])
async def test_an_id_of_nothing_is_plainly_refused(hall: Hall, id: str) -> None:
    kari = hall.client("kari")
    for act, body in (
        ("messages", {"find": id}),
        ("messages", {"thread": id}),
        ("shortcut", {"thread": id, "does": "test.ask"}),
        ("say", {"thread": id, "text": "Hei"}),
        ("say", {"thread": id, "text": "/hjelp"}),
        ("say", {"thread": id, "text": "/kasus"}),
    ):
        answer = await kari.post(act, room="general", key=key(), **body)
        assert answer.status_code in (400, 404), (act, answer.text)
    assert hall.inbox.events == []


async def test_a_thread_of_another_room_or_person_is_none(hall: Hall) -> None:
    there = await hall.chat.post(CASES, message("Der"), "there")
    await hall.chat.whisper(GENERAL, account("ola"), message("Til Ola"))
    (private,) = (await hall.client("ola").do("messages", room="general"))["messages"]
    for thread in (there.ref, private["id"]):
        answer = await hall.client("kari").post("shortcut", room="general", thread=thread, does="test.ask", key=key())
        assert answer.status_code == 404


@pytest.mark.parametrize("origin", ["http://[", "http://]", "//[::1", "http://[v1.x]"])
async def test_an_origin_that_is_none_is_a_wrong_one(hall: Hall, origin: str) -> None:
    answer = await hall.client("kari", Origin=origin).post("home")
    assert answer.status_code == 403
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_fault_carries_the_headers_and_no_words(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_given: object) -> None:
        raise RuntimeError("Kanarifugl")

    monkeypatch.setattr("adapters.web.pages.home", broken)
    answer = await hall.client("kari").http.get("/")
    assert answer.status_code == 500
    assert "oppgi" in answer.json()["message"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "Kanarifugl" not in answer.text + caplog.text + "".join(capfd.readouterr())


@pytest.mark.parametrize("error", [asyncpg.CannotConnectNowError(), PoolTimeout(), OSError()])
async def test_the_core_is_told_when_the_database_is_away(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def away(*_given: object) -> None:
        raise error

    monkeypatch.setattr(hall.chat.core.database, "reading", away)
    monkeypatch.setattr(hall.chat.core.database, "transaction", away)
    with pytest.raises(MembersUnknown):
        await hall.chat.members(CASES)
    with pytest.raises(Unreachable):
        await hall.chat.post(CASES, message("Hei"), "k")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (IntegrityError("x", None, Exception()), 500),
        (DataError("x", None, Exception()), 500),
        (ProgrammingError("x", None, Exception()), 500),
        (DBAPIError("x", None, asyncpg.StringDataRightTruncationError()), 500),
        (OperationalError("x", None, Exception()), 503),
        (InterfaceError("x", None, Exception()), 503),
        (DBAPIError("x", None, asyncpg.AdminShutdownError()), 503),
        (asyncpg.CannotConnectNowError(), 503),
        (Busy(), 503),
        (TimeoutError(), 503),
    ],
)
async def test_only_what_passes_by_itself_is_said_to(hall: Hall, error: Exception, status: int) -> None:
    async def failing(_event: object) -> Outcome:
        raise error

    hall.inbox.receive = failing  # type: ignore[method-assign,assignment]
    answer = await hall.client("kari").post("say", room="general", text="Hei", key=key())
    assert answer.status_code == status
    assert ("oppgi" in answer.json()["message"]) == (status == 500)


async def test_too_long_a_value_is_known_as_our_fault_by_postgresql(postgres_url: str, tmp_path: Path) -> None:
    async with opened(create_core(postgres_url, tmp_path)) as hall:
        with pytest.raises(DBAPIError) as raised:
            async with hall.chat.core.database.transaction() as session:
                await session.execute(text("UPDATE web_room SET id = repeat('x', 500) WHERE id = 'general'"))
    assert not passes(raised.value)


# ---------------------------------------------------------------- many tabs, long absence


async def test_a_long_absence_is_made_good_a_stretch_at_a_time(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "STRETCH", 4)
    fetched = []
    real = rows.shown

    async def counted(*given: Any) -> list[dict[str, Any]]:
        fetched.append(len(given[2]))
        return await real(*given)

    for n in range(11):
        await hall.chat.post(GENERAL, message(f"Nr. {n}"), f"k{n}")
    async with hall.chat.core.database.transaction() as session:
        await session.execute(text("UPDATE web_message SET changed = 6 WHERE seq BETWEEN 2 AND 9"))  # as a sweep does
    monkeypatch.setattr(rows, "shown", counted)
    seen: dict[str, int] = {}
    async with listening(hall, "ola", {"general": 0}) as ola:
        got = await messages(ola, 5, seen)
        assert 0 < seen["general"] < 6  # who is cut off here gets the rest of those that share a number
        got += await messages(ola, 3, seen)
        assert await quiet(ola) == []
    assert sorted(text_of(each) for each in got) == sorted(f"Nr. {n}" for n in range(11))
    assert max(fetched) == 4
    assert seen == {"general": 11}


async def test_an_account_has_so_many_tabs_and_the_oldest_goes(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabs, "MOST", 2)
    async with listening(hall, "kari") as other, listening(hall, "ola") as oldest:
        await oldest.recv()
        async with listening(hall, "ola") as second, listening(hall, "ola") as third:
            await asyncio.wait_for(oldest.wait_closed(), 5)
            assert oldest.close_code == live.CROWDED_OUT
            await hall.client("siri").say("Hei")
            for socket in (other, second, third):
                assert [text_of(each) for each in await messages(socket, 1)] == ["Hei"]
    async with asyncio.timeout(5):
        while hall.chat.tabs.open("ola").is_set() or len(hall.chat.tabs._open["ola"]) > 2:
            await asyncio.sleep(0.02)


async def test_a_tab_that_nothing_concerns_asks_nothing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: dict[str, int] = {}
    real = rooms.seen_by

    async def counted(session: Any, who: str) -> list[rooms.Seen]:
        looks[who] = looks.get(who, 0) + 1
        return await real(session, who)

    async with listening(hall, "per") as per, listening(hall, "ola", {"cases": 0}) as ola:
        await quiet(per, 0.3)
        monkeypatch.setattr(rooms, "seen_by", counted)
        for n in range(5):
            await hall.client("kari").say(f"Nr. {n}", room="cases")
        await hall.client("kari").do("read", room="cases", seq=5)
        await messages(ola, 5)
        assert await quiet(per, 0.3) == []
        assert looks.get("per", 0) == 0
        assert looks["ola"] > 0


async def test_who_is_added_to_a_room_sees_it_at_once_and_what_is_said_there(hall: Hall) -> None:
    kari = hall.client("kari")
    async with listening(hall, "per") as per:
        await quiet(per, 0.3)
        await kari.do("add", room="cases", account="per", key=key())
        async with asyncio.timeout(3):
            while '"cases"' not in str(await per.recv()):
                pass
        await kari.say("Velkommen", room="cases")
        async with asyncio.timeout(3):
            assert [text_of(each) for each in await messages(per, 1)] == ["Velkommen"]


async def test_other_processes_wake_those_concerned(postgres_url: str, tmp_path: Path) -> None:
    async with (
        opened(create_core(postgres_url, tmp_path)) as one,
        opened(create_core(postgres_url, tmp_path), fresh=False) as two,
    ):
        async with asyncio.timeout(5):
            while not two.chat.wakes.listening:
                await asyncio.sleep(0.02)
        async with connect(two.live, origin=two.address):  # type: ignore[arg-type]
            concerned = two.chat.wakes.join({"room:cases"})
            other = two.chat.wakes.join({"room:general"})
            for waiting in (concerned, other):
                waiting.event.clear()
            await one.client("kari").say("Hei", room="cases")
            async with asyncio.timeout(3):
                await concerned.event.wait()
            assert not other.event.is_set()
