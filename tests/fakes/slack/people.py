"""The people: what they do in Slack. They are named by handle or real name, channels by name."""

import asyncio
from collections.abc import Sequence
from typing import Any

from tests.fakes.slack import payloads, typed
from tests.fakes.slack.api_chat import content, remove
from tests.fakes.slack.calls import Call, Refused
from tests.fakes.slack.events import Answer
from tests.fakes.slack.eyes import AppFailed, NotPossible
from tests.fakes.slack.forms import Forms
from tests.fakes.slack.things import Channel, File, Json, Message, Upload, User
from tests.fakes.slack.values import public


class People(Forms):
    # ------------------------------------------------------------ writing

    async def say(self, user: str, channel: str, text: str, *, files: Sequence[Upload] = ()) -> Message:
        """Waits until the app has acknowledged (or Slack has given up retrying)."""
        return await self._say(user, channel, text, None, files)

    async def reply(self, user: str, to: Message, text: str, *, files: Sequence[Upload] = ()) -> Message:
        return await self._say(user, to.channel, text, to.thread_ts or to.ts, files)

    async def mention(self, user: str, channel: str, text: str, *, thread: Message | None = None) -> Message:
        """The app is spoken to: a message event and an app_mention event for the same message, at once."""
        said = f"@{self.workspace.bot.real_name} {text}"
        return await self._say(user, channel, said, (thread.thread_ts or thread.ts) if thread else None, ())

    async def _say(self, user: str, channel: str, text: str, thread: str | None, files: Sequence[Upload]) -> Message:
        who, where = self._inside(user, channel)
        stored = typed.stored(self.workspace, text)
        message = self.workspace.add_message(where, who.id, stored, thread_ts=thread)
        message.blocks = typed.rich(self.workspace, stored) if text else []
        if files:
            message.subtype = "file_share"
            message.files = [self._shared(file, who, where) for file in files]
        await self._tell_said(message)
        return message

    async def _tell_said(self, message: Message) -> None:
        events = [self.slack.events.message_event(message)]
        in_room = self.workspace.channels[message.channel].direct_with is None
        if in_room and f"<@{self.workspace.bot.id}>" in message.text:
            events.append(self.slack.events.mention_event(message))
        await asyncio.gather(*(self.slack.events.event(event) for event in events))

    def _shared(self, upload: Upload, who: User, where: Channel) -> File:
        made = self.workspace.add_file(upload.name, who.id, upload.content, uploaded=True, complete=True)
        made.channels.add(where.id)
        return made

    async def edit(self, user: str, message: Message, text: str) -> None:
        if message.user != self.workspace.user(user).id:
            raise NotPossible("only one's own messages can be edited")
        before = self.workspace.public(message)
        message.text = typed.stored(self.workspace, text)
        message.blocks = typed.rich(self.workspace, message.text)
        message.edited = {"user": message.user, "ts": self.workspace.next_ts()}
        await self.slack.events.event(self.slack.events.changed_event(message, before))

    async def delete(self, user: str, message: Message) -> None:
        """One's own message; an ephemeral message is only hidden, and the app is not told."""
        channel = self.workspace.channels[message.channel]
        if message.only_for is not None:
            channel.messages.remove(message)
            return
        if message.user != self.workspace.user(user).id:
            raise NotPossible("only one's own messages can be deleted")
        told: list[Json] = []
        remove(self.workspace, channel, message, lambda c, m, b: told.append(self.slack.events.deleted_event(c, m, b)))
        for event in told:
            await self.slack.events.event(event)

    async def unfurled(self, message: Message) -> None:
        """Slack itself changes a message (a link preview came): message_changed with the same text, not edited."""
        await self.slack.events.event(self.slack.events.changed_event(message, self.workspace.public(message)))

    async def by_another_bot(self, channel: str, text: str) -> Message:
        """Another app's message: subtype bot_message, with a bot_id and no user."""
        where = self.workspace.channel(channel)
        message = self.workspace.add_message(where, "", text, subtype="bot_message")
        event = self.slack.events.message_event(message) | {"bot_id": "B0ANOTHER01", "username": "Påminneren"}
        del event["user"]
        await self.slack.events.event(event)
        return message

    async def react(self, user: str, message: Message, name: str) -> None:
        await self._react(user, message, name, added=True)

    async def unreact(self, user: str, message: Message, name: str) -> None:
        await self._react(user, message, name, added=False)

    async def _react(self, user: str, message: Message, name: str, *, added: bool) -> None:
        who, _ = self._inside(user, message.channel)
        if message.only_for is not None:
            raise NotPossible("ephemeral messages take no reactions")
        given = message.reactions.setdefault(name, [])
        if added == (who.id in given):
            raise NotPossible("already so")
        given.append(who.id) if added else given.remove(who.id)
        if not given:
            del message.reactions[name]
        await self.slack.events.event(self.slack.events.reaction_event(message, who.id, name, added=added))

    # ------------------------------------------------------------ coming and going

    async def join(self, user: str, channel: str) -> None:
        who, where = self.workspace.user(user), self.workspace.channel(channel)
        where.members.add(who.id)
        await self.slack.events.event(self.slack.events.member_event(where, who, joined=True))

    async def leave(self, user: str, channel: str) -> None:
        who, where = self.workspace.user(user), self.workspace.channel(channel)
        event = self.slack.events.member_event(where, who, joined=False)
        was_there = self.workspace.bot.id in where.members
        where.members.discard(who.id)
        if was_there:
            await self.slack.events.event(event)

    async def open_home(self, user: str, *, tab: str = "home") -> None:
        who = self.workspace.user(user)
        event: Json = {"type": "app_home_opened", "user": who.id, "channel": self.workspace.direct(who).id, "tab": tab}
        event["event_ts"] = self.workspace.next_ts()
        if tab == "home" and who.id in self.workspace.homes:
            event["view"] = public(self.workspace, self.workspace.homes[who.id])
        await self.slack.events.event(event)

    async def change(self, user: str, **facts: Any) -> None:
        """user_change: locale, real_name, deleted, is_restricted … ("deleted" is how somebody leaves the workspace)."""
        who = self.workspace.user(user)
        for name, value in facts.items():
            setattr(who, name, value)
        told = who.public(with_locale=True, viewing_team=self.workspace.team)
        await self.slack.events.event({"type": "user_change", "user": told, "event_ts": self.workspace.next_ts()})

    async def rename(self, channel: str, name: str) -> None:
        where = self.workspace.channel(channel)
        where.name = name
        told = {"id": where.id, "name": name, "created": 0}
        await self.slack.events.event({"type": "channel_rename", "channel": told, "event_ts": self.workspace.next_ts()})

    async def archive(self, user: str, channel: str) -> None:
        where = self.workspace.channel(channel)
        where.archived = True
        event: Json = {"type": "channel_archive", "channel": where.id, "user": self.workspace.user(user).id}
        await self.slack.events.event(event | {"event_ts": self.workspace.next_ts()})

    # ------------------------------------------------------------ commands and shortcuts

    async def slash(self, user: str, channel: str, text: str) -> Answer:
        """`text` as typed: "/kasus søk jern". There are no slash commands in threads. Private channels without the app
        and other people's chats work too."""
        who, where = self._inside(user, channel)
        name, _, rest = text.partition(" ")
        known = self._command(name)
        rest = typed.stored(self.workspace, rest, in_command=True) if known.get("should_escape", True) else rest
        answer = await self.slack.events.command(payloads.command(self.slack, who, where, name, rest.strip()))
        if not answer.acknowledged:
            code = "operation_timeout" if "timeout" in answer.reason else "dispatch_failed"
            raise AppFailed(f'{name} failed with the error "{code}"')
        self._answered_command(who, where, answer)
        return answer

    def _command(self, name: str) -> Json:
        manifest = self.workspace.manifest
        if manifest is None:
            return {"should_escape": True}
        if "commands" not in self.workspace.scopes:
            raise NotPossible(f"{name} is not a valid command")
        for each in manifest.get("features", {}).get("slash_commands", []):
            if each["command"] == name:
                return {"should_escape": each.get("should_escape", False)}
        raise NotPossible(f"{name} is not a valid command")

    def _answered_command(self, who: User, where: Channel, answer: Answer) -> None:
        """An answer in the acknowledgement itself: text or a message (docs: slash commands)."""
        if not answer.body:
            return
        body = answer.body if isinstance(answer.body, dict) else {"text": str(answer.body)}
        try:
            text, blocks, _ = content(Call(self.slack, "", body, ""))
        except Refused as refused:
            raise AppFailed(f"the command's answer was refused: {refused}") from refused
        alone = None if body.get("response_type") == "in_channel" else who.id
        bot = self.workspace.bot.id
        self.workspace.add_message(where, bot, text, blocks=blocks, by_app=True, only_for=alone)

    async def message_shortcut(self, user: str, message: Message, callback: str) -> Answer:
        who, _ = self._inside(user, message.channel)
        if message.only_for is not None:
            raise NotPossible("ephemeral messages have no shortcuts")
        callback = self._shortcut(callback, "message")
        return await self._interact(payloads.on_message(self.slack, who, message, callback))

    async def global_shortcut(self, user: str, callback: str) -> Answer:
        who = self.workspace.user(user)
        callback = self._shortcut(callback, "global")
        return await self._interact(payloads.shortcut(self.workspace, who, callback))

    def _shortcut(self, wanted: str, kind: str) -> str:
        """By its callback_id or, with a manifest, also by its name."""
        if self.workspace.manifest is None:
            return wanted
        for each in self.workspace.manifest.get("features", {}).get("shortcuts", []):
            if each["type"] == kind and wanted in (each["callback_id"], each["name"]):
                return str(each["callback_id"])
        raise NotPossible(f"there is no {kind} shortcut {wanted}")
