"""What an interaction's token can do after the first response: /webhooks/{application}/{token}."""

from tests.twins import discord_payloads as payloads
from tests.twins.discord_callbacks import new_message
from tests.twins.discord_calls import Call
from tests.twins.discord_interactions import Interaction
from tests.twins.discord_messages import Message
from tests.twins.discord_posting import compose, revise
from tests.twins.discord_state import State
from tests.twins.discord_values import LOADING, Json, Refusal

USER_INSTALL_FOLLOWUPS = 5
"""Follow-ups where the app is not installed (Discord's page "Receiving and Responding", read 2026-11)."""


def followup(state: State, call: Call) -> tuple[int, Json | None]:
    """Post another message. The first one after a deferred response takes the place of the "thinking"."""
    interaction = _alive(state, call)
    if not interaction.bot_is_here and len(interaction.followups) >= USER_INSTALL_FOLLOWUPS:
        raise Refusal(400, 40094, "This interaction has reached the maximum number of follow-up messages")
    thinking = interaction.original is not None and interaction.original.loading
    if thinking:
        assert interaction.original is not None
        message = _settled(interaction.original)
    else:
        message = new_message(state, interaction, 0)
    draft = call.draft(interaction.channel.upload_limit, private_allowed=True)
    private = message.ephemeral
    compose(state, draft, message)
    if thinking:
        assert interaction.original is not None
        message.flags = (message.flags & ~(1 << 6)) | (int(private) << 6)
        _fill(interaction.original, message)
        state.publish(interaction.original)
        message = interaction.original
    else:
        interaction.followups.append(message)
        state.add(message)
    return 200, payloads.message(message, state.cdn)


def message_get(state: State, call: Call) -> tuple[int, Json | None]:
    """Read one of the interaction's messages."""
    return 200, payloads.message(_message(state, call), state.cdn)


def message_edit(state: State, call: Call) -> tuple[int, Json | None]:
    """Edit one of the interaction's messages; the first edit of a deferred response is its message."""
    message = _message(state, call)
    draft = call.draft(message.channel.upload_limit)
    if not message.loading:
        revise(state, draft, message)
        state.edited(message)
        return 200, payloads.message(message, state.cdn)
    first = _settled(message)
    compose(state, draft, first)
    first.pings = []  # An edit; whether Discord notifies here is not documented.
    _fill(message, first)
    state.publish(message)
    return 200, payloads.message(message, state.cdn)


def message_delete(state: State, call: Call) -> tuple[int, Json | None]:
    """Delete one of the interaction's messages."""
    state.delete(_message(state, call))
    return 204, None


def _alive(state: State, call: Call) -> Interaction:
    interaction = state.interactions.get(call.params["token"])
    if interaction is None or interaction.is_expired:
        raise Refusal(401, 50027, "Invalid Webhook Token")
    if call.params["id"] != str(state.bot.id) or interaction.acknowledged_at is None:
        raise Refusal(404, 10015, "Unknown Webhook")
    if interaction.channel.id not in state.channels:
        raise Refusal(404, 10003, "Unknown Channel")
    return interaction


def _message(state: State, call: Call) -> Message:
    interaction = _alive(state, call)
    original, wanted = interaction.original, call.params["message"]
    if wanted == "@original":
        found = original
    else:
        own = [*interaction.followups, *([original] if original else [])]
        found = next((m for m in own if str(m.id) == wanted), None)
    if found is None or found.deleted:
        raise Refusal(404, 10008, "Unknown Message")
    return found


def _settled(message: Message) -> Message:
    """Return what a "thinking" message becomes, still empty."""
    flags = message.flags & ~LOADING
    made = Message(message.id, message.channel, message.author, message.created_at, flags=flags)
    made.viewer, made.metadata = message.viewer, message.metadata
    return made


def _fill(message: Message, content: Message) -> None:
    for name in ("flags", "attachments", "content", "embeds", "components", "pings"):
        setattr(message, name, getattr(content, name))
