"""What Slack sends over HTTP: who is let in, what is acknowledged, and that what comes twice happens once."""

import asyncio
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from bot.chat.inbound import Command, Edited, Inbound, Joined, Said
from bot.errors import MembersUnknown
from tests.adapters.slack.workplace import Workplace
from tests.fakes.slack import AppFailed

FORM = "application/x-www-form-urlencoded"


async def knock(place: Workplace, body: str | bytes, kind: str = "application/json", **headers: str) -> httpx.Response:
    text = body if isinstance(body, str) else body.decode("latin-1")
    signed = place.slack.events.signed(text) | {"Content-Type": kind} | headers
    content = body.encode() if isinstance(body, str) else body
    return await place.slack.http.post(str(place.slack.app_url), content=content, headers=signed)


def said(place: Workplace, text: str = "Hei", ts: str = "") -> dict[str, Any]:
    workspace = place.slack.workspace
    event = {"type": "message", "user": place.id("kari"), "text": text, "channel_type": "channel"}
    event["channel"] = workspace.channel("general").id
    return place.slack.events.wrapped(event | {"ts": ts or workspace.next_ts()})


# ---------------------------------------------------------------- who is let in


async def test_who_does_not_sign_as_slack_is_not_let_in(place: Workplace) -> None:
    body = json.dumps(said(place))
    old, soon = (str(int(time.time()) + far) for far in (-301, 301))
    other = place.slack.events.signed(body + " ")
    wrong: list[dict[str, str]] = [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v0=æøå".encode().decode("latin-1")},
        other,
        {"X-Slack-Request-Timestamp": ""},
        place.slack.events.signed(body, old),
        place.slack.events.signed(body, soon),
        *(place.slack.events.signed(body, odd) for odd in ("now", "1_0", "-1", "1e9", "nan", "9" * 40)),
    ]
    for headers in wrong:
        sent = (place.slack.events.signed(body) | headers).items()
        signed = {name.encode(): value.encode("latin-1") for name, value in sent}
        answer = await place.slack.http.post(str(place.slack.app_url), content=body.encode(), headers=signed)
        assert answer.status_code == 401, headers
        assert answer.text == ""
    assert (await place.slack.http.post(str(place.slack.app_url), content=body)).status_code == 401
    assert place.core.events == []
    assert (await knock(place, body)).status_code == 200
    assert len(place.core.events) == 1


async def test_the_signature_of_another_app_is_refused(place: Workplace) -> None:
    place.slack.workspace.signing_secret = "0" * 32
    assert (await knock(place, json.dumps(said(place)))).status_code == 401


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "application/json"),
        ("{", "application/json"),
        ("[]", "application/json"),
        ("{}", "application/json"),
        ("null", "application/json"),
        ("[" * 20_000, "application/json"),
        ("{" + '"a":{' * 20_000, "application/json"),
        ("payload={", FORM),
        ("payload=[]", FORM),
        ("payload=", FORM),
        ("payload=%7B%22type%22%3A%22block_actions%22%2C%22actions%22%3A3%2C%22team%22%3A5%7D", FORM),
        ("hei", "text/plain"),
        ('{"type":"event_callback","event":"message"}', "application/json"),
        ('{"type":"event_callback","event":{"type":"message"},"authorizations":7}', "application/json"),
        ('{"type":"event_callback","event_id":"E1","event":{"type":"message","channel":7}}', "application/json"),
        ('{"type":"view_submission","view":{"callback_id":"form","private_metadata":"x"}}', "application/json"),
    ],
)
async def test_what_is_no_payload_is_malformed(place: Workplace, body: str, kind: str) -> None:
    assert (await knock(place, body, kind)).status_code == 400
    assert place.core.events == []


async def test_bytes_that_are_no_text_are_malformed(place: Workplace) -> None:
    import hashlib
    import hmac

    body, at = b'{"type":"\xff\xfe"}', str(int(time.time()))
    secret = place.slack.workspace.signing_secret.encode()
    signature = "v0=" + hmac.new(secret, f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature}
    answer = await place.slack.http.post(str(place.slack.app_url), content=body, headers=headers)
    assert answer.status_code == 400


async def test_a_large_body_is_not_read_to_its_end(place: Workplace) -> None:
    large = json.dumps(said(place, "x" * (1024 * 1024)))
    assert (await knock(place, large)).status_code == 413
    sent: list[Any] = []
    read = 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b" " * 256 * 1024, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/events", "query_string": b"", "headers": []}
    await place.chat.app(scope, receive, send)
    assert sent[0]["status"] == 413
    assert read == 5, "and it would have gone on for ever"
    assert place.core.events == []


async def test_only_what_slack_does_is_answered(place: Workplace) -> None:
    assert (await place.slack.http.get(str(place.slack.app_url))).status_code == 405
    assert (await place.slack.http.post(str(place.slack.app_url) + "/x", content="{}")).status_code == 404


async def test_slack_finds_out_that_the_address_is_ours(place: Workplace) -> None:
    answer = await place.slack.events.url_verification("abc")
    assert answer.acknowledged
    assert answer.body in ({"challenge": "abc"}, "abc")


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "event_callback", "event_id": "E1", "event": {"type": "ny_hendelse"}},
        {"type": "event_callback", "event_id": "E1", "event": {"type": "message", "subtype": "channel_join"}},
        {"type": "event_callback", "event_id": "E1", "event": {"type": "message", "subtype": "noe_nytt"}},
        {"type": "app_rate_limited", "minute_rate_limited": 1},
        {"type": "noe_helt_nytt"},
        {"type": "view_closed", "view": {"callback_id": "form"}, "user": {"id": "U1"}},
        {"type": "block_suggestion", "action_id": "x", "value": "y", "user": {"id": "U1"}},
        {"type": "block_actions", "actions": [{"type": "datepicker", "action_id": "x"}], "user": {"id": "U1"}},
        {"type": "interactive_message", "actions": [{"name": "x"}], "callback_id": "x", "user": {"id": "U1"}},
        {"type": "dialog_submission", "callback_id": "x", "user": {"id": "U1"}},
    ],
)
async def test_what_we_do_not_know_is_acknowledged(place: Workplace, payload: dict[str, Any]) -> None:
    """Otherwise Slack sends it again and again, and turns us off in the end."""
    for body, kind in ((json.dumps(payload), "application/json"), (urlencode({"payload": json.dumps(payload)}), FORM)):
        assert (await knock(place, body, kind)).status_code == 200
    assert place.core.events == []


# ---------------------------------------------------------------- acknowledged means stored


async def test_what_could_not_be_stored_comes_again(place: Workplace) -> None:
    place.core.busy = 2
    await place.people.say("kari", "general", "Hei")
    assert len(place.core.received) == 3
    assert [each.key for each in place.core.received] == [place.core.last().key] * 3
    assert len(place.core.events) == 1


async def test_what_somebody_did_and_could_not_be_stored_is_not_acknowledged(place: Workplace) -> None:
    place.core.busy = 1
    with pytest.raises(AppFailed):
        await place.people.slash("kari", "general", "/kasus mine")
    await place.people.slash("kari", "general", "/kasus mine")
    assert len(place.core.events) == 1


async def test_the_acknowledgement_waits_until_it_is_stored(place: Workplace) -> None:
    stored = asyncio.Event()

    async def slow(_event: Inbound) -> None:
        await asyncio.sleep(0.3)
        stored.set()

    place.core.answer = slow
    answer = await place.slack.events.event(said(place)["event"])
    assert stored.is_set()
    assert (answer.acknowledged, answer.tries) == (True, 1)


async def test_a_fault_of_ours_is_not_acknowledged_and_says_nothing(place: Workplace) -> None:
    async def fault(_event: Inbound) -> None:
        raise RuntimeError("kvernfjols")

    place.core.answer = fault
    answer = await knock(place, json.dumps(said(place)))
    assert (answer.status_code, answer.text) == (503, "")


async def test_before_we_know_who_we_are_nothing_is_taken_in(place: Workplace) -> None:
    us, place.chat.people.us = place.chat.people.us, type(place.chat.people.us)()
    assert place.chat.trouble == "Slack does not answer"
    assert (await knock(place, json.dumps(said(place)))).status_code == 503
    assert (await place.slack.events.url_verification()).acknowledged
    place.chat.people.us = us
    assert place.chat.trouble is None


# ---------------------------------------------------------------- once


async def test_a_retry_and_a_replay_are_the_same_happening(place: Workplace) -> None:
    await place.people.say("kari", "general", "Hei")
    payload = place.slack.events.sent[-1]
    for _ in range(3):
        assert (await place.slack.events.replay(payload)).acknowledged
    assert (await place.slack.events.replay(payload | {"event_id": "Ev0000000001"})).acknowledged
    assert len(place.core.received) == 5
    assert len(place.core.events) == 1


async def test_a_mention_and_its_message_are_one_command(place: Workplace) -> None:
    await place.people.mention("kari", "general", "oppgave ring laben")
    assert len(place.core.received) == 2
    (command,) = place.core.events
    assert isinstance(command, Command)
    assert (command.text, command.public) == ("oppgave ring laben", True)


async def test_what_comes_in_another_order_is_still_told_apart(place: Workplace) -> None:
    message = await place.people.say("kari", "general", "Hei")
    await place.people.edit("kari", message, "Ha det")
    first, second = place.slack.events.sent[-2:]
    place.core.events.clear()
    for payload in (second, first, second, first):
        await place.slack.events.replay(payload)
    assert [type(each) for each in place.core.events] == [Edited, Said]


async def test_many_at_once_are_each_heard_once(place: Workplace) -> None:
    payloads = [said(place, f"{number}") for number in range(30)]
    await asyncio.gather(*(place.slack.events.replay(each) for each in payloads * 2))
    assert len(place.core.received) == 60
    assert sorted(int(each.text) for each in place.core.events if isinstance(each, Said)) == list(range(30))


async def test_a_command_that_is_replayed_has_the_same_key(place: Workplace) -> None:
    await place.people.slash("kari", "general", "/fagtraad søk jern")
    form = place.slack.events.sent[-1]
    assert (await knock(place, urlencode(form), FORM)).status_code == 200
    first, again = place.core.received
    assert first.key == again.key
    assert isinstance(first, Command)
    assert first.text == "søk jern"


async def test_who_comes_is_known_of_at_once(place: Workplace) -> None:
    room = place.room("cases")
    before = {member.id for member in await place.chat.members(room)}
    seen: list[set[str]] = []

    async def look(event: Inbound) -> None:
        if isinstance(event, Joined):
            seen.append({member.id for member in await place.chat.members(room)})

    place.core.answer = look
    await place.people.join("per", "cases")
    assert seen == [before | {place.id("per")}]


async def test_a_slow_slack_does_not_keep_the_acknowledgement(place: Workplace) -> None:
    """A look-up that hangs: whoever acts is a guest for now, and the core gets its error. An answer that hangs is said
    afterwards."""
    place.slack.trouble.hang("users.info", times=50)
    place.slack.trouble.hang("conversations.members", times=50)
    place.slack.trouble.hang("chat.postEphemeral", times=50)
    failed: list[str] = []

    async def answer(event: Inbound) -> None:
        from bot.chat.message import message

        try:
            await place.chat.members(event.place)
        except MembersUnknown:
            failed.append("members")
        await place.chat.whisper(event.place, event.account, message("Svar"))

    place.core.answer = answer
    began = time.monotonic()
    await place.people.say("kari", "general", "Hei")
    assert time.monotonic() - began < 2.9
    assert failed == ["members"]
    assert place.core.last().account.guest
