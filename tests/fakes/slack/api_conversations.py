"""conversations.*, users.*, team.info, auth.test."""

from tests.fakes.slack.calls import Call, Refused, method
from tests.fakes.slack.things import Channel, Json, Message

READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}
HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}


@method("auth.test")
def who_am_i(call: Call) -> Json:
    workspace = call.workspace
    return {
        "ok": True,
        "url": f"{call.slack.address}/",
        "team": workspace.name,
        "team_id": workspace.team,
        "user": workspace.bot.name,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


@method("team.info", "team:read")
def team(call: Call) -> Json:
    workspace = call.workspace
    about = {"id": workspace.team, "name": workspace.name, "domain": workspace.domain, "email_domain": ""}
    return {"ok": True, "team": about}


@method("users.info", "users:read")
def user_info(call: Call) -> Json:
    user = call.user()
    with_locale = call.flag("include_locale")
    return {"ok": True, "user": user.public(with_locale=with_locale, viewing_team=call.workspace.team)}


@method("users.list", "users:read")
def users(call: Call) -> Json:
    # "limit: … under 1,000"; without one, a large workspace answers limit_required
    if not call.text("limit") and len(call.workspace.users) > 1000:
        raise Refused("limit_required")
    people, more = call.page(list(call.workspace.users.values()), default=1000, most=1000)
    told = [u.public(with_locale=call.flag("include_locale"), viewing_team=call.workspace.team) for u in people]
    return {"ok": True, "members": told, "cache_ts": int(call.workspace.clock.now()), "response_metadata": more}


# ---------------------------------------------------------------- channels


def about(call: Call, channel: Channel) -> Json:
    inside = call.workspace.bot.id in channel.members
    if channel.direct_with:
        return {"id": channel.id, "created": 0, "is_im": True, "is_archived": False, "user": channel.direct_with}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": 0,
        "creator": "USLACKBOT",
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_general": False,
        "is_shared": channel.shared,
        "is_ext_shared": channel.shared,
        "is_org_shared": False,
        "is_member": inside,
        "context_team_id": call.workspace.team,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


@method("conversations.info")
def info(call: Call) -> Json:
    channel = call.channel()
    call.need_scope(READ[channel.kind])
    told = about(call, channel)
    if call.flag("include_num_members"):
        told["num_members"] = len(channel.members)
    return {"ok": True, "channel": told}


@method("conversations.list")
def channels(call: Call) -> Json:
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    wanted = [kinds[kind] for kind in call.text("types", "public_channel").split(",") if kind in kinds]
    if not wanted:
        raise Refused("invalid_types")
    for kind in wanted:
        call.need_scope(READ[kind])
    bot = call.workspace.bot.id
    seen = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in wanted
        and (channel.kind == "channel" or bot in channel.members)
        and not (channel.archived and call.flag("exclude_archived"))
    ]
    page, more = call.page(seen, default=100, most=999)
    return {"ok": True, "channels": [about(call, channel) for channel in page], "response_metadata": more}


@method("conversations.members")
def members(call: Call) -> Json:
    channel = call.channel()
    call.need_scope(READ[channel.kind])
    page, more = call.page(sorted(channel.members), default=100, most=999)
    return {"ok": True, "members": page, "response_metadata": more}


@method("conversations.open", "im:write", only_post=True)
def open_direct(call: Call) -> Json:
    ids = [id for id in call.text("users").split(",") if id]
    if len(ids) != 1 and not call.text("channel"):
        # Several people make a group chat, which needs mpim:write: this workspace has none.
        raise Refused("users_list_not_supplied" if not ids else "method_not_supported_for_channel_type")
    if not ids:
        return {"ok": True, "channel": {"id": call.channel().id}}
    user = call.workspace.users.get(ids[0])
    if user is None:
        raise Refused("user_not_found")
    if user.is_bot:
        raise Refused("cannot_dm_bot")
    if user.deleted:
        raise Refused("user_disabled")  # conversations.open: "A user in the list is disabled"
    known = any(channel.direct_with == user.id for channel in call.workspace.channels.values())
    channel = call.workspace.direct(user)
    told = about(call, channel) if call.flag("return_im") else {"id": channel.id}
    return {"ok": True, "channel": told} | ({"no_op": True, "already_open": True} if known else {})


@method("conversations.history")
def history(call: Call) -> Json:
    """Newest first; replies are not in it (docs: conversations.history)."""
    channel = call.channel(member=True)
    call.need_scope(HISTORY[channel.kind])
    said = [m for m in call.workspace.lasting(channel) if not m.is_reply]
    within = sorted(_within(call, said), key=lambda m: m.ts, reverse=True)
    page, more = call.page(within, default=100, most=999)  # "limit: … maximum of 999"
    return _told(call, page, more)


@method("conversations.replies")
def replies(call: Call) -> Json:
    """Oldest first, and the root always first on the first page (docs: conversations.replies)."""
    channel = call.channel(member=True)
    call.need_scope(HISTORY[channel.kind])
    ts = call.needed("ts")
    message = call.workspace.find_message(channel, ts)
    if message is None:
        raise Refused("thread_not_found")
    if message.is_reply:
        return _told(call, [message], {"next_cursor": ""})  # a reply's ts gives that one message
    thread = call.workspace.thread(channel, ts)
    root, later = thread[0], thread[1:]
    page, more = call.page([root, *_within(call, later)], default=999, most=999)
    return _told(call, page, more)


def _within(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = call.text("oldest", "0"), call.text("latest") or "9999999999.999999"
    inclusive = call.flag("inclusive")
    try:
        low, high = _micros(oldest), _micros(latest)
    except ValueError:
        raise Refused("invalid_ts_oldest") from None
    at = [(m, _micros(m.ts)) for m in messages]
    return [m for m, ts in at if low < ts < high or (inclusive and ts in (low, high))]


def _micros(ts: str) -> int:
    """A timestamp as whole microseconds: a float has not enough digits."""
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1_000_000 + int((rest or "0").ljust(6, "0")[:6])


def _told(call: Call, page: list[Message], more: Json) -> Json:
    metadata = call.flag("include_all_metadata")
    told = [call.workspace.public(m, metadata=metadata) for m in page]
    answer: Json = {"ok": True, "messages": told, "has_more": bool(more["next_cursor"]), "pin_count": 0}
    return answer | ({"response_metadata": more} if more["next_cursor"] else {})
