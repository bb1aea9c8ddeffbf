"""What Slack tells the app: events, with retries, and interactions, which are answered or fail on screen."""

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import httpx

from tests.fakes.slack.state import invented_id
from tests.fakes.slack.things import Channel, Json, Message, User

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack

Envelope = Literal["events_api", "interactive", "slash_commands"]
ACK_SECONDS = 3.0  # "within 3 seconds" (docs: Events API; handling user interaction; slash commands)
# Which scope an event needs (docs: events); without it the app is not told.
SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channel": "channels:history",
    "message.group": "groups:history",
    "message.im": "im:history",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "channel_rename": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "user_change": "users:read",
    "team_join": "users:read",
}
MANIFEST_NAMES = {"message.channel": "message.channels", "message.group": "message.groups"}


@dataclass(frozen=True)
class Answer:
    """What came of one thing that was sent."""

    acknowledged: bool
    body: Any = None  # the JSON of the acknowledgement, or its text
    status: int = 0  # of HTTP
    tries: int = 1
    reason: str = ""  # http_timeout, http_error, connection_failed
    no_retry: bool = False  # the answer had X-Slack-No-Retry: 1 (docs: Events API)


class Events:
    def __init__(self, slack: "FakeSlack") -> None:
        self.slack = slack
        self.delays: tuple[float, ...] = (
            0.0,
            0.05,
            0.1,
        )  # Slack: at once, after 1 and after 5 minutes, here in seconds
        self.ack_seconds = ACK_SECONDS
        self.sent: list[Json] = []  # every payload that went out, in order
        self._background: set[asyncio.Task[Any]] = set()

    # ------------------------------------------------------------ to the app

    async def event(self, event: Json, event_id: str = "") -> Answer:
        """An event_callback, retried three times when there is no 2xx within 3 s (docs: Events API, "Retries")."""
        if not self._is_told(event):
            return Answer(True, tries=0)
        payload = self.wrapped(event, event_id)
        self.sent.append(payload)
        answer = await self._deliver("events_api", payload)
        for number, delay in enumerate(self.delays, 1):
            if answer.acknowledged or answer.no_retry:
                break
            await self.slack.stopping_or(asyncio.sleep(delay))
            again = await self._deliver("events_api", payload, number, answer.reason)
            answer = Answer(again.acknowledged, again.body, again.status, number + 1, again.reason)
        return answer

    async def interaction(self, payload: Json) -> Answer:
        """Sent once: Slack does not repeat what a person did (docs: handling user interaction)."""
        self.sent.append(payload)
        return await self._deliver("interactive", payload)

    async def command(self, form: dict[str, str]) -> Answer:
        self.sent.append(dict(form))
        return await self._deliver("slash_commands", form)

    async def url_verification(self, challenge: str = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P") -> Answer:
        return await self._post(json.dumps({"token": "t", "challenge": challenge, "type": "url_verification"}))

    async def replay(self, payload: Json) -> Answer:
        """The same event once more, with a fresh signature, as when Slack believes it was not heard."""
        return await self._deliver("events_api", payload, 1, "http_timeout")

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """What Slack tells beside the answer to a call."""
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def settled(self) -> None:
        """When everything that was on its way has been told."""
        while self._background:
            await asyncio.gather(*self._background, return_exceptions=True)

    async def stop(self) -> None:
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    # ------------------------------------------------------------ what happened

    def said(self, message: Message) -> None:
        """The app hears its own messages too."""
        self.later(self.event(self.message_event(message)))

    def edited(self, message: Message, before: Json) -> None:
        self.later(self.event(self.changed_event(message, before)))

    def deleted(self, channel: Channel, message: Message, before: Json) -> None:
        self.later(self.event(self.deleted_event(channel, message, before)))

    def reacted(self, message: Message, user: str, name: str, *, added: bool) -> None:
        self.later(self.event(self.reaction_event(message, user, name, added=added)))

    def message_event(self, message: Message) -> Json:
        channel = self.slack.workspace.channels[message.channel]
        event = self.slack.workspace.public(message, metadata=True)
        for name in ("reply_count", "reply_users", "reply_users_count", "latest_reply", "reactions"):
            event.pop(name, None)
        return event | {"channel": channel.id, "channel_type": channel.kind, "event_ts": message.ts}

    def mention_event(self, message: Message) -> Json:
        event = self.message_event(message)
        del event["channel_type"]  # an app_mention comes without it
        return event | {"type": "app_mention"}

    def changed_event(self, message: Message, before: Json) -> Json:
        now = self.slack.workspace.public(message, metadata=True)
        event: Json = {"type": "message", "subtype": "message_changed", "hidden": True, "message": now}
        return event | {"previous_message": before} | self._about(self.slack.workspace.channels[message.channel])

    def deleted_event(self, channel: Channel, message: Message, before: Json) -> Json:
        if message.subtype == "tombstone":
            return self.changed_event(message, before)
        event: Json = {"type": "message", "subtype": "message_deleted", "hidden": True, "deleted_ts": message.ts}
        return event | {"previous_message": before} | self._about(channel)

    def reaction_event(self, message: Message, user: str, name: str, *, added: bool) -> Json:
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        event: Json = {"type": "reaction_added" if added else "reaction_removed", "user": user, "reaction": name}
        return event | {"item": item, "item_user": message.user, "event_ts": self.slack.workspace.next_ts()}

    def member_event(self, channel: Channel, user: User, *, joined: bool) -> Json:
        kind = "C" if channel.kind == "channel" else "G"
        event: Json = {"type": "member_joined_channel" if joined else "member_left_channel", "user": user.id}
        event |= {"channel": channel.id, "channel_type": kind, "team": self.slack.workspace.team}
        return event | {"event_ts": self.slack.workspace.next_ts()}

    def _about(self, channel: Channel) -> Json:
        ts = self.slack.workspace.next_ts()
        return {"channel": channel.id, "channel_type": channel.kind, "ts": ts, "event_ts": ts}

    # ------------------------------------------------------------ on the wire

    def wrapped(self, event: Json, event_id: str = "") -> Json:
        workspace = self.slack.workspace
        authorization = {
            "enterprise_id": None,
            "team_id": workspace.team,
            "user_id": workspace.bot.id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": "verification-token",
            "team_id": workspace.team,
            "context_team_id": workspace.team,
            "context_enterprise_id": None,
            "api_app_id": workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": event_id or invented_id("Ev", uuid.uuid4().hex),
            "event_time": int(workspace.clock.now()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
            "event_context": f"4-{uuid.uuid4().hex}",
        }

    def _is_told(self, event: Json) -> bool:
        """Only with the scope, only what the manifest subscribes to, and only of channels the app is in."""
        workspace = self.slack.workspace
        kind = f"message.{event['channel_type']}" if event["type"] == "message" else event["type"]
        scope = SCOPES.get(kind)
        if scope == "channels:read" and self._is_private(event):
            scope = "groups:read"  # docs: member_joined_channel: channels:read or groups:read, by the channel's kind
        if scope and scope not in workspace.scopes:
            return False
        if workspace.manifest is not None:
            wanted = workspace.manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])
            if MANIFEST_NAMES.get(kind, kind) not in wanted:
                return False
        if event["type"] in ("app_mention", "member_left_channel"):
            return True
        about = event.get("channel") or event.get("item", {}).get("channel")
        channel = workspace.channels.get(about) if isinstance(about, str) else None
        return channel is None or workspace.bot.id in channel.members

    def _is_private(self, event: Json) -> bool:
        channel = self.slack.workspace.channels.get(str(event.get("channel")))
        return channel is not None and channel.private

    async def _deliver(self, kind: Envelope, payload: Json, attempt: int = 0, reason: str = "") -> Answer:
        if self.slack.app_url is None:
            return await self._over_socket(kind, payload, attempt, reason)
        if kind == "events_api":
            return await self._post(json.dumps(payload), attempt=attempt, reason=reason)
        form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        return await self._post(urlencode(form), "application/x-www-form-urlencoded")

    async def _over_socket(self, kind: Envelope, payload: Json, attempt: int, reason: str) -> Answer:
        envelope: Json = {"envelope_id": str(uuid.uuid4()), "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        acknowledged, body = await self.slack.sockets.send(envelope, self.ack_seconds)
        return Answer(acknowledged, body, reason="" if acknowledged else "timeout")

    async def _post(self, body: str, kind: str = "application/json", *, attempt: int = 0, reason: str = "") -> Answer:
        headers = {"Content-Type": kind, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        headers |= self.signed(body)
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
        try:
            response = await self.slack.http.post(
                str(self.slack.app_url), content=body.encode(), headers=headers, timeout=self.ack_seconds
            )
        except httpx.TimeoutException:
            return Answer(False, reason="http_timeout")
        except httpx.TransportError:
            return Answer(False, reason="connection_failed")
        if not 200 <= response.status_code < 300:
            no_retry = response.headers.get("x-slack-no-retry") == "1"
            return Answer(False, response.text, response.status_code, reason="http_error", no_retry=no_retry)
        return Answer(True, _read(response), response.status_code)

    def signed(self, body: str, timestamp: str = "") -> dict[str, str]:
        """docs: verifying requests from Slack. The real time, whatever the workspace's clock says."""
        timestamp = timestamp or str(int(time.time()))
        secret = self.slack.workspace.signing_secret.encode()
        digest = hmac.new(secret, f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def _read(response: httpx.Response) -> Any:
    if not response.content:
        return None
    if response.headers.get("content-type", "").startswith("application/json"):
        try:
            return response.json()
        except ValueError:
            return response.text
    return response.text
