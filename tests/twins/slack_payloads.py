"""The payloads that Slack sends to an app (docs.slack.dev/reference/interaction-payloads, read 2026-11)."""

from typing import TYPE_CHECKING

from tests.twins.slack_app import APP_ID, VERIFICATION_TOKEN
from tests.twins.slack_state import Json, Message, View
from tests.twins.slack_tickets import ResponseUrl, Trigger

if TYPE_CHECKING:
    from tests.twins.slack_people import User
    from tests.twins.slack_places import Channel, Installation, Workspace


def event(workspace: "Workspace", inner: Json, installation: "Installation") -> Json:
    """An event of the Events API, in its callback."""
    twin, enterprise = workspace.twin, installation.enterprise
    seen_by = {
        "enterprise_id": enterprise.id if enterprise else None,
        "team_id": None if installation.wide else workspace.id,
        "user_id": workspace.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": installation.wide,
    }
    shared = any(c.id == inner.get("channel") and c.shared_with for w in twin.workspaces for c in w.channels)
    body: Json = {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.id,
        "context_team_id": workspace.id,
        "context_enterprise_id": enterprise.id if enterprise else None,
        "api_app_id": APP_ID,
        "event": inner,
        "type": "event_callback",
        "event_id": twin.new_id("Ev"),
        "event_time": int(twin.clock.now()),
        "authorizations": [seen_by],
        "is_ext_shared_channel": shared,
        "event_context": twin.new_id("4-"),
    }
    return body | ({"enterprise_id": enterprise.id} if enterprise else {})


def slash(channel: "Channel", user: "User", words: tuple[str, str], trigger: Trigger, url: ResponseUrl) -> Json:
    """A slash command; ``words`` are the command and its text. All values are strings: it is a form."""
    home = user.workspace
    installation = home.installation
    name = {"private": "privategroup", "im": "directmessage"}.get(channel.kind, channel.name)
    form: Json = {
        "token": VERIFICATION_TOKEN,
        "team_id": home.id,
        "team_domain": home.domain,
        "channel_id": channel.id,
        "channel_name": name,
        "user_id": user.id,
        "user_name": user.name,
        "command": words[0],
        "text": words[1],
        "api_app_id": APP_ID,
        "is_enterprise_install": "true" if installation and installation.wide else "false",
        "response_url": home.twin.tickets.address(url, "commands"),
        "trigger_id": trigger.id,
    }
    if home.enterprise:
        form |= {"enterprise_id": home.enterprise.id, "enterprise_name": home.enterprise.name}
    return form


def shortcut(message: Message, user: "User", callback_id: str, trigger: Trigger, url: ResponseUrl) -> Json:
    """A message shortcut."""
    channel = message.channel
    return _interaction(user, "message_action") | {
        "callback_id": callback_id,
        "trigger_id": trigger.id,
        "message_ts": message.ts,
        "action_ts": user.workspace.twin.clock.ts(),
        "channel": {"id": channel.id, "name": channel.name},
        "message": message.described(),
        "response_url": user.workspace.twin.tickets.address(url, "app"),
    }


def pressed_in_message(message: Message, user: "User", action: Json, trigger: Trigger, url: ResponseUrl) -> Json:
    """A block action in a message. An ephemeral message is not told again."""
    channel, ephemeral = message.channel, message.ephemeral_to is not None
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id, "is_ephemeral": ephemeral}
    if thread := message.described().get("thread_ts"):
        container["thread_ts"] = thread
    body = _interaction(user, "block_actions") | {
        "container": container,
        "trigger_id": trigger.id,
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": {}},
        "response_url": user.workspace.twin.tickets.address(url, "actions"),
        "actions": [action | {"action_ts": user.workspace.twin.clock.ts()}],
    }
    return body if ephemeral else body | {"message": message.described()}


def pressed_in_view(view: View, action: Json, trigger: Trigger) -> Json:
    """A block action in a modal or a home tab."""
    return _interaction(view.user, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger.id,
        "view": view.described(),
        "actions": [action | {"action_ts": view.user.workspace.twin.clock.ts()}],
    }


def submitted(view: View, trigger: Trigger) -> Json:
    """A modal that was submitted."""
    told = {"trigger_id": trigger.id, "view": view.described(), "response_urls": []}
    return _interaction(view.user, "view_submission") | told


def closed(view: View, *, cleared: bool) -> Json:
    """A modal that was closed without being submitted."""
    return _interaction(view.user, "view_closed") | {"view": view.described(), "is_cleared": cleared}


def _interaction(user: "User", kind: str) -> Json:
    home = user.workspace
    installation, enterprise = home.installation, home.enterprise
    wide = bool(installation and installation.wide)
    return {
        "type": kind,
        "token": VERIFICATION_TOKEN,
        "api_app_id": APP_ID,
        "team": None if wide else home.described(),
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": home.id},
        "enterprise": {"id": enterprise.id, "name": enterprise.name} if enterprise else None,
        "is_enterprise_install": wide,
    }
