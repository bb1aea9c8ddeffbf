"""The fake's Web API is as strict as Slack's, seen through the real slack_sdk."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import DIRECT, FakeSlack
from tests.fakes.slack.asked import button, id_of, modal, plain, refused, text_input

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
