"""REST of channels and their messages, with the bot's token: permissions, nonces, replies, who may edit what."""

from collections.abc import Callable

from tests.twins import discord_payloads as payloads
from tests.twins.discord_calls import Call
from tests.twins.discord_limits import Limits
from tests.twins.discord_messages import Message
from tests.twins.discord_places import DM, GROUP_DM, Channel
from tests.twins.discord_posting import check_nonce, compose, revise
from tests.twins.discord_state import State
from tests.twins.discord_values import ATTACH_FILES, READ_MESSAGE_HISTORY, VIEW_CHANNEL, Json, Refusal, bad_form

HOUR = 3600.0
Answered = tuple[int, object]


class Channels:
    """The routes under /channels, and that which opens direct messages."""

    def __init__(self, state: State, limits: Limits | None) -> None:
        self._state, self._limits = state, limits
        self.routes: dict[str, Callable[[Call], Answered]] = {
            "channel_get": self.get,
            "dm_create": self.open_dm,
            "typing": self.typing,
            "message_create": self.create,
            "message_get": self.read,
            "message_list": self.list,
            "message_edit": self.edit,
            "message_delete": self.delete,
        }

    def get(self, call: Call) -> Answered:
        """A channel."""
        return 200, payloads.channel(self._channel(call), self._state.bot)

    def open_dm(self, call: Call) -> Answered:
        """The direct messages with somebody. That they are closed shows only when a message is sent."""
        wanted = str(call.json.get("recipient_id"))
        person = self._state.users.get(int(wanted)) if wanted.isdecimal() else None
        if person is None or person.is_bot:
            raise Refusal(400, 50033, "Invalid Recipient(s)")
        return 200, payloads.channel(self._state.dm_with(person), self._state.bot)

    def typing(self, call: Call) -> Answered:
        """Nothing that anyone has to see."""
        self._may_send(self._channel(call))
        return 204, None

    def create(self, call: Call) -> Answered:
        """Post a message; the same nonce within a few minutes gives the message that is there already."""
        state, channel, body = self._state, self._channel(call), call.json
        self._may_send(channel)
        if call.files and not channel.bot_permissions & ATTACH_FILES:
            raise Refusal(403, 50013, "Missing Permissions")
        nonce = check_nonce(body)
        if nonce and body.get("enforce_nonce") and (found := state.same_nonce(nonce)):
            return 200, payloads.message(found, state.cdn)
        message = Message(state.new_id(), channel, state.bot, state.clock.now(), nonce=nonce)
        message.reference = self._reference(channel, body.get("message_reference"))
        compose(state, call.draft(channel.upload_limit), message)
        if nonce:
            state.remember_nonce(nonce, message)
        state.add(message)
        return 200, payloads.message(message, state.cdn)

    def read(self, call: Call) -> Answered:
        """One message."""
        channel = self._readable(call)
        return 200, payloads.message(self._state.message_in(channel, call.params["message"]), self._state.cdn)

    def list(self, call: Call) -> Answered:
        """The newest messages first; ``before``, ``after`` and ``around`` are ids, ``limit`` is 1 to 100."""
        messages = self._readable(call).messages
        limit = call.query.get("limit", "50")
        ids = {name: int(call.query[name]) for name in ("before", "after", "around") if name in call.query}
        if not limit.isdecimal() or not 1 <= int(limit) <= 100 or len(ids) > 1:
            raise bad_form("limit", "must be between 1 and 100, with one of before, after, around")
        count = int(limit)
        if "before" in ids:
            messages = [m for m in messages if m.id < ids["before"]]
        if "after" in ids:
            messages = [m for m in messages if m.id > ids["after"]][:count]
        if "around" in ids:
            messages = sorted(messages, key=lambda m: abs(m.id - ids["around"]))[:count]
        newest = sorted(messages, key=lambda m: m.id, reverse=True)[:count]
        return 200, [payloads.message(message, self._state.cdn) for message in newest]

    def edit(self, call: Call) -> Answered:
        """Edit one of the bot's own messages, wherever it came from, if not ephemeral."""
        state, channel = self._state, self._channel(call)
        message = state.message_in(channel, call.params["message"])
        if message.author is not state.bot:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        if call.files and not channel.bot_permissions & ATTACH_FILES:
            raise Refusal(403, 50013, "Missing Permissions")
        if self._limits and state.clock.now() - message.created_at > HOUR:
            self._limits.count_old_edit(str(channel.id))
        revise(state, call.draft(channel.upload_limit), message)
        state.edited(message)
        return 200, payloads.message(message, state.cdn)

    def delete(self, call: Call) -> Answered:
        """Delete one of the bot's own messages."""
        message = self._state.message_in(self._channel(call), call.params["message"])
        if message.author is not self._state.bot:
            raise Refusal(403, 50013, "Missing Permissions")
        self._state.delete(message)
        return 204, None

    def _channel(self, call: Call) -> Channel:
        """Return the channel, if there is one and the bot can see it."""
        wanted = call.params["channel"]
        channel = self._state.channels.get(int(wanted))
        if channel is None:
            raise Refusal(404, 10003, "Unknown Channel")
        if channel.kind == GROUP_DM or not channel.bot_permissions & VIEW_CHANNEL:
            raise Refusal(403, 50001, "Missing Access")
        return channel

    def _readable(self, call: Call) -> Channel:
        channel = self._channel(call)
        if not channel.bot_permissions & READ_MESSAGE_HISTORY:
            raise Refusal(403, 50001, "Missing Access")
        return channel

    def _may_send(self, channel: Channel) -> None:
        if channel.kind == DM and not self._state.may_be_messaged(channel.people[0]):
            raise Refusal(403, 50007, "Cannot send messages to this user")
        if not channel.bot_may_send:
            raise Refusal(403, 50013, "Missing Permissions")

    def _reference(self, channel: Channel, reference: Json | None) -> Message | None:
        if not reference:
            return None
        if not channel.bot_permissions & READ_MESSAGE_HISTORY:
            raise Refusal(403, 160002, "Cannot reply without permission to read message history")
        try:
            return self._state.message_in(channel, str(reference.get("message_id")))
        except Refusal:
            if reference.get("fail_if_not_exists", True):
                why = "Unknown message"
                gone = Refusal(400, 50035, "Invalid Form Body", field="message_reference", why=why)
                raise gone from None
        return None
