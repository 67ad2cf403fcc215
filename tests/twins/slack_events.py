"""Which events the Slack twin's app gets: those that it subscribed to, has the scope for, and can see."""

from typing import TYPE_CHECKING

from tests.twins import slack_payloads
from tests.twins.slack_delivery import Delivery
from tests.twins.slack_state import Json, Message, SlackFile

if TYPE_CHECKING:
    from tests.twins.slack import SlackTwin
    from tests.twins.slack_people import User
    from tests.twins.slack_places import Channel, Installation, Workspace

_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "member_joined_channel": "channels:read",
}
_MESSAGES = {"im": "message.im", "mpim": "message.mpim", "public": "message.channels", "private": "message.groups"}
_TYPES = {"im": "im", "mpim": "mpim", "public": "channel", "private": "group"}


class Events:
    """Sends events."""

    def __init__(self, twin: "SlackTwin") -> None:
        self._twin = twin

    def send(
        self, workspace: "Workspace", name: str, inner: Json, installation: "Installation | None" = None
    ) -> Delivery | None:
        """Send an event where the app gets events of this name; ``name`` is that of its subscription."""
        installation = installation or workspace.installation
        if installation is None or name not in self._twin.app.events:
            return None
        if _SCOPES.get(name, "") not in installation.scopes | {""}:
            return None
        stamp = self._twin.clock.ts()
        body = slack_payloads.event(workspace, inner | {"event_ts": inner.get("ts", stamp)}, installation)
        return self._twin.deliveries.start("events_api", body, workspace)

    def message(self, message: Message) -> None:
        """Tell of a new message: the message event of its kind of conversation, and app_mention."""
        channel, home = message.channel, message.channel.workspace
        if not channel.bot_in or message.ephemeral_to is not None:
            return
        inner = _without(message.described(), "upload") | {"channel": channel.id}
        if message.files:
            inner |= {"files": [_in_event(file, channel) for file in message.files]}
        mentioned = f"<@{home.bot_user_id}>" in message.text and not message.by_bot
        if mentioned and channel.kind != "im":
            self.send(home, "app_mention", inner | {"type": "app_mention"})
        shape: Json = {"channel_type": _TYPES[channel.kind]} | ({"subtype": "file_share"} if message.files else {})
        self.send(home, _MESSAGES[channel.kind], inner | shape)

    def changed(self, message: Message) -> None:
        """Tell of an edit."""
        self._about(message, "message_changed", {"message": message.described()})

    def edited(self, message: Message) -> None:
        """Tell of a person's edit; where it names the bot, Slack sends the mention again, with ``edited`` in it."""
        self.changed(message)
        home = message.channel.workspace
        if f"<@{home.bot_user_id}>" in message.text and message.channel.bot_in and message.channel.kind != "im":
            inner = message.described() | {"channel": message.channel.id, "type": "app_mention"}
            self.send(home, "app_mention", inner)

    def deleted(self, message: Message) -> None:
        """Tell of a message that is gone."""
        gone = {"deleted_ts": message.ts, "previous_message": message.described()}
        self._about(message, "message_deleted", gone)

    def joined(self, channel: "Channel", inviter: "User | None") -> None:
        """Tell that the bot is in a conversation now."""
        installation = channel.workspace.installation
        if channel.kind == "private" and installation is not None and "groups:read" not in installation.scopes:
            return
        inner: Json = {"type": "member_joined_channel", "user": channel.workspace.bot_user_id, "channel": channel.id}
        inner |= {"channel_type": "C" if channel.kind == "public" else "G", "team": channel.workspace.id}
        self.send(channel.workspace, "member_joined_channel", inner | ({"inviter": inviter.id} if inviter else {}))
        self._twin.clock.tell()

    def _about(self, message: Message, subtype: str, told: Json) -> None:
        channel = message.channel
        if channel.bot_in:
            inner: Json = {"type": "message", "subtype": subtype, "channel": channel.id, "ts": self._twin.clock.ts()}
            inner |= {"hidden": True, "channel_type": _TYPES[channel.kind]}
            self.send(channel.workspace, _MESSAGES[channel.kind], inner | told)


def _in_event(file: SlackFile, channel: "Channel") -> Json:
    """In a Slack Connect conversation the app must ask files.info ("check_file_info")."""
    if channel.shared_with:
        return {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
    return file.described()


def _without(shape: Json, name: str) -> Json:
    return {key: value for key, value in shape.items() if key != name}
