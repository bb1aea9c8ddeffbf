"""What the fake sends to an app: over HTTP, and over Socket Mode, through the real Bolt."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.slack import DIRECT, AppFailed, FakeSlack, NotPossible, Upload
from tests.fakes.slack.asked import CONFIRM, Json, actions, button, id_of, modal, plain, text_input
from tests.fakes.slack.listening import listening

# ---------------------------------------------------------------- to the app, over HTTP


class App:
    """An app of a few lines that notes what comes, and answers what it is told to."""

    def __init__(self, secret: Callable[[], str]) -> None:
        self.secret = secret
        self.heard: list[tuple[Json, dict[str, str]]] = []
        self.answers: list[Response] = []

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        if not SignatureVerifier(self.secret()).is_valid_request(body, dict(request.headers)):
            return Response(status_code=401)
        if request.headers["content-type"] == "application/json":
            payload = json.loads(body)
        else:
            payload = dict(parse_qsl(body.decode()))
        self.heard.append((payload, dict(request.headers)))
        if payload.get("type") == "url_verification":
            return JSONResponse({"challenge": payload["challenge"]})
        return self.answers.pop(0) if self.answers else Response()


@pytest.fixture
async def app(slack: FakeSlack) -> AsyncIterator[App]:
    app = App(lambda: slack.workspace.signing_secret)
    async with listening(Starlette(routes=[Route("/slack/events", app.answer, methods=["POST"])])) as address:
        slack.app_url = f"{address}/slack/events"
        yield app


async def test_an_event_is_signed_and_retried_until_it_is_acknowledged(slack: FakeSlack, app: App) -> None:
    app.answers = [Response(status_code=500), Response(status_code=503)]
    await slack.people.say("kari", "kasus", "hei @ola & <alle>")
    assert len(app.heard) == 3
    assert {payload["event_id"] for payload, _ in app.heard} == {app.heard[0][0]["event_id"]}
    assert app.heard[0][0]["event"]["text"] == f"hei <@{slack.workspace.user('ola').id}> &amp; &lt;alle&gt;"
    retries = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for _, h in app.heard]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]


async def test_a_wrong_secret_is_noticed(slack: FakeSlack, app: App) -> None:
    assert (await slack.events.url_verification()).acknowledged
    app.secret = lambda: "another"
    assert (await slack.events.url_verification()).status == 401


async def test_a_mention_comes_as_two_events_of_one_message(slack: FakeSlack, app: App) -> None:
    await slack.people.mention("kari", "kasus", "hjelp")
    kinds = {payload["event"]["type"]: payload for payload, _ in app.heard}
    assert set(kinds) == {"message", "app_mention"}
    assert kinds["message"]["event"]["ts"] == kinds["app_mention"]["event"]["ts"]
    assert kinds["message"]["event_id"] != kinds["app_mention"]["event_id"]


async def test_only_what_the_manifest_asks_for_is_sent(slack: FakeSlack, app: App) -> None:
    slack.install(
        {
            "oauth_config": {"scopes": {"bot": ["channels:history", "commands"]}},
            "settings": {"event_subscriptions": {"bot_events": ["message.channels", "reaction_added"]}},
            "features": {"slash_commands": [{"command": "/kasus", "should_escape": True}]},
        }
    )
    message = await slack.people.say("kari", "kasus", "hei")
    await slack.people.say("kari", DIRECT, "ikke abonnert på")
    await slack.people.react("kari", message, "eyes")  # subscribed to, but the scope is missing
    await slack.people.say("kari", "torget", "der appen ikke er")
    assert [payload["event"]["type"] for payload, _ in app.heard] == ["message"]
    with pytest.raises(NotPossible):
        await slack.people.slash("kari", "kasus", "/ukjent")


async def test_a_command_that_fails_is_seen(slack: FakeSlack, app: App) -> None:
    app.answers = [JSONResponse({"text": "Ja vel"}), Response(status_code=500)]
    await slack.people.slash("kari", "kasus", "/kasus søk")
    assert slack.people.words(slack.people.last("kari", "kasus")) == "Ja vel"
    assert slack.people.messages("ola", "kasus") == []
    with pytest.raises(AppFailed, match="dispatch_failed"):
        await slack.people.slash("kari", "kasus", "/kasus søk")
    slack.events.ack_seconds = 0.05

    async def slow(request: Request) -> Response:
        await asyncio.sleep(0.3)
        return Response()

    async with listening(Starlette(routes=[Route("/", slow, methods=["POST"])])) as address:
        slack.app_url = f"{address}/"
        with pytest.raises(AppFailed, match="operation_timeout"):
            await slack.people.slash("kari", "kasus", "/kasus søk")


async def test_a_response_url_is_good_five_times_in_half_an_hour(slack: FakeSlack) -> None:
    made = slack.workspace.response_url(slack.workspace.channel("kasus"), slack.workspace.user("kari"))
    async with aiohttp.ClientSession() as session:
        webhook = AsyncWebhookClient(slack.url_of(made), session=session)
        bad = await webhook.send(text="x", blocks=[{"type": "hr"}])
        assert bad.status_code == 400
        for number in range(4):
            assert (await webhook.send(text=f"svar {number}")).body == "ok"
        assert "used_url" in (await webhook.send(text="for mye")).body
        late = slack.workspace.response_url(slack.workspace.channel("kasus"), slack.workspace.user("kari"))
        slack.workspace.clock.move(30 * 60 + 1)
        answer = await AsyncWebhookClient(slack.url_of(late), session=session).send(text="for sent")
        assert "expired_url" in answer.body
    assert [m.only_for for m in slack.workspace.channel("kasus").messages] == [slack.workspace.user("kari").id] * 4


# ---------------------------------------------------------------- to the app, over Socket Mode, with Bolt


@pytest.fixture
async def bolt(slack: FakeSlack, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    app = AsyncApp(client=client, process_before_response=True)
    web = AsyncWebClient(slack.workspace.app_token, slack.api_url, session=client.session)
    handler = AsyncSocketModeHandler(app, slack.workspace.app_token, web_client=web)
    await handler.connect_async()
    yield app
    await handler.close_async()


async def test_bolt_takes_an_event_over_a_socket(slack: FakeSlack, bolt: AsyncApp) -> None:
    heard: list[str] = []

    @bolt.event("message")
    async def _(event: Json) -> None:
        heard.append(event["text"])

    await slack.people.say("kari", "kasus", "hei")
    assert (heard, len(slack.sockets)) == (["hei"], 1)


async def test_without_an_acknowledgement_it_comes_again(slack: FakeSlack, bolt: AsyncApp) -> None:
    heard: list[Json] = []
    slack.events.ack_seconds = 0.1

    @bolt.event("message")
    async def _(body: Json) -> None:
        heard.append(body)
        if len(heard) == 1:
            await asyncio.sleep(0.2)

    await slack.people.say("kari", "kasus", "hei")
    assert len(heard) == 2
    assert heard[0]["event_id"] == heard[1]["event_id"]


async def test_a_ticket_opens_one_socket(slack: FakeSlack, client: AsyncWebClient) -> None:
    web = AsyncWebClient(slack.workspace.app_token, slack.api_url, session=client.session)
    url = (await web.apps_connections_open(app_token=slack.workspace.app_token))["url"]
    assert client.session is not None
    async with client.session.ws_connect(url) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.session.ws_connect(url)
        await slack.sockets.disconnect()
        assert (await socket.receive_json())["type"] == "disconnect"


async def test_a_form_from_press_to_errors_to_done(slack: FakeSlack, bolt: AsyncApp, client: AsyncWebClient) -> None:
    people = slack.people
    got: list[Json] = []
    answers: list[Json] = [
        {"response_action": "errors", "errors": {"name": "Skriv hele navnet."}},
        {"response_action": "update", "view": modal(text_input(initial_value="oversett"), text_input("new", "Nytt"))},
        {"response_action": "errors", "errors": {"nowhere": "x"}},
    ]

    @bolt.action("answer")
    async def _(ack: Any, body: Json, client: AsyncWebClient) -> None:
        file = {"type": "file_input", "action_id": "value", "filetypes": ["txt"], "max_files": 1}
        attached = {"type": "input", "block_id": "file", "optional": True, "label": plain("Fil"), "element": file}
        form = modal(text_input(max_length=20), attached, callback_id="form", private_metadata="hemmelig")
        await client.views_open(trigger_id=body["trigger_id"], view=form)
        await ack()

    @bolt.view("form")
    async def _(ack: Any, body: Json) -> None:
        got.append(body["view"])
        await ack(**answers.pop(0)) if answers else await ack()

    await client.chat_postMessage(channel=id_of(slack, "kasus"), text="x", blocks=[actions(button(confirm=CONFIRM))])
    message = people.last("kari", "kasus")
    assert await people.press("kari", message, "Svar", confirm=False) is None
    await people.press("kari", message, "Svar")
    with pytest.raises(NotPossible, match="required"):
        await people.submit("kari")
    with pytest.raises(NotPossible, match="at most 20"):
        people.fill("kari", {"Navn": "x" * 21})
    with pytest.raises(NotPossible, match="only txt"):
        people.fill("kari", {}, {"Fil": Upload("bilde.png", b"x")})
    await people.submit("kari", {"Navn": "Per"}, {"Fil": Upload("svar.txt", b"innhold")})
    assert got[0]["state"]["values"]["name"]["value"] == {"type": "plain_text_input", "value": "Per"}
    sent = got[0]["state"]["values"]["file"]["value"]["files"][0]
    assert (await client.files_info(file=sent["id"]))["file"]["size"] == 7
    view = people.modal("kari")
    assert view is not None
    assert "Skriv hele navnet." in people.words(view)
    await people.submit("kari", {"Navn": "Per Hansen"})
    # The same block_id keeps what was typed: its initial value is not shown.
    assert people.values("kari") == {"Navn": "Per Hansen", "Nytt": None}
    view.body["callback_id"] = "form"
    with pytest.raises(AppFailed, match="nowhere"):
        await people.submit("kari", {"Nytt": "ja"})
    await people.submit("kari")
    assert people.modal("kari") is None


async def test_what_people_do_becomes_what_slack_would_tell(slack: FakeSlack, bolt: AsyncApp) -> None:
    people, events = slack.people, slack.events

    @bolt.middleware
    async def _() -> BoltResponse:
        return BoltResponse(status=200)

    message = await people.say("kari", "kasus", "hei")
    await people.edit("kari", message, "hei igjen")
    changed = events.sent[-1]["event"]
    assert (changed["subtype"], changed["previous_message"]["text"], changed["message"]["text"]) == (
        "message_changed",
        "hei",
        "hei igjen",
    )
    await people.react("ola", message, "eyes")
    assert events.sent[-1]["event"]["item_user"] == slack.workspace.user("kari").id
    reply = await people.reply("ola", message, "svar")
    assert [m.text for m in people.messages("kari", "kasus", message)] == ["hei igjen", "svar"]
    await people.delete("ola", reply)
    assert events.sent[-1]["event"]["subtype"] == "message_deleted"
    await people.join("una", "kasus")
    assert events.sent[-1]["event"]["type"] == "member_joined_channel"
    await people.leave("una", "kasus")
    assert people.messages("una", "kasus") == []
    with pytest.raises(NotPossible):
        await people.say("una", "kasus", "utenfra")
    await people.message_shortcut("ola", message, "new_item")
    assert events.sent[-1]["message"]["text"] == "hei igjen"
    await people.global_shortcut("ola", "ask")
    assert events.sent[-1]["type"] == "shortcut"
    await people.slash("ola", "kasus", "/oppgave gi @Kari Nordmann <b>")
    kari = slack.workspace.user("kari").id
    assert events.sent[-1]["text"] == f"gi <@{kari}|kari> &lt;b&gt;"
