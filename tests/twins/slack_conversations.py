"""The Slack twin's conversations.* methods, users.info and auth.test."""

from tests.twins.slack_app import APP_ID
from tests.twins.slack_call import Call
from tests.twins.slack_errors import Refused
from tests.twins.slack_places import Channel
from tests.twins.slack_state import Json, Message


def info(call: Call) -> Json:
    """Describe a conversation."""
    channel = call.channel()
    _needs_scope(call, channel, "read")
    found = channel.described()
    if call.arguments.get("include_num_members"):
        found["num_members"] = len(channel.members) + channel.bot_in
    return {"ok": True, "channel": found}


def join(call: Call) -> Json:
    """Go into a public channel."""
    channel = call.channel()
    if channel.kind != "public":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    if channel.bot_in:
        return {"ok": True, "channel": channel.described(), "warning": "already_in_channel"}
    channel.bot_in = True
    call.twin.events.joined(channel, None)
    return {"ok": True, "channel": channel.described()}


def open_(call: Call) -> Json:
    """Open the DM with a person, or a group DM with several."""
    if (wanted := call.arguments.get("channel")) is not None:
        channel = call.channel()
        if channel.kind not in {"im", "mpim"}:
            raise Refused("method_not_supported_for_channel_type", str(wanted))
        return {"ok": True, "channel": {"id": channel.id}}
    people = [call.person(name.strip()) for name in call.text("users", missing="users_list_not_supplied").split(",")]
    home = people[0].workspace
    channel = home.conversation(*people, bot_in=True)
    whole = call.arguments.get("return_im")
    return {"ok": True, "channel": channel.described() if whole else {"id": channel.id}}


def members(call: Call) -> Json:
    """List who is in a conversation."""
    channel = call.channel()
    _needs_scope(call, channel, "read")
    found = [user.id for user in channel.members]
    if channel.bot_in:
        found.append(channel.workspace.bot_user_id)
    return _page(call, "members", found, 100)


def history(call: Call) -> Json:
    """List messages outside threads, the newest first."""
    channel = _readable(call)
    top = [m for m in channel.messages if _visible(m) and (m.thread_ts in {None, m.ts} or m.broadcast)]
    return _page(call, "messages", [_threaded(m) for m in _between(call, top)][::-1], 100)


def replies(call: Call) -> Json:
    """List a thread, its first message ahead."""
    channel = _readable(call)
    first = channel.find(call.text("ts", missing="thread_not_found"))
    if first is None:
        raise Refused("thread_not_found")
    root = first.thread_ts or first.ts
    found = [m for m in channel.messages if _visible(m) and root in {m.ts, m.thread_ts}]
    return _page(call, "messages", [_threaded(m) for m in _between(call, found)], 1000)


def user_info(call: Call) -> Json:
    """Describe a person; their locale where it is asked for."""
    user = call.user()
    return {"ok": True, "user": user.described(with_locale=bool(call.arguments.get("include_locale")))}


def auth_test(call: Call) -> Json:
    """Say whose token it is."""
    installation, home = call.installation, call.installation.home
    found: Json = {
        "ok": True,
        "url": home.url,
        "team": home.name,
        "user": "tweenbot",
        "team_id": home.id,
        "user_id": home.bot_user_id,
        "bot_id": home.bot_id,
        "app_id": APP_ID,
        "is_enterprise_install": installation.wide,
    }
    if installation.wide and installation.enterprise:
        found |= {"team": installation.enterprise.name, "team_id": installation.enterprise.id}
    if installation.enterprise:
        found["enterprise_id"] = installation.enterprise.id
    return found


def auth_revoke(call: Call) -> Json:
    """Give the token up."""
    if call.arguments.get("test"):
        return {"ok": True, "revoked": False}
    call.installation.state = "revoked"
    return {"ok": True, "revoked": True}


def _needs_scope(call: Call, channel: Channel, right: str) -> None:
    kind = {"public": "channels", "private": "groups"}.get(channel.kind, channel.kind)
    scope = f"{kind}:{right}"
    if scope not in call.installation.scopes:
        raise Refused("missing_scope", needed=scope, provided=",".join(sorted(call.installation.scopes)))


def _readable(call: Call) -> Channel:
    channel = call.channel()
    _needs_scope(call, channel, "history")
    if not channel.bot_in:
        raise Refused("not_in_channel")
    return channel


def _visible(message: Message) -> bool:
    return not message.deleted and message.ephemeral_to is None


def _threaded(message: Message) -> Json:
    """Describe a message as the history does: a thread's first one knows its replies, and has its own thread_ts."""
    found = message.described()
    if count := len([reply for reply in message.replies if _visible(reply)]):
        found |= {"thread_ts": message.ts, "reply_count": count}
    return found


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest, latest = (call.arguments.get(name) for name in ("oldest", "latest"))
    inclusive = bool(call.arguments.get("inclusive"))

    def fits(ts: str) -> bool:
        after = oldest is None or float(ts) > float(oldest) or (inclusive and float(ts) == float(oldest))
        before = latest is None or float(ts) < float(latest) or (inclusive and float(ts) == float(latest))
        return after and before

    return [message for message in messages if fits(message.ts)]


def _page(call: Call, name: str, items: list[Json] | list[str], usual: int) -> Json:
    cursor, limit = str(call.arguments.get("cursor") or "0"), int(call.arguments.get("limit") or usual)
    if not cursor.isdecimal():
        raise Refused("invalid_cursor")
    start = int(cursor)
    more = start + limit < len(items)
    following = {"next_cursor": str(start + limit) if more else ""}
    return {"ok": True, name: items[start : start + limit], "has_more": more, "response_metadata": following}
