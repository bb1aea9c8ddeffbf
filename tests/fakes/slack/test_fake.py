"""The fake is as strict as Slack, seen through the real slack_sdk and Bolt."""

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
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.slack import DIRECT, AppFailed, FakeSlack, NotPossible, Upload
from tests.fakes.slack.blocks import message_faults, texts, view_faults
from tests.fakes.slack.listening import listening

Json = dict[str, Any]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    fake = FakeSlack()
    for name, real in (("kari", "Kari Nordmann"), ("ola", "Ola Hansen"), ("una", "Una Utenfor")):
        fake.workspace.add_user(name, real)
    fake.workspace.add_channel("kasus", ["kari", "ola"])
    fake.workspace.add_channel("hemmelig", ["kari"], private=True, bot=False)
    fake.workspace.add_channel("torget", ["kari", "una"], bot=False)
    async with fake:
        yield fake


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(slack.workspace.bot_token, slack.api_url, session=session)


def id_of(slack: FakeSlack, name: str) -> str:
    return slack.workspace.channel(name).id


async def refused(work: Any) -> Json:
    with pytest.raises(SlackApiError) as caught:
        await work
    told = caught.value.response.data
    assert isinstance(told, dict)
    return told


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(label: str = "Svar", **more: Any) -> Json:
    return {"type": "button", "text": plain(label), "action_id": "answer", "value": "7", **more}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Skjema"), "submit": plain("Send inn"), "blocks": list(blocks), **more}


def text_input(block: str = "name", label: str = "Navn", **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "value", **more}
    return {"type": "input", "block_id": block, "label": plain(label), "element": element}


# ---------------------------------------------------------------- who may call


async def test_a_call_needs_a_token_that_will_do(slack: FakeSlack, client: AsyncWebClient) -> None:
    assert (await client.auth_test())["user_id"] == slack.workspace.bot.id
    session = client.session
    for token, error in ((None, "not_authed"), ("xoxb-wrong", "invalid_auth")):
        other = AsyncWebClient(token, slack.api_url, session=session)
        assert (await refused(other.auth_test()))["error"] == error
    by_app = AsyncWebClient(slack.workspace.app_token, slack.api_url, session=session)
    assert (await refused(by_app.chat_postMessage(channel="C1", text="x")))["error"] == "not_allowed_token_type"
    assert (await refused(client.apps_connections_open(app_token="xoxb-x")))["error"] == "invalid_auth"


async def test_a_missing_scope_is_named(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.workspace.scopes.discard("users:read")
    told = await refused(client.users_info(user=slack.workspace.user("kari").id))
    assert (told["error"], told["needed"]) == ("missing_scope", "users:read")
    assert "chat:write" in told["provided"]


# ---------------------------------------------------------------- messages


async def test_where_the_app_may_not_post(slack: FakeSlack, client: AsyncWebClient) -> None:
    async def post(channel: str, **more: Any) -> str:
        return str((await refused(client.chat_postMessage(channel=channel, text="hei", **more)))["error"])

    assert await post("C0UNKNOWN00") == "channel_not_found"
    assert await post(id_of(slack, "hemmelig")) == "channel_not_found"  # a private one is not even there
    assert await post(id_of(slack, "torget")) == "not_in_channel"
    assert await post(id_of(slack, "kasus"), thread_ts="1.000001") == "cannot_reply_to_message"
    slack.workspace.channel("kasus").archived = True
    assert await post(id_of(slack, "kasus")) == "is_archived"


async def test_content_that_is_too_much_or_nothing(slack: FakeSlack, client: AsyncWebClient) -> None:
    channel = id_of(slack, "kasus")

    async def post(**content: Any) -> str:
        # Not chat_postMessage: slack_sdk itself warns of an empty text.
        told = await refused(client.api_call("chat.postMessage", json={"channel": channel, **content}))
        return str(told["error"])

    assert await post(text="") == "no_text"
    assert await post(text="x" * 40_001) == "msg_too_long"
    wide = [{"type": "section", "text": plain("x" * 3000)} for _ in range(5)]
    assert await post(text="x", blocks=wide) == "msg_blocks_too_long"
    # 12,000 characters in all pass in four blocks, and not in forty: each block counts too.
    await client.chat_postMessage(channel=channel, text="x", blocks=wide[:4])
    many = [{"type": "section", "text": plain("x" * 300)} for _ in range(40)]
    assert await post(text="x", blocks=many) == "msg_blocks_too_long"
    heavy = {"event_type": "fagtraad", "event_payload": {"key": "x" * 17_000}}
    assert await post(text="x", metadata=heavy) == "metadata_too_large"
    assert await post(text="x", metadata={"event_type": "fagtraad"}) == "invalid_metadata_format"


async def test_blocks_are_refused_with_where_and_why(slack: FakeSlack, client: AsyncWebClient) -> None:
    blocks = [{"type": "header", "text": plain("x" * 151)}]
    told = await refused(client.chat_postMessage(channel=id_of(slack, "kasus"), text="x", blocks=blocks))
    assert told["error"] == "invalid_blocks"
    where = "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert told["response_metadata"]["messages"] == [where]


async def test_only_its_own_messages_are_changed_and_removed(slack: FakeSlack, client: AsyncWebClient) -> None:
    channel = id_of(slack, "kasus")
    theirs = slack.workspace.add_message(slack.workspace.channel("kasus"), slack.workspace.user("kari").id, "hei")
    assert (await refused(client.chat_update(channel=channel, ts=theirs.ts, text="x")))[
        "error"
    ] == "cant_update_message"
    assert (await refused(client.chat_delete(channel=channel, ts=theirs.ts)))["error"] == "cant_delete_message"
    mine = (await client.chat_postMessage(channel=channel, text="en"))["ts"]
    assert (await client.chat_update(channel=channel, ts=mine, text="to"))["text"] == "to"
    long = await refused(client.chat_update(channel=channel, ts=mine, text="x" * 4001))
    assert long["error"] == "msg_too_long"
    await client.chat_delete(channel=channel, ts=mine)
    assert (await refused(client.chat_delete(channel=channel, ts=mine)))["error"] == "message_not_found"


async def test_an_ephemeral_message_is_one_persons_and_cannot_be_found(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    channel, kari = id_of(slack, "kasus"), slack.workspace.user("kari").id
    ts = (await client.chat_postEphemeral(channel=channel, user=kari, text="psst"))["message_ts"]
    assert [m.text for m in slack.people.messages("kari", "kasus")] == ["psst"]
    assert slack.people.messages("ola", "kasus") == []
    assert (await client.conversations_history(channel=channel))["messages"] == []
    assert (await refused(client.chat_delete(channel=channel, ts=ts)))["error"] == "message_not_found"
    outside = slack.workspace.user("una").id
    told = await refused(client.chat_postEphemeral(channel=channel, user=outside, text="psst"))
    assert told["error"] == "user_not_in_channel"
    slack.people.reload("kari")
    assert slack.people.messages("kari", "kasus") == []


async def test_a_direct_chat_needs_an_active_person(slack: FakeSlack, client: AsyncWebClient) -> None:
    kari = slack.workspace.user("kari")
    opened = await client.conversations_open(users=kari.id)
    assert opened["channel"]["id"].startswith("D")
    assert (await client.chat_postMessage(channel=kari.id, text="hei"))["channel"] == opened["channel"]["id"]
    assert [m.text for m in slack.people.messages("kari", DIRECT)] == ["hei"]
    kari.deleted = True
    assert (await refused(client.conversations_open(users=kari.id)))["error"] == "user_disabled"
    assert (await refused(client.conversations_open(users="U0UNKNOWN00")))["error"] == "user_not_found"


# ---------------------------------------------------------------- paging


async def test_members_and_people_come_in_pages(slack: FakeSlack, client: AsyncWebClient) -> None:
    names = [f"person{number}" for number in range(23)]
    for name in names:
        slack.workspace.add_user(name)
    channel = slack.workspace.add_channel("stor", names)
    members, cursor, pages = [], "", 0
    while True:
        page = await client.conversations_members(channel=channel.id, limit=10, cursor=cursor)
        members += page["members"]
        pages += 1
        if not (cursor := page["response_metadata"]["next_cursor"]):
            break
    assert (pages, sorted(members)) == (3, sorted(channel.members))
    told = await refused(client.conversations_members(channel=channel.id, cursor="bm9uc2Vuc2U="))
    assert told["error"] == "invalid_cursor"
    assert (await refused(client.users_list(limit=1001)))["error"] == "invalid_limit"
    everybody = await client.users_list(limit=1000, include_locale=True)
    assert len(everybody["members"]) == len(slack.workspace.users)
    assert everybody["members"][0]["locale"] == "nb-NO"


async def test_history_has_roots_newest_first_and_threads_have_replies(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    channel = id_of(slack, "kasus")
    metadata = {"event_type": "fagtraad", "event_payload": {"key": "a:1"}}
    first = (await client.chat_postMessage(channel=channel, text="første", metadata=metadata))["ts"]
    second = (await client.chat_postMessage(channel=channel, text="andre"))["ts"]
    await client.chat_postMessage(channel=channel, text="svar", thread_ts=first)
    page = await client.conversations_history(channel=channel, limit=1)
    assert ([m["text"] for m in page["messages"]], page["has_more"]) == (["andre"], True)
    rest = await client.conversations_history(channel=channel, cursor=page["response_metadata"]["next_cursor"])
    assert [(m["text"], m["reply_count"], "metadata" in m) for m in rest["messages"]] == [("første", 1, False)]
    later = await client.conversations_history(channel=channel, oldest=first)
    assert [m["text"] for m in later["messages"]] == ["andre"]
    both = await client.conversations_history(channel=channel, oldest=first, inclusive=True, include_all_metadata=True)
    assert both["messages"][-1]["metadata"] == metadata
    thread = await client.conversations_replies(channel=channel, ts=first)
    assert [m["text"] for m in thread["messages"]] == ["første", "svar"]
    assert (await refused(client.conversations_replies(channel=channel, ts="1.000001")))["error"] == "thread_not_found"
    assert (await refused(client.conversations_history(channel=channel, limit=1000)))["error"] == "invalid_limit"
    assert (await refused(client.conversations_history(channel=id_of(slack, "torget"))))["error"] == "not_in_channel"
    await client.chat_delete(channel=channel, ts=first)
    stone = (await client.conversations_replies(channel=channel, ts=first))["messages"][0]
    assert (stone["text"], stone["subtype"]) == ("This message was deleted.", "tombstone")
    assert second > first


# ---------------------------------------------------------------- files


async def test_a_file_goes_up_and_is_seen_by_those_in_the_channel(slack: FakeSlack, client: AsyncWebClient) -> None:
    channel = id_of(slack, "kasus")
    root = (await client.chat_postMessage(channel=channel, text="rot"))["ts"]
    done = await client.files_upload_v2(
        filename="referat.txt", content="Møtet åpnet.", alt_txt="Referat", channel=channel, thread_ts=root
    )
    message = slack.people.last("ola", "kasus", slack.people.last("ola", "kasus"))
    assert slack.people.file("ola", message).decode() == "Møtet åpnet."
    about = (await client.files_info(file=done["file"]["id"]))["file"]
    assert (about["alt_txt"], about["size"]) == ("Referat", len("Møtet åpnet.".encode()))
    assert client.session is not None
    header = {"Authorization": f"Bearer {slack.workspace.bot_token}"}
    async with client.session.get(about["url_private_download"], headers=header) as answer:
        assert await answer.read() == "Møtet åpnet.".encode()
    async with client.session.get(about["url_private_download"]) as answer:  # without a token: a web page, with 200
        assert (answer.status, answer.content_type) == (200, "text/html")
    await client.files_delete(file=done["file"]["id"])
    assert (await refused(client.files_info(file=done["file"]["id"])))["error"] == "file_not_found"
    assert slack.people.messages("ola", "kasus", slack.people.last("ola", "kasus"))[1:] == []


async def test_what_a_file_may_not_do(slack: FakeSlack, client: AsyncWebClient) -> None:
    place = await client.files_getUploadURLExternal(filename="a.txt", length=5)
    complete = client.files_completeUploadExternal
    assert (await refused(complete(files=[{"id": place["file_id"]}])))["error"] == "file_not_found"  # nothing sent yet
    assert client.session is not None
    async with client.session.post(place["upload_url"], data=b"too long") as answer:
        assert answer.status == 400
    async with client.session.post(place["upload_url"], data=b"right") as answer:
        assert answer.status == 200
    told = await refused(complete(files=[{"id": place["file_id"]}], channel_id=id_of(slack, "torget")))
    assert told["error"] == "not_in_channel"


# ---------------------------------------------------------------- views


async def test_a_trigger_opens_one_view_and_lives_three_seconds(slack: FakeSlack, client: AsyncWebClient) -> None:
    kari = slack.workspace.user("kari")
    used, old = slack.workspace.trigger(kari), slack.workspace.trigger(kari)
    await client.views_open(trigger_id=used.id, view=modal(text_input()))
    told = await refused(client.views_open(trigger_id=used.id, view=modal(text_input())))
    assert told["error"] == "exchanged_trigger_id"
    slack.workspace.clock.move(3.1)
    assert (await refused(client.views_open(trigger_id=old.id, view=modal())))["error"] == "expired_trigger_id"
    assert (await refused(client.views_open(trigger_id="1.2.3", view=modal())))["error"] == "invalid_trigger_id"


async def test_views_stack_three_deep_and_know_their_hash(slack: FakeSlack, client: AsyncWebClient) -> None:
    kari = slack.workspace.user("kari")

    def trigger() -> str:
        return slack.workspace.trigger(kari, slack.people.modal("kari")).id

    first = (await client.views_open(trigger_id=trigger(), view=modal(text_input())))["view"]
    for _ in range(2):
        await client.views_push(trigger_id=trigger(), view=modal(text_input()))
    told = await refused(client.views_push(trigger_id=trigger(), view=modal(text_input())))
    assert told["error"] == "push_limit_reached"
    updated = (await client.views_update(view_id=first["id"], hash=first["hash"], view=modal(text_input())))["view"]
    assert updated["hash"] != first["hash"]
    told = await refused(client.views_update(view_id=first["id"], hash=first["hash"], view=modal(text_input())))
    assert told["error"] == "hash_conflict"
    slack.workspace.stacks.clear()
    told = await refused(client.views_update(view_id=first["id"], view=modal(text_input())))
    assert told["error"] == "not_found"


async def test_a_home_page_is_published_and_read(slack: FakeSlack, client: AsyncWebClient) -> None:
    kari = slack.workspace.user("kari").id
    view = {"type": "home", "blocks": [{"type": "section", "text": plain("Dine saker"), "accessory": button()}]}
    await client.views_publish(user_id=kari, view=view)
    home = slack.people.home("kari")
    assert home is not None
    assert slack.people.words(home) == "Dine saker\nSvar"
    told = await refused(client.views_publish(user_id=kari, view=modal(text_input())))
    assert told["error"] == "invalid_arguments"


# ---------------------------------------------------------------- blocks, rule by rule


def options(count: int) -> list[Json]:
    return [{"text": plain(f"Valg {number}"), "value": str(number)} for number in range(count)]


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": options(2), **more}


def section(**more: Any) -> Json:
    return {"type": "section", "text": plain("x"), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def rich(*inline: Json, kind: str = "rich_text_section", **more: Any) -> Json:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(inline), **more}]}


CONFIRM = {"title": plain("Sikker?"), "text": plain("Den slettes."), "confirm": plain("Slett"), "deny": plain("Nei")}
WORD: Json = {"type": "text", "text": "ord"}

GOOD_BLOCKS: list[list[Json]] = [
    [{"type": "header", "text": plain("x" * 150)}, {"type": "divider"}, section(text=plain("x" * 3000))],
    [{"type": "context", "elements": [plain("x")] * 10}, actions(button(confirm=CONFIRM, style="danger"))],
    [rich(WORD, {**WORD, "style": {"bold": True}}, {"type": "user", "user_id": "U0123456789"})],
    [rich(rich(WORD)["elements"][0], kind="rich_text_list", style="bullet"), rich(WORD, kind="rich_text_quote")],
    [rich(WORD, {"type": "link", "url": "https://a.no"}, kind="rich_text_preformatted", border=1)],
    [section(accessory=select(initial_option=options(2)[1])), section(fields=[plain("a")] * 10)],
]
BAD_BLOCKS: list[tuple[str, list[Json]]] = [
    ("no more than 50 items", [{"type": "divider"}] * 51),
    ("unsupported type: hr", [{"type": "hr"}]),
    ("unsupported type: input", [text_input()]),  # not in a message
    ("missing required field: text", [{"type": "header"}]),
    ("missing required field: text", [{"type": "section"}]),
    ("invalid additional property: colour", [{"type": "divider", "colour": "red"}]),
    ("must be a plain_text object", [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
    ("must be more than 0 characters", [section(text=plain(""))]),
    ("must be less than 3001 characters", [section(text=plain("x" * 3001))]),
    ("no more than 10 items", [section(fields=[plain("a")] * 11)]),
    ("must be less than 2001 characters", [section(fields=[plain("x" * 2001)])]),
    ("no more than 10 items", [{"type": "context", "elements": [plain("x")] * 11}]),
    ("no less than 1 items", [actions()]),
    ("no more than 25 items", [actions(*(button(action_id=f"a{n}") for n in range(26)))]),
    ("`action_id` is used more than once", [actions(button(), button())]),
    ("is used more than once", [section(block_id="a"), section(block_id="a")]),
    ("must be less than 256 characters", [section(block_id="x" * 256)]),
    ("must be less than 76 characters", [actions(button("x" * 76))]),
    ("must be less than 76 characters", [actions(button(accessibility_label="x" * 76))]),
    ("must be less than 2001 characters", [actions(button(value="x" * 2001))]),
    ("must be a string", [actions(button(value=7))]),
    ("must be one of primary, danger", [actions(button(style="secondary"))]),
    ("missing required field: deny", [actions(button(confirm={k: v for k, v in CONFIRM.items() if k != "deny"}))]),
    ("must be less than 31 characters", [actions(button(confirm={**CONFIRM, "confirm": plain("x" * 31)}))]),
    ("must be less than 101 characters", [actions(button(confirm={**CONFIRM, "title": plain("x" * 101)}))]),
    ("unsupported type: plain_text_input", [actions({"type": "plain_text_input", "action_id": "a"})]),
    ("unsupported type: multi_static_select", [actions(select(type="multi_static_select"))]),
    ("no more than 100 items", [actions(select(options=options(101)))]),
    ("option values must be unique", [actions(select(options=options(1) * 2))]),
    ("must be less than 151 characters", [actions(select(options=[{"text": plain("a"), "value": "x" * 151}]))]),
    ("must be less than 76 characters", [actions(select(options=[{"text": plain("x" * 76), "value": "a"}]))]),
    ("must be one of the options", [actions(select(initial_option=options(3)[2]))]),
    ("either options or option_groups", [actions({"type": "static_select", "action_id": "a"})]),
    ("no more than 5 items", [actions({"type": "overflow", "action_id": "a", "options": options(6)})]),
    ("no more than 10 items", [actions({"type": "checkboxes", "action_id": "a", "options": options(11)})]),
    ("must be a valid date", [actions({"type": "datepicker", "action_id": "a", "initial_date": "3.2.26"})]),
    ("missing required field: alt_text", [{"type": "image", "image_url": "https://a.no/b.png"}]),
    ("unsupported type: rich_text_table", [rich(WORD, kind="rich_text_table")]),
    ("must be more than 0 characters", [rich({"type": "text", "text": ""})]),
    ("invalid style", [rich({**WORD, "style": {"loud": True}})]),
    ("unsupported type: user", [rich({"type": "user", "user_id": "U0123456789"}, kind="rich_text_preformatted")]),
    ("missing required field: style", [rich(rich(WORD)["elements"][0], kind="rich_text_list")]),
    ("unsupported type: text", [rich(WORD, kind="rich_text_list", style="bullet")]),
    ("invalid user id", [rich({"type": "user", "user_id": "kari"})]),
]
BAD_VIEWS: list[tuple[str, Json]] = [
    ("must be less than 25 characters", modal(text_input(), title=plain("x" * 25))),
    ("must be less than 25 characters", modal(text_input(), submit=plain("x" * 25))),
    ("must be less than 3001 characters", modal(text_input(), private_metadata="x" * 3001)),
    ("must be less than 256 characters", modal(text_input(), callback_id="x" * 256)),
    ("no more than 100 items", modal(*({"type": "divider"} for _ in range(101)))),
    ("missing required field: submit", {"type": "modal", "title": plain("T"), "blocks": [text_input()]}),
    ("missing required field: label", modal({k: v for k, v in text_input().items() if k != "label"})),
    ("must be an integer from 1 to 3000", modal(text_input(max_length=3001))),
    ("must be less than 6 characters", modal(text_input(max_length=5, initial_value="seks  "))),
    ("must be less than 151 characters", modal(text_input(placeholder=plain("x" * 151)))),
    ("file_input is only allowed in modals", {"type": "home", "blocks": [text_input(type="file_input")]}),
    ("must be an integer from 1 to 10", modal(text_input(type="file_input", max_files=11))),
    ("only one element can have focus", modal(*(text_input(b, focus_on_load=True) for b in "ab"))),
    ("invalid additional property: submit", {"type": "home", "blocks": [], "submit": plain("x")}),
]


@pytest.mark.parametrize("blocks", GOOD_BLOCKS)
def test_blocks_that_slack_takes(blocks: list[Json]) -> None:
    assert message_faults(blocks).messages == []


@pytest.mark.parametrize(("why", "blocks"), BAD_BLOCKS)
def test_blocks_that_slack_refuses(why: str, blocks: list[Json]) -> None:
    assert any(why in message for message in message_faults(blocks).messages)


@pytest.mark.parametrize(("why", "view"), BAD_VIEWS)
def test_views_that_slack_refuses(why: str, view: Json) -> None:
    assert any(why in message for message in view_faults(view).messages)


def test_all_readable_text_is_found() -> None:
    blocks = [section(text=plain("en"), accessory=button("to")), rich({**WORD, "text": "tre"})]
    assert texts(blocks) == ["en", "to", "tre"]


# ---------------------------------------------------------------- trouble


async def test_trouble_comes_when_asked_for(slack: FakeSlack, client: AsyncWebClient) -> None:
    channel = id_of(slack, "kasus")
    client.retry_handlers.clear()
    slack.trouble.limit("chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=channel, text="hei")
    assert (caught.value.response.status_code, caught.value.response.headers["Retry-After"]) == (429, "7")
    slack.trouble.reset("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="hei")
    assert slack.people.messages("kari", "kasus") == []
    slack.trouble.reset("chat.postMessage", after=True)
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="hei")
    assert [m.text for m in slack.people.messages("kari", "kasus")] == ["hei"]  # done, though nobody was told
    slack.trouble.hang("auth.test")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.auth_test()


async def test_strict_rates_limit_a_channel_beyond_a_burst(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.trouble.strict_rates = True
    channel = id_of(slack, "kasus")
    for _ in range(5):
        await client.chat_postMessage(channel=channel, text="hei")
    assert (await refused(client.chat_postMessage(channel=channel, text="hei")))["error"] == "ratelimited"
    await client.chat_postMessage(channel=slack.workspace.user("kari").id, text="hei")  # another channel
    slack.workspace.clock.move(1)
    await client.chat_postMessage(channel=channel, text="hei")


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
