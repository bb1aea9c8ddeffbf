"""What people do in the browser, over real HTTP."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.web import words
from adapters.web.furnish import Furniture
from bot.chat.inbound import Command, Deleted, Edited, Joined, Left, Press, Said
from bot.chat.message import Button, Buttons, message
from bot.chat.port import Place
from tests.adapters.web.hall import (
    CASES,
    GENERAL,
    Hall,
    account,
    case_card,
    create_core,
    key,
    opened,
    text_of,
)


async def test_a_message_is_stored_and_heard_before_it_is_acknowledged(hall: Hall) -> None:
    kari = hall.client("kari")
    answer = await kari.say("Hei alle sammen")
    assert text_of(answer["message"]) == "Hei alle sammen"
    (event,) = hall.inbox.events
    assert isinstance(event, Said)
    assert (event.text, event.account.id, event.place) == ("Hei alle sammen", "kari", GENERAL)
    assert await hall.client("ola").texts() == ["Hei alle sammen"]


async def test_trying_again_makes_one_message(hall: Hall) -> None:
    kari, same = hall.client("kari"), key()
    answers = await asyncio.gather(*(kari.say("En gang", key=same) for _ in range(5)))
    assert len({answer["message"]["id"] for answer in answers}) == 1
    assert await kari.texts() == ["En gang"]
    assert len(hall.inbox.keys) == 1


async def test_a_busy_core_is_told_plainly_and_the_same_message_goes_through_later(hall: Hall) -> None:
    kari, same = hall.client("kari"), key()
    hall.inbox.busy = 1
    refused = await kari.post("say", room="general", text="Viktig", key=same)
    assert refused.status_code == 503
    assert "send på nytt" in refused.json()["message"]
    await kari.say("Viktig", key=same)
    assert await kari.texts() == ["Viktig"]
    assert len(hall.inbox.events) == 1


async def test_what_was_written_when_the_process_died_is_heard_at_the_next_start(hall: Hall) -> None:
    hall.inbox.busy = 1
    await hall.client("kari").post("say", room="general", text="Rett før strømbruddet", key=key())
    await hall.chat.start(hall.inbox, None)  # type: ignore[arg-type]
    await hall.chat.start(hall.inbox, None)  # type: ignore[arg-type]
    (event,) = hall.inbox.events
    assert isinstance(event, Said)
    assert event.text == "Rett før strømbruddet"


async def test_a_slash_command_is_never_shown_or_stored(hall: Hall) -> None:
    kari = hall.client("kari")
    answer = await kari.say("/hjelp meg")
    (event,) = hall.inbox.events
    assert isinstance(event, Command)
    assert (event.text, event.public) == ("/hjelp meg", False)
    assert answer["answered"]
    assert await hall.client("ola").texts() == []
    assert await kari.texts() == ["Dette kan du skrive:"]


async def test_the_same_command_again_gives_one_private_answer(hall: Hall) -> None:
    kari, same = hall.client("kari"), key()
    for _ in range(3):
        hall.inbox.keys.clear()  # as the core does with a receipt: it answers again
        await kari.say("/hjelp", key=same)
    assert await kari.texts() == ["Dette kan du skrive:"]


async def test_a_mention_is_said_to_all_and_is_a_command_besides(hall: Hall) -> None:
    await hall.client("kari").say("@Fagtråd oppgave ring lab")
    said, command = hall.inbox.events
    assert isinstance(said, Said)
    assert isinstance(command, Command)
    assert (command.text, command.public) == ("oppgave ring lab", True)
    assert await hall.client("ola").texts() == ["@Fagtråd oppgave ring lab"]


async def test_everything_in_the_chat_with_the_bot_is_a_command(hall: Hall) -> None:
    kari = hall.client("kari")
    await kari.do("home")
    await kari.say("hjelp", room="direct:kari")
    (event,) = hall.inbox.events
    assert isinstance(event, Command)
    assert await kari.texts(room="direct:kari") == ["hjelp", "Dette kan du skrive:"]
    shown = (await kari.do("messages", room="direct:kari"))["messages"]
    assert not any(each["private"] for each in shown)  # the whole room is
    assert (await hall.client("ola").post("messages", room="direct:kari")).status_code == 404
    assert not any(each["threads"] for each in shown)


@pytest.mark.parametrize(
    ("typed", "command"), [("@Fagtråd hjelp", "hjelp"), ("@fagtrad, mine oppgaver", "mine oppgaver"), ("@Fagtråd", "")]
)
async def test_the_bots_own_name_is_no_part_of_a_command_to_it(hall: Hall, typed: str, command: str) -> None:
    kari = hall.client("kari")
    await kari.do("home")
    await kari.say(typed, room="direct:kari")
    (event,) = hall.inbox.events
    assert isinstance(event, Command)
    assert event.text == command


async def test_a_case_written_as_a_message_gets_the_form(hall: Hall) -> None:
    kari, same = hall.client("kari"), key()
    answer = await kari.say("kasus 42 år gammel kvinne", key=same)
    assert answer["form"]["title"] == "Spør nettverket"
    assert text_of(answer["message"]) == "kasus 42 år gammel kvinne"
    assert "form" not in await kari.say("kasus 42 år gammel kvinne", key=same)
    assert "form" not in await kari.say("Hei")
    values = {"title": "Anemi", "question": "Hva nå?", "affirmed": "on"}
    form = {name: answer["form"][name] for name in ("does", "carries")}
    assert (await kari.do("submit", form=answer["form"]["id"], **form, values=values))["done"]


async def test_editing_and_removing_ones_own_message_is_heard(hall: Hall) -> None:
    kari, ola = hall.client("kari"), hall.client("ola")
    id = (await kari.say("Feil"))["message"]["id"]
    assert (await ola.post("edit", message=id, text="Ha ha")).status_code == 403
    assert (await ola.post("delete", message=id)).status_code == 403
    await kari.do("edit", message=id, text="Rett")
    await kari.do("edit", message=id, text="Rett")
    assert await ola.texts() == ["Rett"]
    await kari.do("delete", message=id)
    await kari.do("delete", message=id)
    assert await ola.texts() == ["Slettet"]
    assert [type(event) for event in hall.inbox.events] == [Said, Edited, Deleted]


# ---------------------------------------------------------------- privacy


async def test_a_private_message_is_seen_by_one_alone(hall: Hall) -> None:
    await hall.chat.whisper(GENERAL, account("kari"), message("Bare til Kari"))
    assert await hall.client("kari").texts() == ["Bare til Kari"]
    assert await hall.client("ola").texts() == []
    shown = (await hall.client("kari").do("messages", room="general"))["messages"][0]
    assert shown["private"]
    for act in ("edit", "delete", "press", "on-message"):
        answer = await hall.client("ola").post(act, message=shown["id"], text="x", does="test.item", key=key())
        assert answer.status_code == 404, act
    answer = await hall.client("ola").post("say", room="general", thread=shown["id"], text="Hva?", key=key())
    assert answer.status_code == 404


async def test_a_room_is_closed_to_those_outside_it(hall: Hall) -> None:
    posted = await hall.chat.post(CASES, case_card(), "c1")
    per = hall.client("per")
    assert [room["id"] for room in (await per.do("home"))["rooms"]] == ["general", "direct:per"]
    acts: dict[str, dict[str, Any]] = {
        "messages": {"room": "cases"},
        "say": {"room": "cases", "text": "Hei"},
        "members": {"room": "cases"},
        "add": {"room": "cases", "account": "per"},
        "read": {"room": "cases", "seq": 1},
        "shortcut": {"room": "cases", "does": "test.ask"},
        "press": {"message": posted.ref, "does": "test.answering"},
        "on-message": {"message": posted.ref, "does": "test.item"},
    }
    for act, body in acts.items():
        assert (await per.post(act, **body, key=key())).status_code == 404, act


async def test_members_come_and_go_and_the_core_hears_of_it(hall: Hall) -> None:
    kari = hall.client("kari")
    now = await kari.do("add", room="cases", account="per", key=key())
    assert "per" in [each["id"] for each in now["members"]]
    assert [each.id for each in await hall.chat.members(CASES)] == ["kari", "ola", "per", "siri"]
    await kari.do("remove", room="cases", account="per", key=key())
    await hall.client("ola").do("remove", room="cases", account="ola", key=key())
    assert [(type(event), event.account.id) for event in hall.inbox.events] == [
        (Joined, "per"),
        (Left, "per"),
        (Left, "ola"),
    ]


async def test_texts_are_sealed_at_rest_and_go_with_their_key(hall: Hall) -> None:
    core = hall.chat.core
    async with core.database.transaction() as session:
        case = await core.vault.new_subject(session, "case")
    posted = await hall.chat.post(CASES, case_card(sealed_under=case), "c1")
    kari = hall.client("kari")
    reply = (await kari.say("Kanarifugl i tråden", room="cases", thread=posted.ref))["message"]
    await kari.say("Kanarifugl utenfor", room="cases")
    if core.database.is_sqlite:
        files = Path(core.database.url.partition("///")[2]).parent.glob("*.sqlite*")
        assert not any(b"Kanarifugl" in file.read_bytes() for file in files)
    async with core.database.transaction() as session:
        await core.vault.erase(session, case, core.clock.now())
    await hall.chat.delete(posted)
    assert await kari.texts(room="cases") == ["Slettet", "Kanarifugl utenfor"]
    assert await kari.texts(room="cases", thread=posted.ref) == ["Slettet", "Slettet"]
    refused = await kari.post("say", room="cases", thread=reply["id"], text="Mer", key=key())
    assert refused.status_code == 409
    assert "Skriv i kanalen" in refused.json()["message"]


async def test_nothing_that_was_written_is_logged(hall: Hall, caplog: pytest.LogCaptureFixture, capfd) -> None:
    caplog.set_level("DEBUG")
    kari = hall.client("kari")
    await kari.say("Kanarifugl")
    hall.inbox.busy = 1
    await kari.post("say", room="general", text="Kanarifugl", key=key())
    hall.inbox.receive = _breaks  # type: ignore[method-assign,assignment]
    broken = await kari.post("say", room="general", text="Kanarifugl", key=key())
    assert broken.status_code == 500
    assert "oppgi" in broken.json()["message"]
    assert "Kanarifugl" not in caplog.text + "".join(capfd.readouterr())


async def _breaks(_event: object) -> None:
    raise RuntimeError("Kanarifugl")


# ---------------------------------------------------------------- buttons and forms


async def test_only_a_button_that_is_there_can_be_pressed(hall: Hall) -> None:
    posted = await hall.chat.post(CASES, message(Buttons((Button("Svar", "test.ask", "17"),))), "c1")
    kari = hall.client("kari")
    for forged in ({"does": "test.erase", "carries": "17"}, {"does": "test.ask", "carries": "18"}):
        assert (await kari.post("press", message=posted.ref, key=key(), **forged)).status_code == 400
    assert not hall.inbox.events
    answer = await kari.do("press", message=posted.ref, does="test.ask", carries="17", key=key())
    assert answer["form"]["title"] == "Spør nettverket"
    (event,) = hall.inbox.events
    assert isinstance(event, Press)
    assert (event.carries, event.on) == ("17", None)


async def test_shortcuts_and_menus_offer_what_features_offer(hall: Hall) -> None:
    kari = hall.client("kari")
    id = (await kari.say("Ring laboratoriet"))["message"]["id"]
    assert (await kari.do("shortcut", room="general", does="test.ask", key=key()))["form"]
    assert (await kari.do("on-message", message=id, does="test.item", key=key()))["form"]
    pressed = hall.inbox.events[-1]
    assert isinstance(pressed, Press)
    assert (pressed.on and pressed.on.ref, pressed.text) == (id, "Ring laboratoriet")
    assert (await kari.post("shortcut", room="general", does="test.item", key=key())).status_code == 400
    assert (await kari.post("on-message", message=id, does="test.ask", key=key())).status_code == 400


async def test_the_words_of_a_case_go_into_nothing_made_from_a_message(hall: Hall) -> None:
    """They are sealed with the case, and would outlive it elsewhere."""
    core = hall.chat.core
    async with core.database.transaction() as session:
        case = await core.vault.new_subject(session, "case")
    kari = hall.client("kari")
    await kari.do("home")
    posted = await hall.chat.post(CASES, case_card(sealed_under=case), "c1")
    reply = (await kari.say("Kanarifugl", room="cases", thread=posted.ref))["message"]["id"]
    alone = await hall.chat.post(Place("web", "direct:kari"), case_card(sealed_under=case), "c2")
    for id in (posted.ref, reply, alone.ref):
        await kari.do("on-message", message=id, does="test.item", key=key())
        pressed = hall.inbox.events[-1]
        assert isinstance(pressed, Press)
        assert (pressed.on and pressed.on.ref, pressed.text) == (id, "")


async def _form(hall: Hall, who: str = "kari") -> dict:
    answer = await hall.client(who).do("shortcut", room="general", does="test.ask", key=key())
    return {
        "form": answer["form"]["id"],
        "does": answer["form"]["does"],
        "carries": answer["form"]["carries"],
    }


async def test_a_form_pressed_twice_happens_once_and_a_refused_one_can_be_sent_again(hall: Hall) -> None:
    kari, form = hall.client("kari"), await _form(hall)
    refused = await kari.do("submit", **form, values={"background": "Per Hansen"})
    assert refused["problems"]["background"].startswith("«Hansen»")
    rewritten = await kari.do("submit", **form, values={}, button="rewrite")
    assert rewritten["next"]["id"] == form["form"]
    values = {"title": "Anemi", "question": "Hva nå?", "affirmed": "on", "asked": ["ola", "siri"]}
    await asyncio.gather(*(kari.do("submit", **form, values=values) for _ in range(4)))
    (event,) = hall.inbox.asked
    assert event.values == values | {"asked": ("ola", "siri")}
    assert event.key == f"web:form:{form['form']}"


async def test_a_form_cannot_be_forged_or_borrowed(hall: Hall) -> None:
    form = await _form(hall)
    kari, ola = hall.client("kari"), hall.client("ola")
    for client, changed in (
        (kari, {"does": "test.erase"}),
        (kari, {"carries": "2"}),
        (kari, {"form": key()}),
        (ola, {}),
    ):
        answer = await client.post("submit", **{**form, **changed}, values={})
        assert answer.status_code == 400
    assert not hall.inbox.asked


@pytest.mark.parametrize(
    "values",
    [
        "x",
        [],
        {"a": 1},
        {"a": None},
        {"a": {"b": "c"}},
        {"a": [1]},
        {str(n): "" for n in range(61)},
        {"a": ["x"] * 201},
    ],
)
async def test_a_form_of_the_wrong_shape_is_refused(hall: Hall, values: object) -> None:
    answer = await hall.client("kari").post("submit", **await _form(hall), values=values)
    assert answer.status_code == 400
    assert answer.json()["message"]


# ---------------------------------------------------------------- the port


async def test_a_post_is_found_by_its_key_and_is_not_doubled(hall: Hall) -> None:
    first = await hall.chat.post(CASES, message("En"), "k")
    assert await hall.chat.post(CASES, message("En"), "k") == first
    assert await hall.chat.find(CASES, "k") == first
    assert await hall.chat.find(GENERAL, "k") is None
    assert await hall.client("kari").texts(room="cases") == ["En"]
    assert hall.chat.link(first) == f"/#cases/{first.ref}"


async def test_thirty_at_once_get_thirty_numbers(hall: Hall) -> None:
    kari = hall.client("kari")
    await asyncio.gather(*(kari.say(f"Nr. {n}", key=key()) for n in range(30)))
    first = await kari.do("messages", room="general")
    assert len({each["seq"] for each in first["messages"]}) == 30


async def test_old_messages_come_by_the_page(hall: Hall) -> None:
    for n in range(60):
        await hall.chat.post(GENERAL, message(f"Nr. {n}"), f"k{n}")
    kari = hall.client("kari")
    newest = await kari.do("messages", room="general")
    assert newest["more"]
    older = await kari.do("messages", room="general", before=newest["messages"][0]["seq"])
    assert not older["more"]
    texts = [text_of(each) for each in older["messages"] + newest["messages"]]
    assert texts == [f"Nr. {n}" for n in range(60)]
    back = await kari.do("messages", room="general", find=older["messages"][5]["id"])
    assert older["messages"][5]["id"] in [each["id"] for each in back["messages"]]


async def test_only_members_answers_are_counted(hall: Hall) -> None:
    posted = await hall.chat.post(CASES, message("Et spørsmål"), "q")
    await hall.client("ola").say("Et svar", room="cases", thread=posted.ref)
    await hall.chat.post(posted.in_thread, message("Avsluttet."), "closed")
    (shown,) = (await hall.client("kari").do("messages", room="cases"))["messages"]
    assert shown["replies"] == 1


async def test_unread_is_counted_and_read_marks_move_on_only(hall: Hall) -> None:
    kari, ola = hall.client("kari"), hall.client("ola")
    await kari.say("En")
    last = (await kari.say("To"))["message"]["seq"]

    async def unread() -> int:
        rooms = (await ola.do("home"))["rooms"]
        return int(next(room["unread"] for room in rooms if room["id"] == "general"))

    assert await unread() == 2
    await ola.do("read", room="general", seq=last)
    await ola.do("read", room="general", seq=0)
    assert await unread() == 0


# ---------------------------------------------------------------- who may knock


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"[" * 60_000, 400),
        (b'{"a":' * 9_000 + b"1" + b"}" * 9_000, 400),
        (b'{"room": "general", "text": "' + b"x" * 70_000 + b'"}', 413),
        (b'{"room": 7, "text": "x", "key": "y"}', 400),
        (b"\xff\xfe", 400),
    ],
)
async def test_broken_bodies_are_refused_plainly(hall: Hall, raw: bytes, status: int) -> None:
    answer = await hall.client("kari").http.post("/api/say", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["message"]


async def test_a_megabyte_is_refused_whether_it_says_its_size_or_not(hall: Hall) -> None:
    async def chunks():
        for _ in range(1024):
            yield b"x" * 1024

    for content in (b"x" * 2**20, chunks()):
        answer = await hall.client("kari").http.post(
            "/api/say", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 413


async def test_nul_and_lone_surrogates_are_taken_out(hall: Hall) -> None:
    raw = json.dumps({"room": "general", "text": "a\x00b\ud800c", "key": key()})
    answer = await hall.client("kari").http.post(
        "/api/say", content=raw.encode(), headers={"Content-Type": "application/json"}
    )
    assert text_of(answer.json()["message"]) == "abc"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<!channel> *fet* _kursiv_", "@alle <@U123>"])
async def test_markup_is_words(hall: Hall, text: str) -> None:
    await hall.client("kari").say(text)
    assert await hall.client("ola").texts() == [text]


async def test_unknown_people_and_strange_sites_are_turned_away(hall: Hall) -> None:
    assert (await hall.client("nobody").post("home")).status_code == 401
    assert (await hall.client("").post("home")).status_code == 401
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}):
        assert (await hall.client("kari", **headers).post("home")).status_code == 403
    port = hall.address.rpartition(":")[2]
    for name in (f"localhost:{port}", f"[::1]:{port}"):
        there = hall.client("kari", Host=name, Origin=f"http://{name}")
        assert (await there.post("home")).status_code == 200
    async with httpx.AsyncClient(base_url=hall.address) as plain:
        none = await plain.post("/api/home", json={}, headers={"X-Fagtraad-Account": "kari"})
        assert none.status_code == 403
        assert (await plain.get("/", headers={"Host": "evil.example"})).status_code == 403
        assert (await plain.get("/api/home")).status_code == 405


async def test_every_answer_carries_the_headers(hall: Hall) -> None:
    kari = hall.client("kari")
    for path in ("/", "/static/chat.js", "/nowhere"):
        answer = await kari.http.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert (await kari.http.get("/")).headers["cache-control"] == "no-store"
    assert (await kari.post("home")).headers["cache-control"] == "no-store"
    assert (await kari.http.get("/readyz")).text == "ready"


async def test_the_page_has_no_script_or_style_of_its_own(hall: Hall) -> None:
    page = (await hall.client("kari").http.get("/")).text
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == 2
    assert '<html lang="nb">' in page


async def test_nothing_is_served_without_an_address_outside_the_demo(database_url: str, tmp_path: Path) -> None:
    async with opened(create_core(database_url, tmp_path, demo=False)) as hall:
        kari = hall.client("kari")
        for path in ("/", "/inn", "/static/chat.js"):
            assert (await kari.http.get(path)).status_code == 421
        assert (await kari.post("home")).status_code == 421
        assert (await kari.http.get("/healthz")).status_code == 200


async def test_the_clock_moves_by_its_buttons(hall: Hall) -> None:
    kari = hall.client("kari")
    assert (await kari.do("home"))["clock"]["text"] == "tirsdag 24. november 2026 kl. 12:00"
    moved = await kari.do("clock", step="week")
    assert moved["clock"]["text"] == "tirsdag 1. desember 2026 kl. 12:00"
    assert (await kari.post("clock", step="year")).status_code == 400


def test_every_word_of_the_script_is_there() -> None:
    """A word that the script asks for and the server does not give would show as nothing."""
    known = set(words.words()) | set(words.entrance_words())
    folder = Path(words.__file__).parent
    files = (*folder.glob("static/*.js"), *folder.glob("templates/*.html"))
    script = "".join(path.read_text(encoding="utf-8") for path in files)
    asked = set(re.findall(r"\bwords\.(\w+)", script)) | set(re.findall(r"\bsay\(\"(\w+)\"", script))
    asked |= {f"{name}_{n}" for name in re.findall(r"\bcount\(\"(\w+)\"", script) for n in ("one", "many")}
    assert asked - {"textContent"} == known


async def test_a_room_is_furnished_before_anybody_comes(hall: Hall) -> None:
    furniture = Furniture(hall.chat)
    await furniture.add_account("ny", "Ny Lund", "LIS, Nordkyst HF")
    await furniture.add_room("faglig", "faglig", "Faglige innspill", ["ny", "kari"])
    for _ in range(2):
        await furniture.say("ny", Place("web", "faglig"), "Hei", "hei")
    assert await hall.client("kari").texts(room="faglig") == ["Hei"]
    assert len(hall.inbox.events) == 1
