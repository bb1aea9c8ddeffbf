"""The things in a workspace, each with what Slack tells of it."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class User:
    id: str
    name: str  # the handle
    real_name: str
    team: str
    locale: str = "nb-NO"
    tz: str = "Europe/Oslo"
    email: str = ""
    deleted: bool = False
    is_bot: bool = False
    is_app_user: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False

    def public(self, *, with_locale: bool = False, viewing_team: str = "") -> Json:
        """As users.info and users.list give it. A deleted user comes with far fewer fields (docs: user object)."""
        profile = {
            "real_name": self.real_name,
            "display_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name_normalized": self.real_name,
            "avatar_hash": "",
            "team": self.team,
        }
        told: Json = {"id": self.id, "team_id": self.team, "name": self.name, "deleted": self.deleted}
        told |= {"profile": profile, "is_bot": self.is_bot, "is_app_user": self.is_app_user, "updated": 0}
        if self.deleted:
            return told
        told |= {"real_name": self.real_name, "tz": self.tz, "tz_label": "", "tz_offset": 3600, "color": "9f69e7"}
        told |= {"is_admin": False, "is_owner": False, "is_primary_owner": False}
        told |= {"is_restricted": self.is_restricted, "is_ultra_restricted": self.is_ultra_restricted}
        if self.is_stranger or (viewing_team and self.team != viewing_team):
            told["is_stranger"] = self.is_stranger
        if with_locale:
            told["locale"] = self.locale
        return told


@dataclass
class File:
    id: str
    name: str
    content: bytes
    owner: str
    title: str = ""
    alt_txt: str = ""
    channels: set[str] = field(default_factory=set)
    length: int = 0  # what was promised
    uploaded: bool = False
    complete: bool = False
    given_to_app: bool = False  # put into a file_input of the app's modal

    def public(self, base: str, team: str) -> Json:
        address = f"{base}/files-pri/{team}-{self.id}"
        kind = self.name.rpartition(".")[2].lower() if "." in self.name else "txt"
        return {
            "id": self.id,
            "created": 0,
            "timestamp": 0,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": MIMETYPES.get(kind, "application/octet-stream"),
            "filetype": kind,
            "pretty_type": kind.upper(),
            "user": self.owner,
            "user_team": team,
            "editable": False,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "alt_txt": self.alt_txt,
            "url_private": f"{address}/{self.name}",
            "url_private_download": f"{address}/download/{self.name}",
            "permalink": f"{base}/files/{self.id}",
            "channels": sorted(c for c in self.channels if c.startswith("C")),
            "groups": sorted(c for c in self.channels if c.startswith("G")),
            "ims": sorted(c for c in self.channels if c.startswith("D")),
            "has_rich_preview": False,
            "file_access": "visible",
        }


MIMETYPES = {
    "txt": "text/plain",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "png": "image/png",
    "ics": "text/calendar",
    "md": "text/markdown",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Upload:
    """A file that a person has at hand."""

    name: str
    content: bytes


@dataclass
class Message:
    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    by_app: bool = False
    subtype: str = ""
    metadata: Json | None = None
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    only_for: str | None = None  # an ephemeral message, and whose
    response_url: str = ""  # through which an ephemeral message came

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class Channel:
    id: str
    name: str
    private: bool = False
    direct_with: str | None = None  # a D-channel: the person on the other side of the bot
    members: set[str] = field(default_factory=set)
    archived: bool = False
    shared: bool = False
    messages: list[Message] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """As `channel_type` in message events: channel, group or im."""
        if self.direct_with is not None:
            return "im"
        return "group" if self.private else "channel"


@dataclass
class View:
    id: str
    user: str
    body: Json  # as the app sent it, with the ids that Slack fills in
    root: str
    previous: str | None = None
    hash: str = ""
    typed: dict[tuple[str, str], Any] = field(default_factory=dict)  # by (block_id, action_id)
    problems: dict[str, str] = field(default_factory=dict)  # what response_action "errors" said, by block_id


@dataclass
class Trigger:
    id: str
    user: str
    made: float
    view: View | None = None  # the modal it came from
    used: bool = False


@dataclass
class ResponseUrl:
    id: str
    channel: str
    user: str
    made: float
    uses: int = 0
    message_ts: str | None = None  # of the message that was pressed
    thread_ts: str | None = None
